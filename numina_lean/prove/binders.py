"""The number variables of a statement, read off its text: what tactics and instances need."""

import re
from dataclasses import dataclass
from typing import Literal

from numina_lean.translate.statement import Statement

NumberType = Literal["Nat", "Int", "Rat", "Real"]

_BINDER = re.compile(r"[({⦃]\s*([^:(){}⦃⦄]+?)\s*:\s*([^\s:]+?)\s*[)}⦄]")
_QUANTIFIER = re.compile(r"∀ ([\w' ]+?) : (\w+), ")
NUMBER_TYPES: dict[str, NumberType] = {
    "Nat": "Nat", "ℕ": "Nat", "Int": "Int", "ℤ": "Int",
    "Rat": "Rat", "ℚ": "Rat", "Real": "Real", "ℝ": "Real",
}  # fmt: skip
"""How the number types are written."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a number type. `bound`: by a `∀` at the head of the conclusion."""

    name: str
    type: NumberType
    bound: bool = False


def leading_variables(statement: Statement) -> tuple[Variable, ...]:
    """The number variables before anything else (a hypothesis, a function, …), in order.

    Where all binders are such, the conclusion's leading `∀` over a number type goes on the list.
    """
    found: list[Variable] = []
    for binder in statement.binders:
        match = _BINDER.fullmatch(binder.strip())
        if match is None or match.group(2) not in NUMBER_TYPES:
            return tuple(found)
        found += (Variable(name, NUMBER_TYPES[match.group(2)]) for name in match.group(1).split())
    match = _QUANTIFIER.match(statement.conclusion)
    if match is not None and match.group(2) in NUMBER_TYPES:
        kind = NUMBER_TYPES[match.group(2)]
        found += (Variable(name, kind, bound=True) for name in match.group(1).split())
    return tuple(found)


def has_hypotheses(statement: Statement) -> bool:
    """Whether a binder is anything but number variables."""
    return any(
        (match := _BINDER.fullmatch(binder.strip())) is None or match.group(2) not in NUMBER_TYPES
        for binder in statement.binders
    )
