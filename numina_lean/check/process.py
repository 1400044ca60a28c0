"""Lean processes as the pool holds them, and the starting of them, which takes seconds."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from numina_lean.lean.engine import Check, Engine, HeaderError, Session
from numina_lean.lean.limits import confine
from numina_lean.lean.report import Message
from numina_lean.lean.source import Header

WARM_UP = Check("example (n : Nat) : n < n + 1 := by omega")
"""A process is slow at what it does for the first time."""
REFUSALS = 10_000
"""How many headers that Lean refused are remembered."""


@dataclass(eq=False)
class Process:
    """A live session. `resident` is its resident memory in bytes when it had got ready.

    `tainted` says that it ran code of a source: it serves no other.
    """

    session: Session
    resident: int
    tainted: bool = False

    @property
    def header(self) -> Header:
        return self.session.header

    def grown(self) -> int:
        """By how many bytes its resident memory has grown since it got ready."""
        return self.session.resident_bytes() - self.resident

    def close(self) -> None:
        self.session.close()


class Starter:
    """Starts processes, each in the thread that asks, as many at once as there are processors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._threads: set[int] = set()
        # More would only make each of them late, all of a pool's after a disaster.
        self._slots = threading.Semaphore(psutil.cpu_count() or 1)
        self._refused: dict[str, tuple[Message, ...]] = {}
        self._resident = 0

    @property
    def resident(self) -> int:
        """Resident bytes of the process that was started last, when ready; 0 before the first."""
        return self._resident

    def start(self, header: Header, *, warm: bool = False) -> Process:
        """A process that is ready; `warm`: and has checked something before.

        Raises what `Engine.start` raises; for a header refused before, without a start.
        """
        refused = self._refused.get(header.digest)
        if refused is not None:
            raise HeaderError(refused)
        try:
            with self._slots, self._in_this_thread():
                session = self._engine.start(header)
                if warm:
                    _warm(session)
        except HeaderError as error:
            if len(self._refused) >= REFUSALS:
                self._refused.clear()
            self._refused[header.digest] = error.messages
            raise
        confine(session.pid)
        self._resident = session.resident_bytes()
        return Process(session, self._resident)

    @contextmanager
    def _in_this_thread(self) -> Iterator[None]:
        thread = threading.get_native_id()
        with self._lock:
            self._threads.add(thread)
        try:
            yield
        finally:
            with self._lock:
                self._threads.discard(thread)

    def abort(self) -> bool:
        """End the processes that are getting ready; who waits for them gets a `SessionError`.

        False where the system does not say which thread started which process (not Linux).
        """
        if not Path(f"/proc/self/task/{threading.get_native_id()}/children").exists():
            return False
        with self._lock:
            for thread in self._threads:
                with contextlib.suppress(OSError):
                    children = Path(f"/proc/self/task/{thread}/children").read_text("ascii")
                    for pid in children.split():
                        os.kill(int(pid), signal.SIGKILL)
        return True


def _warm(session: Session) -> None:
    try:
        session.check(WARM_UP)
    except BaseException:
        session.close()
        raise
