"""The judge with computer algebra. Imported by the server process alone."""

from fractions import Fraction

import sympy  # type: ignore[import-untyped]
from latex2sympy2_extended.latex2sympy2 import (  # type: ignore[import-untyped]
    ConversionConfig,
    latex2sympy,
)

from numina_lean.answers.closeness import allowance
from numina_lean.answers.compare import Verdict, compared
from numina_lean.answers.reading import read
from numina_lean.answers.spelling import spelled
from numina_lean.answers.terms import symbols
from numina_lean.answers.value import (
    Expression,
    Interval,
    Named,
    Number,
    Quantity,
    Sequence,
    Symbol,
    Union,
    Unread,
    Value,
)

DIGITS = 60
"""Digits that closed forms are evaluated to; they are equal where they agree to `AGREED`."""

AGREED = sympy.Rational(1, 10**45)

_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "∞": sympy.oo}
_FUNCTIONS = {
    "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "cot": sympy.cot, "sec": sympy.sec,
    "csc": sympy.csc, "arcsin": sympy.asin, "arccos": sympy.acos, "arctan": sympy.atan,
    "sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh, "ln": sympy.log, "log": sympy.log,
    "exp": sympy.exp, "abs": sympy.Abs, "floor": sympy.floor, "ceil": sympy.ceiling,
    "factorial": sympy.factorial, "binom": sympy.binomial, "gcd": sympy.gcd, "lcm": sympy.lcm,
    "max": sympy.Max, "min": sympy.Min, "+": sympy.Add, "*": sympy.Mul, "^": sympy.Pow,
}  # fmt: skip


_BEYOND = (r"\sum", r"\prod", r"\int", r"\lim")
_AS_WRITTEN = ConversionConfig(lowercase_symbols=False)


class UnprovableError(Exception):
    """What was asked has no meaning for computer algebra."""


def verdict(one: str, other: str) -> Verdict:
    """What computer algebra makes of the two answers."""
    left, right = read(one), read(other)
    if not isinstance(left, Unread) and not isinstance(right, Unread):
        return compared(left, right, Algebra())
    sides = [_beyond(value, text) for value, text in ((left, one), (right, other))]
    return "symbolic" if _zero(sides[0] - sides[1]) else "unequal"


def _beyond(value: Value, text: str) -> sympy.Expr:
    """A sum, product, integral or limit, which only latex2sympy reads, worked out."""
    if isinstance(value, Named):
        value = value.value
    if isinstance(value, Quantity):
        return converted(value.amount)
    if not isinstance(value, Unread) or not any(head in value.text for head in _BEYOND):
        raise UnprovableError
    found = latex2sympy(spelled(text), conversion_config=_AS_WRITTEN).doit()
    if not isinstance(found, sympy.Expr):
        raise UnprovableError
    return found.subs({symbol: sympy.Symbol(symbol.name) for symbol in found.free_symbols})


class Algebra:
    """A `Judge` that leaves nothing unknown but what it cannot do."""

    def same(self, one: Expression, other: Expression) -> Verdict:
        if one == other:
            return "exact"
        left, right = converted(one), converted(other)
        if symbols(one) or symbols(other):
            return "symbolic" if _zero(left - right) else "unequal"
        return _constants(left, right, *allowance(one, other))

    def proportional(self, one: Expression, other: Expression, *, positive: bool) -> Verdict:
        ratio = sympy.simplify(converted(one) / converted(other))
        if ratio.free_symbols or ratio.is_zero is not False or not ratio.is_finite:
            return "unequal"
        return "unequal" if positive and not ratio.is_positive else "symbolic"

    def unions(self, one: Value, other: Value) -> Verdict:
        left, right = region(one), region(other)
        return (
            "symbolic"
            if left == right or left.symmetric_difference(right) == sympy.S.EmptySet
            else "unequal"
        )


def converted(expression: Expression) -> sympy.Expr:
    """The expression as sympy's, built node by node: no text is evaluated."""
    if isinstance(expression, Number):
        return sympy.Rational(expression.value.numerator, expression.value.denominator)
    if isinstance(expression, Symbol):
        return _CONSTANTS[expression.name] if expression.constant else sympy.Symbol(expression.name)
    args = [converted(arg) for arg in expression.args]
    if expression.head == "degree":
        return args[0] * sympy.pi / 180
    if expression.head == "root":
        radicand, degree = args
        return (
            sympy.real_root(radicand, degree)
            if radicand.is_negative
            else sympy.root(radicand, degree)
        )
    return _FUNCTIONS[expression.head](*args)


def region(value: Value) -> sympy.Set:
    """The set of numbers that a value is."""
    if isinstance(value, Interval):
        return sympy.Interval(
            converted(value.low), converted(value.high), not value.low_closed, not value.high_closed
        )
    if isinstance(value, Union):
        return sympy.Union(*map(region, value.parts)) - sympy.Union(*map(region, value.removed))
    if not isinstance(value, Sequence) or value.kind == "tuple":
        raise UnprovableError
    numbers = [item.amount for item in value.items if isinstance(item, Quantity)]
    if len(numbers) < len(value.items):
        raise UnprovableError
    return sympy.FiniteSet(*map(converted, numbers))


def _constants(
    left: sympy.Expr, right: sympy.Expr, allowed: Fraction, unit: Fraction | None
) -> Verdict:
    difference = sympy.Abs(sympy.N(left - right, DIGITS, maxn=4 * DIGITS))
    sizes = [sympy.Abs(sympy.N(side, DIGITS)) for side in (left, right)]
    size = sympy.Max(0, *(size for size in sizes if size.is_comparable))
    if not size.is_finite:
        infinite = left in (sympy.oo, -sympy.oo)
        return "symbolic" if infinite and left == right else "unequal"
    if allowed:
        near = difference <= sympy.Rational(allowed.numerator, allowed.denominator) * size
        if unit is not None:
            near = near and difference < sympy.Rational(unit.numerator, unit.denominator)
        return "numeric" if near else "unequal"
    if size < AGREED or not all(size.is_comparable for size in sizes):
        return "symbolic" if _zero(left - right) else "unequal"  # digits say nothing about zeros
    return "numeric" if difference <= AGREED * size else "unequal"


def _zero(difference: sympy.Expr) -> bool:
    if sympy.expand(difference) == 0 or sympy.simplify(difference) == 0:
        return True
    return not difference.free_symbols and difference.equals(0) is True
