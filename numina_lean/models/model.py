"""What a language model is to the rest of the package: a prompt in, completions out.

Covers the types that travel and the interface that each backend has. Does not cover which backend
a name means (`choose`), nor what is said to a model (`numina_lean.prompts`).
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from numina_lean.errors import NuminaError

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length"]
Reason = Literal["refused", "too_long", "failed", "not_recorded", "budget"]


class ModelUnavailableError(NuminaError):
    """The model cannot answer anything: not installed, not reachable, no key. Ends the command."""

    exit_code = 3


class ModelError(Exception):
    """The model gave no answer to one request, whatever was tried; others may still be answered.

    `reason` is a code of a closed set: `refused` (the request is not accepted, as it stands),
    `too_long` (the prompt does not fit), `failed` (retries used up), `not_recorded` (a replay has
    no such completion), `budget` (the run's allowance is spent).
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked.

    With `prefill`, the model goes on with an answer of its own that begins so; without `messages`,
    it completes the bare text of `prefill`. `schema` is a JSON
    schema, as text, that the answer should fit: backends that can enforce it do, and whoever
    reads the answer relies on nothing.
    """

    messages: tuple[Message, ...]
    prefill: str = ""
    schema: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of all of it, in hexadecimal: the prompt hash that rows keep."""
        turns = [[message.role, message.content] for message in self.messages]
        text = json.dumps([turns, self.prefill, self.schema], ensure_ascii=False)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Sampling:
    """How completions are drawn. A completion ends before the first of `stop`, or, with
    `keep_stop`, after it. Sample i is drawn with seed `seed + i`; without a seed, as it comes.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int | None = None
    max_tokens: int = 2048
    stop: tuple[str, ...] = ()
    keep_stop: bool = False
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the backend counted them. `cached`: of the prompt's, those not computed anew."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.cached + other.cached,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer, without the prompt's prefill. `sample` is its number in the request.

    `finish`: `stop` at its own end or a stop string, `length` where `max_tokens` cut it off.
    `usage`: what this one cost; samples that shared the reading of the prompt share its tokens.
    """

    sample: int
    text: str
    finish: Finish
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Reply:
    """The completions of a request, by sample number, and what they cost. `seconds`: wall time."""

    completions: tuple[Completion, ...]
    usage: Usage
    seconds: float

    @classmethod
    def of(cls, completions: Iterable[Completion], seconds: float) -> "Reply":
        """The reply that these completions make, whose cost is the sum of theirs."""
        ordered = tuple(sorted(completions, key=lambda completion: completion.sample))
        return cls(ordered, sum((one.usage for one in ordered), Usage()), seconds)


class Model(Protocol):
    """A model at work. Used from one event loop, by many tasks at once.

    Cancelling the task that waits ends the work in the backend too, where it can be ended.
    """

    @property
    def name(self) -> str:
        """What the user called it, `openai:NAME` for one: rows keep it."""
        ...

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        """The samples `first` to `first + samples - 1`. Raises `ModelError`,
        `ModelUnavailableError`.
        """
        ...

    def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        """One sample, piece by piece as it is generated, and last of all as a whole.

        Raises as `complete` does. Closing the iterator ends the work in the backend.
        """
        ...

    async def close(self) -> None:
        """End the backend; what is waiting is cancelled."""
        ...
