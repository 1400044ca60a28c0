"""vLLM: that what is called exists in the installed version, and that the engine does what we say.

Without vLLM, whose wheel needs CUDA, only mypy's check against `stubs/vllm` and the first test run.
"""

import ast
import asyncio
import importlib
import importlib.util
import inspect
import os
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from numina_lean.models.choose import open_model
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

T = TypeVar("T")

HERE = Path(__file__).resolve().parent
STUBS = HERE.parent / "stubs"
CONTEXT = 512
INSTALLED = importlib.util.find_spec("vllm") is not None

needs_vllm = pytest.mark.skipif(not INSTALLED, reason="vLLM is not installed")


def run(test: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(test)


@pytest.mark.skipif(INSTALLED, reason="vLLM is installed")
def test_without_vllm_the_extra_to_install_is_named() -> None:
    async def test() -> None:
        async with open_model("vllm:somewhere"):
            pass

    with pytest.raises(ModelUnavailableError, match=r"pip install 'numina-lean\[vllm\]'"):
        run(test())


def stubbed() -> Iterator[tuple[str, str, list[str]]]:
    """Each class and method of the stubs: its module, its name, and the arguments it is given."""
    for path in sorted(STUBS.rglob("*.pyi")):
        parts = path.relative_to(STUBS).with_suffix("").parts
        module = ".".join(part for part in parts if part != "__init__")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield module, node.name, []
                for item in node.body:
                    if isinstance(item, ast.FunctionDef):
                        arguments = [*item.args.args[1:], *item.args.kwonlyargs]
                        name = node.name if item.name == "__init__" else f"{node.name}.{item.name}"
                        yield module, name, [argument.arg for argument in arguments]
                    elif isinstance(item, ast.Assign):
                        yield module, f"{node.name}.{ast.unparse(item.targets[0])}", []


def test_the_stubs_say_what_is_used() -> None:
    found = {name for _, name, _ in stubbed()}
    used = {"AsyncEngineArgs", "SamplingParams", "AsyncLLM.generate", "StructuredOutputsParams"}
    assert used <= found


@pytest.mark.gpu
@needs_vllm
@pytest.mark.parametrize(("module", "name", "arguments"), list(stubbed()))
def test_vllm_has_what_the_stubs_say(module: str, name: str, arguments: list[str]) -> None:
    target: Any = importlib.import_module(module)
    for part in name.split("."):
        target = getattr(target, part)
    if arguments:
        signature = inspect.signature(target)
        assert set(arguments) <= set(signature.parameters)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_model import save_tiny_model

    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Model]:
    options = ModelOptions(dtype="float32", max_model_len=CONTEXT, gpu_memory=0.3)
    async with open_model(f"vllm:{folder}", options) as model:
        yield model


def asking(text: str, prefill: str = "", schema: str | None = None) -> Prompt:
    return Prompt((Message("user", text),), prefill, schema)


@pytest.mark.gpu
@needs_vllm
def test_the_engine_answers_as_the_contract_says(folder: Path) -> None:
    sampling = Sampling(seed=5, max_tokens=24)

    async def test() -> None:
        async with opened(folder) as model:
            await seeds(model)
            await streaming_and_stops(model)
            await cancelling(model)
            await refusals(model)
            await schemas(model)

    async def seeds(model: Model) -> None:
        replies = await asyncio.gather(
            *(model.complete(asking("x"), sampling, samples=3) for _ in range(2))
        )
        said = [[one.text for one in reply.completions] for reply in replies]
        assert said[0] == said[1]
        later = await model.complete(asking("x"), sampling, samples=1, first=2)
        assert later.completions[0].text == replies[0].completions[2].text
        assert len({one.text for one in replies[0].completions}) == 3
        assert all(one.usage.completion <= 24 for one in later.completions)

    async def streaming_and_stops(model: Model) -> None:
        whole = (await model.complete(asking("x", "theorem "), sampling)).completions[0]
        *pieces, last = [piece async for piece in model.stream(asking("x", "theorem "), sampling)]
        assert isinstance(last, Completion)
        assert "".join(str(piece) for piece in pieces) == last.text == whole.text
        assert len(pieces) > 5
        stop = whole.text[8:10]
        for keep, end in ((False, 0), (True, 2)):
            stopping = Sampling(seed=5, max_tokens=24, stop=(stop,), keep_stop=keep)
            stopped = (await model.complete(asking("x", "theorem "), stopping)).completions[0]
            assert stopped.text == whole.text[: whole.text.index(stop) + end]
            assert stopped.finish == "stop"

    async def cancelling(model: Model) -> None:
        long = Sampling(max_tokens=CONTEXT - 60, seed=1)
        tasks = [asyncio.create_task(model.complete(asking("x"), long)) for _ in range(8)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError | Reply) for result in results)
        assert any(isinstance(result, asyncio.CancelledError) for result in results)

    async def refusals(model: Model) -> None:
        with pytest.raises(ModelError) as raised:
            await model.complete(asking("ℕ" * CONTEXT), sampling)
        assert raised.value.reason == "too_long"
        with pytest.raises(ModelError) as raised:
            await model.complete(asking("x", schema="no schema"), sampling)
        assert raised.value.reason == "refused"

    async def schemas(model: Model) -> None:
        schema = '{"type": "object", "properties": {"a": {"enum": ["yes"]}}, "required": ["a"], '
        schema += '"additionalProperties": false}'
        reply = await model.complete(asking("x", schema=schema), Sampling(seed=1, max_tokens=99))
        assert '"yes"' in reply.completions[0].text

    run(test())
