"""Runs a program that executes foreign code, as Lean does when it elaborates, in a cell of its own.

A `Cell` says what the program may see; `Bubblewrap` makes the command that starts it there: no
network, no file but the system's programs and what the cell names, all of them read-only, no
home, a small folder of its own for temporary files, no other process in sight, no way to more
rights, small files and no core dumps, and its end with that of its parent. Knows nothing of Lean.

Does not bound memory (the cell's resident size is to be watched from outside, where its processes
are seen as children) nor processor time, and does not filter system calls: the kernel itself is
trusted to keep its own borders.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock

UNSAFE_OPTION = "--unsafe-no-sandbox"
"""The option of a command that runs an engine without the cell it needs."""

# Where programs and the libraries they link to lie; on some systems links into the first of them.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")
_SYSTEM_FILES = ("/etc/ld.so.cache",)
_PROBE_TIMEOUT = 20.0
_BLOCK = 512  # bytes: the unit of `ulimit -f` in a POSIX shell
# A limit that is lower already stays; shells differ in the letter for processes.
_LIMITED = (
    'ulimit -c 0; ulimit -f "$1"; ulimit -u "$2" 2>/dev/null || ulimit -p "$2" 2>/dev/null; '
    'shift 2; exec "$@"'
)


class SandboxError(Exception):
    """This machine cannot confine a program. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a confined program may see and use, besides the system's own programs.

    `readable`: files and folders, at their own paths, read-only; those that are not there are left
    out. `environment` is all of its environment. `folder` is where it starts, `/` if None.
    `tmp_bytes` bounds its `/tmp`, `file_bytes` any one file there, `processes` its processes and
    threads (of the user's, on Linux before 5.14; without force for root).
    """

    readable: tuple[Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    tmp: str = "/tmp"
    tmp_bytes: int = 64 << 20
    file_bytes: int = 16 << 20
    processes: int = 4096


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """An installed bubblewrap that has been seen to work on this machine."""

    program: Path
    version: str
    features: frozenset[str]

    def command(self, command: Sequence[str], cell: Cell) -> tuple[str, ...]:
        """What to run so that `command` runs in `cell`. Its pipes are those of the caller.

        The first process of it stays outside and ends with the cell; killing it ends the cell. It
        dies with the *thread* that started it, so start it with `spawn`. Its own environment can be
        read in the cell: give it nothing secret.
        """
        environment = {"HOME": cell.tmp, "PATH": "/usr/bin:/bin", **cell.environment}
        return (
            str(self.program),
            *self._unshared(),
            *(word for name, value in environment.items() for word in ("--setenv", name, value)),
            *_system(),
            *("--proc", "/proc", "--dev", "/dev"),
            *self._tmp(cell),
            *_readable(cell),
            # They are kept in memory, which nobody would count.
            *("--remount-ro", "/dev", "--remount-ro", "/"),
            *("--chdir", str(cell.folder or "/")),
            *("--", "/bin/sh", "-c", _LIMITED, "sh"),
            *(str(cell.file_bytes // _BLOCK), str(cell.processes)),
            *command,
        )

    def _unshared(self) -> tuple[str, ...]:
        further = ("--disable-userns",) if "--disable-userns" in self.features else ()
        return (
            *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net"),
            *("--unshare-uts", "--unshare-cgroup-try", *further),
            *("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"),
        )

    def _tmp(self, cell: Cell) -> tuple[str, ...]:
        """Where its size cannot be bounded (before bubblewrap 0.7), it is read-only too."""
        if "--size" in self.features:
            return ("--size", str(cell.tmp_bytes), "--tmpfs", cell.tmp)
        return ("--dir", cell.tmp)


def find_bubblewrap() -> Bubblewrap:
    """The bubblewrap of this machine, tried for real, once for each `PATH`.

    Raises `SandboxError`.
    """
    return _find(os.environ.get("PATH", os.defpath))


@cache
def _find(path: str) -> Bubblewrap:
    program = shutil.which("bwrap", path=path)
    if program is None:
        raise SandboxError(
            "bubblewrap is not installed. Install it (Debian, Ubuntu: apt install bubblewrap)"
        )
    features = _said((program, "--help"))
    found = Bubblewrap(
        Path(program),
        _said((program, "--version")).removeprefix("bubblewrap").strip(),
        frozenset(word for word in features.split() if word.startswith("--")),
    )
    _said(found.command(("/bin/sh", "-c", ":"), Cell(())))
    return found


def _said(command: Sequence[str]) -> str:
    """What `command` prints. Raises `SandboxError` when it does not end well."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PROBE_TIMEOUT, check=False, env={}
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxError(f"bubblewrap does not run: {error}") from error
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise SandboxError(
            f"bubblewrap cannot make a sandbox here ({why}). It needs user namespaces: allow them "
            "(sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces, AppArmor's "
            "kernel.apparmor_restrict_unprivileged_userns; in a container, its security profile)"
        )
    return done.stdout


def _system() -> list[str]:
    words: list[str] = []
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            words += ["--ro-bind", name, name]
    for name in _SYSTEM_FILES:
        words += ["--ro-bind-try", name, name]
    return words


def _readable(cell: Cell) -> list[str]:
    words: list[str] = []
    # Outer folders first: one that is bound later would hide what lies in it.
    for path in sorted({path.absolute() for path in cell.readable}):
        if path.exists():
            words += ["--ro-bind", str(path.resolve()), str(path)]
    return words


_STARTING = Lock()
_starter: tuple[int, ThreadPoolExecutor] | None = None


def spawn(start: Callable[[], "subprocess.Popen[bytes]"]) -> "subprocess.Popen[bytes]":
    """Call `start` in a thread that lives as long as this process, and return what it returns.

    Linux tells a child of its parent's death when the thread ends that started it: a confined
    program started by a thread that only warms a spare up would be killed with that thread.
    """
    global _starter
    with _STARTING:
        if _starter is None or _starter[0] != os.getpid():  # a fork inherits no threads
            _starter = (os.getpid(), ThreadPoolExecutor(1, thread_name_prefix="spawn"))
        starter = _starter[1]
    started = starter.submit(start)
    try:
        return started.result()
    except BaseException:
        # Interrupted while it waited: what starts meanwhile has nobody to end it.
        started.add_done_callback(_end)
        raise


def _end(started: "Future[subprocess.Popen[bytes]]") -> None:
    if not started.cancelled() and started.exception() is None:
        started.result().kill()
