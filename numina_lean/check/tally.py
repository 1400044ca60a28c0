"""What a pool has done and holds: counts for a person or a monitor."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from numina_lean.check.quarantine import DeathCause
from numina_lean.check.verdict import Verdict

RestartCause = Literal[DeathCause, "timeout", "cancelled", "code", "grown", "idle", "header"]
"""Why a worker gave its process up: it died (`DeathCause`), or …

`timeout`: its check passed its time and had to be killed. `cancelled`: nobody waited for its check.
`code`: it ran code of a source. `grown`: it held more memory than it should. `idle`: it died
between two checks. `header`: the next check was on another header.
"""


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """A pool at one moment.

    `processes` live now, spares included; `busy` of them are at work on a check. `waiting` checks
    are queued. `spares` are ready for a worker that loses its process. `done` counts outcomes by
    verdict and `restarts` the processes given up by cause, both since the pool was opened.
    `resident_bytes` is what all processes hold together.
    """

    processes: int
    busy: int
    waiting: int
    spares: int
    done: Mapping[Verdict, int]
    restarts: Mapping[RestartCause, int]
    resident_bytes: int


class Tally:
    """Counts over the life of a pool; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: Counter[Verdict] = Counter()
        self._restarts: Counter[RestartCause] = Counter()

    def outcome(self, verdict: Verdict) -> None:
        with self._lock:
            self._done[verdict] += 1

    def restart(self, cause: RestartCause) -> None:
        with self._lock:
            self._restarts[cause] += 1

    def counts(self) -> tuple[Mapping[Verdict, int], Mapping[RestartCause, int]]:
        """Copies: outcomes by verdict, restarts by cause."""
        with self._lock:
            return dict(self._done), dict(self._restarts)
