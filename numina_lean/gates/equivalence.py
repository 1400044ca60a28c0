"""Which statements say the same, by mutual provability (BEq+), and the best of those that agree.

Two statements are equivalent if each is proved from the other, stated as a hypothesis. Any two
theorems are, once both are proved outright, so a proof that has no need of the hypothesis counts
for nothing: such a direction is asked again with tactics that can only restate the hypothesis
(`exact`, `simpa using`, premise by premise), which fail where the two say different things.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from numina_lean.check.verdict import Item, Verdict
from numina_lean.gates.gate import Bench
from numina_lean.translate.canonical import canonical
from numina_lean.translate.statement import Profile, Statement

HEARTBEATS = 20_000


class EquivalenceReason(StrEnum):
    """Why a candidate is not the one that is kept."""

    OUTVOTED = "outvoted"
    """It is not in the largest class."""
    NOT_SIMPLEST = "not_simplest"
    """It is in the largest class, another member of which is simpler."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether two statements say the same; `forth` and `back` are the tactics that showed it."""

    holds: bool
    forth: str | None = None
    back: str | None = None


@dataclass(frozen=True, slots=True)
class Clustering:
    """`classes`: indices of statements, largest class first. `chosen`: the index that is kept."""

    classes: tuple[tuple[int, ...], ...]
    chosen: int


RESTATING: dict[Profile, tuple[str, ...]] = {
    "core": (
        "exact h",
        "(intros; apply h <;> assumption)",
        "(intros; apply h <;> (first | assumption | omega | (simp_all; done)))",
        "(intros; rw [eq_comm]; apply h <;> (first | assumption | omega))",
    ),
    "mathlib": (
        "exact h",
        "(intros; apply h <;> assumption)",
        "(intros; apply h <;> first | assumption | omega | positivity | linarith)",
        "(intros; rw [eq_comm]; apply h <;> first | assumption | omega | linarith)",
    ),
}
"""Tactics whose proofs end in the hypothesis `h`: they cannot do without it."""

PROVING: dict[Profile, tuple[str, ...]] = {
    "core": (
        "(simpa using h)",
        "(intros; have := @h; omega)",
        "(intros; have := @h; simp_all)",
        "(intros; have := @h; grind)",
    ),
    "mathlib": (
        "(simpa using h)",
        "(convert h using 1)",
        "(convert h using 2)",
        "(convert h using 3)",
        "(convert h using 4)",
        "(intros; have := @h; simp_all)",
        "exact?",
        "aesop",
        "(intros; nlinarith [h])",
    ),
}
"""Tactics that may prove the goal without `h`: they count only where they fail without it."""


def equivalent(a: Statement, b: Statement, bench: Bench) -> Equivalence:
    """Whether `a` and `b` each follow from the other, see the head of this module."""
    if canonical(a) == canonical(b):
        return Equivalence(True, "canonical", "canonical")
    forth = implied(a, b, bench)
    if forth is None:
        return Equivalence(False)
    back = implied(b, a, bench)
    return Equivalence(back is not None, forth, back)


def implied(a: Statement, b: Statement, bench: Bench) -> str | None:
    """The tactic that proves `b` from `a` and needs `a` for it; None where none is known."""
    given = _given(a, b)
    for tactic in RESTATING[bench.profile]:
        if _proves(given, tactic, bench):
            return tactic
    for tactic in PROVING[bench.profile]:
        if _proves(given, tactic, bench):
            return None if _proved_alone(b, bench) else tactic
    return None


def _proved_alone(b: Statement, bench: Bench) -> bool:
    """Whether the portfolio proves `b` with nothing in place of the other statement."""
    nothing = replace(b, binders=("(h : True)",), conclusion=closed(b))
    return any(_proves(nothing, tactic, bench) for tactic in PROVING[bench.profile])


def _given(a: Statement, b: Statement) -> Statement:
    """The statement that `a` implies `b`, both as closed propositions."""
    definitions = tuple(dict.fromkeys((*a.definitions, *b.definitions)))
    return Statement("implied", b.header, (f"(h : {closed(a)})",), closed(b), definitions)


def closed(statement: Statement) -> str:
    """A statement as one proposition: its binders under `∀`."""
    if not statement.binders:
        return statement.conclusion
    return f"∀ {' '.join(statement.binders)}, {statement.conclusion}"


def _proves(statement: Statement, tactic: str, bench: Bench) -> bool:
    item = Item(
        f"{statement.name}:{tactic}",
        statement.source(f"by {tactic}"),
        timeout=bench.timeout,
        heartbeats=HEARTBEATS,
    )
    return bench.checker.check(item).verdict is Verdict.PROVED


def cluster(statements: Sequence[Statement], bench: Bench) -> Clustering:
    """Classes of statements that say the same, and the one to keep.

    Each statement is compared with the first member of each class before it. The largest class
    wins; of classes of one size, the one with the earliest member. Of its members, the simplest is
    kept: fewest characters of its canonical text, then the earliest. `statements` is not empty.
    """
    classes: list[list[int]] = []
    for index, statement in enumerate(statements):
        for members in classes:
            if equivalent(statements[members[0]], statement, bench).holds:
                members.append(index)
                break
        else:
            classes.append([index])
    classes.sort(key=lambda members: (-len(members), members[0]))
    chosen = min(classes[0], key=lambda index: (complexity(statements[index]), index))
    return Clustering(tuple(map(tuple, classes)), chosen)


def complexity(statement: Statement) -> int:
    """The length of a statement's canonical text."""
    return len(canonical(statement))
