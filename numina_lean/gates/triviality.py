"""The gate `triviality`: whether the conclusion holds by itself, whatever the hypotheses say.

A statement without hypotheses may well be a computation (`91 ^ 2 = 8281`); one with hypotheses
that `rfl`, `trivial` or `simp` proves without them has lost its point.
"""

from enum import StrEnum

from numina_lean.gates.facts import facts_about
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.lint.term import free_keys


class TrivialityReason(StrEnum):
    """Why a statement is trivial."""

    CONCLUSION = "trivial_conclusion"


def triviality(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement whose conclusion needs its hypotheses, or that has none."""
    facts = facts_about(subject, bench)
    # Where a hypothesis says the same, up to reduction, `trivial` may have taken it from there.
    if facts is None or not facts.trivial or facts.vacuous or facts.repeated:
        return Ruling("triviality", True)
    if not facts.hypotheses or not free_keys(facts.conclusion):
        return Ruling("triviality", True, detail="a computation")
    detail = f"{facts.trivial} proves the conclusion without the hypotheses"
    return Ruling("triviality", False, TrivialityReason.CONCLUSION, detail)
