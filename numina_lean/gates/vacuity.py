"""The gate `vacuity`: whether the hypotheses contradict each other, so that nothing is said.

A conclusion of `False` is left alone: there the contradiction is what is to be proved.
"""

from enum import StrEnum

from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.prove.prove import contradict


class VacuityReason(StrEnum):
    """Why a statement says nothing."""

    CONTRADICTORY = "contradictory_hypotheses"


def vacuity(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement whose hypotheses no short tactic contradicts."""
    if subject.statement.conclusion.strip() == "False":
        return Ruling("vacuity", True, detail="the conclusion is False")
    search = contradict(subject.statement, bench.checker, timeout=bench.timeout)
    if search.proof is None:
        return Ruling("vacuity", True, seconds=search.seconds)
    return Ruling(
        "vacuity",
        False,
        VacuityReason.CONTRADICTORY,
        f"{search.proof.tactic} proves False from the hypotheses",
        search.seconds,
        evidence={"proof": search.proof.source},
    )
