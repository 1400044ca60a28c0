"""A file of recorded completions: found by key without being held in memory, and added to.

A kill leaves at most one line cut short at the end: it is ignored, and cut off before more is
added. One process adds to a file at a time; any number of tasks and models may share it.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from numina_lean.errors import InputError
from numina_lean.models.model import ModelError
from numina_lean.models.offsets import Offsets
from numina_lean.models.recorded import FormError, Recorded, key_in, read_line

_KEY = re.compile(r"[0-9a-f]{64}")


class Recording:
    """The completions in a file, to be read or, with `append`, also written.

    A batch's lines whose `custom_id` no key of ours can be are passed over.
    Raises `InputError` where the file cannot be read, a line is no recorded completion, or another
    process adds to it.
    """

    def __init__(self, path: Path, *, append: bool = False) -> None:
        self.path = path
        self._offsets = Offsets()
        self._lock = _locked(path) if append else None
        self._stream = _opened(path, append)
        self._end = self._index(self._stream)
        if append:
            self._stream.truncate(self._end)
            self._end_line()

    def __len__(self) -> int:
        return len(self._offsets)

    def find(
        self, key: str, wanted: Callable[[Recorded], bool] = lambda _: True
    ) -> Recorded | None:
        """The first wanted completion under the key, or None.

        Raises `ModelError("failed")` where all there is under the key is a batch's failure, or
        cannot be read.
        """
        failure: ModelError | None = None
        for offset in self._offsets.find(_short(key)):
            self._stream.seek(offset)
            try:
                recorded = read_line(self._stream.readline())
            except FormError as error:
                failure = ModelError("failed", f"{self.path} at byte {offset}: {error}")
            except ModelError as error:
                failure = error
            else:
                if recorded.key == key and wanted(recorded):
                    return recorded
        if failure is not None:
            raise failure
        return None

    def add(self, key: str, line: bytes) -> None:
        """Add a line; when this returns, no end of this process can take it away."""
        self._stream.seek(0, os.SEEK_END)
        self._stream.write(line)
        self._stream.flush()
        self._offsets.add(_short(key), self._end)
        self._end += len(line)

    def close(self) -> None:
        """Close the file; what was added is on the disk. Closing again does nothing."""
        if not self._stream.closed:
            if self._lock is not None:
                os.fsync(self._stream.fileno())
            self._stream.close()
        if self._lock is not None:
            self._lock.release()

    def _index(self, stream: BinaryIO) -> int:
        """Take in all whole lines; returns where they end."""
        end = 0
        for number, line in enumerate(stream, start=1):
            if line.strip():
                try:
                    key = key_in(line)
                    if not line.endswith(b"\n"):
                        read_line(line)
                except FormError as error:
                    if not line.endswith(b"\n"):
                        break
                    self.close()
                    raise InputError(
                        f"{self.path} line {number}: no recorded completion: {error}. "
                        "Remove the line, or name a file that a run or a batch wrote"
                    ) from error
                except ModelError:  # a batch's failure, and the last line: `find` will say it
                    pass
                if _KEY.fullmatch(key):
                    self._offsets.add(_short(key), end)
            end += len(line)
        return end

    def _end_line(self) -> None:
        """End the last line, which an editor may have left open."""
        if self._end:
            self._stream.seek(self._end - 1)
            if self._stream.read(1) != b"\n":
                self._stream.write(b"\n")
                self._stream.flush()
                self._end += 1


def _short(key: str) -> int:
    """The 64 bits of a key that the index holds."""
    return int(key[:16], 16)


def _opened(path: Path, append: bool) -> BinaryIO:
    try:
        if append:
            path.parent.mkdir(parents=True, exist_ok=True)
            stream = path.open("a+b")
            stream.seek(0)
            return stream
        return path.open("rb")
    except OSError as error:
        raise InputError(
            f"cannot read the recording {path}: {error.strerror}. "
            "Name a file that a run or a batch wrote"
        ) from error


def _locked(path: Path) -> FileLock:
    lock = FileLock(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(
            f"another process records to {path}. Wait for it, or name another file"
        ) from error
    return lock
