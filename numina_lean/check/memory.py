"""How much memory there is, and a watcher that ends a Lean process that takes too much of it.

Resident size, not address space: `.olean` files are memory-mapped and an engine reserves far more
than it touches, so RLIMIT_AS would hit the innocent.
"""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from numina_lean.lean.engine import Session

INTERVAL = 0.25
CONTAINERS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Files of limit and usage in bytes that a container sees of its own group, versions 2 and 1."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that may be used in all, and those of them that are free or can be made so."""

    total: int
    free: int


def free_memory(containers: tuple[tuple[Path, Path], ...] = CONTAINERS) -> Memory:
    """The memory of the machine, or of the container that this process is in where it has less."""
    machine = psutil.virtual_memory()
    found = Memory(machine.total, machine.available)
    for limit, usage in containers:
        try:
            total = int(limit.read_text("ascii"))
            free = max(0, total - int(usage.read_text("ascii")))
        except (OSError, ValueError):  # not in such a container, or without a limit ("max")
            continue
        if total < found.total:
            found = Memory(total, min(found.free, free))
    return found


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
                # Without a file descriptor left it cannot be seen: again in a moment.
                with contextlib.suppress(OSError):
                    self._end_if_too_large(session)

    def _end_if_too_large(self, session: Session) -> None:
        if session.resident_bytes() > self._ceiling:
            with self._lock:
                self._killed.add(session)
            session.kill()
