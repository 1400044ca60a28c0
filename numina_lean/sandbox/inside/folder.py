"""The private folder of a program, and emptying it of whatever a program may leave there.

Trees too deep for a path or for recursion, folders without any right, links: nothing is followed,
and each folder is brought to the top before it is looked into, so no depth matters.
"""

import os
import stat
from collections.abc import Iterator
from itertools import count


class Folder:
    """The folder at `path`, which must be there.

    `whole` says that it is a file system of its own, whose size is bounded.
    """

    def __init__(self, path: str, *, whole: bool) -> None:
        self.path = path
        self._whole = whole
        self._top = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def used(self, enough: int) -> tuple[int, int]:
        """Bytes and entries in it; stops counting after `enough` entries.

        What cannot be looked into, for its depth or its rights, counts as more than enough.
        """
        if self._whole:
            of = os.fstatvfs(self._top)
            return (of.f_blocks - of.f_bfree) * of.f_frsize, of.f_files - of.f_ffree
        size = entries = 0
        folders = [self.path]
        while folders and entries <= enough:
            try:
                with os.scandir(folders.pop()) as found:
                    for entry in found:
                        entries += 1
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        else:
                            size += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entries > enough:
                            break
            except (FileNotFoundError, NotADirectoryError):
                continue  # gone meanwhile
            except OSError:
                return size, enough + 1
        return size, entries

    def empty(self) -> None:
        """Remove everything in it. No process may write there meanwhile. Raises `OSError`."""
        prefix = os.urandom(8).hex()  # of names that nothing there has
        names = (f"{prefix}-{number}" for number in count())
        while found := os.listdir(self._top):  # noqa: PTH208
            for name in found:
                if _is_folder(name, self._top):
                    self._dissolve(name, names)
                else:
                    os.unlink(name, dir_fd=self._top)

    def _dissolve(self, name: str, names: Iterator[str]) -> None:
        """Remove a folder of the top; the folders in it move up to the top."""
        os.chmod(name, 0o700, dir_fd=self._top)
        folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self._top)
        try:
            for inner in os.listdir(folder):  # noqa: PTH208
                if _is_folder(inner, folder):
                    os.chmod(inner, 0o700, dir_fd=folder)  # its `..` is to be written
                    os.rename(inner, next(names), src_dir_fd=folder, dst_dir_fd=self._top)
                else:
                    os.unlink(inner, dir_fd=folder)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=self._top)


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
