"""Values that a solution gives to letters, and what its equations come to with them.

`x = 3` gives a value to x if nothing else in the solution gives it another. That an equation with
such letters is true for the values is worth saying; that it is false is not: it may be about
another x.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from numina_lean.steps.rational import NAME, Pair, quotient_of, value
from numina_lean.steps.reading import read_side
from numina_lean.steps.step import Sign, Step
from numina_lean.translate.rules.domains import Context
from numina_lean.translate.rules.evaluation import UnknownValueError, evaluate
from numina_lean.translate.rules.expression import Domain, Relation, Symbol, free_symbols
from numina_lean.translate.rules.lean_text import LeanText
from numina_lean.translate.rules.names import lean_name
from numina_lean.translate.rules.setting import HEADERS
from numina_lean.translate.statement import Statement

PROVED = "by subst_vars; decide +kernel"

Given = Mapping[str, Fraction]


def given_values(steps: Iterable[Step]) -> Given:
    """The letters to which `steps` give one rational value."""
    found: dict[str, set[Fraction]] = {}
    for step in steps:
        sides = (step.left, step.right)
        if step.sign != "=" or any(side.doubt or side.formula is None for side in sides):
            continue
        left, right = (read_side(side.formula or "") for side in sides)
        if isinstance(left, str) or isinstance(right, str) or not isinstance(left[0], Symbol):
            continue
        try:
            found.setdefault(left[0].name, set()).add(value(right[0]))
        except (UnknownValueError, OverflowError, RecursionError):
            continue
    return {name: next(iter(values)) for name, values in found.items() if len(values) == 1}


def holds_at(pair: Pair, given: Given) -> bool:
    """Whether the sides are equal for the given values, all letters having one."""
    letters = free_symbols(pair.left) | free_symbols(pair.right)
    if not letters <= given.keys():
        return False
    try:
        return evaluate(pair.left, given) == evaluate(pair.right, given)
    except (UnknownValueError, OverflowError, RecursionError):
        return False


def statement_at(pair: Pair, sign: Sign, given: Given) -> Statement:
    """The step, under the hypotheses that give its letters their values. Raises `DeclineError`."""
    letters = sorted(free_symbols(pair.left) | free_symbols(pair.right))
    text = LeanText("core", Context(dict.fromkeys(letters, Domain.RAT)))
    binders = [f"({' '.join(map(lean_name, letters))} : Rat)"]
    for place, letter in enumerate(letters, 1):
        equation = Relation("=", Symbol(letter), quotient_of(given[letter]))
        binders.append(f"(h{place} : {text.formula(equation)})")
    claim = text.formula(pair.formula(sign))
    return Statement(NAME, HEADERS["core"], tuple(binders), claim)
