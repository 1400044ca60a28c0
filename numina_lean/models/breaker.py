"""A model that ends the run when it fails again and again, rather than lose problem after problem.

One request that fails costs its sample. When an endpoint is gone, every request fails, and what is
in flight should be done by another run instead of being written off.
"""

from collections.abc import AsyncIterator

from numina_lean.models.model import (
    Completion,
    Model,
    ModelError,
    ModelUnavailableError,
    Prompt,
    Reply,
    Sampling,
)

MOST_FAILURES = 16
"""Requests in a row that fail, each after its own retries, before the model counts as gone."""

_FAILED = "failed"


class Breaker:
    """`model`, until `most` requests in a row have failed: then `ModelUnavailableError`."""

    def __init__(self, model: Model, most: int = MOST_FAILURES) -> None:
        self._model = model
        self._most = most
        self._failures = 0

    @property
    def name(self) -> str:
        return self._model.name

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        try:
            reply = await self._model.complete(prompt, sampling, samples=samples, first=first)
        except ModelError as error:
            self._count(error)
            raise
        self._failures = 0
        return reply

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        try:
            async for piece in self._model.stream(prompt, sampling, sample=sample):
                yield piece
        except ModelError as error:
            self._count(error)
            raise
        self._failures = 0

    async def close(self) -> None:
        await self._model.close()

    def _count(self, error: ModelError) -> None:
        if error.reason != _FAILED:
            return
        self._failures += 1
        if self._failures >= self._most:
            raise ModelUnavailableError(
                f"{self.name}: {self._failures} requests in a row failed ({error.detail}). "
                "See to the endpoint; the same command then goes on where this one stopped"
            ) from error
