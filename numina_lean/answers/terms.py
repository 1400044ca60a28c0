"""Expressions put together in a normal form: rational arithmetic done, order of terms fixed.

Two expressions that differ by commutativity, associativity, like terms or rational arithmetic come
out as the same one. Nothing is expanded and no root simplified but one that is rational; what more
is needed is for computer algebra to show.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from numina_lean.answers.value import (
    IMAGINARY,
    INFINITY,
    Call,
    Expression,
    Function,
    Number,
    Symbol,
    number,
)

_MOST_BITS = 20_000
"""Bits of a power that is computed; a larger one stays a power."""

_MOST_BITS_JOINED = 100_000
"""Bits of a sum or product that is computed."""

_LARGEST_ARGUMENT = 1000
"""Of a factorial or binomial coefficient that is computed."""

ZERO, ONE, MINUS_ONE = number(0), number(1), number(-1)


class TooLargeError(ArithmeticError):
    """A number in it is too large to compute with."""


def total(terms: Iterable[Expression]) -> Expression:
    """The sum: constants added, like terms collected, in a fixed order."""
    constant = ZERO
    coefficients: dict[Expression, Number] = {}
    for term in _flat("+", terms):
        if isinstance(term, Number):
            constant = _added(constant, term)
        else:
            coefficient, rest = _coefficient(term)
            known = coefficients.get(rest)
            coefficients[rest] = coefficient if known is None else _added(known, coefficient)
    parts = [
        product((coefficient, rest))
        for rest, coefficient in coefficients.items()
        if coefficient.value or _infinite(rest)
    ]
    parts.sort(key=repr)
    if constant.value or not parts:
        parts.insert(0, constant)
    return parts[0] if len(parts) == 1 else Call("+", tuple(parts))


def product(factors: Iterable[Expression]) -> Expression:
    """The product: numbers multiplied, powers of the same base joined, in a fixed order."""
    constant = ONE
    exponents: dict[Expression, list[Expression]] = {}
    for factor in _flat("*", factors):
        if isinstance(factor, Number):
            constant = _multiplied(constant, factor)
        else:
            base, exponent = _base(factor)
            exponents.setdefault(base, []).append(exponent)
    parts: list[Expression] = []
    for base, powers in exponents.items():
        joined = power(base, total(powers)) if len(powers) > 1 else _raised_again(base, powers[0])
        if isinstance(joined, Number):
            constant = _multiplied(constant, joined)
        else:
            parts.append(joined)
    if not constant.value and not any(map(_infinite, parts)):
        return constant
    if len(parts) == 1 and isinstance(parts[0], Call) and parts[0].head == "+" and constant != ONE:
        return total(product((constant, term)) for term in parts[0].args)
    parts.sort(key=repr)
    if constant != ONE or constant.decimal or not parts:
        parts.insert(0, constant)
    return parts[0] if len(parts) == 1 else Call("*", tuple(parts))


def power(base: Expression, exponent: Expression) -> Expression:
    """The power; computed where it is rational and not too large."""
    if isinstance(exponent, Number):
        if exponent.value == 1:
            return base
        if exponent.value == 0 and not _infinite(base) and base != ZERO:
            return ONE
        if isinstance(base, Number):
            computed = _power(base, exponent)
            if computed is not None:
                return computed
        whole = exponent.value.denominator == 1
        if base == IMAGINARY and whole:
            return (ONE, IMAGINARY, MINUS_ONE, negative(IMAGINARY))[int(exponent.value % 4)]
        if whole and isinstance(base, Call):
            if base.head == "^":
                return power(base.args[0], product((base.args[1], exponent)))
            if base.head == "*":
                return product(power(factor, exponent) for factor in base.args)
    return Call("^", (base, exponent))


def root(radicand: Expression, degree: Expression) -> Expression:
    """The root: a power for square roots, kept apart for others, whose sign convention is real."""
    if degree == number(2):
        return power(radicand, number(Fraction(1, 2)))
    if isinstance(radicand, Number) and isinstance(degree, Number):
        size = _power(
            Number(abs(radicand.value)), Number(1 / degree.value if degree.value else Fraction(0))
        )
        odd = degree.value.denominator == 1 and degree.value % 2 == 1
        if size is not None and degree.value and (radicand.value >= 0 or odd):
            return size if radicand.value >= 0 else negative(size)
    return Call("root", (radicand, degree))


def call(head: Function, args: tuple[Expression, ...]) -> Expression:
    """A function's value; computed where it is of small integers, or only rounds."""
    values = [arg.value for arg in args if isinstance(arg, Number)]
    if len(values) < len(args):
        return Call(head, args)
    if head in ("floor", "ceil", "abs"):
        return number(_rounded(head, values[0]))
    if any(value.denominator != 1 or not 0 <= value <= _LARGEST_ARGUMENT for value in values):
        return Call(head, args)
    integers = [int(value) for value in values]
    if head == "factorial":
        return number(math.factorial(integers[0]))
    if head == "binom":
        return number(math.comb(*integers))
    if head in ("gcd", "lcm", "max", "min"):
        return number(_of_several(head, integers))
    return Call(head, args)


def _rounded(head: Function, value: Fraction) -> Fraction:
    if head == "abs":
        return abs(value)
    return Fraction(math.floor(value) if head == "floor" else math.ceil(value))


def _of_several(head: Function, values: Sequence[int]) -> int:
    if head in ("gcd", "lcm"):
        return math.gcd(*values) if head == "gcd" else math.lcm(*values)
    return max(values) if head == "max" else min(values)


def negative(term: Expression) -> Expression:
    """Its opposite; a number keeps its decimal places."""
    if isinstance(term, Number):
        return Number(-term.value, term.decimal, term.places)
    return product((MINUS_ONE, term))


def quotient(above: Expression, below: Expression) -> Expression:
    """`above` over `below`; by zero, it stays a power that has no value."""
    return product((above, power(below, MINUS_ONE)))


def symbols(expression: Expression) -> frozenset[str]:
    """The names of the variables in it."""
    if isinstance(expression, Symbol):
        return frozenset() if expression.constant else frozenset({expression.name})
    if isinstance(expression, Call):
        return frozenset().union(*map(symbols, expression.args))
    return frozenset()


def decimal(expression: Expression) -> bool:
    """Whether a number in it was written with a decimal point."""
    if isinstance(expression, Call):
        return any(map(decimal, expression.args))
    return isinstance(expression, Number) and expression.decimal


def _flat(head: str, terms: Iterable[Expression]) -> Iterable[Expression]:
    for term in terms:
        if isinstance(term, Call) and term.head == head:
            yield from term.args
        else:
            yield term


def _infinite(expression: Expression) -> bool:
    if isinstance(expression, Call):
        return expression == Call("^", (ZERO, MINUS_ONE)) or any(map(_infinite, expression.args))
    return expression == INFINITY


def _coefficient(term: Expression) -> tuple[Number, Expression]:
    if isinstance(term, Call) and term.head == "*" and isinstance(term.args[0], Number):
        rest = term.args[1:]
        return term.args[0], rest[0] if len(rest) == 1 else Call("*", rest)
    return ONE, term


def _base(factor: Expression) -> tuple[Expression, Expression]:
    if isinstance(factor, Call) and factor.head == "^":
        return factor.args[0], factor.args[1]
    return factor, ONE


def _raised_again(base: Expression, exponent: Expression) -> Expression:
    return base if exponent == ONE else Call("^", (base, exponent))


def _checked(one: Number, other: Number) -> None:
    size = sum(
        part.bit_length()
        for each in (one, other)
        for part in (each.value.numerator, each.value.denominator)
    )
    if size > _MOST_BITS_JOINED:
        raise TooLargeError


def _added(one: Number, other: Number) -> Number:
    if not one.value and not one.decimal:
        return other
    if not other.value and not other.decimal:
        return one
    _checked(one, other)
    return Number(one.value + other.value, one.decimal or other.decimal)


def _multiplied(one: Number, other: Number) -> Number:
    if one == ONE and not one.decimal:
        return other
    if other == ONE and not other.decimal:
        return one
    _checked(one, other)
    return Number(one.value * other.value, one.decimal or other.decimal)


def _power(base: Number, exponent: Number) -> Number | None:
    """The rational power, or None where it is none, is not real, or is too large."""
    value, by = base.value, exponent.value
    if value == 0:
        return base if by > 0 else None
    if abs(by.numerator) > _MOST_BITS or by.denominator > 64:
        return None
    size = max(value.numerator.bit_length(), value.denominator.bit_length())
    if size * abs(by.numerator) > _MOST_BITS:
        return None
    if by.denominator != 1:
        above = _exact_root(value.numerator, by.denominator)
        below = _exact_root(value.denominator, by.denominator)
        if above is None or below is None:
            return None
        value = Fraction(above, below)
    return Number(value**by.numerator, base.decimal or exponent.decimal)


def _exact_root(value: int, degree: int) -> int | None:
    """The integer whose `degree`-th power is `value`, if there is one."""
    if value < 0:
        return None
    if degree == 2:
        found = math.isqrt(value)
        return found if found * found == value else None
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < value:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == value else None
