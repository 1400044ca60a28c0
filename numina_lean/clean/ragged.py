"""Rows of different lengths in one array, and what is computed over all of them at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row i is `values[starts[i] : starts[i + 1]]`."""

    values: Hashes
    starts: Places

    def __len__(self) -> int:
        return self.starts.size - 1

    def row(self, number: int) -> Hashes:
        return self.values[self.starts[number] : self.starts[number + 1]]

    def lengths(self) -> Places:
        return np.diff(self.starts)

    def owners(self) -> Places:
        """For each value, the row that it is in."""
        return np.repeat(np.arange(len(self)), self.lengths())


def ragged(values: Hashes, starts: Places, kept: Flags) -> Ragged:
    """The rows without the values that are not `kept`."""
    before = np.concatenate(([0], np.cumsum(kept)))
    return Ragged(values[kept], before[starts])


def mixed(values: Hashes) -> Hashes:
    """Each value hashed to another (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * _MIX[0]
    values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    return values ^ (values >> np.uint64(31))


def factors(count: int) -> Hashes:
    """The first `count` of an endless list of odd numbers, the same in every process."""
    with np.errstate(over="ignore"):
        steps = np.arange(1, count + 1, dtype=np.uint64) * _SPREAD
    return mixed(steps) | np.uint64(1)


def sums(values: Hashes, starts: Places) -> Hashes:
    """The sum of each row, modulo 2^64; 0 for an empty one."""
    total = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(values, dtype=np.uint64)))
    return total[starts[1:]] - total[starts[:-1]]


def digests(rows: Ragged) -> Hashes:
    """A hash of each row as a sequence: multilinear, that is, two rows meet by chance of 2^-63."""
    within = np.arange(rows.values.size) - np.repeat(rows.starts[:-1], rows.lengths())
    longest = int(rows.lengths().max(initial=0))
    weights = factors(longest)
    return mixed(sums(rows.values * weights[within], rows.starts) + rows.lengths().astype("u8"))


def windows(rows: Ragged, size: int) -> tuple[Ragged, Places]:
    """A hash of each run of `size` values, row by row, and the place in `rows.values` of each.

    A row with fewer values has none.
    """
    count = rows.values.size - size + 1
    if count <= 0:
        return Ragged(rows.values[:0], np.zeros_like(rows.starts)), np.empty(0, dtype=np.int64)
    weights = factors(size)
    hashes = np.zeros(count, dtype=np.uint64)
    for at in range(size):
        hashes += rows.values[at : at + count] * weights[at]
    ends = np.repeat(rows.starts[1:], rows.lengths())[:count]
    places = np.flatnonzero(np.arange(count) + size <= ends)
    per_row = np.maximum(rows.lengths() - size + 1, 0)
    return Ragged(hashes[places], np.concatenate(([0], np.cumsum(per_row)))), places
