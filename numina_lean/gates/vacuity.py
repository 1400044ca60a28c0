"""The gate `vacuity`: whether the hypotheses contradict each other, so that nothing is said.

Contradictory hypotheses prove the opposite of the conclusion too, so that is asked first
(`denial`), and once for this gate and for `refutation`; a statement that is proved at once has no
opposite to ask for, and its hypotheses are asked for alone. A conclusion of `False` is left alone:
there the contradiction is what is to be proved.
"""

from enum import StrEnum

from numina_lean.gates.denial import denied, proved
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.prove.prove import contradict


class VacuityReason(StrEnum):
    """Why a statement says nothing."""

    CONTRADICTORY = "contradictory_hypotheses"


def vacuity(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement whose hypotheses no short tactic contradicts."""
    if subject.statement.conclusion.strip() == "False":
        return Ruling("vacuity", True, detail="the contradiction is what is to be proved")
    if not proved(subject, bench) and not denied(subject, bench):
        return Ruling("vacuity", True)
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
