"""A program that has no file descriptor left for a while sees and starts nothing, and then goes on.

psutil opens a file for each look at a process or at the memory.
"""

import errno
import threading
import time
from collections.abc import Callable

import pytest
from scripted_engine import ScriptedEngine

from numina_lean.check import memory as memory_module
from numina_lean.check import spares as spares_module
from numina_lean.check.memory import Memory, MemoryWatch
from numina_lean.check.process import Starter
from numina_lean.check.spares import Spares
from numina_lean.lean.source import Header

PLENTY = Memory(1 << 40, 1 << 40)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)


def none_left() -> OSError:
    return OSError(errno.EMFILE, "Too many open files")


class Growing:
    """A session that cannot be seen at the first look, and is too large at the second."""

    def __init__(self) -> None:
        self.looks = 0
        self.killed = threading.Event()

    def resident_bytes(self) -> int:
        self.looks += 1
        if self.looks == 1:
            raise none_left()
        return 1000

    def kill(self) -> None:
        self.killed.set()


def test_the_memory_watch_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "INTERVAL", 0.01)
    watch, session = MemoryWatch(ceiling=999), Growing()
    watch.start()
    with watch.watching(session):  # type: ignore[arg-type]
        assert session.killed.wait(30)
    watch.stop()


def test_spares_are_started_once_that_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[None] = []

    def seen() -> Memory:
        looks.append(None)
        if len(looks) < 3:
            raise none_left()
        return PLENTY

    monkeypatch.setattr(spares_module, "free_memory", seen)
    monkeypatch.setattr(spares_module, "SETTLED", 0.0)
    monkeypatch.setattr(spares_module, "POLL", 0.01)
    spares = Spares(Starter(ScriptedEngine()), count=1, parked=1)
    spares.open()
    for _ in range(3):
        spares.used(Header(("A",)))
    until(lambda: len(spares) == 1)
    spares.close(lambda: True)
