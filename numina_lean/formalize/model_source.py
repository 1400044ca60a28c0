"""A language model as a source of candidates: prompts out, completions in, statements read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from numina_lean.errors import NuminaError
from numina_lean.formalize.feedback import feedback
from numina_lean.formalize.seeds import seed_of
from numina_lean.formalize.source import Proposal, Proposer
from numina_lean.gates.gate import Ruling
from numina_lean.gates.panel import answer_of
from numina_lean.models.model import Model, ModelError, Prompt, Sampling
from numina_lean.problems.problem import Problem
from numina_lean.prompts.family import Family
from numina_lean.prompts.formalize import Example, FormalizeRequest
from numina_lean.prompts.repair import RepairRequest
from numina_lean.translate.extract import ExtractionError, extract
from numina_lean.translate.rules.names import theorem_name
from numina_lean.translate.rules.setting import HEADERS
from numina_lean.translate.statement import Profile, Statement

_BUDGET = "budget"
_NOT_RECORDED = "not_recorded"
_AUTO_IMPLICIT = "autoImplicit"

MODEL_HEADERS: dict[Profile, str] = {
    "core": HEADERS["core"],
    "mathlib": (
        "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 400000\n\n"
        "open BigOperators Real Nat Topology Rat\n"
    ),
}
"""What a statement begins with where its author brings no header: what formalisers were trained on.
"""


class BudgetSpentError(NuminaError):
    """The run's allowance of tokens is spent: what is finished is kept, the rest is not begun."""

    exit_code = 1


class PostponedError(Exception):
    """The problem waits for an answer that an offline batch is to give: it makes no row yet."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Asks `model` in the words of a prompt family.

    `sampling` holds for all samples but for the seed, which follows from `seed` (the run's), the
    problem and the round. `examples` gives rows that are like a problem, for families that show
    some; `header` is what a statement begins with where a completion brings none. With `postpones`,
    what a replay lacks is asked of an offline batch meanwhile, and its problem waits.
    """

    model_used: Model
    formalize: Family[FormalizeRequest]
    repair: Family[RepairRequest]
    sampling: Sampling
    samples: int
    seed: int
    header: str
    examples: Callable[[Problem], tuple[Example, ...]]
    postpones: bool = False

    @property
    def name(self) -> str:
        return f"{self.formalize.name}@{self.model_used.name}"

    @property
    def model(self) -> str | None:
        return self.model_used.name

    @property
    def family(self) -> str | None:
        return self.formalize.name

    async def open(self, problem: Problem) -> Proposer:
        request = FormalizeRequest(
            problem=problem.problem,
            answer=answer_of(problem),
            name=theorem_name(problem.id),
            header=self.header,
            examples=self.examples(problem),
        )
        return _Asked(self, problem, request)


@dataclass(frozen=True, slots=True)
class _Asked:
    source: ModelSource
    problem: Problem
    request: FormalizeRequest

    @property
    def most(self) -> int:
        return self.source.samples

    async def propose(self, sample: int) -> Proposal:
        prompt = self.source.formalize.render(self.request)
        return await self._ask(prompt, sample, round=0)

    async def repair(self, failed: Proposal, rulings: Sequence[Ruling]) -> Proposal | None:
        if failed.completion is None or failed.prompt is None:
            return None
        request = RepairRequest(
            formalize=self.request,
            earlier=failed.prompt,
            completion=failed.completion,
            source=failed.statement.source() if failed.statement is not None else "",
            feedback=feedback(failed, rulings),
        )
        prompt = self.source.repair.render(request)
        return await self._ask(prompt, failed.sample, round=failed.round + 1)

    async def _ask(self, prompt: Prompt, sample: int, round: int) -> Proposal:
        seed = seed_of(self.source.seed, self.problem.id, "formalize", round)
        sampling = replace(self.source.sampling, seed=seed)
        empty = Proposal(sample, prompt.digest, None, round=round, prompt=prompt, seed=seed)
        try:
            reply = await self.source.model_used.complete(prompt, sampling, samples=1, first=sample)
        except ModelError as error:
            if error.reason == _BUDGET:
                raise BudgetSpentError(error.detail) from error
            if error.reason == _NOT_RECORDED and self.source.postpones:
                raise PostponedError(error.detail) from error
            return replace(empty, reason=error.reason, detail=error.detail)
        text = reply.completions[0].text
        answered = replace(empty, completion=text, usage=reply.usage)
        try:
            found = extract(
                text,
                prefill=prompt.prefill,
                header=self.source.header,
                name=self.request.name,
            )
        except ExtractionError as error:
            return replace(answered, reason=error.reason, detail=error.detail)
        return replace(answered, statement=_closed_header(found.statement))


def _closed_header(statement: Statement) -> Statement:
    """`statement` under a header that binds no undeclared name, unless its author meant it to."""
    if _AUTO_IMPLICIT in statement.header:
        return statement
    header = f"{statement.header.rstrip()}\nset_option {_AUTO_IMPLICIT} false\n"
    return replace(statement, header=header)
