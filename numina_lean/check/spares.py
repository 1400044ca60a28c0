"""Processes that wait, ready, for a worker that loses its own.

A worker whose process timed out, died, ran code of a source or was replaced takes a spare and goes
on at once. Up to `count` are started ahead, one after another in a thread of their own, for the
headers most in use; a header that came once only gets none. A worker that turns to another header
parks its process here as long as memory is plenty. A spare that dies is replaced; after a start
that failed the next one waits, longer each time.
"""

import contextlib
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from numina_lean.check.memory import free_memory
from numina_lean.check.process import Process, Starter
from numina_lean.lean.source import Header

RECENT = 256
"""How many checks count when the headers most in use are told."""
SETTLED = 1.0
"""Seconds after a pool's first check in which no spare is started: short runs need none."""
POLL = 0.5
"""Seconds between two looks at whether the spares are alive and memory suffices."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds until the next start after one that failed, doubled for each that fails in a row."""
USUAL_BYTES = 700 << 20
"""What a process holds when ready, before the first one has told."""
PLENTY = 0.25
"""The share of the machine's memory that must be free for processes to be parked."""


@dataclass(slots=True)
class _Claim:
    """What a worker holds that waits for the process that is getting ready."""

    done: bool = False
    process: Process | None = None


class Spares:
    """Thread-safe. Up to `count` processes started ahead, and `parked` more in all."""

    def __init__(self, starter: Starter, *, count: int, parked: int) -> None:
        self._starter = starter
        self._count = count
        self._parked = parked
        self._changed = threading.Condition()
        self._ready: list[Process] = []
        self._recent: deque[Header] = deque(maxlen=RECENT)
        self._uses: Counter[str] = Counter()
        self._first_use: float | None = None
        self._starting: str | None = None
        self._claim: _Claim | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="lean-spares", daemon=True)

    def __len__(self) -> int:
        return len(self._ready)

    def open(self) -> None:
        if self._count:
            self._thread.start()

    def close(self, abort: Callable[[], bool]) -> None:
        """End all spares. `abort` ends what is getting ready, and says whether it can do so.

        Where it cannot, the process that is getting ready is ended as soon as it is.
        """
        with self._changed:
            self._closed = True
            ready, self._ready = self._ready, []
            self._changed.notify_all()
        for process in ready:
            process.close()
        while self._thread.is_alive() and abort():
            self._thread.join(0.05)

    def used(self, header: Header) -> None:
        """A check on `header` is over: what the headers most in use are told from."""
        with self._changed:
            if self._first_use is None:
                self._first_use = time.monotonic()
            if len(self._recent) == RECENT:
                self._forget(self._recent[0])
            self._recent.append(header)
            self._uses[header.digest] += 1

    def take(self, header: Header) -> Process | None:
        """A ready process for `header`, or the one just being started for it; None: there is none.

        Waits for a process that is getting ready unless somebody else waits for it already.
        """
        with self._changed:
            self._drop_dead()
            for process in self._ready:
                if process.header.digest == header.digest:
                    self._ready.remove(process)
                    self._changed.notify_all()
                    return process
            if self._starting != header.digest or self._claim is not None:
                return None
            claim = self._claim = _Claim()
            while not claim.done:
                self._changed.wait()
            return claim.process

    def park(self, process: Process) -> bool:
        """Keep `process`, which ran no code of a source, for its header; False: not wanted."""
        with self._changed:
            memory = free_memory()
            wanted = self._uses[process.header.digest] > 0
            if self._closed or not wanted or memory.free < PLENTY * memory.total:
                return False
            surplus = self._add(process)
        if surplus is not None:
            surplus.close()
        return True

    def _add(self, process: Process) -> Process | None:
        """Take `process` in; the one to close for it, where there are too many."""
        self._ready.append(process)
        if len(self._ready) <= self._count + self._parked:
            return None
        return self._pop_least()

    def _pop_least(self) -> Process:
        least = min(self._ready, key=lambda each: self._uses[each.header.digest])
        self._ready.remove(least)
        return least

    def resident_bytes(self) -> int:
        with self._changed:
            return sum(process.session.resident_bytes() for process in self._ready)

    def _forget(self, header: Header) -> None:
        self._uses[header.digest] -= 1
        if self._uses[header.digest] <= 0:
            del self._uses[header.digest]

    def _run(self) -> None:
        pause = FIRST_PAUSE
        not_before = 0.0
        while (header := self._next(not_before)) is not None:
            try:
                process: Process | None = self._starter.start(header, warm=True)
            except Exception:  # noqa: BLE001 - a worker that needs one starts its own, and is told
                process = None
            if process is None:
                not_before, pause = time.monotonic() + pause, min(2 * pause, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE
            self._started(process)

    def _next(self, not_before: float) -> Header | None:
        """Wait until a header lacks a spare, and say which; None once closed."""
        with self._changed:
            while not self._closed:
                # Without a file descriptor left nothing can be seen: again in a moment.
                with contextlib.suppress(OSError):
                    self._drop_dead()
                    self._shed()
                    header = self._lacking() if time.monotonic() >= not_before else None
                    if header is not None and self._has_memory():
                        self._starting = header.digest
                        return header
                self._changed.wait(POLL)
            return None

    def _started(self, process: Process | None) -> None:
        with self._changed:
            self._starting = None
            claim, self._claim = self._claim, None
            if claim is not None:
                claim.done, claim.process = True, process
                process = None
            elif process is not None and not self._closed:
                process = self._add(process)
            self._changed.notify_all()
        if process is not None:
            process.close()

    def _lacking(self) -> Header | None:
        """The header most in use that has fewer spares than it is due.

        Spares of headers half as much in use are kept instead, lest two that alternate take turns.
        """
        if self._first_use is None or time.monotonic() - self._first_use < SETTLED:
            return None
        busy = [digest for digest, uses in self._uses.most_common(self._count) if uses > 1]
        have = Counter(process.header.digest for process in self._ready)
        useful = sum(n for digest, n in have.items() if 2 * self._uses[digest] >= self._most_uses())
        if not busy or useful >= self._count:
            return None
        latest = {header.digest: header for header in self._recent}
        for slot in range(self._count):
            digest = busy[slot % len(busy)]
            if have[digest] == 0:
                return latest[digest]
            have[digest] -= 1
        return None

    def _most_uses(self) -> int:
        return max(self._uses.values(), default=0)

    def _has_memory(self) -> bool:
        return free_memory().free > 2 * (self._starter.resident or USUAL_BYTES)

    def _shed(self) -> None:
        """Give a spare up where memory is so short that a check may need what it holds."""
        if self._ready and free_memory().free < (self._starter.resident or USUAL_BYTES):
            self._pop_least().close()

    def _drop_dead(self) -> None:
        for process in [each for each in self._ready if each.session.spent]:
            self._ready.remove(process)
            process.close()
