"""The filter of system calls that a program's process puts on itself, for good.

A small assembler of classic BPF. What is not allowed fails with EPERM, so a program sees
`PermissionError`; the calls of another architecture (or of x32) end the process.
"""

import ctypes
import os
import platform
import struct
from dataclasses import dataclass

from .syscalls import ABSENT, ALLOWED, CONDITIONED, LAST

# linux/audit.h; the column of the table of calls.
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_X32 = 0x40000000

# linux/bpf_common.h: load a word; jump if equal, at least, greater, any bit; return.
_LOAD, _EQUAL, _AT_LEAST, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x25, 0x45, 0x06
# linux/seccomp.h: where `struct seccomp_data` has the number, the architecture, the arguments.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = _ERRNO | 1, _ERRNO | 38

_CLONE_THREAD = 0x00010000
_PRCTL = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (glibc names its mappings)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: nothing that puts keys into a terminal.
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# F_DUPFD, GETFD, SETFD, GETFL, SETFL, GETLK, SETLK, SETLKW, F_DUPFD_CLOEXEC, F_GETPIPE_SZ: no
# signals to others (F_SETOWN), no larger pipes.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032)

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Jump:
    """To skip `then` instructions if the word loaded last compares so with `value`, else `other`.

    `value` None is the number of the process that the filter is for.
    """

    code: int
    value: int | None
    then: int
    other: int


Instruction = tuple[int, int] | Jump
"""A code with its operand, or a jump."""


_FORM = "=HBBI"


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def instructions(machine: str) -> tuple[Instruction, ...]:
    """The filter for `machine` (as `platform.machine()` says it).

    Raises `OSError` where there is no table of its system calls.
    """
    if machine not in _ARCHITECTURES:
        raise OSError(f"no table of the system calls of {machine}")
    audit, column = _ARCHITECTURES[machine]
    written: list[Instruction] = [
        (_LOAD, _ARCHITECTURE),
        Jump(_EQUAL, audit, 1, 0),
        (_RETURN, _KILL),
        (_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        written += [Jump(_AT_LEAST, _X32, 0, 1), (_RETURN, _KILL)]
    numbers = sorted(n for both in ALLOWED.values() if (n := both[column]) is not None)
    for low, high in _runs(numbers):
        written += _if_between(low, high, _ALLOW)
    for both in ABSENT.values():
        written += _if_between(both[column], both[column], _ENOSYS)
    written += [Jump(_GREATER, LAST, 0, 1), (_RETURN, _ENOSYS)]
    for name, both in CONDITIONED.items():
        block = [*_condition(name), (_RETURN, _EPERM)]
        written += [Jump(_EQUAL, both[column], 0, len(block)), *block]
    return (*written, (_RETURN, _EPERM))


class Filter:
    """The filter of this machine, assembled once. Raises `OSError` where there is none."""

    def __init__(self) -> None:
        written = instructions(platform.machine())
        self._code = ctypes.create_string_buffer(b"".join(map(_assembled, written)))
        self._program = _Program(len(written), ctypes.addressof(self._code))
        size = struct.calcsize(_FORM)
        self._processes = [
            (at + 1) * size - 4  # where its value stands
            for at, one in enumerate(written)
            if isinstance(one, Jump) and one.value is None
        ]

    def apply(self) -> None:
        """Put it on this process, the only one that may be sent signals, for good.

        Raises `OSError`.
        """
        for at in self._processes:
            struct.pack_into("=I", self._code, at, os.getpid())
        no_new_privileges()
        if _libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(self._program), 0, 0):
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")


def no_new_privileges() -> None:
    """No program that this process starts has more rights than it. Raises `OSError`."""
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"no_new_privs: {os.strerror(number)}")


def _assembled(one: Instruction) -> bytes:
    """Where the process is to stand, zero."""
    if isinstance(one, Jump):
        return struct.pack(_FORM, one.code, one.then, one.other, one.value or 0)
    return struct.pack(_FORM, one[0], 0, 0, one[1])


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """The runs of consecutive numbers in a sorted list: first and last of each."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _if_between(low: int, high: int, action: int) -> list[Instruction]:
    if low == high:
        return [Jump(_EQUAL, low, 0, 1), (_RETURN, action)]
    return [Jump(_AT_LEAST, low, 0, 2), Jump(_GREATER, high, 1, 0), (_RETURN, action)]


def _condition(name: str) -> list[Instruction]:
    """Allows a call on its arguments, or falls through. The kernel reads their low words only."""
    if name == "clone":
        return [_argument(0), Jump(_ANY_BIT, _CLONE_THREAD, 0, 1), (_RETURN, _ALLOW)]
    if name in ("kill", "tgkill"):
        return [_argument(0), Jump(_EQUAL, None, 0, 1), (_RETURN, _ALLOW)]
    if name == "prlimit64":
        return _only_reading_own_limits()
    place, values = {"prctl": (0, _PRCTL), "ioctl": (1, _IOCTL), "fcntl": (1, _FCNTL)}[name]
    block: list[Instruction] = [_argument(place)]
    for value in values:
        block += [Jump(_EQUAL, value, 0, 1), (_RETURN, _ALLOW)]
    return block


def _only_reading_own_limits() -> list[Instruction]:
    """`prlimit64(pid, which, new, old)` with `new` null and `pid` 0 or its own."""
    return [
        _argument(2),
        Jump(_EQUAL, 0, 0, 6),
        (_LOAD, _ARGUMENTS + 2 * 8 + 4),
        Jump(_EQUAL, 0, 0, 4),
        _argument(0),
        Jump(_EQUAL, 0, 1, 0),
        Jump(_EQUAL, None, 0, 1),
        (_RETURN, _ALLOW),
    ]


def _argument(index: int) -> tuple[int, int]:
    """Load the low word of an argument; both machines are little-endian."""
    return (_LOAD, _ARGUMENTS + 8 * index)
