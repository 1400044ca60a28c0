"""What a program's process gives up before it runs a line of the program.

In order: its session and terminal; more memory, files and threads than its limits; all
capabilities; all files but those it is to see (Landlock); the server's descriptors; all system
calls but those it needs (seccomp). Each step is for good, and one that fails raises `OSError`.
"""

import ctypes
import os
import resource
import signal
from collections.abc import Mapping
from dataclasses import dataclass

from .landlock import Rules
from .seccomp import Filter, no_new_privileges

CONTROL = 3
"""The descriptor over which a kept session is given its programs."""

_BEYOND = 2
"""The kernel ends a process only far beyond its processor time: its count is rough, and the server,
which counts better, is to come first."""

DESCRIPTORS = 1024
"""More than the server ever has open."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _CAPSET_VERSION_3 = 1, 4, 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Confinement:
    """What to put on each program. `rules` or `filter` None: this machine has no such layer.

    `processes` bounds processes and threads of its user where the kernel counts them by the cell;
    None where it would count those of others too.
    """

    limits: Mapping[str, int]
    rules: Rules | None
    filter: Filter | None
    processes: int | None

    def apply(self, output: int, control: int | None, cpu_seconds: int | None, mapped: int) -> None:
        """Confine this process. Its output goes to the descriptor `output`; `control`, where there
        is one, becomes `CONTROL`; it has no other descriptor. `cpu_seconds` None: the server counts
        them. `mapped` bytes of address space it has already. Raises `OSError`.
        """
        os.setsid()
        _with_the_server()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for descriptor, becomes in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(descriptor, becomes)
        self._bound(cpu_seconds, mapped)
        drop_capabilities()
        no_new_privileges()
        if self.rules is not None:
            self.rules.apply()
        if control is not None:
            os.dup2(control, CONTROL, inheritable=False)
        os.closerange(CONTROL if control is None else CONTROL + 1, DESCRIPTORS)
        if self.filter is not None:
            self.filter.apply()

    def _bound(self, cpu_seconds: int | None, mapped: int) -> None:
        limits = self.limits
        bounds = {
            resource.RLIMIT_AS: mapped + limits["memory_bytes"],
            resource.RLIMIT_FSIZE: limits["file_bytes"],
            resource.RLIMIT_NOFILE: limits["open_files"],
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_MEMLOCK: 0,
        }
        if cpu_seconds is not None:
            bounds[resource.RLIMIT_CPU] = _BEYOND * cpu_seconds
        if self.processes is not None:
            bounds[resource.RLIMIT_NPROC] = self.processes
        for which, value in bounds.items():
            _, hard = resource.getrlimit(which)
            lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(which, (lower, lower))


def mapped() -> int:
    """Bytes of address space of this process; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def hide_memory() -> None:
    """No other process may look into this one through /proc, nor trace it."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop_capabilities() -> None:
    """Those of root, where it runs as root. Raises `OSError`."""
    header = (ctypes.c_uint32 * 2)(_CAPSET_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if _libc.capset(header, none):
        number = ctypes.get_errno()
        raise OSError(number, f"capset: {os.strerror(number)}")


def _with_the_server() -> None:
    """End with the server, even if it is killed."""
    server = os.getppid()
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:
        os.kill(os.getpid(), signal.SIGKILL)
