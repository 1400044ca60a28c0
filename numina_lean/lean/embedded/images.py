"""Images of Lean's memory with a header loaded, kept so that the next process need not load it.

An image is a file that the server writes and reads (`server/image.cjs`). It is named by all that it
depends on; one that a server cannot use is deleted, and the header is loaded from its files. Covers
where images lie, that one process at a time makes one, that only whole ones get their name, and how
many are kept. They are trusted as the installation beside them is.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

KEPT = 6
"""Images; each has 100 to 400 MB."""

_SUFFIX = ".image"
_PARTIAL = ".partial"
_LOCK = ".lock"


@dataclass
class Taking:
    """An image that is being made: where to, and whether it came to be whole."""

    descriptor: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Images:
    """The images in `folder`, which need not be there. `stamp` names the Lean and the server that
    make and read them."""

    folder: Path
    stamp: str
    kept: int = KEPT

    def key(self, imports: Sequence[str], modules: Sequence[tuple[str, str]]) -> str:
        """The name of the image with these library modules, and ours as names with sources."""
        text = json.dumps([self.stamp, list(imports), [list(module) for module in modules]])
        return hashlib.sha256(text.encode()).hexdigest()

    @contextmanager
    def opened(self, key: str) -> Iterator[int | None]:
        """A descriptor to read it from, for the time of the block; None if there is none."""
        path = self._path(key)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            yield None
            return
        try:
            with suppress(OSError):
                os.utime(path)  # the one that was used last is deleted last
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def taking(self, key: str) -> Iterator[Taking | None]:
        """For the time of the block, the right to make it; it gets its name if it is `whole` then.

        None where it is there, something else makes one, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / _LOCK)
            lock.acquire(timeout=0)
        except (OSError, Timeout):
            yield None
            return
        try:
            if self._path(key).exists():
                yield None
            else:
                yield from self._made(key)
        finally:
            lock.release()

    def drop(self, key: str) -> None:
        """Delete it: it is of no use."""
        with suppress(OSError):
            self._path(key).unlink()

    def _made(self, key: str) -> Iterator[Taking | None]:
        for leftover in self.folder.glob(f"*{_PARTIAL}"):
            leftover.unlink(missing_ok=True)
        try:
            descriptor, name = tempfile.mkstemp(_PARTIAL, dir=self.folder)
        except OSError:
            yield None
            return
        taking = Taking(descriptor)
        try:
            yield taking
            if taking.whole:
                os.fsync(descriptor)
                Path(name).replace(self._path(key))
                self._prune()
        finally:
            os.close(descriptor)
            Path(name).unlink(missing_ok=True)

    def _prune(self) -> None:
        """Delete those that were not used for the longest time, beyond `kept`."""
        found = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with suppress(OSError):
                found.append((path.stat().st_mtime, path))
        for _, path in sorted(found, reverse=True)[self.kept :]:
            with suppress(OSError):
                path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"
