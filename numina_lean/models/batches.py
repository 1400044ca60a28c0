"""Rows that wait are generated side by side, by one thread, in the order they came."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from numina_lean.models.model import ModelError
from numina_lean.models.row import Row

_LINGER_SECONDS = 0.005  # so that requests made at one moment start in one batch


@dataclass(frozen=True, slots=True)
class _Job:
    row: Row
    done: "asyncio.Future[None]"


class Batches:
    """A thread that calls `generate` with at most `most` rows, as long as rows wait.

    A row whose text is at its end is done, whatever the others of its batch still do.
    """

    def __init__(self, generate: Callable[[Sequence[Row]], None], most: int) -> None:
        self._generate = generate
        self._most = most
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._running: list[_Job] = []
        self._thread = threading.Thread(target=self._work, name="generation", daemon=True)
        self._thread.start()

    def submit(self, rows: Sequence[Row]) -> "list[asyncio.Future[None]]":
        """Have the rows generated. Their futures raise `ModelError`; cancel a row to drop it."""
        loop = asyncio.get_running_loop()
        jobs = [_Job(row, loop.create_future()) for row in rows]
        with self._changed:
            if self._closing:
                raise ModelError("failed", "the model is closed")
            self._waiting.extend(jobs)
            self._changed.notify()
        return [job.done for job in jobs]

    async def close(self) -> None:
        """Cancel what runs and what waits, and end the thread."""
        with self._changed:
            self._closing = True
            for job in [*self._running, *self._waiting]:
                job.row.cancelled = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while jobs := self._next():
            self._run(jobs)

    def _next(self) -> list[_Job]:
        """The next batch; empty when the model is closed."""
        with self._changed:
            self._running = []
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if not self._closing and len(self._waiting) < self._most:
                self._changed.wait_for(lambda: self._closing, timeout=_LINGER_SECONDS)
            while self._waiting and (self._closing or len(self._running) < self._most):
                job = self._waiting.popleft()
                if job.row.cancelled:
                    _resolve(job)
                else:
                    self._running.append(job)
            return self._running or ([] if self._closing else self._next())

    def _run(self, jobs: list[_Job]) -> None:
        for job in jobs:
            job.row.on_over = lambda job=job: _resolve(job)  # type: ignore[misc]
        try:
            self._generate([job.row for job in jobs])
        except Exception as error:  # noqa: BLE001 - a model's code raises what it likes
            failure = ModelError("failed", f"generation failed: {type(error).__name__}: {error}")
            for job in jobs:
                _resolve(job, failure)
        else:
            for job in jobs:
                _resolve(job)


def _resolve(job: _Job, failure: ModelError | None = None) -> None:
    """Tell the loop that the row is over, or failed before it was; once is enough."""

    def tell() -> None:
        if not job.done.done():
            if failure is not None and not job.row.over:
                job.done.set_exception(failure)
            else:
                job.done.set_result(None)

    loop = job.done.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(tell)
