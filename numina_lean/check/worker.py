"""One thread of a pool: takes jobs, has them examined in a process of its own, gives outcomes.

The one process it holds is kept from job to job as long as it is fit. What goes wrong ends in an
outcome here: nothing that a job does reaches another.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TypeVar

from numina_lean.check.examination import examine
from numina_lean.check.memory import MemoryWatch
from numina_lean.check.outcomes import Outcomes
from numina_lean.check.process import Process, Starter
from numina_lean.check.quarantine import DeathCause, Quarantine, Trial
from numina_lean.check.queue import Job, JobCancelledError, JobQueue
from numina_lean.check.spares import Spares
from numina_lean.check.tally import RestartCause, Tally
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.engine import (
    BadReferenceError,
    CheckTimeoutError,
    HeaderError,
    Session,
    SessionCrashedError,
    SessionError,
)
from numina_lean.lean.limits import grant_cpu
from numina_lean.lean.source import Header

T = TypeVar("T")

REASONS: dict[DeathCause, str] = {
    "memory": "memory",
    "start": "engine_start",
    "killed_start": "engine_start",
}
CPU_FACTOR, CPU_SLACK = 4.0, 120.0
"""Processor seconds that a check may use for each second of its timeout, and beside them.

A backstop: its time on the clock runs out long before, unless this program hangs.
"""


class StartError(SessionError):
    """A process did not get ready, which is no fault of the job that needed it.

    `killed`: it was killed, by nobody knows whom, and may well get ready the next time.
    """

    def __init__(self, message: str, *, killed: bool = False) -> None:
        super().__init__(message)
        self.killed = killed


@dataclass(frozen=True, slots=True)
class Shared:
    """What the workers of a pool have in common."""

    judges: bool
    growth: int
    queue: JobQueue
    starter: Starter
    spares: Spares
    watch: MemoryWatch
    quarantine: Quarantine
    tally: Tally
    outcomes: Outcomes
    closing: threading.Event


class Worker:
    """A thread with at most one live process. Implements `examination.Bench`."""

    def __init__(self, shared: Shared, name: str) -> None:
        self._shared = shared
        self._process: Process | None = None
        self._job: Job | None = None
        self._last: str | None = None
        self._headers: set[Header] = set()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def busy(self) -> bool:
        return self._job is not None

    @property
    def process(self) -> Process | None:
        return self._process

    @property
    def judges(self) -> bool:
        return self._shared.judges

    def use(self, header: Header, work: Callable[[Session], T], *, runs_code: bool) -> T:
        """See `examination.Bench.use`."""
        job = self._job
        assert job is not None
        self._headers.add(header)
        process = self._process_for(header)
        process.tainted = runs_code
        grant_cpu(process.session.pid, CPU_FACTOR * job.item.timeout + CPU_SLACK)
        with job.at_work(process.session), self._shared.watch.watching(process.session):
            if self._shared.closing.is_set():
                raise SessionCrashedError("the pool is closing")
            return work(process.session)

    def _run(self) -> None:
        while True:
            job = self._shared.queue.take(self._last)
            if job is None:
                break
            if job.future.set_running_or_notify_cancel():
                self._job = job
                self._survive(job)
                self._last = job.header.digest
                self._job = None
        if self._process is not None:
            self._process.close()

    def _survive(self, job: Job) -> None:
        """`_serve`, whatever it meets: without its threads a pool would answer nobody."""
        try:
            self._serve(job)
        except Exception as error:  # noqa: BLE001 - a defect of ours; the process may be at fault
            process, self._process = self._process, None
            if process is not None:
                with contextlib.suppress(Exception):
                    process.session.kill()
            if not job.future.done():
                what = f"{type(error).__name__}: {error}"
                self._shared.outcomes.crashed(job, "internal", what)

    def _serve(self, job: Job) -> None:
        """Try `job` until it has its outcome."""
        trial = Trial(job.digest)
        self._headers = {job.header}
        pause: float | None = 0.0
        while pause is not None:
            self._shared.closing.wait(pause)
            poison = self._shared.quarantine.poison(job.digest)
            if poison is not None:
                self._shared.outcomes.crashed(job, None, f"quarantined: {poison}")
                return
            pause = self._attempt(job, trial)
        for header in self._headers:
            self._shared.spares.used(header)
        self._recycle()

    def _attempt(self, job: Job, trial: Trial) -> float | None:
        """None if `job` has its outcome, else the seconds until it is to be tried again."""
        outcomes = self._shared.outcomes
        started = time.monotonic()
        try:
            outcomes.examined(job, examine(job, self))
        except JobCancelledError:
            job.future.set_exception(CancelledError())
        except HeaderError as error:
            outcomes.bad_header(job, error.messages)
        except BadReferenceError as error:
            outcomes.bad_reference(job, error.messages)
        except CheckTimeoutError as error:
            if not error.alive:
                self._give_up("timeout")
            outcomes.timeout(job, str(error), time.monotonic() - started)
        except EngineUnavailableError as error:
            self._give_up("start")
            outcomes.crashed(job, "engine_unavailable", str(error))
        except (SessionError, OSError, ValueError) as error:  # also pipes closed, answers garbled
            return self._crashed(job, trial, error, time.monotonic() - started)
        except Exception as error:  # noqa: BLE001 - a defect of ours may not cost the batch
            self._give_up("fault")
            outcomes.crashed(job, "internal", f"{type(error).__name__}: {error}")
        return None

    def _crashed(self, job: Job, trial: Trial, error: Exception, seconds: float) -> float | None:
        """Count what happened; the seconds until another attempt, or None if there is none."""
        cause = self._cause(error)
        self._give_up("cancelled" if job.cancelled else cause)
        if job.cancelled:
            job.future.set_exception(CancelledError())
            return None
        pause = self._shared.quarantine.death(trial, cause)
        if pause is not None and not self._shared.closing.is_set():
            return pause
        reason = REASONS.get(cause)
        attempts = f"{trial.deaths} attempt{'s' if trial.deaths > 1 else ''}"
        self._shared.outcomes.crashed(job, reason, f"{error} (after {attempts})", seconds)
        return None

    def _cause(self, error: Exception) -> DeathCause:
        if isinstance(error, StartError):
            return "killed_start" if error.killed else "start"
        over = self._process is not None and self._shared.watch.killed(self._process.session)
        if not isinstance(error, SessionCrashedError):
            return "memory" if over else "unknown"
        return "memory" if over or error.out_of_memory else error.cause

    def _process_for(self, header: Header) -> Process:
        """The worker's own process if it fits, a spare, or a new one.

        Raises `StartError`, `HeaderError`, `EngineUnavailableError`.
        """
        process = self._process
        if process is not None and (process.tainted or process.session.spent):
            self._give_up("code" if process.tainted else "idle")
        elif process is not None and process.header.digest != header.digest:
            self._turn_to(header)
        if self._process is None:
            self._process = self._shared.spares.take(header) or self._start(header)
        return self._process

    def _turn_to(self, header: Header) -> None:
        """Put the process away, and take one for `header` where there is one."""
        process = self._process
        # First taken, then parked, lest the one make room for the other.
        self._process = self._shared.spares.take(header)
        self._shared.tally.restart("header")
        if process is not None and not self._shared.spares.park(process):
            process.close()

    def _start(self, header: Header) -> Process:
        if self._shared.closing.is_set():
            raise StartError("the pool is closing")
        try:
            return self._shared.starter.start(header)
        except SessionError as error:
            killed = isinstance(error, SessionCrashedError) and error.cause == "unknown"
            raise StartError(str(error), killed=killed) from error

    def _recycle(self) -> None:
        process = self._process
        if process is None:
            return
        if process.tainted or process.session.spent:
            self._give_up("code" if process.tainted else "idle")
        elif process.grown() > self._shared.growth:
            self._give_up("grown")

    def _give_up(self, cause: RestartCause) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()
            self._shared.tally.restart(cause)
