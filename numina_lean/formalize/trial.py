"""One sample of a problem: its first answer, what the gates say, and the repairs that follow."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from numina_lean.check.remembered import Remembered
from numina_lean.corpus.row import Stage
from numina_lean.formalize.source import Proposal, Proposer
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.problems.problem import Problem

Examine = Callable[[Subject, Bench], Sequence[Ruling]]
"""Takes a subject through the gates that need no model, up to the first that it does not pass."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A proposal with what the gates said of it, in order; none where it holds no statement."""

    proposal: Proposal
    rulings: tuple[Ruling, ...] = ()

    @property
    def failure(self) -> tuple[Stage, str, str] | None:
        """Stage, reason and detail of the loss that it is; None while all gates passed it."""
        if self.proposal.statement is None:
            return "translate", self.proposal.reason, self.proposal.detail
        if self.rulings and not self.rulings[-1].passed:
            last = self.rulings[-1]
            return last.gate, last.reason or last.gate, last.detail
        return None

    def ruled(self, *rulings: Ruling) -> "Attempt":
        """The attempt with more rulings behind those that it has."""
        return replace(self, rulings=(*self.rulings, *rulings))

    @property
    def tokens(self) -> int:
        return self.proposal.usage.prompt + self.proposal.usage.completion


@dataclass(frozen=True, slots=True)
class Trials:
    """How samples are tried: gates run in `threads`, a failed sample is repaired `rounds` times."""

    examine: Examine
    bench: Bench
    threads: Executor
    rounds: int

    async def run(self, problem: Problem, proposer: Proposer, sample: int) -> tuple[Attempt, ...]:
        """The attempts at a sample; all but the last failed. Raises as a `Proposer` does."""
        attempts = [await self._attempt(problem, await proposer.propose(sample))]
        while attempts[-1].failure is not None and len(attempts) <= self.rounds:
            failed = attempts[-1]
            repaired = await proposer.repair(failed.proposal, failed.rulings)
            if repaired is None:
                break
            attempts.append(await self._attempt(problem, repaired))
        return tuple(attempts)

    async def _attempt(self, problem: Problem, proposal: Proposal) -> Attempt:
        if proposal.statement is None:
            return Attempt(proposal)
        subject = Subject(problem, proposal.statement, proposal.sample)
        loop = asyncio.get_running_loop()
        bench = replace(self.bench, checker=Remembered(self.bench.checker))
        rulings = await loop.run_in_executor(self.threads, self.examine, subject, bench)
        return Attempt(proposal, tuple(rulings))
