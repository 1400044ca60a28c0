"""A real model of transformers, tiny and made here: what its samples depend on and what ends it."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from tiny_model import CONTEXT, save_tiny_model
from transformers import AutoTokenizer

from numina_lean.models import hf
from numina_lean.models.chat_request import Dialect, request_body
from numina_lean.models.chat_template import prompt_text, prompt_tokens
from numina_lean.models.choose import open_model
from numina_lean.models.detokenize import Detokenizer
from numina_lean.models.draw import Draw, draw_tokens
from numina_lean.models.model import (
    Completion,
    Message,
    Model,
    ModelError,
    ModelUnavailableError,
    Prompt,
    Reply,
    Sampling,
)
from numina_lean.models.options import ModelOptions
from numina_lean.models.record import Recorder
from numina_lean.models.stops import StopCutter, cut

T = TypeVar("T")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other cost a tiny model more than they give."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[Model]:
    async with open_model(f"hf:{folder}", ModelOptions(device="cpu", **options)) as model:
        yield model


def run(test: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(test)


def asking(text: str, prefill: str = "") -> Prompt:
    return Prompt((Message("system", "Be brief."), Message("user", text)), prefill)


def texts(reply: Reply) -> list[str]:
    return [one.text for one in reply.completions]


SHORT = Sampling(seed=5, max_tokens=24)


def test_a_sample_depends_on_its_own_seed_and_on_nothing_beside_it(folder: Path) -> None:
    prompts = [asking("n + 1 > n"), asking("∀ x, x = x " * 9), asking("")]

    async def test() -> tuple[list[list[str]], list[list[str]], list[str]]:
        async with opened(folder, batch=1) as model:
            alone = [texts(await model.complete(one, SHORT, samples=3)) for one in prompts]
        async with opened(folder, batch=16) as model:
            replies = await asyncio.gather(
                *(model.complete(one, SHORT, samples=3) for one in prompts),
                model.complete(prompts[0], Sampling(0.0, max_tokens=40)),
                model.complete(prompts[0], Sampling(0.5, 0.9, top_k=5, max_tokens=3), samples=4),
            )
            shifted = await model.complete(
                prompts[0], Sampling(seed=3, max_tokens=24), samples=1, first=4
            )
        return alone, [texts(reply) for reply in replies[:3]], texts(shifted)

    alone, together, shifted = run(test())
    assert together == alone
    assert len({text for row in alone for text in row}) == 9
    assert shifted == [alone[0][2]]


def test_without_a_seed_samples_differ_each_time(folder: Path) -> None:
    async def test() -> list[str]:
        async with opened(folder) as model:
            replies = [
                await model.complete(asking("x"), Sampling(max_tokens=24), samples=2)
                for _ in range(2)
            ]
            return [text for reply in replies for text in texts(reply)]

    assert len(set(run(test()))) == 4


def test_the_likeliest_tokens_are_those_that_transformers_generates(folder: Path) -> None:
    from transformers import AutoModelForCausalLM

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    plain: Any = AutoModelForCausalLM.from_pretrained(folder)
    prompts = [asking("n + 1 > n", prefill="theorem"), asking("long " * 30)]
    expected = []
    for prompt in prompts:
        tokens = torch.tensor([prompt_tokens(tokenizer, prompt)])
        out = plain.generate(tokens, do_sample=False, max_new_tokens=30)
        expected.append(tokenizer.decode(out[0, tokens.shape[1] :], skip_special_tokens=True))

    async def test() -> list[str]:
        async with opened(folder) as model:
            sampling = Sampling(temperature=0.0, max_tokens=30)
            replies = await asyncio.gather(*(model.complete(one, sampling) for one in prompts))
            return [text for reply in replies for text in texts(reply)]

    assert run(test()) == expected


def test_a_text_ends_at_its_end_at_a_stop_string_or_at_its_limit(folder: Path) -> None:
    async def test() -> tuple[Completion, Completion, Completion, list[Completion]]:
        async with opened(folder) as model:
            whole = (await model.complete(asking("x"), SHORT)).completions[0]
            stop = whole.text[8:10]
            stopped, kept = [
                (
                    await model.complete(
                        asking("x"), Sampling(seed=5, max_tokens=24, stop=(stop,), keep_stop=keep)
                    )
                ).completions[0]
                for keep in (False, True)
            ]
            many = (
                await model.complete(asking("x"), Sampling(seed=0, max_tokens=60), samples=16)
            ).completions
            return whole, stopped, kept, list(many)

    whole, stopped, kept, many = run(test())
    assert whole.finish == "length"
    assert whole.usage.completion == 24
    end = whole.text.index(whole.text[8:10])
    assert (stopped.text, stopped.finish) == (whole.text[:end], "stop")
    assert (kept.text, kept.finish) == (whole.text[: end + 2], "stop")
    assert stopped.usage.completion < 24
    ended = [one for one in many if one.finish == "stop"]
    assert ended
    assert all(one.usage.completion <= 60 and "<|im_end|>" not in one.text for one in many)


def test_a_stream_is_the_completion_in_pieces(folder: Path) -> None:
    sampling = Sampling(seed=5, max_tokens=60, stop=("zzz", "\n\n"))

    async def test() -> tuple[list[str | Completion], Completion]:
        async with opened(folder) as model:
            pieces = [piece async for piece in model.stream(asking("x"), sampling, sample=2)]
            reply = await model.complete(asking("x"), sampling, first=2)
            return pieces, reply.completions[0]

    (*pieces, last), whole = run(test())
    assert last == whole
    assert len(pieces) > 10
    assert "".join(str(piece) for piece in pieces) == whole.text


def test_cancelled_work_ends_and_the_next_goes_on(folder: Path) -> None:
    endless = Sampling(seed=5, max_tokens=100_000)

    async def test() -> tuple[Reply, list[str]]:
        async with opened(folder, batch=2, max_model_len=100_000) as model:
            tasks = [asyncio.create_task(model.complete(asking("x"), endless)) for _ in range(6)]
            stream = model.stream(asking("y"), endless)
            await asyncio.sleep(0.05)
            cancelled = [task for task in tasks if task.cancel()]  # but what has ended itself
            assert cancelled
            pieces = [str(await anext(stream)) for _ in range(3)]
            await stream.aclose()  # type: ignore[attr-defined]
            results = await asyncio.gather(*cancelled, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            return await model.complete(asking("x"), SHORT), pieces

    reply, pieces = run(test())
    assert reply.completions[0].usage.completion == 24
    assert len(pieces) == 3


def test_closing_a_model_ends_what_it_is_at(folder: Path) -> None:
    async def test() -> list[object]:
        async with opened(folder, batch=2, max_model_len=100_000) as model:
            endless = Sampling(max_tokens=100_000)
            tasks = [asyncio.create_task(model.complete(asking("x"), endless)) for _ in range(5)]
            await asyncio.sleep(0.1)
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = run(test())
    assert len(results) == 5


def test_a_prompt_that_does_not_fit_is_refused_and_a_limit_is_the_context(folder: Path) -> None:
    async def test() -> Completion:
        async with opened(folder) as model:
            with pytest.raises(ModelError, match=rf"takes {CONTEXT}") as raised:
                await model.complete(asking("ℕ" * CONTEXT), SHORT)
            assert raised.value.reason == "too_long"
        async with opened(folder, max_model_len=70) as model:
            greedy = Sampling(temperature=0.0, max_tokens=100_000)
            return (await model.complete(asking("q"), greedy)).completions[0]

    whole = run(test())
    assert whole.usage.prompt + whole.usage.completion <= 70
    assert whole.finish == "stop" or whole.usage.prompt + whole.usage.completion == 70


def test_a_failure_of_one_batch_is_not_the_next_ones(folder: Path) -> None:
    async def test(monkeypatch: pytest.MonkeyPatch) -> Reply:
        async with opened(folder) as model:
            inner: Any = model._model._model  # type: ignore[attr-defined]
            forward = inner.forward
            inner.forward = lambda *_, **__: 1 / 0
            with pytest.raises(ModelError, match="ZeroDivisionError") as raised:
                await model.complete(asking("x"), SHORT, samples=2)
            assert raised.value.reason == "failed"
            inner.forward = forward
            return await model.complete(asking("x"), SHORT)

    with pytest.MonkeyPatch.context() as patch:
        assert len(run(test(patch)).completions) == 1


def test_a_batch_too_large_for_memory_is_halved(folder: Path) -> None:
    async def test() -> tuple[list[str], list[str], int, list[str], str]:
        async with opened(folder, batch=8) as model:
            plain = texts(await model.complete(asking("x"), SHORT, samples=8))
            inner: Any = model._model._model  # type: ignore[attr-defined]
            forward, steps = inner.forward, 0

            def small(*arguments: Any, **options: Any) -> Any:
                nonlocal steps
                steps += 1
                if options["input_ids"].shape[0] > 2 and steps > 5:
                    raise torch.OutOfMemoryError("too many rows")
                return forward(*arguments, **options)

            inner.forward = small
            stream = model.stream(asking("x"), SHORT)

            async def collect() -> list[str]:
                return [str(piece) async for piece in stream if isinstance(piece, str)]

            streamed, reply = await asyncio.gather(
                collect(), model.complete(asking("x"), SHORT, samples=7)
            )
            return plain, texts(reply), steps, streamed, plain[0]

    plain, halved, steps, streamed, first = run(test())
    assert halved == plain[:7]
    assert steps > 24
    assert "".join(streamed) == first


def test_recorded_completions_of_a_real_model_replay(folder: Path, tmp_path: Path) -> None:
    async def test() -> tuple[Reply, Reply]:
        path = tmp_path / "r.jsonl"
        async with opened(folder) as model:
            recorder = Recorder(model, path)
            said = await recorder.complete(asking("x"), SHORT, samples=5)
            recorder.recording.close()
        async with open_model(f"replay:{path}") as replay:
            return said, await replay.complete(asking("x"), SHORT, samples=5)

    said, again = run(test())
    assert (again.completions, again.usage) == (said.completions, said.usage)


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda folder: (folder / "config.json").unlink(), "cannot be loaded"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 99), "cannot be loaded"),
        (lambda folder: (folder / "chat_template.jinja").unlink(), "no chat template"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_said_in_one_line(
    tmp_path: Path, break_it: Any, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    broken = save_tiny_model(tmp_path / "broken")
    break_it(broken)

    async def test() -> None:
        async with opened(broken):
            pass

    with pytest.raises(ModelUnavailableError, match=says) as raised:
        run(test())
    assert "\n" not in str(raised.value)


def test_a_prompt_ends_with_its_prefill_whatever_the_template_does(folder: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    prompt = asking("x", prefill="<think>\nso\n</think>\n\n```lean4\n")
    plain = prompt_text(tokenizer, prompt)
    assert plain.endswith("<|im_start|>assistant\n" + prompt.prefill)
    stripping: Any = AutoTokenizer.from_pretrained(folder)
    stripping.chat_template = tokenizer.chat_template.replace(
        "message['content'] +", "message['content'].split('</think>')[-1].strip() +"
    )
    assert prompt_text(stripping, prompt) == plain
    refusing: Any = AutoTokenizer.from_pretrained(folder)
    refusing.chat_template = "{{ raise_exception('no system turn') }}"
    with pytest.raises(ModelError, match="no system turn") as raised:
        prompt_text(refusing, prompt)
    assert raised.value.reason == "refused"


def test_odd_prompts_are_prompts(folder: Path) -> None:
    async def test() -> int:
        async with opened(folder) as model:
            odd = ["", "\ud800", "\0", "<|im_end|>", "{{ x }}", "😀" * 9, "\u202e"]
            for text in odd:
                prompt = Prompt((Message("user", text),), prefill=text)
                await model.complete(prompt, Sampling(seed=1, max_tokens=2))
            return len(odd)

    assert run(test()) == 7


def test_pieces_of_a_detokenizer_are_the_text(folder: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    for text in ("∀ ε > 0 😀, 连续性\n\tx", " a  b", "é" * 40, ""):
        tokens = tokenizer.encode(text, add_special_tokens=False)
        detokenizer = Detokenizer(tokenizer.decode)
        pieces = [detokenizer.add(token) for token in tokens]
        assert not any("\ufffd" in piece for piece in pieces)
        assert "".join(pieces) + detokenizer.rest() == text
    half = Detokenizer(tokenizer.decode)
    smile = tokenizer.encode("😀", add_special_tokens=False)
    if len(smile) > 1:
        assert half.add(smile[0]) == ""
        assert half.rest() == "\ufffd"


def drawn(logits: list[float], draw: Draw) -> int:
    return int(draw_tokens(torch.tensor([logits]), [draw])[0])


def frequencies(logits: list[float], temperature: float, top_p: float, top_k: int | None) -> Any:
    steps = 4000
    tokens = draw_tokens(
        torch.tensor([logits] * steps),
        [Draw(temperature, top_p, top_k, (step + 0.5) / steps) for step in range(steps)],
    )
    return torch.bincount(tokens, minlength=len(logits)) / steps


def test_tokens_are_drawn_with_the_probabilities_that_the_sampling_says() -> None:
    logits = [1.0, 2.0, 3.0, 0.0]
    torch.testing.assert_close(
        frequencies(logits, 1.0, 1.0, None),
        torch.softmax(torch.tensor(logits), 0),
        atol=1e-3,
        rtol=0,
    )
    torch.testing.assert_close(
        frequencies(logits, 0.5, 1.0, 2),
        torch.softmax(torch.tensor([-torch.inf, 2.0, 3.0, -torch.inf]) / 0.5, 0),
        atol=1e-3,
        rtol=0,
    )
    # Of 0.643, 0.237, 0.087, 0.032, the first two are the smallest set with 0.8 of the mass.
    torch.testing.assert_close(
        frequencies(logits, 1.0, 0.8, None),
        torch.softmax(torch.tensor([-torch.inf, 2.0, 3.0, -torch.inf]), 0),
        atol=1e-3,
        rtol=0,
    )
    assert frequencies(logits, 1.0, 1e-9, None)[2] == 1
    assert frequencies(logits, 1e-6, 1.0, None)[2] == 1
    assert frequencies(logits, 0.0, 1.0, None)[2] == 1
    assert drawn([0.0, float("-inf"), 0.0], Draw(1.0, 1.0, None, 0.9999999999999999)) == 2
    assert drawn([0.0, float("-inf"), float("-inf")], Draw(1.0, 1.0, 3, 0.9999999999999999)) == 0


@pytest.mark.parametrize(
    ("text", "stops", "keep", "expected"),
    [
        ("abc", (), False, ("abc", False)),
        ("abc", ("",), False, ("abc", False)),
        ("abcd", ("c", "bc"), False, ("a", True)),
        ("abcd", ("c", "bc"), True, ("abc", True)),
        ("abcd", ("bcd", "c"), False, ("ab", True)),
        ("aab", ("ab",), False, ("a", True)),
        ("ab", ("abc",), False, ("ab", False)),
    ],
)
def test_a_text_is_cut_at_the_first_stop_string_in_pieces_or_whole(
    text: str, stops: tuple[str, ...], keep: bool, expected: tuple[str, bool]
) -> None:
    assert cut(text, stops, keep) == expected
    for size in range(1, len(text) + 1):
        cutter = StopCutter(stops, keep)
        pieces = [cutter.feed(text[start : start + size]) for start in range(0, len(text), size)]
        assert ("".join(pieces) + cutter.rest(), cutter.stopped) == expected


def test_the_modules_that_need_torch_are_not_imported_with_the_rest() -> None:
    import subprocess
    import sys

    code = (
        "import sys, numina_lean.models.choose, numina_lean.models.record; import json;"
        "print(json.dumps([n for n in ('torch', 'openai', 'vllm', 'transformers')"
        " if n in sys.modules]))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(out.stdout) == []
    assert hf.__doc__


def test_a_prompt_without_messages_is_its_own_text_and_no_template(folder: Path) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    bare = Prompt((), prefill="theorem t : 1 + 1 = 2 := by\n")
    assert prompt_text(tokenizer, bare) == bare.prefill
    assert tokenizer.decode(prompt_tokens(tokenizer, bare)).endswith(bare.prefill)
    with pytest.raises(ModelError, match="a chat endpoint takes none"):
        request_body("m", bare, Sampling(), 0, Dialect())
