"""Landlock: a process gives up all files but those that it names, for good.

In the C interface's numbers (linux/landlock.h). Covers reading and writing of files and folders,
TCP (from the kernel's version 4 of it on), and signals and abstract sockets to others (from 6 on).
Does not cover what has no rule there: whether a file exists, its size, its times.
"""

import ctypes
import os
import stat

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on x86_64 and aarch64
_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# Writing, truncating, removing, and making folders, files, links and moving them about.
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_CHANGE = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12 | 1 << 13
_IOCTL = 1 << 15
_OF_A_FILE = _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL | 1
# All rights over files that a version knows.
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_FILES_LATER = (1 << 16) - 1
_TCP = 1 << 0 | 1 << 1
_SCOPED = 1 << 0 | 1 << 1

_libc = ctypes.CDLL(None, use_errno=True)


class _Handled(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Of the kernel's Landlock; 0 where there is none or it is not switched on."""
    return max(0, int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))


class Rules:
    """Which files may be read, and which may be written as well. Raises `OSError`.

    What is not there is left out. Made once; `apply` may be called in each child.
    """

    def __init__(self, readable: tuple[str, ...], writable: tuple[str, ...]) -> None:
        known = version()
        if known == 0:
            raise OSError("the kernel has no Landlock, or it is not switched on")
        self._files = _FILES.get(known, _FILES_LATER)
        handled = _Handled(self._files, _TCP if known >= 4 else 0, _SCOPED if known >= 6 else 0)
        size = 24 if known >= 6 else 16 if known >= 4 else 8
        self.descriptor = _checked(
            _libc.syscall(_CREATE, ctypes.byref(handled), ctypes.c_size_t(size), 0)
        )
        reading = _READ_FILE | _READ_DIR
        for path in readable:
            self._add(path, reading)
        for path in writable:
            self._add(path, reading | _WRITE_FILE | _TRUNCATE | _CHANGE)

    def apply(self) -> None:
        """Give up everything else, for good. Needs `no_new_privileges` first. Raises `OSError`."""
        _checked(_libc.syscall(_RESTRICT, self.descriptor, 0))

    def _add(self, path: str, rights: int) -> None:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            if not stat.S_ISDIR(os.fstat(parent).st_mode):
                rights &= _OF_A_FILE
            rule = _Beneath(rights & self._files, parent)
            _checked(_libc.syscall(_ADD, self.descriptor, _PATH_BENEATH, ctypes.byref(rule), 0))
        finally:
            os.close(parent)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
