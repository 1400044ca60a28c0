"""Whether the hypotheses of a statement prove the opposite of its conclusion.

If they do, the statement is false, or its hypotheses contradict each other: wrong either way, so no
witness is needed. Hypotheses that contradict each other alone are a special case, which the gate
`vacuity` tells apart; a statement whose opposite is not proved is not asked for that.
"""

from collections.abc import Iterator
from dataclasses import replace

from numina_lean.check.verdict import Item, Verdict
from numina_lean.gates.gate import Bench, Subject
from numina_lean.prove.prove import prove
from numina_lean.translate.statement import Statement

HEARTBEATS = 20_000

TACTICS = ("omega", "(intros; subst_vars; grind)")


def denials(statement: Statement) -> Iterator[tuple[str, str]]:
    """Tactics, each with the source of the opposite theorem; none where the conclusion is False."""
    if statement.conclusion.strip() == "False":
        return
    opposite = replace(
        statement, name=f"{statement.name}_denied", conclusion=f"¬ ({statement.conclusion})"
    )
    for tactic in TACTICS:
        yield tactic, opposite.source(f"by {tactic}")


def proof_item(subject: Subject, bench: Bench, source: str) -> Item:
    """The check of a proof about a subject, within the heartbeats of this module."""
    return Item(f"{subject.problem.id}:proof", source, bench.timeout, HEARTBEATS)


def denied(subject: Subject, bench: Bench) -> bool:
    """Whether one of the tactics proves the opposite of the conclusion."""
    return any(
        bench.checker.check(proof_item(subject, bench, source)).verdict is Verdict.PROVED
        for _, source in denials(subject.statement)
    )


def proved(subject: Subject, bench: Bench) -> bool:
    """Whether the head of the portfolio proves the statement itself: then nothing refutes it."""
    search = prove(
        subject.statement,
        bench.checker,
        profile=bench.profile,
        timeout=bench.timeout,
        quickly=True,
    )
    return search.proof is not None
