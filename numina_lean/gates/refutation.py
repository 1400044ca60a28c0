"""The gate `refutation`: whether the statement is false, or its hypotheses deny its conclusion.

A statement that Lean refutes is wrong whatever the problem says. Tried, cheapest first:
counterexamples found by evaluating the elaborated statement, each decided by Lean; the conclusion's
negation from the same hypotheses, which needs no witness, since hypotheses that deny the conclusion
make the statement wrong or empty; and the negation of the whole by decision procedures.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from numina_lean.check.verdict import Verdict
from numina_lean.gates.denial import denials, proof_item, proved
from numina_lean.gates.facts import facts_about
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.lint.facts import Facts
from numina_lean.prove.functions import Point, value_text
from numina_lean.prove.instances import instance_proof
from numina_lean.prove.points import counterexamples

POINTS = 3
"""Likely counterexamples that Lean is asked about."""
NEGATIONS = ("decide +kernel", "simp")
"""Tactics for the negation of the whole, where no value needs to be found."""


class RefutationReason(StrEnum):
    """How a statement is refuted."""

    COUNTEREXAMPLE = "counterexample"
    CONCLUSION_DENIED = "conclusion_denied"
    """The hypotheses prove the opposite of the conclusion."""
    NEGATION_PROVED = "negation_proved"


def refutation(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement that is proved at once, or that none of the attempts refutes.

    Contradictory hypotheses, under which both may be, are for the gate `vacuity`.
    """
    if proved(subject, bench):
        return Ruling("refutation", True, detail="it is proved")
    seconds = 0.0
    for reason, detail, source in _attempts(subject, bench):
        outcome = bench.checker.check(proof_item(subject, bench, source))
        seconds += outcome.seconds
        if outcome.verdict is Verdict.PROVED:
            return Ruling("refutation", False, reason, detail, seconds, {"proof": source})
    return Ruling("refutation", True, seconds=seconds)


_Attempt = tuple[RefutationReason, str, str]
"""Reason, detail, and the source whose proof refutes the statement."""


def _attempts(subject: Subject, bench: Bench) -> Iterator[_Attempt]:
    statement = subject.statement
    facts = facts_about(subject, bench)
    points = [] if facts is None else list(islice(counterexamples(facts), POINTS))
    if facts is not None and points:
        yield (
            RefutationReason.COUNTEREXAMPLE,
            f"false at {point_text(facts, points[0])}",
            statement.negation(instance_proof(facts, points)),
        )
    for tactic, source in denials(statement):
        yield RefutationReason.CONCLUSION_DENIED, f"{tactic} proves its opposite", source
    for tactic in NEGATIONS:
        yield (
            RefutationReason.NEGATION_PROVED,
            f"{tactic} proves its negation",
            statement.negation(f"by {tactic}"),
        )


def point_text(facts: Facts, point: Point) -> str:
    """The values of a counterexample, by the statement's own names."""
    return ", ".join(
        f"{each.name} = {value_text(point[each.term.key])}"
        for each in facts.variables
        if each.term.key in point
    )
