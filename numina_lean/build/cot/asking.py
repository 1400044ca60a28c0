"""Asking a model until what it writes is acceptable, a stated number of times."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from numina_lean.build.stage import Postponed, Rejected
from numina_lean.models.model import Completion, Model, ModelError
from numina_lean.prompts.cot import CotRequest
from numina_lean.prompts.registry import family

RETRY_TEMPERATURE = 0.8
"""Of tries after the first: at 0 a model would write the same again."""

NO_MODEL = Rejected("no_model", "this row needs a model, and the build had none: pass --model")

Accepted = TypeVar("Accepted")
Judge = Callable[[str], Accepted | Rejected]
"""What is made of a reply, or why it is not accepted. May take seconds: called in a thread."""


@dataclass(frozen=True, slots=True)
class Asker:
    """`tries`: how often a row is asked for in all. `seed`: of the samples. `max_tokens`: of a
    reply, thoughts included.
    """

    model: Model
    tries: int
    seed: int
    max_tokens: int

    async def ask(
        self, name: str, request: CotRequest, judge: Judge[Accepted], *, variant: int = 0
    ) -> tuple[Accepted, int] | Rejected | Postponed:
        """The first acceptable reply to the family `name` of the task `cot`, and the tries it took;
        else the last reason.

        Variants of a row are drawn apart. Raises `ModelUnavailableError`.
        """
        asked = family("cot", name)
        prompt = asked.render(request)
        last = Rejected("no_reply")
        for number in range(self.tries):
            sampling = replace(asked.sampling, seed=self.seed, max_tokens=self.max_tokens)
            if number:
                warmer = max(asked.sampling.temperature, RETRY_TEMPERATURE)
                sampling = replace(sampling, temperature=warmer)
            sample = variant * self.tries + number
            try:
                reply = await self.model.complete(prompt, sampling, first=sample)
            except ModelError as error:
                if error.reason in ("refused", "too_long"):
                    return Rejected(error.reason, error.detail[:300])
                return Postponed(error.detail)
            found = await _judged(reply.completions[0], judge)
            if not isinstance(found, Rejected):
                return found, number + 1
            last = found
        return replace(last, detail=f"{last.detail} (after {self.tries} tries)".strip())


async def _judged(completion: Completion, judge: Judge[Accepted]) -> Accepted | Rejected:
    if completion.finish != "stop":
        return Rejected("cut_off", "the reply is longer than the model may write")
    return await asyncio.to_thread(judge, completion.text)
