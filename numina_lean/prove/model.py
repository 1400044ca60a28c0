"""Search for a proof with a prover model: whole proofs, and once more with what Lean said of them.

Samples are drawn side by side and judged in their order, so that what comes of a statement does
not depend on which answer came first. What a model writes is only a source; it counts when the
checker holds it to the statement as its reference.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.models.model import Completion, Model, ModelError, Prompt, Sampling
from numina_lean.prompts.family import Family
from numina_lean.prompts.prove import Attempt as Failed
from numina_lean.prompts.prove import ProveRequest
from numina_lean.prove.prove import Checker
from numina_lean.translate.extract import ExtractionError
from numina_lean.translate.proofs import extract_proof
from numina_lean.translate.statement import Statement

BUDGET = "budget"
"""The reason of a `ModelError` after which no statement is asked about: it ends the search."""


@dataclass(frozen=True, slots=True)
class Prover:
    """A model and how it is asked. `samples` for a statement, each with up to `rounds` repairs.

    With `all_samples` a proof does not end the sampling, so that the share of proofs among the
    samples is that of the model. `seed` is the run's; `timeout` of each check, in seconds.
    """

    model: Model
    family: Family[ProveRequest]
    samples: int = 8
    rounds: int = 0
    all_samples: bool = False
    seed: int = 0
    max_tokens: int | None = None
    timeout: float = 60.0

    @property
    def name(self) -> str:
        return self.model.name

    def sampling(self, statement: Statement, round_: int) -> Sampling:
        """As the family says, with the seed that this statement has in this round."""
        text = f"{self.seed}\n{statement.digest}\n{round_}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1
        longest = self.max_tokens or self.family.sampling.max_tokens
        return replace(self.family.sampling, seed=seed, max_tokens=longest)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One answer. `source` is what was checked, None where nothing could be taken from it, or the
    model gave no answer; `detail` then says why.
    """

    sample: int
    round: int
    seed: int
    completion: Completion | None
    source: str | None
    outcome: Outcome | None
    detail: str = ""

    @property
    def succeeded(self) -> bool:
        return self.outcome is not None and self.outcome.verdict is Verdict.PROVED


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers about a statement, by sample and round."""

    answers: tuple[Sampled, ...]

    @property
    def proof(self) -> Sampled | None:
        """The first proof by sample and round."""
        return next((each for each in self.answers if each.succeeded), None)

    @property
    def asked(self) -> int:
        """Samples that the model gave an answer for, repairs not counted."""
        return len({each.sample for each in self.answers if each.completion is not None})

    @property
    def correct(self) -> int:
        """Samples that came to a proof, at once or repaired."""
        return len({each.sample for each in self.answers if each.succeeded})

    @property
    def seconds(self) -> float:
        """Time inside Lean."""
        return sum(each.outcome.seconds for each in self.answers if each.outcome is not None)


async def sample_proofs(
    statement: Statement, prover: Prover, checker: Checker, *, problem: str | None = None
) -> Answers:
    """Ask for proofs until one is right, or for all samples.

    Raises `ModelUnavailableError`, and `ModelError` where the run's allowance is spent.
    """
    tasks = [
        asyncio.create_task(_chain(statement, prover, checker, problem, sample))
        for sample in range(prover.samples)
    ]
    answers: list[Sampled] = []
    try:
        for task in tasks:
            answers += await task
            if answers[-1].succeeded and not prover.all_samples:
                break
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return Answers(tuple(answers))


async def _chain(
    statement: Statement, prover: Prover, checker: Checker, problem: str | None, sample: int
) -> list[Sampled]:
    """A sample and its repairs, the last of which is a proof, or none is."""
    request = ProveRequest(statement.source(), problem)
    answers: list[Sampled] = []
    for round_ in range(prover.rounds + 1):
        prompt = prover.family.render(request)
        answer = await _answer(statement, prover, checker, prompt, sample, round_)
        answers.append(answer)
        if answer.succeeded or answer.completion is None:
            break
        again = next(_repair(request, prompt, answer, statement), None)
        if again is None:
            break
        request = again
    return answers


async def _answer(
    statement: Statement,
    prover: Prover,
    checker: Checker,
    prompt: Prompt,
    sample: int,
    round_: int,
) -> Sampled:
    sampling = prover.sampling(statement, round_)
    assert sampling.seed is not None
    seed = sampling.seed + sample
    try:
        reply = await prover.model.complete(prompt, sampling, samples=1, first=sample)
    except ModelError as error:
        if error.reason == BUDGET:
            raise
        return Sampled(sample, round_, seed, None, None, None, f"{error.reason}: {error.detail}")
    completion = reply.completions[0]
    try:
        source = extract_proof(completion.text, statement)
    except ExtractionError as error:
        return Sampled(sample, round_, seed, completion, None, None, str(error))
    item = Item(
        id=f"{statement.name}:{sample}.{round_}",
        source=source,
        timeout=prover.timeout,
        reference=statement.source(),
    )
    outcome = await asyncio.to_thread(checker.check, item)
    return Sampled(sample, round_, seed, completion, source, outcome)


def _repair(
    request: ProveRequest, prompt: Prompt, answer: Sampled, statement: Statement
) -> Iterator[ProveRequest]:
    """The next question after an answer that Lean did not take; none where there was no source."""
    if answer.source is None or answer.outcome is None or answer.completion is None:
        return
    failed = Failed(
        prompt,
        answer.completion.text,
        answer.source,
        answer.outcome.messages,
        round=answer.round + 1,
    )
    yield replace(request, attempt=failed)
