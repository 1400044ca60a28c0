"""Claims about numbers without letters, as Lean statements over ℕ, ℤ and ℚ.

A root or a logarithm with a rational value is replaced by that value, and what makes it the value
is added to the claim: √16 = 4 becomes 4 ^ 2 = 16 and 4 = 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import cast

from numina_lean.steps.step import Sign
from numina_lean.translate.rules.domains import Context
from numina_lean.translate.rules.evaluation import UnknownValueError, evaluate
from numina_lean.translate.rules.expression import (
    Apply,
    Expression,
    Formula,
    Not,
    Property,
    Relation,
    RelationName,
    conjunction,
    number,
    walk,
)
from numina_lean.translate.rules.lean_text import LeanText
from numina_lean.translate.rules.setting import HEADERS
from numina_lean.translate.statement import Statement

NAME = "step"
COMPUTED = "by decide +kernel"
"""The proof: the kernel computes."""

_REAL = frozenset(
    ["sqrt", "root", "log", "ln", "exp", "sin", "cos", "tan", "cot", "sec", "csc", "pi", "e", "i",
     "degrees", "norm"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sides of a step in one of their meanings, and their values where these are known."""

    left: Expression
    right: Expression
    modulus: Expression | None = None

    @property
    def values(self) -> tuple[Fraction, Fraction] | None:
        """None where a side is irrational, or has no value, or one too large to compute."""
        try:
            return evaluate(self.left), evaluate(self.right)
        except (UnknownValueError, OverflowError, RecursionError):
            return None

    @property
    def is_real(self) -> bool:
        """Whether a side needs real or complex numbers to be said."""
        nodes = (node for side in (self.left, self.right) for node in walk(side))
        return any(isinstance(node, Apply) and _is_real(node) for node in nodes)

    def formula(self, sign: Sign) -> Formula:
        """The step itself; `≈` has none. Raises `DeclineError`."""
        left, right = _Roots(), _Roots()
        first, second = left.out(self.left), right.out(self.right)
        if sign == "≡":
            assert self.modulus is not None
            return Property("congruent", (first, second, self.modulus))
        relation = Relation(cast(RelationName, sign), first, second)
        return conjunction((*left.conditions, *right.conditions, relation))

    def near(self, bound: Fraction) -> Formula:
        """That the sides differ, and by less than `bound`."""
        roots = _Roots()
        left, right = roots.out(self.left), roots.out(self.right)
        limit = quotient_of(bound)
        return conjunction(
            (
                *roots.conditions,
                Relation("≠", left, right),
                Relation("<", Apply("sub", (left, right)), limit),
                Relation("<", Apply("sub", (right, left)), limit),
            )
        )


def _is_real(node: Apply) -> bool:
    if node.function == "pow":
        try:
            return evaluate(node.args[1]).denominator != 1
        except (UnknownValueError, OverflowError):
            return True
    return node.function in _REAL


def statement(formula: Formula) -> Statement:
    """The closed `formula` as a theorem of core Lean. Raises `DeclineError`."""
    return Statement(NAME, HEADERS["core"], (), LeanText("core", Context()).formula(formula))


def none_of(formulas: Sequence[Formula]) -> Formula:
    """That none of `formulas` holds."""
    return conjunction(tuple(Not(each) for each in formulas))


def value(expression: Expression | None) -> Fraction:
    """Its exact value. Raises `UnknownValueError`."""
    if expression is None:
        raise UnknownValueError("nothing")
    return evaluate(expression)


def quotient_of(value: Fraction) -> Expression:
    """`value` as text would write it: a whole number or a fraction."""
    top: Expression = number(abs(value.numerator))
    if value.denominator != 1:
        top = Apply("div", (top, number(value.denominator)))
    return Apply("neg", (top,)) if value < 0 else top


class _Roots:
    """Takes roots and logarithms with rational values out of expressions."""

    def __init__(self) -> None:
        self.conditions: list[Formula] = []

    def out(self, expression: Expression) -> Expression:
        changes: dict[str, object] = {}
        for field in fields(expression):
            part = getattr(expression, field.name)
            if field.name == "args":
                changes[field.name] = tuple(self.out(each) for each in part)
        if changes:
            expression = replace(expression, **changes)  # type: ignore[arg-type]
        if not isinstance(expression, Apply) or expression.function not in ("sqrt", "root", "log"):
            return expression
        value = evaluate(expression)
        if expression.function == "log":
            return self._logarithm(expression.args, value) or expression
        degree = number(2) if expression.function == "sqrt" else expression.args[0]
        root = quotient_of(value)
        self.conditions.append(Relation("=", Apply("pow", (root, degree)), expression.args[-1]))
        return root

    def _logarithm(self, args: tuple[Expression, ...], value: Fraction) -> Expression | None:
        base, argument = args
        power: Expression = Apply("pow", (base, number(abs(value.numerator))))
        if value < 0:
            power = Apply("div", (number(1), power))
        whole = argument
        if value.denominator != 1:
            whole = Apply("pow", (argument, number(value.denominator)))
        self.conditions.append(Relation("=", power, whole))
        return quotient_of(value)
