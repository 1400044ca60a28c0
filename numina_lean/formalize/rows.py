"""The rows that are kept of a problem: of what was accepted, and of everything that was lost."""

import json
from dataclasses import dataclass

import numina_lean
from numina_lean.corpus.row import CorpusRow, Loss, Provenance, Stage
from numina_lean.formalize.source import Source
from numina_lean.formalize.trial import Attempt
from numina_lean.gates.gate import Ruling
from numina_lean.problems.problem import Problem
from numina_lean.prove.prove import Search
from numina_lean.translate.statement import Profile


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes rows for one run: `source` and `profile` are written into each."""

    source: Source
    profile: Profile

    def unread(self, position: int, id: str, detail: str, reason: str) -> Loss:
        """An input row that no problem could be made of."""
        return Loss(
            problem_id=id,
            input_row=position,
            stage="read",
            reason=reason,
            detail=detail,
            translator=self.source.name,
            profile=self.profile,
            package_version=numina_lean.__version__,
        )

    def lost(
        self,
        position: int,
        problem: Problem,
        stage: Stage,
        reason: str,
        detail: str,
        attempt: Attempt | None = None,
    ) -> Loss:
        """A problem, or one attempt at it."""
        proposal = attempt.proposal if attempt else None
        statement = proposal.statement if proposal else None
        lean = _lean(attempt) if attempt else None
        return Loss(
            problem_id=problem.id,
            input_row=position,
            stage=stage,
            reason=reason,
            detail=detail,
            translator=self.source.name,
            profile=self.profile,
            package_version=numina_lean.__version__,
            problem=problem.problem,
            answer=problem.answer,
            question_type=problem.question_type,
            problem_type=problem.problem_type,
            source=problem.source,
            sample=proposal.sample if proposal else None,
            formal_statement=statement.source() if statement else None,
            statement_hash=statement.digest if statement else None,
            prompt_hash=proposal.prompt_hash if proposal else None,
            engine=lean.outcome.lean.engine if lean and lean.outcome else None,
            lean_version=lean.outcome.lean.lean_version if lean and lean.outcome else None,
            seconds=sum(each.seconds for each in attempt.rulings) if attempt else None,
            model=self.source.model,
            family=self.source.family,
            seed=proposal.seed if proposal else None,
            round=proposal.round if proposal else 0,
            completion=proposal.completion if proposal else None,
            prompt_tokens=proposal.usage.prompt if proposal else 0,
            completion_tokens=proposal.usage.completion if proposal else 0,
            rulings=_rulings(attempt) if attempt else "[]",
        )

    def kept(
        self, position: int, problem: Problem, attempt: Attempt, agreeing: int, search: Search
    ) -> CorpusRow:
        """The attempt that was chosen, with what came of the search for a proof."""
        statement, proof = attempt.proposal.statement, search.proof
        assert statement is not None
        return CorpusRow(
            problem=problem.problem,
            question_type=problem.question_type,
            answer=problem.answer,
            formal_statement=statement.source(),
            formal_proof=proof.source if proof else None,
            source=problem.source,
            problem_type=problem.problem_type,
            exam=problem.exam,
            provenance=self._provenance(position, problem, attempt, agreeing, search),
        )

    def _provenance(
        self, position: int, problem: Problem, attempt: Attempt, agreeing: int, search: Search
    ) -> Provenance:
        proposal, ruling = attempt.proposal, _lean(attempt)
        assert proposal.statement is not None
        assert ruling is not None and ruling.outcome is not None, "it passed the gate compile"
        outcome, proof = ruling.outcome, search.proof
        return Provenance(
            problem_id=problem.id,
            input_row=position,
            sample=proposal.sample,
            translator=self.source.name,
            profile=self.profile,
            prompt_hash=proposal.prompt_hash,
            statement_hash=proposal.statement.digest,
            header_hash=outcome.header_hash,
            engine=outcome.lean.engine,
            lean_version=outcome.lean.lean_version,
            mathlib_revision=outcome.lean.mathlib_revision,
            verdict=str(proof.outcome.verdict if proof else outcome.verdict),
            tactic=proof.tactic if proof else None,
            attempts=len(search.attempts),
            seconds=outcome.seconds,
            proof_seconds=search.seconds,
            package_version=numina_lean.__version__,
            model=self.source.model,
            family=self.source.family,
            seed=proposal.seed,
            round=proposal.round,
            completion=proposal.completion,
            prompt_tokens=proposal.usage.prompt,
            completion_tokens=proposal.usage.completion,
            rulings=_rulings(attempt),
            agreeing=agreeing,
        )


def _lean(attempt: Attempt) -> Ruling | None:
    """The ruling that has Lean's answer to the statement."""
    return next((each for each in attempt.rulings if each.outcome is not None), None)


def _rulings(attempt: Attempt) -> str:
    return json.dumps([each.fields() for each in attempt.rulings], ensure_ascii=False)
