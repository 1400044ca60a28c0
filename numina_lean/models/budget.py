"""What a run spends on a model, and where it stops."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from numina_lean.models.model import Completion, Model, ModelError, Prompt, Reply, Sampling, Usage
from numina_lean.models.options import FREE, Prices

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What has been spent so far: replies, completions, tokens, and `cost` by the prices given."""

    replies: int = 0
    completions: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: float = 0.0


def cost_of(usage: Usage, prices: Prices) -> float:
    """What these tokens cost, in the currency of `prices`."""
    cached = prices.prompt if prices.cached is None else prices.cached
    cached_tokens = min(usage.cached, usage.prompt)
    return (
        (usage.prompt - cached_tokens) * prices.prompt
        + cached_tokens * cached
        + usage.completion * prices.completion
    ) / _MILLION


class Budgeted:
    """A model whose account is kept, in `spent`, and that stops when `tokens` are used.

    While requests are in flight, what they may cost at the most is set aside: the completions'
    `max_tokens`, and the prompt's UTF-8 bytes, as no common tokenizer makes more tokens than that.
    A request that would fit if those in flight cost less waits for them; one that could not fit
    though nothing is in flight is refused with `ModelError("budget")`. So the budget is kept
    however many tasks ask, and all of it that is of use is used. Without `tokens`, nothing waits.
    """

    def __init__(self, model: Model, tokens: int | None = None, prices: Prices = FREE) -> None:
        self._model = model
        self._tokens = tokens
        self._prices = prices
        self._aside = 0
        self._settled = asyncio.Event()
        self.spent = Spent()

    @property
    def name(self) -> str:
        return self._model.name

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        most = await self._set_aside(prompt, sampling, samples)
        try:
            reply = await self._model.complete(prompt, sampling, samples=samples, first=first)
            self._add(len(reply.completions), reply.usage)
            return reply
        finally:
            self._settle(most)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        """As the model's; a stream that is closed before its end is not in the account."""
        most = await self._set_aside(prompt, sampling, samples=1)
        try:
            async for piece in self._model.stream(prompt, sampling, sample=sample):
                if isinstance(piece, Completion):
                    self._add(1, piece.usage)
                yield piece
        finally:
            self._settle(most)

    async def close(self) -> None:
        await self._model.close()

    def _add(self, completions: int, usage: Usage) -> None:
        before = self.spent
        self.spent = Spent(
            before.replies + 1,
            before.completions + completions,
            before.usage + usage,
            before.cost + cost_of(usage, self._prices),
        )

    async def _set_aside(self, prompt: Prompt, sampling: Sampling, samples: int) -> int:
        if self._tokens is None:
            return 0
        most = samples * (_most_tokens(prompt) + sampling.max_tokens)
        while self._left() < most and self._aside:
            await self._settled.wait()
        if self._left() < most:
            raise ModelError(
                "budget",
                f"{self.name}: the token budget is spent: {self._left()} of {self._tokens} "
                f"tokens left, and the request may take {most}",
            )
        self._aside += most
        return most

    def _settle(self, most: int) -> None:
        """Give back what was set aside; whoever waits looks again."""
        self._aside -= most
        self._settled.set()
        self._settled = asyncio.Event()

    def _left(self) -> int:
        """What is neither spent nor set aside. Only asked where there is a budget."""
        used = self.spent.usage.prompt + self.spent.usage.completion
        return (self._tokens or 0) - used - self._aside


def _most_tokens(prompt: Prompt) -> int:
    """No byte-level or byte-fallback tokenizer makes more tokens of a text than it has bytes."""
    texts = [*(message.content for message in prompt.messages), prompt.prefill]
    return sum(len(text.encode(errors="surrogatepass")) for text in texts)
