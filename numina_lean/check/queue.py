"""Work waiting for a Lean process, handed out by header.

A process that has a header loaded is given work for that header first, because loading another
costs seconds. So that no header starves, an item that came `PATIENCE` items earlier goes first.
"""

import threading
from collections import OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass

from numina_lean.check.verdict import Item, Outcome
from numina_lean.lean.source import Header

PATIENCE = 512


@dataclass(slots=True)
class Job:
    """An item on its way through the pool; `crashes` counts the processes it took down."""

    item: Item
    header: Header
    body: str
    future: Future[Outcome]
    arrival: int = 0
    crashes: int = 0


class JobQueue:
    """Thread-safe; `take` blocks."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._by_header: OrderedDict[str, deque[Job]] = OrderedDict()
        self._arrivals = 0
        self._closed = False

    def put(self, job: Job) -> None:
        with self._changed:
            job.arrival = self._arrivals
            self._arrivals += 1
            self._by_header.setdefault(job.header.digest, deque()).append(job)
            self._changed.notify()

    def take(self, preferred: str | None) -> Job | None:
        """The next job, of header `preferred` (a digest) where there is one; None once closed."""
        with self._changed:
            while not self._by_header and not self._closed:
                self._changed.wait()
            if not self._by_header:
                return None
            digest = self._choose(preferred)
            waiting = self._by_header[digest]
            job = waiting.popleft()
            if not waiting:
                del self._by_header[digest]
            return job

    def close(self) -> list[Job]:
        """End all waits and return the jobs that nobody took."""
        with self._changed:
            self._closed = True
            left = [job for waiting in self._by_header.values() for job in waiting]
            self._by_header.clear()
            self._changed.notify_all()
            return left

    def _choose(self, preferred: str | None) -> str:
        oldest = min(self._by_header, key=lambda digest: self._by_header[digest][0].arrival)
        own = self._by_header.get(preferred) if preferred is not None else None
        if own is None or preferred is None:
            return oldest
        waited = own[0].arrival - self._by_header[oldest][0].arrival
        return oldest if waited > PATIENCE else preferred
