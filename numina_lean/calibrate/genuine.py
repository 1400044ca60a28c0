"""Whether a mutant says something else than its original: if not, it is no mutant.

Thrown out, each with its reason, are mutants that do not compile, that differ in names only, and
that are shown to be faithful: the changed hypothesis is equivalent to the old one beside the other
hypotheses (what is dropped follows from the rest), the changed conclusion is equivalent to the old
one by itself, or variables that are now over ℤ are nonnegative by the hypotheses. A mutant that is
a true theorem is still a mutant: it is another theorem than the problem's.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from numina_lean.calibrate.mutations import Fault, Mutant
from numina_lean.check.verdict import Item, Policy, Verdict
from numina_lean.gates.binder import split_binder
from numina_lean.gates.equivalence import equivalent
from numina_lean.gates.gate import Bench
from numina_lean.translate.canonical import canonical
from numina_lean.translate.statement import Statement

HEARTBEATS = 20_000
_TACTICS = ("omega", "grind", "(constructor <;> intros <;> simp_all)")
_NATURALS = frozenset({"Nat", "ℕ"})


class Unfit(StrEnum):
    """Why a mutant is thrown out."""

    DOES_NOT_COMPILE = "does_not_compile"
    SAME_TEXT = "same_text"
    SAME_HYPOTHESES = "same_hypotheses"
    """The hypothesis is equivalent to what it was, beside the others."""
    SAME_CONCLUSION = "same_conclusion"
    STILL_NATURAL = "still_natural"
    """Each variable that is now an integer is shown to be nonnegative."""
    EQUIVALENT = "equivalent"
    """Each statement is proved from the other."""


def unfit(mutant: Mutant, bench: Bench) -> Unfit | None:
    """Why `mutant` is no mutant of its original; None if it is one."""
    item = Item("mutant", mutant.statement.source(), bench.timeout, policy=Policy(strict=True))
    if bench.checker.check(item).verdict is not Verdict.STATEMENT:
        return Unfit.DOES_NOT_COMPILE
    if canonical(mutant.statement) == canonical(mutant.original):
        return Unfit.SAME_TEXT
    if mutant.fault is Fault.NAT_TO_INT:
        return Unfit.STILL_NATURAL if _still_natural(mutant, bench) else None
    if mutant.fault is Fault.ADDED_CONTRADICTION:
        return None
    if mutant.statement.binders == mutant.original.binders:
        return Unfit.SAME_CONCLUSION if _same_conclusion(mutant, bench) else None
    if _same_hypotheses(mutant, bench):
        return Unfit.SAME_HYPOTHESES
    if mutant.fault is Fault.SWAP_QUANTIFIERS:
        same = equivalent(mutant.original, mutant.statement, bench).holds
        return Unfit.EQUIVALENT if same else None
    return None


def _same_hypotheses(mutant: Mutant, bench: Bench) -> bool:
    """Whether the one binder that differs is equivalent to the old one, beside the others."""
    before, after = mutant.original.binders, mutant.statement.binders
    index = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), -1)
    if index < 0:
        index = len(before) - 1
    old = split_binder(before[index])
    if old is None:
        return False
    others = (*before[:index], *before[index + 1 :])
    if len(after) < len(before):
        return _proved(mutant.original, others, old.type, bench)
    new = split_binder(after[index])
    if new is None:
        return False
    return _proved(mutant.original, others, f"({old.type}) ↔ ({new.type})", bench)


def _same_conclusion(mutant: Mutant, bench: Bench) -> bool:
    """Whether the conclusions are equivalent whatever the hypotheses, and not both plain truths."""
    variables = tuple(_variables(mutant.original))
    old, new = mutant.original.conclusion, mutant.statement.conclusion
    if not _proved(mutant.original, variables, f"({old}) ↔ ({new})", bench):
        return False
    return not _proved(mutant.original, variables, new, bench)


def _still_natural(mutant: Mutant, bench: Bench) -> bool:
    """Whether the variables are natural after all. Not shown for functions, nor where `-` or `/`
    may have been those of ℕ, nor for variables bound inside the statement.
    """
    original = mutant.original
    inside = original.conclusion + "".join(
        split.type for text in original.binders if (split := split_binder(text)) and split.says
    )
    names = [
        name
        for text in original.binders
        if (split := split_binder(text)) is not None and split.type in _NATURALS
        for name in split.names
    ]
    functions = any(
        split.type not in _NATURALS and any(each in split.type for each in _NATURALS)
        for text in original.binders
        if (split := split_binder(text)) is not None
    )
    if functions or not names or "Nat" in inside or " - " in inside or "/" in inside:
        return False
    goal = " ∧ ".join(f"0 ≤ {name}" for name in names)
    return _proved(mutant.statement, mutant.statement.binders, goal, bench)


def _variables(statement: Statement) -> Iterator[str]:
    for text in statement.binders:
        split = split_binder(text)
        if split is None or not split.says:
            yield text


def _proved(like: Statement, binders: tuple[str, ...], goal: str, bench: Bench) -> bool:
    statement = replace(like, name="same", binders=binders, conclusion=goal)
    for tactic in _TACTICS:
        source = statement.source(f"by {tactic}")
        if bench.checker.check(Item("same", source, bench.timeout, HEARTBEATS)).verdict is (
            Verdict.PROVED
        ):
            return True
    return False
