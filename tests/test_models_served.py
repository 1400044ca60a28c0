"""The tiny model behind a real OpenAI-compatible server, `transformers serve`, on loopback."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tiny_model import save_tiny_model

from numina_lean.models.choose import open_model
from numina_lean.models.model import (
    Completion,
    Message,
    ModelError,
    ModelUnavailableError,
    Prompt,
    Reply,
    Sampling,
)
from numina_lean.models.options import ModelOptions
from numina_lean.models.record import Recorder

T = TypeVar("T")

PROMPT = Prompt((Message("user", "n + 1 > n"),))
SHORT = Sampling(seed=7, max_tokens=24)


class Server:
    """A running `transformers serve`: its address, the model it serves, and what it logged."""

    def __init__(self, folder: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.model = str(folder)
        self.url = f"http://127.0.0.1:{port}/v1"
        self._log = log
        command = ["from transformers.cli.transformers import main; main()", "serve", self.model]
        options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        with log.open("wb") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-c", *command, *options],
                stdout=stream,
                stderr=stream,
                env=environment,
            )

    def wait(self) -> None:
        """Until it answers. Raises where it ends before."""
        health = self.url.removesuffix("/v1") + "/health"
        while self._process.poll() is None:
            try:
                with urllib.request.urlopen(health):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise RuntimeError(self._log.read_text())

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    running = Server(save_tiny_model(folder / "tiny"), folder / "log")
    try:
        running.wait()
        yield running
    finally:
        running.stop()


def run(test: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(test)


def opened(server: Server, **options: Any) -> Any:
    return open_model(
        f"openai:{server.model}", ModelOptions(base_url=server.url, concurrency=1, **options)
    )


def texts(reply: Reply) -> list[str]:
    return [one.text for one in reply.completions]


def test_samples_follow_their_seeds(server: Server) -> None:
    async def test() -> tuple[Reply, Reply]:
        async with opened(server) as model:
            reply = await model.complete(PROMPT, SHORT, samples=4)
            return reply, await model.complete(PROMPT, SHORT, samples=2, first=2)

    reply, later = run(test())
    assert len(set(texts(reply))) == 4
    assert texts(later) == texts(reply)[2:]
    assert all(one.usage.completion <= 24 for one in reply.completions)
    assert {one.usage.prompt for one in reply.completions} == {reply.usage.prompt // 4}
    assert reply.usage.prompt > 0


def test_the_likeliest_text_is_that_of_the_model_in_the_process(server: Server) -> None:
    greedy = Sampling(temperature=0.0, max_tokens=30)

    async def test() -> tuple[list[str], list[str]]:
        async with (
            opened(server) as served,
            open_model(f"hf:{server.model}", ModelOptions(device="cpu")) as here,
        ):
            return (
                texts(await served.complete(PROMPT, greedy)),
                texts(await here.complete(PROMPT, greedy)),
            )

    served, here = run(test())
    assert served == here


def test_a_stream_comes_in_pieces(server: Server) -> None:
    async def test() -> tuple[list[str | Completion], Reply]:
        async with opened(server) as model:
            pieces = [piece async for piece in model.stream(PROMPT, SHORT, sample=3)]
            return pieces, await model.complete(PROMPT, SHORT, first=3)

    (*pieces, last), whole = run(test())
    assert isinstance(last, Completion)
    assert len(pieces) > 3
    assert "".join(str(piece) for piece in pieces) == last.text
    assert last.finish == whole.completions[0].finish
    assert last.usage == whole.usage


def test_a_stop_string_ends_a_text_and_is_kept_if_asked(server: Server) -> None:
    async def test() -> tuple[Completion, Completion, Completion, str]:
        async with opened(server) as model:
            whole = (await model.complete(PROMPT, SHORT)).completions[0]
            stop = whole.text[7:9]
            stopped, kept = [
                (
                    await model.complete(
                        PROMPT, Sampling(seed=7, max_tokens=24, stop=(stop,), keep_stop=keep)
                    )
                ).completions[0]
                for keep in (False, True)
            ]
            return whole, stopped, kept, stop

    whole, stopped, kept, stop = run(test())
    end = whole.text.index(stop)
    assert (stopped.text, stopped.finish) == (whole.text[:end], "stop")
    assert (kept.text, kept.finish) == (whole.text[: end + 2], "stop")


def test_cancelled_requests_do_not_keep_the_server_busy(server: Server) -> None:
    async def test() -> Reply:
        async with opened(server) as model:
            long = Sampling(seed=1, max_tokens=450)
            stream = model.stream(PROMPT, long)
            await anext(stream)
            await stream.aclose()
            task = asyncio.create_task(model.complete(PROMPT, long))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            reply: Reply = await model.complete(PROMPT, SHORT)
            return reply

    assert run(test()).completions[0].text


def test_what_this_server_does_not_take_is_said(server: Server) -> None:
    async def test() -> None:
        async with opened(server) as model:
            with pytest.raises(ModelError, match="continue_final_message") as raised:
                await model.complete(Prompt(PROMPT.messages, prefill="theorem "), SHORT)
            assert raised.value.reason == "refused"
        other = ModelOptions(base_url=server.url)
        async with open_model("openai:another", other) as model:
            with pytest.raises((ModelError, ModelUnavailableError), match="HTTP 4"):
                await model.complete(PROMPT, SHORT)

    run(test())


def test_a_recorded_run_replays_without_the_server(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"

    async def test() -> tuple[Reply, Reply]:
        async with opened(server) as model:
            recorder = Recorder(model, path)
            said = await recorder.complete(PROMPT, SHORT, samples=3)
            recorder.recording.close()
        async with open_model(f"replay:{path}") as replay:
            return said, await replay.complete(PROMPT, SHORT, samples=3)

    said, again = run(test())
    assert (again.completions, again.usage) == (said.completions, said.usage)
