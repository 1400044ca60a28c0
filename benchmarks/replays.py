"""Recordings made by a script: what a model would have said about problems, in `replay:`'s form."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from numina_lean.formalize.model_source import MODEL_HEADERS, ModelSource
from numina_lean.models.model import Completion, Model, Prompt, Reply, Sampling, Usage
from numina_lean.models.record import Recorder
from numina_lean.problems.problem import Problem
from numina_lean.prompts.registry import family
from numina_lean.translate.translator import Declined

Say = Callable[[Prompt, int], str]
"""What is said to a prompt, as the sample of that number."""


@dataclass(frozen=True, slots=True)
class Scripted:
    """A model that says what a function says."""

    say: Say
    name: str = "scripted"

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        numbers = range(first, first + samples)
        return Reply.of((self._completion(prompt, number) for number in numbers), 0.0)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        completion = self._completion(prompt, sample)
        yield completion.text
        yield completion

    async def close(self) -> None:
        pass

    def _completion(self, prompt: Prompt, sample: int) -> Completion:
        text = self.say(prompt, sample)
        words = sum(len(message.content.split()) for message in prompt.messages)
        return Completion(sample, text, "stop", Usage(words, len(text.split())))


def model_source(model: Model, samples: int, seed: int = 0) -> ModelSource:
    """The source that `formalize --profile core` makes, with its defaults."""
    asked = family("formalize", "chat-core")
    return ModelSource(
        model_used=model,
        formalize=asked,
        repair=family("repair", "chat"),
        sampling=asked.sampling,
        samples=samples,
        seed=seed,
        header=MODEL_HEADERS["core"],
        examples=lambda problem: (),
    )


def write_replay(
    path: Path,
    problems: Iterable[Problem],
    answer: Callable[[Problem, int], str],
    *,
    samples: int,
    seed: int = 0,
) -> None:
    """Record the first answers to `problems`, those that `answer` gives; no repairs."""

    async def record() -> None:
        for problem in problems:
            recorder = Recorder(Scripted(lambda _, sample: answer(problem, sample)), path)  # noqa: B023
            proposer = await model_source(recorder, samples, seed).open(problem)
            assert not isinstance(proposer, Declined)
            for sample in range(samples):
                await proposer.propose(sample)
            await recorder.close()

    asyncio.run(record())
