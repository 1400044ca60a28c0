"""How large an answer may get."""

import asyncio
import json

import pytest
from running_server import LEAN, ByHand

from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import Message, Position, Sorry
from numina_lean.serve import desk
from numina_lean.serve.answer import all_results
from numina_lean.serve.desk import Desk, Order
from numina_lean.serve.kimina import check_result

ITEMS = [Item(str(number), "theorem t : p := sorry") for number in range(4)]
HERE = Position(1, 0)
VERDICTS = (Verdict.PROVED, Verdict.STATEMENT, Verdict.ERROR, Verdict.PROVED)


def outcome(item: Item, verdict: Verdict) -> Outcome:
    said = (Message("error" if verdict is Verdict.ERROR else "info", "m" * 1000, HERE),)
    sorries = (Sorry("goal", HERE),) if verdict is Verdict.STATEMENT else ()
    return Outcome(item.id, verdict, LEAN, "", 0.0, messages=said, sorries=sorries)


def failed(item: Item, error: Exception) -> Outcome:
    raise error


async def connected() -> dict[str, str]:
    await asyncio.Event().wait()
    return {}


async def finished_order(checker: ByHand) -> Order:
    """All of `ITEMS` are done, and nobody has taken their outcomes."""
    order = Desk(10, 100, 1000, failed).order(checker, ITEMS)
    for item, verdict in zip(ITEMS, VERDICTS, strict=True):
        checker.open.pop(item.id).set_result(outcome(item, verdict))
    await asyncio.sleep(0)
    return order


async def answer(most: int) -> list[dict[str, object]]:
    order = await finished_order(ByHand())
    body = await all_results(
        order, connected, lambda index, done: check_result(ITEMS[index], done), len(ITEMS), most
    )
    return list(json.loads(body)["results"])


def length(result: dict[str, object]) -> int:
    return len(json.dumps(result))


def test_an_answer_that_fits_is_whole() -> None:
    results = asyncio.run(answer(100_000))
    assert [length(result) > 1000 for result in results] == [True] * 4


def test_beyond_the_bound_verdicts_come_without_what_lean_said() -> None:
    results = asyncio.run(answer(2 * length(asyncio.run(answer(100_000))[0])))
    assert length(results[0]) > 1000
    for result, verdict in zip(results[2:], VERDICTS[2:], strict=True):
        assert length(result) < 1000
        assert result["numina_lean"]["verdict"] == verdict  # type: ignore[index]
        assert result["numina_lean"]["truncated"]  # type: ignore[index]


def test_what_is_left_out_makes_nothing_valid_to_a_client_of_kimina() -> None:
    for result, verdict in zip(asyncio.run(answer(0)), VERDICTS, strict=True):
        messages = result["response"].get("messages", [])  # type: ignore[attr-defined]
        wrong = any(message["severity"] == "error" for message in messages)
        assert wrong is (verdict is not Verdict.PROVED)


def test_a_client_that_takes_nothing_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk, "UNREAD", 2500)

    async def test() -> None:
        order = await finished_order(ByHand())
        with order:
            said = [len(done.messages) async for _, done in order]
        assert said == [1, 1, 0, 0]

    asyncio.run(test())
