"""The desk alone: whose item goes next, what may wait, and what becomes of unwanted work."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from running_server import LEAN, ByHand

from numina_lean.check.queue import QueueClosedError
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.serve.desk import ClosedError, Desk, FullError, LeftError


def failed(item: Item, error: Exception) -> Outcome:
    return Outcome(item.id, Verdict.CRASHED, LEAN, "", 0.0, detail=str(error))


def desk(window: int = 2, bound: int = 100, characters: int = 1000) -> Desk:
    return Desk(window, bound, characters, failed)


def items(letter: str, count: int) -> list[Item]:
    return [Item(f"{letter}{number}", "source") for number in range(count)]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def test_requests_take_turns() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=2)
        with shared.order(checker, items("a", 4)), shared.order(checker, items("b", 2)):
            while checker.open:
                checker.finish(next(iter(checker.open)))
                await settle()
        # Two are with the checker before the second request comes.
        assert checker.submitted == ["a0", "a1", "a2", "b0", "a3", "b1"]

    run(test())


def test_no_more_than_the_window_is_with_the_checker() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=3)
        with shared.order(checker, items("a", 10)):
            assert len(checker.open) == shared.running == 3
            assert shared.waiting == 7
            checker.finish("a1")
            await settle()
            assert set(checker.open) == {"a0", "a2", "a3"}

    run(test())


def test_outcomes_come_as_they_finish() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=3)
        with shared.order(checker, items("a", 3)) as order:
            checker.finish("a2")
            assert (await anext(order))[0] == 2
            checker.finish("a0")
            assert (await anext(order))[0] == 0
            checker.finish("a1")
            assert [index async for index, _ in order] == [1]
        assert shared.orders == shared.running == 0

    run(test())


def test_too_much_is_refused_and_takes_no_room() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=1, bound=5)
        with shared.order(checker, items("a", 5)):
            assert shared.waiting == 4
            with pytest.raises(FullError, match="4 items are waiting"):
                shared.order(checker, items("b", 2))
            assert shared.waiting == 4
            with shared.order(checker, items("c", 1)):
                assert shared.waiting == 5
        assert shared.waiting == shared.waiting_characters == 0

    run(test())


def test_characters_count_against_what_may_wait() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=1, characters=100)
        with (
            shared.order(checker, [Item("a", "x"), Item("b", "x" * 90)]),
            pytest.raises(FullError),
        ):
            shared.order(checker, [Item("c", "x" * 11)])

    run(test())


def test_a_request_beyond_the_bound_is_taken_when_nothing_waits() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=1, bound=5)
        with shared.order(checker, items("a", 50)):
            assert shared.waiting == 49

    run(test())


def test_who_leaves_frees_what_waits_and_what_runs() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=2)
        other = shared.order(checker, items("b", 1))
        order = shared.order(checker, items("a", 4))
        order.end(LeftError())
        with pytest.raises(LeftError):
            await anext(order)
        await asyncio.sleep(0.05)  # a thread cancels what runs
        assert checker.cancelled == ["a0"]
        assert shared.waiting == 0
        checker.finish("b0")
        assert [index async for index, _ in other] == [0]
        assert checker.submitted == ["b0", "a0"]

    run(test())


def test_closing_ends_every_order_and_keeps_what_is_finished() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=2)
        order = shared.order(checker, items("a", 3))
        checker.finish("a0")
        await settle()
        shared.close()
        assert (await anext(order))[0] == 0
        with pytest.raises(ClosedError):
            await anext(order)
        with pytest.raises(ClosedError):
            shared.order(checker, items("b", 1))

    run(test())


def test_a_defect_of_one_item_costs_no_other() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk(window=3)
        with shared.order(checker, [Item("a", "source"), Item("b", "defect")]) as order:
            checker.finish("a")
            verdicts = {index: outcome.verdict async for index, outcome in order}
        assert verdicts == {0: Verdict.PROVED, 1: Verdict.CRASHED}

    run(test())


def test_a_pool_that_closes_ends_the_order() -> None:
    async def test() -> None:
        checker, shared = ByHand(), desk()
        order = shared.order(checker, items("a", 1))
        checker.open["a0"].set_exception(QueueClosedError("the pool is closed"))
        with pytest.raises(ClosedError):
            await anext(order)

    run(test())
