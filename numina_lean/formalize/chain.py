"""What happens to one problem: translate, check, prove, guard; and the rows that come of it.

A statement is lost at the stage `refute` when its negation is proved, or when its hypotheses
contradict each other. Both are asked after the search for a proof: a statement that is proved
needs no refutation, and most are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numina_lean
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.corpus.corpus import Finished
from numina_lean.corpus.row import CorpusRow, Loss, Provenance, Stage
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.problems.select import Skipped
from numina_lean.prove.prove import Checker, Search, contradict, prove, refute
from numina_lean.translate.statement import Profile
from numina_lean.translate.translator import Candidate, Declined, Translator

REFUTED = "refuted"
VACUOUS = "vacuous"
REPEATED = "repeated_statement"
BROKEN = "broken_row"
INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Chain:
    """Takes a problem through the stages. Used by many threads at once, each with its problem.

    `timeout`: seconds of wall time for each check, those of the proof search included.
    """

    translator: Translator
    checker: Checker
    profile: Profile
    samples: int
    timeout: float

    def broken(self, position: int, row: BrokenRow) -> Finished:
        """What is kept of a row that could not be read."""
        loss = Loss(
            problem_id=row.id,
            input_row=position,
            stage="read",
            reason=BROKEN,
            detail=row.detail,
            translator=self.translator.name,
            profile=self.profile,
            package_version=numina_lean.__version__,
        )
        return Finished(position, row.id, (), (loss,))

    def skipped(self, position: int, problem: Problem, why: Skipped) -> Finished:
        """What is kept of a problem that is not selected."""
        loss = self._loss(position, problem, "select", str(why.reason), why.detail)
        return Finished(position, problem.id, (), (loss,))

    def formalize(self, position: int, problem: Problem) -> Finished:
        """Take a selected problem through the rest."""
        try:
            answer = self.translator.translate(problem, profile=self.profile, samples=self.samples)
        except Exception as error:  # noqa: BLE001 - a translator's defect may not end a long run
            answer = Declined(problem.id, INTERNAL, f"{type(error).__name__}: {error}")
        if isinstance(answer, Declined):
            loss = self._loss(position, problem, "translate", answer.reason, answer.detail)
            return Finished(position, problem.id, (), (loss,))
        results = list(self._candidates(position, problem, answer))
        return Finished(
            position,
            problem.id,
            tuple(result for result in results if isinstance(result, CorpusRow)),
            tuple(result for result in results if isinstance(result, Loss)),
        )

    def _candidates(
        self, position: int, problem: Problem, candidates: tuple[Candidate, ...]
    ) -> Iterator[CorpusRow | Loss]:
        seen: dict[str, int] = {}
        for candidate in candidates:
            first = seen.setdefault(candidate.statement.digest, candidate.sample)
            if first == candidate.sample:
                yield self._candidate(position, problem, candidate)
            else:
                detail = f"the same statement as sample {first}"
                yield self._loss(position, problem, "translate", REPEATED, detail, candidate)

    def _candidate(self, position: int, problem: Problem, candidate: Candidate) -> CorpusRow | Loss:
        statement = candidate.statement
        outcome = self.checker.check(
            Item(id=problem.id, source=statement.source(), timeout=self.timeout)
        )
        if outcome.verdict is not Verdict.STATEMENT:
            reason = outcome.reason or str(outcome.verdict)
            detail = outcome.detail or _first_error(outcome)
            return self._loss(position, problem, "check", reason, detail, candidate, outcome)
        search = prove(statement, self.checker, profile=self.profile, timeout=self.timeout)
        if search.proof is None:
            refutation = refute(statement, self.checker, timeout=self.timeout)
            if refutation.proof is not None:
                detail = f"its negation is proved by {refutation.proof.tactic}"
                return self._loss(position, problem, "refute", REFUTED, detail, candidate, outcome)
        contradiction = contradict(statement, self.checker, timeout=self.timeout)
        if contradiction.proof is not None:
            detail = f"its hypotheses are contradictory by {contradiction.proof.tactic}"
            return self._loss(position, problem, "refute", VACUOUS, detail, candidate, outcome)
        return self._row(position, problem, candidate, outcome, search)

    def _row(
        self,
        position: int,
        problem: Problem,
        candidate: Candidate,
        outcome: Outcome,
        search: Search,
    ) -> CorpusRow:
        proof = search.proof
        provenance = Provenance(
            problem_id=problem.id,
            input_row=position,
            sample=candidate.sample,
            translator=self.translator.name,
            profile=self.profile,
            prompt_hash=candidate.prompt_hash,
            statement_hash=candidate.statement.digest,
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
        )
        return CorpusRow(
            problem=problem.problem,
            question_type=problem.question_type,
            answer=problem.answer,
            formal_statement=candidate.statement.source(),
            formal_proof=proof.source if proof else None,
            source=problem.source,
            problem_type=problem.problem_type,
            exam=problem.exam,
            provenance=provenance,
        )

    def _loss(
        self,
        position: int,
        problem: Problem,
        stage: Stage,
        reason: str,
        detail: str,
        candidate: Candidate | None = None,
        outcome: Outcome | None = None,
    ) -> Loss:
        return Loss(
            problem_id=problem.id,
            input_row=position,
            stage=stage,
            reason=reason,
            detail=detail,
            translator=self.translator.name,
            profile=self.profile,
            package_version=numina_lean.__version__,
            problem=problem.problem,
            answer=problem.answer,
            question_type=problem.question_type,
            problem_type=problem.problem_type,
            source=problem.source,
            sample=candidate.sample if candidate else None,
            formal_statement=candidate.statement.source() if candidate else None,
            statement_hash=candidate.statement.digest if candidate else None,
            prompt_hash=candidate.prompt_hash if candidate else None,
            engine=outcome.lean.engine if outcome else None,
            lean_version=outcome.lean.lean_version if outcome else None,
            seconds=outcome.seconds if outcome else None,
        )


def _first_error(outcome: Outcome) -> str:
    return next((error.text.partition("\n")[0] for error in outcome.errors), "")
