"""The gate `compile`: Lean takes the statement, with a `sorry` where its proof would be."""

from enum import StrEnum

from numina_lean.check.verdict import Item, Outcome, Policy, Verdict
from numina_lean.gates.gate import Bench, Ruling, Subject

SHOWN = 5
"""Errors that the evidence lists."""


class CompileReason(StrEnum):
    """Why Lean's answer is no acceptance: the verdicts but `statement`, under their own names."""

    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    REJECTED = "rejected"
    NEEDS_MATHLIB = "needs_mathlib"
    NO_STATEMENT = "no_statement"
    """Compiles without resting on `sorry`: the theorem is not what was to be proved."""


def statement_item(subject: Subject, bench: Bench) -> Item:
    """The check of the statement itself. The same item gives the same answer from a cache."""
    return Item(
        id=f"{subject.problem.id}:statement",
        source=subject.statement.source(),
        timeout=bench.timeout,
        policy=Policy(strict=True),
    )


def compiles(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement that gets the verdict `statement`."""
    outcome = bench.checker.check(statement_item(subject, bench))
    if outcome.verdict is Verdict.STATEMENT:
        return Ruling("compile", passed=True, seconds=outcome.seconds, outcome=outcome)
    proved = outcome.verdict is Verdict.PROVED
    return Ruling(
        "compile",
        passed=False,
        reason=CompileReason.NO_STATEMENT if proved else CompileReason(outcome.verdict.value),
        detail=outcome.detail or outcome.reason or "",
        seconds=outcome.seconds,
        evidence={"errors": _errors(outcome)},
        outcome=outcome,
    )


def _errors(outcome: Outcome) -> list[dict[str, object]]:
    return [
        {"line": each.start.line, "column": each.start.column, "text": each.text}
        for each in outcome.errors[:SHOWN]
    ]
