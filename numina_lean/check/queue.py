"""Work waiting for a Lean process, handed out by header.

A process that has a header loaded is given work for that header first, because loading another
costs seconds. So that no header starves, an item that came `PATIENCE` items earlier goes first.
"""

import hashlib
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from numina_lean.check.verdict import Item, Outcome
from numina_lean.lean.engine import Session
from numina_lean.lean.source import Header

PATIENCE = 512


class JobCancelledError(Exception):
    """Nobody waits for the job any more."""


@dataclass(eq=False)
class Job:
    """An item on its way through the pool, told apart from another of the same content.

    `session` is the process that works on it at the moment; `cancelled` says that nobody waits for
    it any more. Both are changed under `lock`.
    """

    item: Item
    header: Header
    body: str
    future: Future[Outcome]
    arrival: int = 0
    session: Session | None = None
    cancelled: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def digest(self) -> str:
        """What tells whether another item brings the same texts to a process."""
        texts = f"{self.item.source}\0{self.item.reference or ''}"
        return hashlib.sha256(texts.encode("utf-8", "surrogatepass")).hexdigest()

    @contextmanager
    def at_work(self, session: Session) -> Iterator[None]:
        """While `session` works on the job, `cancel` ends it. Raises `JobCancelledError`."""
        with self.lock:
            if self.cancelled:
                raise JobCancelledError
            self.session = session
        try:
            yield
        finally:
            with self.lock:
                self.session = None

    def cancel(self) -> bool:
        """Drop the job if it waits, end the process that works on it if it runs; False if done."""
        if self.future.cancel():
            return True
        with self.lock:
            if self.future.done():
                return False
            self.cancelled = True
            if self.session is not None:
                self.session.kill()
        return True


class QueueClosedError(RuntimeError):
    """Nothing is taken in any more."""


class JobQueue:
    """Thread-safe. Holds up to `bound` jobs; `put` and `take` block."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        lock = threading.Lock()
        self._work = threading.Condition(lock)
        self._room = threading.Condition(lock)
        self._by_header: OrderedDict[str, deque[Job]] = OrderedDict()
        self._count = 0
        self._arrivals = 0
        self._closed = False

    def __len__(self) -> int:
        return self._count

    def put(self, job: Job, *, wait: bool = True, force: bool = False) -> bool:
        """Take `job` in, and out again when its future is cancelled; whether it was taken in.

        Where there is no room, `wait` for it or say False; `force` goes beyond the bound. Raises
        `QueueClosedError`.
        """
        with self._room:
            while wait and not force and self._count >= self._bound and not self._closed:
                self._room.wait()
            if self._closed:
                raise QueueClosedError("the pool is closed")
            if self._count >= self._bound and not force:
                return False
            job.arrival = self._arrivals
            self._arrivals += 1
            self._by_header.setdefault(job.header.digest, deque()).append(job)
            self._count += 1
            self._work.notify()
        job.future.add_done_callback(lambda future: self._discard(job, future))
        return True

    def take(self, preferred: str | None) -> Job | None:
        """The next job, of header `preferred` (a digest) where there is one; None once closed."""
        with self._work:
            while not self._by_header and not self._closed:
                self._work.wait()
            if not self._by_header:
                return None
            job = self._by_header[self._choose(preferred)][0]
            self._remove(job)
            return job

    def close(self) -> list[Job]:
        """End all waits and return the jobs that nobody took."""
        with self._work:
            self._closed = True
            left = [job for waiting in self._by_header.values() for job in waiting]
            self._by_header.clear()
            self._count = 0
            self._work.notify_all()
            self._room.notify_all()
            return left

    def _discard(self, job: Job, future: Future[Outcome]) -> None:
        if future.cancelled():
            with self._work:
                if job in self._by_header.get(job.header.digest, ()):
                    self._remove(job)

    def _remove(self, job: Job) -> None:
        waiting = self._by_header[job.header.digest]
        waiting.remove(job)
        if not waiting:
            del self._by_header[job.header.digest]
        self._count -= 1
        self._room.notify()

    def _choose(self, preferred: str | None) -> str:
        oldest = min(self._by_header, key=lambda digest: self._by_header[digest][0].arrival)
        own = self._by_header.get(preferred) if preferred is not None else None
        if own is None or preferred is None:
            return oldest
        waited = own[0].arrival - self._by_header[oldest][0].arrival
        return oldest if waited > PATIENCE else preferred
