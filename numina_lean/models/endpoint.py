"""An OpenAI-compatible endpoint: bodies go out, JSON comes back, and failures have a meaning.

Requests go through the `openai` package, whose own retries are off: the pauses here grow at
random, obey `Retry-After`, and hold for all tasks at once. What comes back has a limit of bytes.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar, cast

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam

from numina_lean.models.chat_stream import events
from numina_lean.models.failure import failure_of
from numina_lean.models.model import ModelError, ModelUnavailableError
from numina_lean.models.options import KEY_VARIABLES, ModelOptions, api_key
from numina_lean.models.pace import Pace, Sleep
from numina_lean.models.retry import LONGEST_REQUESTED_PAUSE, TransientError, pause_before

T = TypeVar("T")

BODY_LIMIT = 64 * 2**20
_PROBE_SECONDS = 30.0


class Endpoint:
    """One endpoint, asked by many tasks; `concurrency` of their requests are in flight at once."""

    def __init__(self, name: str, options: ModelOptions, *, sleep: Sleep = asyncio.sleep) -> None:
        self._name = name
        self._options = options
        self._sleep = sleep
        self._chance = random.Random()
        self._slots = asyncio.Semaphore(options.concurrency)
        self.pace = Pace(options.requests_per_minute, options.tokens_per_minute, sleep=sleep)
        self._client = _client(name, options)

    async def owners(self) -> frozenset[str]:
        """Who the listed models belong to, `vllm` for one; empty where the endpoint lists none.

        Raises `ModelUnavailableError` where it cannot be reached or does not accept the key.
        """
        where = f"{self._name}: {self._client.base_url}"
        try:
            async with asyncio.timeout(min(_PROBE_SECONDS, self._options.timeout)):
                response = await self._client.get("/models", cast_to=httpx2.Response)
        except openai.AuthenticationError as error:
            raise failure_of(error, self._name) from error
        except openai.APIStatusError:
            return frozenset()
        except (openai.APIConnectionError, httpx2.HTTPError, TimeoutError) as error:
            raise ModelUnavailableError(
                f"{where} cannot be reached ({_reason(error)}). Start it, or check --base-url"
            ) from error
        try:
            listing = json.loads(response.content)
        except (ValueError, RecursionError):
            return frozenset()
        models = listing.get("data") if isinstance(listing, dict) else None
        entries = [entry for entry in models if isinstance(entry, dict)] if models else []
        return frozenset(str(entry.get("owned_by")) for entry in entries)

    async def whole(self, body: Mapping[str, object]) -> object:
        """The JSON that answers a request. Raises as `attempts` expects it."""
        with self._meanings():
            async with self._client.chat.completions.with_streaming_response.create(
                model=str(body["model"]),
                messages=cast(list[ChatCompletionMessageParam], body["messages"]),
                extra_body=body,
            ) as response:
                content = await response.read()
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            start = content[:100].decode(errors="replace")
            raise TransientError(f"the reply is no JSON: {start!r}") from error

    async def streamed(self, body: Mapping[str, object]) -> AsyncGenerator[object]:
        """The events that answer a request. Closing the iterator closes the connection."""
        with self._meanings():
            async with self._client.chat.completions.with_streaming_response.create(
                model=str(body["model"]),
                messages=cast(list[ChatCompletionMessageParam], body["messages"]),
                stream=True,
                extra_body=body,
            ) as response:
                async for event in events(response.iter_bytes()):
                    yield event

    async def attempts(self, work: Callable[[], Awaitable[T]], tokens: int) -> T:
        """What the work gives, tried again while it fails in a way that may pass.

        `tokens`: how many it is expected to take. Raises `ModelError("failed")` at the end.
        """
        attempt = 0
        while True:
            try:
                async with self.turn(tokens), asyncio.timeout(self._options.timeout):
                    return await work()
            except TransientError as error:
                failure = error
            except TimeoutError:
                failure = TransientError(f"no answer within {self._options.timeout:g} s")
            attempt += 1
            await self.wait(attempt, failure)

    async def wait(self, attempt: int, failure: TransientError) -> None:
        """Pause before retry `attempt`; raises `ModelError` where there is to be none."""
        requested = failure.pause or 0.0
        if attempt > self._options.retries or requested > LONGEST_REQUESTED_PAUSE:
            detail = f"{self._name}: {failure.detail} ({attempt} attempts)"
            raise ModelError("failed", detail) from failure
        self.pace.pause(requested)
        await self._sleep(pause_before(attempt, requested, self._chance))

    @asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[None]:
        """A place among those in flight, when the pace allows it. What fails took no tokens."""
        async with self._slots:
            await self.pace.start(tokens)
            try:
                yield
            except Exception:
                self.pace.settle(tokens, 0)
                raise

    async def close(self) -> None:
        await self._client.close()

    @contextmanager
    def _meanings(self) -> Iterator[None]:
        """Turn what the libraries raise into what it means."""
        try:
            yield
        except openai.APIStatusError as error:
            raise failure_of(error, self._name) from error
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            raise TransientError(_reason(error)) from error


class _Bounded(httpx2.AsyncByteStream):
    """The bytes of a body, up to a limit."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for chunk in self._stream:
            taken += len(chunk)
            if taken > BODY_LIMIT:
                raise ModelError("failed", f"the reply has more than {BODY_LIMIT} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    """Give a response a limit. Compressed ones have none that holds: they are not asked for."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ModelError("failed", "the reply is compressed, which was not asked for")
    response.stream = _Bounded(cast(httpx2.AsyncByteStream, response.stream))


def _client(name: str, options: ModelOptions) -> openai.AsyncOpenAI:
    key = api_key()
    client = openai.AsyncOpenAI(
        api_key=key or "none",
        base_url=options.base_url,
        max_retries=0,
        timeout=options.timeout,
        default_headers={"Accept-Encoding": "identity"},
        http_client=openai.DefaultAsyncHttpxClient(
            limits=httpx2.Limits(max_connections=options.concurrency + 8),
            event_hooks={"response": [_bound]},
        ),
    )
    if key is None and client.base_url.host == "api.openai.com":
        raise ModelUnavailableError(
            f"{name}: no key. Set {KEY_VARIABLES[0]}, or name another endpoint with --base-url"
        )
    return client


def _reason(error: BaseException) -> str:
    """The innermost words of an error: the libraries wrap "connection refused" three times."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
