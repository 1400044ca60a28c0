"""The number variables of a statement, read off its binders: what tactics and instances need."""

import re
from dataclasses import dataclass
from typing import Literal, cast

from numina_lean.translate.statement import Statement

NumberType = Literal["Nat", "Int", "Rat", "Real"]

_BINDER = re.compile(r"[({⦃]\s*([^:(){}⦃⦄]+?)\s*:\s*([^\s:]+?)\s*[)}⦄]")
_TYPES = {"Nat": "Nat", "ℕ": "Nat", "Int": "Int", "ℤ": "Int", "Rat": "Rat", "ℚ": "Rat"} | {
    "Real": "Real",
    "ℝ": "Real",
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a number type."""

    name: str
    type: NumberType


def leading_variables(statement: Statement) -> tuple[Variable, ...]:
    """The number variables before the first binder that is something else (a hypothesis, …)."""
    found: list[Variable] = []
    for binder in statement.binders:
        match = _BINDER.fullmatch(binder.strip())
        kind = _TYPES.get(match.group(2)) if match else None
        if match is None or kind is None:
            break
        found += (Variable(name, cast(NumberType, kind)) for name in match.group(1).split())
    return tuple(found)
