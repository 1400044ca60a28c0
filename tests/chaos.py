"""Things that befall Lean processes from outside, one after another, while checks run.

For the test of the pool and for `benchmarks/chaos.py`: processes killed at random, and pipes closed
under the pool's hands. What items do to their processes themselves is left to the items.
"""

import contextlib
import os
import random
import signal
from collections import Counter

import psutil

from numina_lean.check.pool import Pool

KILLS = 0.75
"""The share of the blows that are kills; the others close a pipe."""


class Chaos:
    """Each `blow` kills a Lean of this process, or closes a pipe of `pool`; counted in `blows`."""

    def __init__(self, pool: Pool, *, seed: int = 0) -> None:
        self.blows: Counter[str] = Counter()
        self._pool = pool
        self._random = random.Random(seed)

    def blow(self) -> None:
        if self._random.random() < KILLS:
            self._kill()
        else:
            self._close_pipe()

    def _kill(self) -> None:
        """Kill any process with a Lean in it: at work, idle, spare or just getting ready."""
        lean = [child.pid for child in psutil.Process().children() if _is_lean(child)]
        if lean:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._random.choice(sorted(lean)), signal.SIGKILL)
                self.blows["killed"] += 1

    def _close_pipe(self) -> None:
        """Put /dev/null in the place of our end of a pipe: that closes it and frees no number."""
        held = [worker.process for worker in self._pool._workers]
        sessions = [process.session for process in held if process is not None]
        if not sessions:
            return
        session = self._random.choice(sessions)
        null = os.open(os.devnull, os.O_RDWR)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # it has just been closed
            ends = [session._answers, session._process.stdin.fileno()]  # type: ignore[attr-defined]
            end = self._random.choice(ends)
            if end >= 0:
                os.dup2(null, end)
                self.blows["pipe closed"] += 1
        os.close(null)


def _is_lean(process: psutil.Process) -> bool:
    try:
        return any(word.endswith("main.cjs") for word in process.cmdline())
    except psutil.Error:
        return False
