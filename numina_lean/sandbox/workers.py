"""The workers of a sandbox: so many at most, started when needed, replaced when in doubt."""

import time
from collections.abc import Callable
from threading import Lock, Semaphore

from numina_lean.sandbox.worker import Worker, WorkerError

_ATTEMPTS = 3
_PAUSE = 0.5
"""Seconds before a worker is started again that did not start."""


class Workers:
    """Safe to use from many threads. `start` makes a worker, or raises `WorkerError`."""

    def __init__(self, count: int, start: Callable[[], Worker]) -> None:
        self._start = start
        self._free = Semaphore(count)
        self._lock = Lock()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False

    def take(self) -> Worker:
        """A worker that nobody else has, until it is given back. Waits for one.

        Raises `WorkerError` if none can be started, `RuntimeError` after `close`.
        """
        self._free.acquire()
        try:
            while (worker := self._waiting()) is not None:
                if worker.alive:
                    return worker
                self._drop(worker)
            return self._started()
        except BaseException:
            self._free.release()
            raise

    def give(self, worker: Worker) -> None:
        """Give a worker back, in whatever state."""
        with self._lock:
            keep = worker.usable and not self._closed
            if keep:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
        try:
            if not keep:
                worker.close()
        finally:
            self._free.release()

    def close(self) -> None:
        """End all of them. Those in use fail from now on, and are still to be given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = self._all.difference(idle)
            self._all.clear()
        for worker in busy:
            worker.kill()
        for worker in idle:
            worker.close()

    def _waiting(self) -> Worker | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.close()

    def _started(self) -> Worker:
        for attempt in range(1, _ATTEMPTS + 1):
            if self._closed:
                break
            try:
                worker = self._start()
            except WorkerError:
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(_PAUSE * attempt)
                continue
            with self._lock:
                if not self._closed:
                    self._all.add(worker)
                    return worker
            worker.close()
        raise RuntimeError("the sandbox is closed")
