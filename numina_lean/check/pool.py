"""N Lean processes that answer a stream of checks, whatever the checks do to them.

Each worker thread owns one process at a time and takes work for the header that the process has
loaded. A check that passes its timeout costs that process only; one that takes a process down is
tried once more in another, then quarantined as `crashed`. A watcher ends a process whose resident
memory passes the ceiling, and a process that has grown is replaced between two checks.

Does not cover: a cache of verdicts, spare processes warmed ahead, sandboxing of the native engine.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType

from numina_lean.check.memory import MemoryWatch
from numina_lean.check.queue import Job, JobQueue
from numina_lean.check.verdict import Item, Judgement, Outcome, Verdict, judge
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.engine import (
    Check,
    CheckTimeoutError,
    Engine,
    HeaderError,
    Session,
    SessionCrashedError,
    SessionError,
)
from numina_lean.lean.report import EngineName, Message, Report
from numina_lean.lean.source import split_header

MEBIBYTE = 1 << 20
ATTEMPTS = 2
"""How many processes an item may take down before it is quarantined."""
WINDOW = 1024
"""How many items `check_all` holds: those that wait, run, or are done but not yet due."""


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

    `jobs`: number of Lean processes; `limits`: by default those of `LIMITS`. `submit` and `check`
    may be called from many threads.
    """

    def __init__(self, engine: Engine, *, jobs: int = 2, limits: Limits | None = None) -> None:
        if jobs < 1:
            raise ValueError(f"a pool needs at least one process, not {jobs}")
        self._engine = engine
        self._limits = limits or LIMITS[engine.lean.engine]
        self._queue = JobQueue()
        self._watch = MemoryWatch(self._limits.ceiling)
        self._missing: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._bad_headers: dict[str, tuple[Message, ...]] = {}
        self._closing = threading.Event()
        self._workers = [
            threading.Thread(target=_Worker(self).run, name=f"lean-{index}", daemon=True)
            for index in range(jobs)
        ]

    def __enter__(self) -> "Pool":
        self._watch.start()
        for worker in self._workers:
            worker.start()
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
        self._watch.kill_all()
        for worker in self._workers:
            worker.join()
        self._watch.stop()

    def submit(self, item: Item) -> Future[Outcome]:
        """Queue `item`. What no engine process is needed for is answered at once."""
        header, body = split_header(item.source)
        future: Future[Outcome] = Future()
        job = Job(item, header, body, future)
        missing = self._missing_modules(job)
        if missing:
            self._settle(
                job,
                Judgement(Verdict.NEEDS_MATHLIB, None, f"needs {', '.join(missing)}"),
                missing=missing,
            )
        else:
            self._queue.put(job)
        return future

    def check(self, item: Item) -> Outcome:
        """Submit `item` and wait for its outcome."""
        return self.submit(item).result()

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Outcomes in input order, reading at most `WINDOW` items ahead."""
        pending: deque[Future[Outcome]] = deque()
        for item in items:
            pending.append(self.submit(item))
            while pending and (len(pending) >= WINDOW or pending[0].done()):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _missing_modules(self, job: Job) -> tuple[str, ...]:
        imports = job.header.imports
        if imports not in self._missing:
            self._missing[imports] = self._engine.missing_modules(job.header)
        return self._missing[imports]

    def _settle(
        self,
        job: Job,
        judgement: Judgement,
        report: Report | None = None,
        *,
        seconds: float = 0.0,
        missing: tuple[str, ...] = (),
    ) -> None:
        """Give `job` its one outcome."""
        job.future.set_result(
            Outcome(
                id=job.item.id,
                verdict=judgement.verdict,
                reason=judgement.reason,
                detail=judgement.detail,
                lean=self._engine.lean,
                header_hash=job.header.digest,
                seconds=report.seconds if report else seconds,
                messages=report.messages if report else (),
                sorries=report.sorries if report else (),
                declarations=report.declarations if report else (),
                truncated=report.truncated if report else False,
                missing_modules=missing,
            )
        )


class _Worker:
    """One thread with at most one live session."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._session: Session | None = None
        self._resident_at_start = 0

    def run(self) -> None:
        while True:
            loaded = self._session.header.digest if self._session else None
            job = self._pool._queue.take(loaded)
            if job is None:
                break
            if job.future.set_running_or_notify_cancel():
                self._serve(job)
        self._drop_session()

    def _serve(self, job: Job) -> None:
        pool = self._pool
        known_bad = pool._bad_headers.get(job.header.digest)
        if known_bad is not None:
            self._refuse_header(job, known_bad)
            return
        session: Session | None = None
        started = time.monotonic()
        try:
            session = self._session_for(job)
            started = time.monotonic()
            report = self._check(session, job)
        except HeaderError as error:
            pool._bad_headers[job.header.digest] = error.messages
            self._refuse_header(job, error.messages)
        except CheckTimeoutError as error:
            if session is None:
                self._crashed(job, "engine_start", str(error), time.monotonic() - started)
            else:
                judgement = Judgement(Verdict.TIMEOUT, "wall_clock", str(error))
                pool._settle(job, judgement, seconds=time.monotonic() - started)
        except EngineUnavailableError as error:
            pool._settle(job, Judgement(Verdict.CRASHED, "engine_unavailable", str(error)))
        except SessionError as error:
            reason = self._crash_reason(session, error)
            self._crashed(job, reason, str(error), time.monotonic() - started)
        except Exception as error:  # noqa: BLE001 - a defect of ours may not cost the batch
            self._drop_session()
            judgement = Judgement(Verdict.CRASHED, "internal", f"{type(error).__name__}: {error}")
            pool._settle(job, judgement)
        else:
            pool._settle(job, judge(report, job.item.source), report)
        self._recycle()

    def _check(self, session: Session, job: Job) -> Report:
        check = Check(job.body, job.item.timeout, job.item.heartbeats)
        with self._pool._watch.watching(session):
            if self._pool._closing.is_set():
                raise SessionCrashedError("the pool is closing")
            return session.check(check)

    def _session_for(self, job: Job) -> Session:
        if self._session and self._session.header.digest != job.header.digest:
            self._drop_session()
        if self._session is None:
            self._session = self._pool._engine.start(job.header)
            self._resident_at_start = self._session.resident_bytes()
        return self._session

    def _crash_reason(self, session: Session | None, error: SessionError) -> str | None:
        if session is None:
            return "engine_start"
        gave_up = isinstance(error, SessionCrashedError) and error.out_of_memory
        return "memory" if self._pool._watch.killed(session) or gave_up else None

    def _crashed(self, job: Job, reason: str | None, detail: str, seconds: float) -> None:
        """Try `job` once more in another process, or give it up."""
        self._drop_session()
        job.crashes += 1
        if job.crashes < ATTEMPTS and not self._pool._closing.is_set():
            self._serve(job)
            return
        detail = f"{detail} (after {job.crashes} attempts)"
        self._pool._settle(job, Judgement(Verdict.CRASHED, reason, detail), seconds=seconds)

    def _refuse_header(self, job: Job, messages: tuple[Message, ...]) -> None:
        detail = messages[0].text.partition("\n")[0] if messages else "header rejected"
        report = Report(messages, (), (), 0.0)
        self._pool._settle(job, Judgement(Verdict.ERROR, "header", detail), report)

    def _recycle(self) -> None:
        session = self._session
        if session is None:
            return
        grown = session.resident_bytes() - self._resident_at_start
        if session.spent or grown > self._pool._limits.growth:
            self._drop_session()

    def _drop_session(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
