"""A model that takes its time: another model's answers, each after a latency that is a function.

For benchmarks of what waits on a model. With a replay inside, it says what a real model said, and
takes as long as a real one would, without a GPU.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

from numina_lean.models.model import Completion, Model, Prompt, Reply, Sampling
from numina_lean.models.together import all_of

Latency = Callable[[Prompt, int], float]


def exponential(mean: float, seed: int) -> Latency:
    """Seconds drawn from an exponential distribution, always the same for a prompt and a sample."""

    def latency(prompt: Prompt, sample: int) -> float:
        return random.Random(f"{seed} {prompt.digest} {sample}").expovariate(1 / mean)

    return latency


class Delayed:
    """Answers as `model` does, each sample after `latency(prompt, sample)` seconds, and at most
    `concurrency` of them at once, as the slots of a server are taken. `busy`: seconds that slots
    were taken, all together.
    """

    def __init__(self, model: Model, latency: Latency, concurrency: int) -> None:
        self._model = model
        self._latency = latency
        self._slots = asyncio.Semaphore(concurrency)
        self.busy = 0.0

    @property
    def name(self) -> str:
        return self._model.name

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        start = asyncio.get_running_loop().time()
        numbers = range(first, first + samples)
        replies = await all_of(self._one(prompt, sampling, number) for number in numbers)
        completions = (one for reply in replies for one in reply.completions)
        return Reply.of(completions, asyncio.get_running_loop().time() - start)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        """The whole text as one piece, when its time has come."""
        reply = await self._one(prompt, sampling, sample)
        (completion,) = reply.completions
        yield completion.text
        yield completion

    async def close(self) -> None:
        await self._model.close()

    async def _one(self, prompt: Prompt, sampling: Sampling, sample: int) -> Reply:
        async with self._slots:
            seconds = self._latency(prompt, sample)
            self.busy += seconds
            await asyncio.sleep(seconds)
            return await self._model.complete(prompt, sampling, first=sample)
