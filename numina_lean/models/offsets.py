"""A table from keys to places in a file, small enough for files of tens of gigabytes.

A dictionary of six million keys takes more than a gigabyte; this takes 16 bytes a slot, and at
most two slots and a half an entry while it does not grow.
"""

from array import array
from collections.abc import Iterator

_EMPTY = 0xFFFF_FFFF_FFFF_FFFF
_FIRST_SLOTS = 1024


class Offsets:
    """Open addressing over two arrays: 64 bits of each key, and the offset of its line.

    Keys that agree in 64 bits are not told apart, and a key may be added more than once: `find`
    gives all candidates, and the reader of the lines decides.
    """

    def __init__(self) -> None:
        self._entries = 0
        self._keys, self._offsets = _empty(_FIRST_SLOTS)

    def __len__(self) -> int:
        return self._entries

    def add(self, key: int, offset: int) -> None:
        if 2 * (self._entries + 1) > len(self._keys):
            self._grow()
        self._put(key, offset)
        self._entries += 1

    def find(self, key: int) -> Iterator[int]:
        """The offsets added under the key, the first added first."""
        mask = len(self._keys) - 1
        slot = key & mask
        found = []
        while self._offsets[slot] != _EMPTY:
            if self._keys[slot] == key:
                found.append(self._offsets[slot])
            slot = (slot + 1) & mask
        return iter(sorted(found))

    def _put(self, key: int, offset: int) -> None:
        mask = len(self._keys) - 1
        slot = key & mask
        while self._offsets[slot] != _EMPTY:
            slot = (slot + 1) & mask
        self._keys[slot] = key
        self._offsets[slot] = offset

    def _grow(self) -> None:
        keys, offsets = self._keys, self._offsets
        self._keys, self._offsets = _empty(2 * len(keys))
        for key, offset in zip(keys, offsets, strict=True):
            if offset != _EMPTY:
                self._put(key, offset)


def _empty(slots: int) -> tuple["array[int]", "array[int]"]:
    return array("Q", bytes(8 * slots)), array("Q", b"\xff" * (8 * slots))
