"""What becomes of items whose processes die, and of items that nobody waits for any more."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, wait

import pytest
from scripted_engine import MEBIBYTE, ScriptedEngine

from numina_lean.check.pool import Limits, Pool
from numina_lean.check.queue import QueueClosedError
from numina_lean.check.verdict import Item, Outcome, Verdict

PLAIN = "theorem t : True := trivial"
LIMITS = Limits(ceiling=1000 * MEBIBYTE, growth=50 * MEBIBYTE)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


def one_process(engine: ScriptedEngine, *, waiting: int = 100) -> Pool:
    return Pool(engine, jobs=1, spares=0, waiting=waiting, limits=LIMITS)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)


def check(engine: ScriptedEngine, *sources: str) -> list[Outcome]:
    with one_process(engine) as pool:
        return list(pool.check_all(Item(str(i), source) for i, source in enumerate(sources)))


def test_a_source_that_asks_its_process_to_end_costs_that_one(engine: ScriptedEngine) -> None:
    outcomes = check(engine, "exit", PLAIN)
    assert [outcome.verdict for outcome in outcomes] == [Verdict.CRASHED, Verdict.PROVED]
    assert len(engine.sessions) == 2


@pytest.mark.parametrize(("source", "reason"), [("fault", None), ("hungry", "memory")])
def test_a_source_that_breaks_its_process_has_a_second_chance_and_no_third(
    engine: ScriptedEngine, source: str, reason: str | None
) -> None:
    outcomes = check(engine, source, PLAIN, source)
    assert [outcome.verdict for outcome in outcomes] == [
        Verdict.CRASHED,
        Verdict.PROVED,
        Verdict.CRASHED,
    ]
    assert outcomes[0].reason == reason
    assert "quarantined" in str(outcomes[2].detail)
    assert len(engine.sessions) == 3


def test_a_fault_that_does_not_come_back_is_no_crash(engine: ScriptedEngine) -> None:
    assert check(engine, "fault1")[0].verdict is Verdict.PROVED


@pytest.mark.parametrize("kills", [1, 2, 3])
def test_an_item_that_outside_kills_hit_gets_its_own_verdict(
    engine: ScriptedEngine, kills: int
) -> None:
    assert check(engine, f"vanish{kills}")[0].verdict is Verdict.PROVED


def test_an_item_whose_processes_always_vanish_is_given_up(engine: ScriptedEngine) -> None:
    (outcome,) = check(engine, "vanish")
    assert outcome.verdict is Verdict.CRASHED
    assert 2 < len(engine.sessions) < 10


def test_answers_that_are_none_end_in_a_crash_and_harm_nobody(engine: ScriptedEngine) -> None:
    outcomes = check(engine, "garbled", PLAIN)
    assert [outcome.verdict for outcome in outcomes] == [Verdict.CRASHED, Verdict.PROVED]


def test_an_engine_that_does_not_start_is_tried_again_and_blamed_itself(
    engine: ScriptedEngine,
) -> None:
    with one_process(engine) as pool:
        first = pool.check(Item("x", "import Down\n" + PLAIN))
        again = pool.check(Item("x", "import Down\n" + PLAIN))
    assert (first.verdict, first.reason) == (Verdict.CRASHED, "engine_start")
    assert again.reason == "engine_start"
    assert 2 < engine.attempts < 20


def test_a_refused_header_costs_one_start(engine: ScriptedEngine) -> None:
    outcomes = check(engine, *["import Refused\n" + PLAIN] * 3)
    assert {(o.verdict, o.reason) for o in outcomes} == {(Verdict.ERROR, "header")}
    assert [message.text for message in outcomes[2].messages] == ["refused"]
    assert engine.attempts == 1


def test_a_timeout_that_killed_the_process_is_told_apart_from_a_crash(
    engine: ScriptedEngine,
) -> None:
    late, after = check(engine, "late", PLAIN)
    assert (late.verdict, late.reason) == (Verdict.TIMEOUT, "wall_clock")
    assert after.verdict is Verdict.PROVED


def test_a_process_that_has_grown_is_replaced_between_two_checks(engine: ScriptedEngine) -> None:
    with one_process(engine) as pool:
        pool.check(Item("a", PLAIN))
        engine.sessions[0].resident += 60 * MEBIBYTE
        pool.check(Item("b", PLAIN))
        until(lambda: pool.statistics().restarts == {"grown": 1})
        pool.check(Item("c", PLAIN))
    assert [asked.session for asked in engine.asked] == [1, 1, 2]


def test_a_process_past_the_ceiling_is_ended_in_mid_check(engine: ScriptedEngine) -> None:
    with one_process(engine) as pool:
        future = pool.submit(Item("x", "hang"))
        for number in (1, 2):
            until(lambda number=number: len(engine.asked) == number)  # type: ignore[misc]
            engine.sessions[-1].resident = 2000 * MEBIBYTE
        outcome = future.result(30)
    assert (outcome.verdict, outcome.reason) == (Verdict.CRASHED, "memory")


def test_a_cancelled_check_that_waits_is_forgotten(engine: ScriptedEngine) -> None:
    with one_process(engine, waiting=1) as pool:
        running = pool.submit(Item("running", "hang"))
        until(running.running)
        waiting = pool.submit(Item("waiting", PLAIN))
        assert pool.try_submit(Item("too many", PLAIN)) is None
        assert pool.cancel(waiting)
        assert waiting.cancelled()
        assert pool.statistics().waiting == 0
        assert pool.try_submit(Item("room again", PLAIN)) is not None
        assert "waiting" not in [job.item.id for job in pool._jobs.values()]


def test_a_cancelled_check_that_runs_gives_its_process_up(engine: ScriptedEngine) -> None:
    with one_process(engine) as pool:
        running = pool.submit(Item("running", "hang"))
        until(lambda: bool(engine.asked))
        after = pool.submit(Item("after", PLAIN))
        assert pool.cancel(running)
        with pytest.raises(CancelledError):
            running.result(30)
        assert after.result(30).verdict is Verdict.PROVED
        assert not pool.cancel(after)
        assert pool.statistics().restarts == {"cancelled": 1}


def test_a_check_cancelled_before_it_reaches_a_process_is_never_made(
    engine: ScriptedEngine,
) -> None:
    engine.starting = threading.Event()
    with one_process(engine) as pool:
        future = pool.submit(Item("x", PLAIN))
        until(lambda: engine.attempts == 1)
        assert pool.cancel(future)
        engine.starting.set()
        with pytest.raises(CancelledError):
            future.result(30)
        assert pool.check(Item("y", PLAIN)).verdict is Verdict.PROVED
    assert len(engine.asked) == len(engine.sessions) == 1


def test_submitting_waits_for_room(engine: ScriptedEngine) -> None:
    with one_process(engine, waiting=1) as pool:
        running = pool.submit(Item("running", "hang"))
        until(running.running)
        pool.submit(Item("fills the queue", PLAIN))
        submitted = threading.Event()

        def submit_third() -> None:
            pool.submit(Item("third", PLAIN))
            submitted.set()

        submitter = threading.Thread(target=submit_third, daemon=True)
        submitter.start()
        assert not submitted.wait(0.1)
        pool.cancel(running)
        assert submitted.wait(30)
        submitter.join()


def test_what_submits_from_a_callback_does_not_wait_for_itself(engine: ScriptedEngine) -> None:
    with one_process(engine, waiting=1) as pool:
        engine.starting = threading.Event()
        first = pool.submit(Item("first", PLAIN))
        until(first.running)
        more = []
        first.add_done_callback(
            lambda _: more.extend(pool.submit(Item(str(i), PLAIN)) for i in range(5))
        )
        engine.starting.set()
        until(lambda: len(more) == 5)
        done, _ = wait(more, timeout=30)
    assert {future.result().verdict for future in done} == {Verdict.PROVED}
    assert len(done) == 5


def test_who_stops_asking_has_the_rest_cancelled(engine: ScriptedEngine) -> None:
    with one_process(engine) as pool:
        outcomes = pool.check_all(Item(str(i), PLAIN if i == 0 else "hang") for i in range(9))
        # Ends only once an item is done, which the first is and the others never are.
        assert next(outcomes).id == "0"
        outcomes.close()  # type: ignore[attr-defined]
        assert pool.check(Item("after", PLAIN)).verdict is Verdict.PROVED
        assert pool.statistics().waiting == 0


def test_a_defect_of_the_engine_costs_no_worker(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(_: object) -> int:
        raise RuntimeError("what no session should do")

    with one_process(engine) as pool:
        pool.check(Item("a", PLAIN))
        with monkeypatch.context() as patch:
            patch.setattr("scripted_engine.ScriptedSession.resident_bytes", defect)
            patch.setattr("scripted_engine.ScriptedSession.check", defect)
            assert pool.check(Item("b", PLAIN)).reason == "internal"
            assert pool.check(Item("c", PLAIN)).reason == "internal"
        assert pool.check(Item("d", PLAIN)).verdict is Verdict.PROVED


def test_a_closed_pool_takes_nothing_in(engine: ScriptedEngine) -> None:
    with one_process(engine) as pool:
        pass
    with pytest.raises(QueueClosedError):
        pool.submit(Item("x", PLAIN))


def test_closing_lets_nobody_wait_for_room(engine: ScriptedEngine) -> None:
    raised: list[Exception] = []
    with one_process(engine, waiting=1) as pool:
        running = pool.submit(Item("running", "hang"))
        until(running.running)
        pool.submit(Item("fills the queue", PLAIN))

        def submit_third() -> None:
            try:
                pool.submit(Item("third", PLAIN))
            except QueueClosedError as error:
                raised.append(error)

        submitter = threading.Thread(target=submit_third)
        submitter.start()
    submitter.join(30)
    assert len(raised) == 1


def test_the_statistics_count_what_was_done_and_what_is_there(engine: ScriptedEngine) -> None:
    with Pool(engine, jobs=2, spares=0, limits=LIMITS) as pool:
        list(pool.check_all([Item("a", PLAIN), Item("b", "error"), Item("c", "exit")]))
        hanging = pool.submit(Item("d", "hang"))
        until(lambda: pool.statistics().busy == 1 and hanging.running())
        until(lambda: len(engine.asked) == 4)
        found = pool.statistics()
    assert found.done == {Verdict.PROVED: 1, Verdict.ERROR: 1, Verdict.CRASHED: 1}
    assert found.restarts == {"exit": 1}
    assert (found.waiting, found.spares) == (0, 0)
    assert found.resident_bytes == found.processes * 100 * MEBIBYTE > 0
