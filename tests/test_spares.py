"""Which processes are started ahead, who gets them, and that they never pile up."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from scripted_engine import ScriptedEngine

from numina_lean.check import spares as spares_module
from numina_lean.check.memory import Memory
from numina_lean.check.pool import Pool
from numina_lean.check.process import Process, Starter
from numina_lean.check.spares import Spares
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.source import Header

A, B, C, DOWN = (Header((name,)) for name in ("A", "B", "C", "Down"))
GIBIBYTE = 1 << 30


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> list[Memory]:
    """What the machine seems to have: the last of the list."""
    seen = [Memory(64 * GIBIBYTE, 64 * GIBIBYTE)]
    monkeypatch.setattr(spares_module, "free_memory", lambda: seen[-1])
    monkeypatch.setattr(spares_module, "SETTLED", 0.0)
    monkeypatch.setattr(spares_module, "POLL", 0.01)
    return seen


@pytest.fixture
def spares(engine: ScriptedEngine, memory: list[Memory]) -> Iterator[Spares]:
    spares = Spares(Starter(engine), count=1, parked=1)
    spares.open()
    yield spares
    spares.close(lambda: True)


def use(spares: Spares, *headers: Header) -> None:
    for header in headers:
        spares.used(header)


def imports(engine: ScriptedEngine) -> list[str]:
    return [session.header.imports[0] for session in engine.sessions]


def test_a_header_that_came_once_gets_no_spare(engine: ScriptedEngine, spares: Spares) -> None:
    use(spares, A, B, C)
    time.sleep(0.1)
    assert engine.attempts == 0


def test_the_header_most_in_use_gets_one_and_whoever_needs_it_takes_it(
    engine: ScriptedEngine, spares: Spares
) -> None:
    use(spares, A, B, B)
    until(lambda: len(spares) == 1)
    assert spares.take(A) is None
    taken = spares.take(B)
    assert taken is not None
    assert taken.session is engine.sessions[0]
    until(lambda: len(spares) == 1)
    assert imports(engine) == ["B", "B"]


def test_a_spare_that_dies_is_replaced(engine: ScriptedEngine, spares: Spares) -> None:
    use(spares, A, A)
    until(lambda: len(spares) == 1)
    engine.sessions[0].kill()
    until(lambda: len(engine.sessions) == 2)
    taken = spares.take(A)
    assert taken is not None
    assert taken.session is engine.sessions[1]


def test_headers_that_take_turns_do_not_make_the_spares_do_so(
    engine: ScriptedEngine, spares: Spares
) -> None:
    use(spares, A, A)
    until(lambda: len(spares) == 1)
    for _ in range(20):
        use(spares, B, B, A)
        time.sleep(0.01)
    assert imports(engine) == ["A"]
    use(spares, *[B] * 60)
    until(lambda: imports(engine) == ["A", "B"])


def test_who_comes_while_a_spare_gets_ready_waits_for_it(
    engine: ScriptedEngine, spares: Spares
) -> None:
    engine.starting = threading.Event()
    use(spares, A, A)
    until(lambda: engine.attempts == 1)
    taken: list[Process | None] = []
    taker = threading.Thread(target=lambda: taken.append(spares.take(A)))
    taker.start()
    until(lambda: spares._claim is not None)
    assert spares.take(A) is None, "a second one starts its own"
    engine.starting.set()
    taker.join(30)
    assert [process and process.session for process in taken] == [engine.sessions[0]]


def test_starts_that_fail_do_not_storm(engine: ScriptedEngine, spares: Spares) -> None:
    use(spares, DOWN, DOWN)
    until(lambda: engine.attempts == 1)
    time.sleep(0.2)
    assert engine.attempts == 1


def test_no_spare_is_started_where_memory_is_short(
    engine: ScriptedEngine, spares: Spares, memory: list[Memory]
) -> None:
    memory.append(Memory(64 * GIBIBYTE, GIBIBYTE))
    use(spares, A, A)
    time.sleep(0.1)
    assert engine.attempts == 0
    memory.append(Memory(64 * GIBIBYTE, 8 * GIBIBYTE))
    until(lambda: len(spares) == 1)


def test_a_spare_is_given_up_before_memory_runs_out(
    engine: ScriptedEngine, spares: Spares, memory: list[Memory]
) -> None:
    use(spares, A, A)
    until(lambda: len(spares) == 1)
    memory.append(Memory(64 * GIBIBYTE, 50 << 20))
    until(lambda: engine.sessions[0].ended.is_set())
    assert len(spares) == 0


def test_a_process_that_is_parked_comes_back_and_the_least_used_makes_room(
    engine: ScriptedEngine, memory: list[Memory]
) -> None:
    starter = Starter(engine)
    spares = Spares(starter, count=0, parked=2)
    use(spares, A, A, A, B, B, C, C, C, C, DOWN)
    a, b, c = (starter.start(header) for header in (A, B, C))
    assert all(spares.park(process) for process in (a, b, c))
    assert spares.take(B) is None
    assert b.session.spent
    assert spares.take(A) is a
    assert not spares.park(starter.start(Header(("seldom",))))


def test_nothing_is_parked_where_memory_is_not_plenty(
    engine: ScriptedEngine, memory: list[Memory]
) -> None:
    spares = Spares(Starter(engine), count=0, parked=2)
    use(spares, A, A)
    memory.append(Memory(64 * GIBIBYTE, 8 * GIBIBYTE))
    assert not spares.park(Starter(engine).start(A))


def test_closing_ends_what_is_ready_and_what_is_getting_ready(
    engine: ScriptedEngine, memory: list[Memory]
) -> None:
    starting = engine.starting = threading.Event()
    spares = Spares(Starter(engine), count=2, parked=0)
    spares.open()
    starting.set()
    use(spares, A, A)
    until(lambda: len(spares) == 2)
    starting.clear()
    spares.take(A)
    until(lambda: engine.attempts == 3)

    def abort() -> bool:
        starting.set()
        return True

    spares.close(abort)
    assert len(spares) == 0
    until(lambda: sum(not session.ended.is_set() for session in engine.sessions) == 1)


def test_a_worker_that_loses_its_process_goes_on_in_the_spare(
    engine: ScriptedEngine, memory: list[Memory]
) -> None:
    with Pool(engine, jobs=1, spares=1) as pool:
        for name in "ab":
            pool.check(Item(name, "theorem t : True := trivial"))
        until(lambda: pool.statistics().spares == 1)
        engine.starting = threading.Event()  # from here on no start ends
        assert pool.check(Item("late", "late")).verdict is Verdict.TIMEOUT
        after = pool.submit(Item("after", "theorem t : True := trivial"))
        assert after.result(30).verdict is Verdict.PROVED
        engine.starting.set()
    assert [asked.session for asked in engine.asked if "trivial" in asked.body] == [1, 1, 2]
