"""`openai:NAME`: a model behind an OpenAI-compatible endpoint: `vllm serve`, a provider, a gateway.

Each sample is a request of its own, with its own seed. Nothing that comes back is trusted: its
JSON is read field by field. Thoughts that a server takes out of the text are put back as a
`<think>` block. Does not cover tools, images, or the Responses API.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial

from numina_lean.models.answer import answer_of, completion_of
from numina_lean.models.chat_request import (
    Dialect,
    cut_here,
    expected_tokens,
    learnt,
    request_body,
    weaker,
)
from numina_lean.models.chat_stream import Assembly
from numina_lean.models.endpoint import Endpoint
from numina_lean.models.model import Completion, ModelError, Prompt, Reply, Sampling
from numina_lean.models.options import ModelOptions
from numina_lean.models.retry import TransientError
from numina_lean.models.together import all_of

_OWNERS_THAT_KEEP_STOPS = frozenset({"vllm"})


async def open_endpoint(model: str, options: ModelOptions) -> "EndpointModel":
    """The model of that name at the endpoint. Raises `ModelUnavailableError`."""
    name = f"openai:{model}"
    endpoint = Endpoint(name, options)
    try:
        owners = await endpoint.owners()
    except BaseException:
        await endpoint.close()
        raise
    return EndpointModel(model, endpoint, Dialect(bool(owners & _OWNERS_THAT_KEEP_STOPS)))


class EndpointModel:
    """A model of an endpoint, and what has been learnt of the fields that the endpoint takes."""

    def __init__(self, model: str, endpoint: Endpoint, dialect: Dialect) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._endpoint = endpoint
        self._dialect = dialect

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        start = time.perf_counter()
        numbers = range(first, first + samples)
        completions = await all_of(self._one(prompt, sampling, number) for number in numbers)
        return Reply.of(completions, time.perf_counter() - start)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        """As the contract says. Until the first piece is out, what failed is tried again."""
        attempt, dialect, tokens = 0, self._dialect, _expected(prompt, sampling)
        started = False
        while True:
            try:
                async with (
                    self._endpoint.turn(tokens),
                    aclosing(self._pieces(prompt, sampling, sample, dialect)) as pieces,
                ):
                    async for piece in pieces:
                        started = True
                        if isinstance(piece, Completion):
                            self._settle(tokens, piece)
                        yield piece
                return
            except TransientError as error:
                if started:
                    raise ModelError("failed", f"{self.name}: {error.detail}") from error
                attempt, failure = attempt + 1, error
            except ModelError as error:
                dialect = _without(dialect, prompt, error)
                continue
            await self._endpoint.wait(attempt, failure)

    async def close(self) -> None:
        await self._endpoint.close()

    async def _one(self, prompt: Prompt, sampling: Sampling, sample: int) -> Completion:
        """One sample, asked for with what the endpoint turns out to take."""
        dialect = self._dialect
        tokens = _expected(prompt, sampling)
        while True:
            ask = self._collect if cut_here(sampling, dialect) else self._whole
            work = partial(ask, prompt, sampling, sample, dialect)
            try:
                completion = await self._endpoint.attempts(work, tokens)
            except ModelError as error:
                dialect = _without(dialect, prompt, error)
                self._dialect = learnt(self._dialect, dialect, error.detail)
                continue
            self._settle(tokens, completion)
            return completion

    def _settle(self, expected: int, completion: Completion) -> None:
        used = completion.usage.prompt + completion.usage.completion
        self._endpoint.pace.settle(expected, used)

    async def _whole(
        self, prompt: Prompt, sampling: Sampling, sample: int, dialect: Dialect
    ) -> Completion:
        body = request_body(self._model, prompt, sampling, sample, dialect)
        try:
            answer = answer_of(await self._endpoint.whole(body))
        except ModelError as error:
            if error.reason != "failed":
                raise
            raise TransientError(error.detail) from error
        return completion_of(answer, sampling, sample, _echo(prompt, dialect))

    async def _collect(
        self, prompt: Prompt, sampling: Sampling, sample: int, dialect: Dialect
    ) -> Completion:
        """As `_whole`, streamed, so that it can be ended here."""
        async with aclosing(self._pieces(prompt, sampling, sample, dialect)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    return piece
        raise TransientError("the stream ends without a completion")

    async def _pieces(
        self, prompt: Prompt, sampling: Sampling, sample: int, dialect: Dialect
    ) -> AsyncGenerator[str | Completion]:
        """One attempt at a stream. Raises `TransientError`, and what an attempt may raise."""
        body = request_body(self._model, prompt, sampling, sample, dialect)
        if dialect.stream_usage:
            body["stream_options"] = {"include_usage": True}
        assembly = Assembly(sampling, expected_tokens(prompt), _echo(prompt, dialect))
        async with aclosing(self._endpoint.streamed(body)) as events:
            async for event in events:
                if piece := assembly.take(event):
                    yield piece
                if assembly.over:
                    break
        last, completion = assembly.end(sample)
        if last:
            yield last
        yield completion


def _without(dialect: Dialect, prompt: Prompt, refusal: ModelError) -> Dialect:
    """What to try after a refusal; raises it again where there is nothing more to leave out."""
    other = weaker(dialect, prompt, refusal.detail) if refusal.reason == "refused" else None
    if other is None:
        raise refusal
    return other


def _expected(prompt: Prompt, sampling: Sampling) -> int:
    return expected_tokens(prompt) + sampling.max_tokens


def _echo(prompt: Prompt, dialect: Dialect) -> str:
    """What some servers put before an answer that they were asked to continue."""
    return "" if dialect.keeps_stops else prompt.prefill
