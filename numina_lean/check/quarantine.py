"""Who is to blame when a process dies, and which sources are not tried any more.

A death that the source caused counts against it: a process that went past the ceiling of memory, or
that broke. Two such and the source is poison: it is not tried again in this run, however often it
comes. One that asked its process to end needs no second trial.

A death that nobody explains (the process was killed, or its pipes closed) may be no fault of the
source. It is tried again up to `UNEXPLAINED` times in all; deaths for which there is an alibi,
another source's process that died the same way within `ALIBI_SECONDS`, are not counted, up to
`MOST` trials. A source that kills its process in a way that leaves no trace costs that many.

Does not cover: sources that only run out of time, which cost a process each time they come.
"""

import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Literal

DeathCause = Literal["exit", "memory", "fault", "unknown", "start", "killed_start"]
"""`memory`: past the ceiling. `start`, `killed_start`: the process did not get ready, or was killed
before it was, for which no source is blamed. Others: `CrashCause`."""

STRIKES = 2
UNEXPLAINED = 4
STARTS = 3
MOST = 20
ALIBI_SECONDS = 10.0
REMEMBERED = 100_000
"""How many sources are known for what they did; the one not seen for longest is forgotten."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds before the second trial, doubled before each further one."""


@dataclass(slots=True)
class _File:
    """What is held against a source, and why it is not tried any more."""

    strikes: int = 0
    verdict: str | None = None


@dataclass(slots=True)
class Trial:
    """The attempts at one job so far, by what became of them."""

    digest: str
    deaths: int = 0
    unexplained: int = 0
    failed_starts: int = 0


class Quarantine:
    """Thread-safe; lives as long as a pool."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: OrderedDict[str, _File] = OrderedDict()
        self._unexplained: deque[tuple[float, str]] = deque(maxlen=256)

    def poison(self, digest: str) -> str | None:
        """Why the source is not to be tried, or None."""
        with self._lock:
            file = self._files.get(digest)
            if file is None:
                return None
            self._files.move_to_end(digest)
            return file.verdict

    def death(self, trial: Trial, cause: DeathCause, *, now: float | None = None) -> float | None:
        """A process died under `trial`: seconds until it may be tried again, None: never.

        `now` as `time.monotonic()` tells.
        """
        with self._lock:
            trial.deaths += 1
            if self._given_up(trial, cause, time.monotonic() if now is None else now):
                return None
            pause: float = FIRST_PAUSE * 2 ** (trial.deaths - 1)
            return min(pause, LONGEST_PAUSE)

    def _given_up(self, trial: Trial, cause: DeathCause, now: float) -> bool:
        if cause in ("start", "killed_start"):
            trial.failed_starts += cause == "start"
            return trial.failed_starts >= STARTS or trial.deaths >= MOST
        if cause == "unknown":
            if not self._has_alibi(trial.digest, now):
                trial.unexplained += 1
            self._unexplained.append((now, trial.digest))
            if trial.unexplained >= UNEXPLAINED:
                file = self._file(trial.digest)
                file.verdict = f"{trial.unexplained} processes died while it was checked"
            return trial.unexplained >= UNEXPLAINED or trial.deaths >= MOST
        file = self._file(trial.digest)
        file.strikes += 1
        if cause == "exit":
            file.verdict = "it ends the process that checks it"
        elif file.strikes >= STRIKES:
            file.verdict = f"it took {file.strikes} processes down"
        return file.verdict is not None

    def _has_alibi(self, digest: str, now: float) -> bool:
        return any(
            other != digest and now - then <= ALIBI_SECONDS for then, other in self._unexplained
        )

    def _file(self, digest: str) -> _File:
        file = self._files.setdefault(digest, _File())
        self._files.move_to_end(digest)
        if len(self._files) > REMEMBERED:
            self._files.popitem(last=False)
        return file
