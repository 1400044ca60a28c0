"""Where candidates come from: the interface that the grammar and the language models share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from numina_lean.gates.gate import Ruling
from numina_lean.models.model import Prompt, Usage
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement
from numina_lean.translate.translator import Declined

NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What sample number `sample` came to in repair round `round` (0: the first answer).

    Without a `statement`, `reason` is a code and `detail` a line that say why there is none. What a
    language model wrote has its `prompt`, the `completion` verbatim, the `seed` and the tokens.
    """

    sample: int
    prompt_hash: str
    statement: Statement | None
    reason: str = ""
    detail: str = ""
    round: int = 0
    prompt: Prompt | None = None
    completion: str | None = None
    seed: int | None = None
    usage: Usage = NO_USAGE


class Proposer(Protocol):
    """Proposes statements for one problem. Used by several tasks at once, each with its sample."""

    @property
    def most(self) -> int:
        """How many samples can be asked for."""
        ...

    async def propose(self, sample: int) -> Proposal:
        """Sample number `sample`, from 0 on. Raises `BudgetSpentError`, `NuminaError`."""
        ...

    async def repair(self, failed: Proposal, rulings: Sequence[Ruling]) -> Proposal | None:
        """Another try at a sample that a gate did not pass, the last of `rulings`, or that holds
        no statement; None where nothing can be done about it. Raises as `propose` does.
        """
        ...


class Source(Protocol):
    """A translator at work. `name` is kept with the rows, `model` and `family` where it has them.

    `open` begins with a problem, or says why it is not translated at all.
    """

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str | None: ...

    @property
    def family(self) -> str | None: ...

    async def open(self, problem: Problem) -> Proposer | Declined: ...
