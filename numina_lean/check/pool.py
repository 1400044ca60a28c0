"""N Lean processes that answer a stream of checks, whatever the checks do to them.

Each worker thread (`worker`) owns one process at a time and takes work for the header that the
process has loaded. A check that passes its timeout costs that process only, and a spare one
(`spares`) takes over; one that takes a process down is tried again, then given up (`quarantine`).
A watcher (`memory`) ends a process whose resident memory passes the ceiling, and a process that
has grown is replaced between two checks.

Does not cover: a cache of verdicts (`cache`), sandboxing of the native engine.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType

from numina_lean.check.memory import MemoryWatch
from numina_lean.check.outcomes import Outcomes
from numina_lean.check.process import Starter
from numina_lean.check.quarantine import Quarantine
from numina_lean.check.queue import Job, JobQueue
from numina_lean.check.spares import Spares
from numina_lean.check.tally import PoolStatistics, Tally
from numina_lean.check.verdict import Item, Outcome, forbidden, no_text
from numina_lean.check.worker import Shared, Worker
from numina_lean.lean.engine import Engine
from numina_lean.lean.report import EngineName
from numina_lean.lean.source import Header, split_header

MEBIBYTE = 1 << 20
WINDOW = 1024
"""How many items `check_all` holds, those that wait, run, or are done but not yet due; and how many
may wait in a pool unless it is told otherwise."""
IMPORTS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Resident memory of one process, in bytes.

    Above `ceiling` it is killed in mid-check; when it has grown by more than `growth` since it
    got ready, it is replaced once its check is over.
    """

    ceiling: int
    growth: int


LIMITS: dict[EngineName, Limits] = {
    # About 450 MiB when ready, 600 in use; flat over thousands of ordinary checks.
    "embedded": Limits(ceiling=2560 * MEBIBYTE, growth=240 * MEBIBYTE),
    # The REPL frees no environment, and mathlib's files count as they are touched.
    "native": Limits(ceiling=16 * 1024 * MEBIBYTE, growth=4 * 1024 * MEBIBYTE),
}


class Pool:
    """A context manager. Every submitted item gets exactly one `Outcome`; none raises.

    `jobs`: number of Lean processes at work; `spares`: how many more are kept ready for the headers
    most in use; `waiting`: how many items may be queued; `limits`: by default those of `LIMITS`.
    The methods may be called from many threads.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        jobs: int = 2,
        spares: int = 1,
        waiting: int = WINDOW,
        limits: Limits | None = None,
    ) -> None:
        if jobs < 1:
            raise ValueError(f"a pool needs at least one process, not {jobs}")
        if spares < 0 or waiting < 1:
            raise ValueError(f"{spares} spares or {waiting} waiting items make no pool")
        self._engine = engine
        limits = limits or LIMITS[engine.lean.engine]
        self._tally = Tally()
        self._outcomes = Outcomes(engine, self._tally)
        self._queue = JobQueue(waiting)
        self._watch = MemoryWatch(limits.ceiling)
        self._starter = Starter(engine)
        # A source and a reference with other imports take turns with the imports of both.
        self._spares = Spares(self._starter, count=spares, parked=2 * jobs)
        self._missing: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._jobs: dict[Future[Outcome], Job] = {}
        self._closing = threading.Event()
        shared = Shared(
            judges=engine.judges,
            growth=limits.growth,
            queue=self._queue,
            starter=self._starter,
            spares=self._spares,
            watch=self._watch,
            quarantine=Quarantine(),
            tally=self._tally,
            outcomes=self._outcomes,
            closing=self._closing,
        )
        self._workers = [Worker(shared, f"lean-{index}") for index in range(jobs)]

    def __enter__(self) -> "Pool":
        self._watch.start()
        self._spares.open()
        for worker in self._workers:
            worker.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all processes. Items still waiting are cancelled: their futures say so."""
        self._closing.set()
        for job in self._queue.close():
            job.future.cancel()
        self._spares.close(self._starter.abort)
        for worker in self._workers:
            while worker.thread.is_alive():
                self._watch.kill_all()
                self._starter.abort()
                worker.thread.join(0.05)
        self._watch.stop()

    def submit(self, item: Item) -> Future[Outcome]:
        """Queue `item`, waiting for room where there is none.

        What no engine process is needed for is answered at once. Raises `QueueClosedError`.
        """
        future = self._submit(item, wait=True)
        assert future is not None
        return future

    def try_submit(self, item: Item) -> Future[Outcome] | None:
        """`submit`, but None at once where there is no room."""
        return self._submit(item, wait=False)

    def cancel(self, future: Future[Outcome]) -> bool:
        """Drop the check of `future`, one that this pool gave; whether that was still possible.

        One that waits is forgotten. One that runs has its process ended; its future then raises
        `CancelledError`, like that of one that waited.
        """
        job = self._jobs.get(future)
        return job is not None and job.cancel()

    def check(self, item: Item) -> Outcome:
        """Submit `item` and wait for its outcome."""
        return self.submit(item).result()

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Outcomes in input order, reading at most `WINDOW` items ahead.

        Whoever closes the generator early has the rest cancelled.
        """
        pending: deque[Future[Outcome]] = deque()
        try:
            for item in items:
                pending.append(self.submit(item))
                while pending and (len(pending) >= WINDOW or pending[0].done()):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                self.cancel(future)

    def statistics(self) -> PoolStatistics:
        """The pool as it is now."""
        processes = [worker.process for worker in self._workers]
        live = [process for process in processes if process is not None]
        done, restarts = self._tally.counts()
        spares = len(self._spares)
        at_work = sum(process.session.resident_bytes() for process in live)
        return PoolStatistics(
            processes=len(live) + spares,
            busy=sum(worker.busy for worker in self._workers),
            waiting=len(self._queue),
            spares=spares,
            done=done,
            restarts=restarts,
            resident_bytes=at_work + self._spares.resident_bytes(),
        )

    def _submit(self, item: Item, *, wait: bool) -> Future[Outcome] | None:
        header, body = split_header(item.source)
        job = Job(item, header, body, Future())
        missing = self._missing_modules(header)
        if item.reference is not None:
            missing += self._missing_modules(split_header(item.reference)[0])
        if missing:
            self._outcomes.needs(job, tuple(dict.fromkeys(missing)))
            return job.future
        refused = no_text(item) or forbidden(item.policy, header.imports, body)
        if refused is not None:
            self._outcomes.settle(job, refused)
            return job.future
        # A worker that submits, from the callback of a future, may not wait for itself.
        own = any(worker.thread is threading.current_thread() for worker in self._workers)
        if not self._queue.put(job, wait=wait, force=own and wait):
            return None
        self._jobs[job.future] = job
        job.future.add_done_callback(lambda future: self._jobs.pop(future, None))
        return job.future

    def _missing_modules(self, header: Header) -> tuple[str, ...]:
        missing = self._missing.get(header.imports)
        if missing is None:
            missing = self._engine.missing_modules(header)
            if len(self._missing) >= IMPORTS_REMEMBERED:
                self._missing.clear()
            self._missing[header.imports] = missing
        return missing
