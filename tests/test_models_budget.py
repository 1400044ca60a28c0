"""Names of models, their options, what they cost, and where a budget ends."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from simulated_model import Delayed, exponential

from numina_lean.errors import InputError
from numina_lean.models.budget import Budgeted, Spent, cost_of
from numina_lean.models.choose import open_model, split_name
from numina_lean.models.model import (
    Completion,
    Message,
    ModelError,
    ModelUnavailableError,
    Prompt,
    Reply,
    Sampling,
    Usage,
)
from numina_lean.models.options import ModelOptions, Prices

T = TypeVar("T")

PROMPT = Prompt((Message("user", "0123456789"),))
SAMPLING = Sampling(max_tokens=40)
MOST = 50  # tokens that one sample may take: ten bytes and forty tokens


class Taking:
    """A model each of whose samples takes 10 tokens of prompt and `tokens` of answer."""

    name = "taking"

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens
        self.open = asyncio.Event()
        self.open.set()
        self.asked = 0

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        self.asked += samples
        await self.open.wait()
        if self.tokens < 0:
            raise ModelError("failed", "as asked")
        usage = Usage(10, self.tokens, 5)
        return Reply.of(
            (Completion(first + number, "x", "stop", usage) for number in range(samples)), 0.0
        )

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        reply = await self.complete(prompt, sampling, first=sample)
        yield "x"
        yield reply.completions[0]

    async def close(self) -> None:
        pass


def run(test: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(test)


def test_what_is_spent_is_counted_and_priced() -> None:
    async def test() -> Spent:
        model = Budgeted(Taking(20), prices=Prices(prompt=2.0, completion=8.0, cached=1.0))
        await model.complete(PROMPT, SAMPLING, samples=3)
        pieces = [piece async for piece in model.stream(PROMPT, SAMPLING)]
        assert pieces[0] == "x"
        return model.spent

    spent = run(test())
    assert (spent.replies, spent.completions, spent.usage) == (2, 4, Usage(40, 80, 20))
    assert spent.cost == pytest.approx((20 * 2 + 20 * 1 + 80 * 8) / 1e6)
    assert cost_of(Usage(10, 0, 99), Prices(prompt=1.0, cached=0.0)) == 0
    assert cost_of(Usage(10, 0, 4), Prices(prompt=1.0)) == pytest.approx(10 / 1e6)


@pytest.mark.parametrize(("tokens", "answered"), [(20, 33), (40, 20)])
def test_a_budget_is_kept_by_many_tasks_and_used_up(tokens: int, answered: int) -> None:
    async def test() -> tuple[int, Spent, list[str]]:
        model = Budgeted(Taking(tokens), tokens=1019)
        results = await asyncio.gather(
            *(model.complete(PROMPT, SAMPLING) for _ in range(100)), return_exceptions=True
        )
        reasons: list[str] = [result.reason for result in results if isinstance(result, ModelError)]
        return sum(isinstance(result, Reply) for result in results), model.spent, reasons

    done, spent, reasons = run(test())
    assert set(reasons) == {"budget"}
    assert spent.usage.prompt + spent.usage.completion <= 1019
    assert done == answered == 100 - len(reasons)
    assert 1019 - spent.usage.prompt - spent.usage.completion < MOST


def test_a_request_waits_for_what_those_in_flight_leave() -> None:
    async def test() -> tuple[int, int]:
        inner = Taking(1)
        inner.open.clear()
        model = Budgeted(inner, tokens=2 * MOST)
        tasks = [asyncio.create_task(model.complete(PROMPT, SAMPLING)) for _ in range(5)]
        await asyncio.sleep(0.01)
        before = inner.asked
        inner.open.set()
        await asyncio.gather(*tasks)
        return before, inner.asked

    assert run(test()) == (2, 5)


@pytest.mark.parametrize("cancel", [False, True])
def test_what_failed_or_was_cancelled_holds_nothing_back(cancel: bool) -> None:
    async def test() -> None:
        inner = Taking(-1)
        model = Budgeted(inner, tokens=MOST)
        if cancel:
            inner.open.clear()
        tasks = [asyncio.create_task(model.complete(PROMPT, SAMPLING)) for _ in range(3)]
        await asyncio.sleep(0.01)
        for task in tasks if cancel else ():
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        inner.tokens = 1
        inner.open.set()
        await model.complete(PROMPT, SAMPLING)
        assert model.spent.completions == 1

    run(test())


@pytest.mark.parametrize("name", ["", "gpt", "openai:", "hf: ", "rules", "OPENAI:x", ":x"])
def test_a_name_that_means_no_model_is_said_with_those_that_do(name: str) -> None:
    with pytest.raises(InputError, match=r"openai:NAME, vllm:PATH, hf:PATH or replay:FILE"):
        run(open_model(name).__aenter__())


def test_a_name_may_have_colons_of_its_own() -> None:
    assert split_name("openai:org/model:free") == ("openai", "org/model:free")


@pytest.mark.parametrize(("name", "extra"), [("openai:m", "openai"), ("hf:m", "hf")])
def test_a_missing_package_names_the_extra(
    name: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(package: str) -> None:
        raise ModuleNotFoundError(f"No module named {package!r}")

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(ModelUnavailableError, match=rf"pip install 'numina-lean\[{extra}\]'"):
        run(open_model(name).__aenter__())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("concurrency", 0),
        ("retries", -1),
        ("timeout", float("nan")),
        ("requests_per_minute", 0.0),
        ("tokens_per_minute", float("inf")),
        ("token_budget", -1),
        ("batch", 0),
        ("gpu_memory", 0.0),
    ],
)
def test_an_option_without_sense_is_named(option: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"model option {option} is"):
        ModelOptions(**{option: value})


def test_a_simulated_latency_is_the_same_each_time_and_slots_are_limited() -> None:
    latency = exponential(0.01, seed=1)
    assert latency(PROMPT, 3) == exponential(0.01, seed=1)(PROMPT, 3)
    assert len({latency(PROMPT, sample) for sample in range(50)}) == 50

    async def test() -> tuple[list[int], float]:
        inner = Taking(1)
        inner.open.clear()
        model = Delayed(inner, lambda prompt, sample: 0.0, concurrency=3)
        task = asyncio.create_task(model.complete(PROMPT, SAMPLING, samples=8))
        await asyncio.sleep(0.02)
        asked = inner.asked
        inner.open.set()
        reply = await task
        return [asked, len(reply.completions)], model.busy

    assert run(test()) == ([3, 8], 0.0)


def test_a_replay_passes_through_the_account(tmp_path: Path) -> None:
    from numina_lean.models.record import Recorder

    async def test() -> Usage:
        recorder = Recorder(Taking(20), tmp_path / "r.jsonl")
        await recorder.complete(PROMPT, SAMPLING, samples=2)
        await recorder.close()
        async with open_model(f"replay:{tmp_path / 'r.jsonl'}") as model:
            await model.complete(PROMPT, SAMPLING, samples=2)
            return model.spent.usage

    assert run(test()) == Usage(20, 40, 10)
