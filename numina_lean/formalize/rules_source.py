"""A translator that needs no model, as a source of candidates."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from numina_lean.formalize.source import Proposal, Proposer
from numina_lean.gates.gate import Ruling
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Profile
from numina_lean.translate.translator import Candidate, Declined, Translator

INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class _Given:
    candidates: tuple[Candidate, ...]

    @property
    def most(self) -> int:
        return len(self.candidates)

    async def propose(self, sample: int) -> Proposal:
        candidate = self.candidates[sample]
        return Proposal(sample, candidate.prompt_hash, candidate.statement)

    async def repair(self, failed: Proposal, rulings: Sequence[Ruling]) -> Proposal | None:
        return None


@dataclass(frozen=True, slots=True)
class TranslatorSource:
    """Runs `translator` in `threads`. A sample is the candidate of that number."""

    translator: Translator
    threads: Executor
    profile: Profile
    samples: int

    @property
    def name(self) -> str:
        return self.translator.name

    @property
    def model(self) -> str | None:
        return None

    @property
    def family(self) -> str | None:
        return None

    async def open(self, problem: Problem) -> Proposer | Declined:
        """A defect of the translator loses the problem, with the reason `internal`."""
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.threads, self._translate, problem)
        return answer if isinstance(answer, Declined) else _Given(answer)

    def _translate(self, problem: Problem) -> tuple[Candidate, ...] | Declined:
        try:
            return self.translator.translate(problem, profile=self.profile, samples=self.samples)
        except Exception as error:  # noqa: BLE001 - a translator's defect may not end a long run
            return Declined(problem.id, INTERNAL, f"{type(error).__name__}: {error}")
