"""Small instances of a statement, to refute it by a counterexample."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product

from numina_lean.lint.facts import Facts
from numina_lean.prove.binders import NumberType, Variable, leading_variables
from numina_lean.prove.functions import Point, value_text
from numina_lean.translate.statement import Statement

MOST_INSTANCES = 64
"""Value tuples tried in one proof."""

_NATURALS = ("0", "1", "2", "3", "4", "5", "7", "10")
_INTEGERS = ("0", "1", "(-1)", "2", "(-2)", "3", "(-3)", "5")
_RATIONALS = ("0", "1", "(-1)", "2", "(1/2)", "(-2)", "3", "(1/3)")
_VALUES: dict[NumberType, tuple[str, ...]] = {
    "Nat": _NATURALS,
    "Int": _INTEGERS,
    "Rat": _RATIONALS,
    "Real": _RATIONALS,
}
_NUMERAL = re.compile(r"(?<![\w.])\d{1,6}(?![\w.])")
_MOST_NUMERALS = 12


def counterexample_proof(statement: Statement) -> str | None:
    """A proof of `statement.negation` that tries instances, or None if it has no number variable.

    Each instance leaves a closed proposition, which the kernel decides. The values are small
    numbers first, and the statement's own numerals with their neighbours after them.
    """
    variables = leading_variables(statement)
    if not variables:
        return None
    lines = ["by", "  intro h", "  first"]
    for values in islice(_tuples(statement, variables), MOST_INSTANCES):
        lines.append(f"  | exact absurd (h {' '.join(values)}) (by decide +kernel)")
    return "\n".join(lines)


def _tuples(statement: Statement, variables: tuple[Variable, ...]) -> Iterator[tuple[str, ...]]:
    """Tuples of values, those with small indices first, so that no variable is stuck at 0."""
    choices = [_choices(statement, variable) for variable in variables]
    widest = max(len(values) for values in choices)
    seen: set[tuple[str, ...]] = set()
    for width in range(1, widest + 1):
        for values in product(*(options[:width] for options in choices)):
            if values not in seen:
                seen.add(values)
                yield values


def _choices(statement: Statement, variable: Variable) -> tuple[str, ...]:
    text = " ".join((*statement.binders, statement.conclusion))
    numerals = list(dict.fromkeys(int(found) for found in _NUMERAL.findall(text)))
    own: list[str] = []
    for numeral in numerals[:_MOST_NUMERALS]:
        own += (str(near) for near in (numeral, numeral + 1, max(numeral - 1, 0)))
        if variable.type != "Nat" and numeral:
            own.append(f"(-{numeral})")
    return tuple(dict.fromkeys((*_VALUES[variable.type], *own)))


def instance_proof(facts: Facts, points: Iterable[Point]) -> str:
    """A proof of `statement.negation` that tries the counterexamples `points`, in order.

    `facts` are those of the statement. At each point every hypothesis, and the negation of the
    conclusion, is a goal of its own, for which the decision procedures of core Lean are tried.
    """
    lines = ["by", "  intro h", "  first"]
    for point in points:
        arguments = " ".join(
            "?_" if each.is_hypothesis else value_text(point[each.term.key])
            for each in facts.variables
        )
        lines.append(f"  | (refine absurd (@h {arguments}) ?_ <;> {_CLOSED})")
    return "\n".join(lines)


_CLOSED = (
    "first | decide +kernel | omega | (simp; done) | grind "
    "| (intro x; simp; done) | (intro x; split <;> omega) | (simp_all; omega) "
    "| (exists 0; first | decide +kernel | (simp; done)) "
    "| (exists 1; first | decide +kernel | (simp; done)) "
    "| (exists 2; first | decide +kernel | (simp; done))"
)
