"""A watcher that ends a Lean process whose resident memory passes a ceiling.

Resident size, not address space: `.olean` files are memory-mapped and an engine reserves far more
than it touches, so RLIMIT_AS would hit the innocent.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from numina_lean.lean.engine import Session

INTERVAL = 0.25


class MemoryWatch:
    """Watches the sessions that are in the middle of a check; `ceiling` in bytes."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._lock = threading.Lock()
        self._busy: set[Session] = set()
        self._killed: set[Session] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lean-memory", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    @contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        with self._lock:
            self._busy.add(session)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(session)

    def killed(self, session: Session) -> bool:
        """Whether this watch ended `session` for its memory. Forgets the answer."""
        with self._lock:
            found = session in self._killed
            self._killed.discard(session)
            return found

    def kill_all(self) -> None:
        """End every process that is in the middle of a check."""
        for session in self._snapshot():
            session.kill()

    def _snapshot(self) -> list[Session]:
        with self._lock:
            return list(self._busy)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            for session in self._snapshot():
                if session.resident_bytes() > self._ceiling:
                    with self._lock:
                        self._killed.add(session)
                    session.kill()
