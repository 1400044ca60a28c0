"""A model that answers from a list, for what is done with answers; what it was asked is kept."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from numina_lean.models.model import Completion, ModelError, Prompt, Reply, Sampling, Usage


@dataclass
class ScriptedModel:
    """Each request takes the next answer: a text, a whole completion, or the error it raises."""

    answers: Sequence[str | Completion | ModelError]
    name: str = "scripted"
    asked: list[tuple[Prompt, Sampling, int]] = field(default_factory=list)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        assert samples == 1
        answer = self.answers[len(self.asked)]
        self.asked.append((prompt, sampling, first))
        if isinstance(answer, ModelError):
            raise answer
        if isinstance(answer, str):
            answer = Completion(first, answer, "stop", Usage(10, 5))
        return Reply.of((answer,), 0.0)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        (completion,) = (await self.complete(prompt, sampling, first=sample)).completions
        yield completion.text
        yield completion

    async def close(self) -> None:
        return
