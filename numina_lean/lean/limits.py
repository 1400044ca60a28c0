"""What a Lean process may use, set from outside once it runs (Linux; elsewhere nothing is set).

No core dump, no large file, some processor time as a backstop, and the first place in the kernel's
choice when memory runs out. Address space stays unlimited: `.olean` files are memory-mapped and
WebAssembly reserves far more than it touches. Memory is watched as resident size instead, in
`numina_lean.check.memory`.

Limits hold for the process named and what it starts afterwards: not for a REPL that a sandbox has
started before.
"""

import contextlib
import math
import os
import resource
import sys
from pathlib import Path

OOM_SCORE = 900
"""Of 1000. The kernel ends processes of a high score first; ours stays at 0."""
LARGEST_FILE = 1 << 20
"""Bytes. Confined engines write no file at all; one that is not shall not fill the disk."""
_TICKS = os.sysconf("SC_CLK_TCK")


def confine(pid: int) -> None:
    """Set what stays the same for the life of child `pid`. What is not permitted is left."""
    if pid in (0, os.getpid()):  # to prlimit, 0 is this process
        return
    _limit(pid, "RLIMIT_CORE", 0)
    _limit(pid, "RLIMIT_FSIZE", LARGEST_FILE)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")


def grant_cpu(pid: int, seconds: float) -> None:
    """Let process `pid` use `seconds` of processor time from now on; the kernel then ends it."""
    used = _cpu_seconds(pid)
    if used is not None and pid not in (0, os.getpid()):
        _limit(pid, "RLIMIT_CPU", math.ceil(used + seconds))


def _limit(pid: int, name: str, soft: int) -> None:
    """Set the soft limit, and the hard one too unless it is one of time, granted again later."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, ValueError):
        which = getattr(resource, name)
        _, hard = resource.prlimit(pid, which)
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        resource.prlimit(pid, which, (soft, hard if name == "RLIMIT_CPU" else soft))


def _cpu_seconds(pid: int) -> float | None:
    """Processor time that the process has used so far, all its threads together."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    except (OSError, ValueError, IndexError):
        return None
