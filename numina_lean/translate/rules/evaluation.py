"""Exact values of expressions, and truth of formulas, where plain arithmetic can settle them.

Used to see that a subtraction or division of the problem stays where it is meaningful, and to
check accepted statements against their answers. Everything is exact (integers and fractions);
what would need a real number or too much work raises `UnknownValueError`.
"""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from numina_lean.translate.rules.bounds import integer_range
from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Collection,
    Domain,
    Expression,
    Formula,
    Not,
    Number,
    Or,
    Property,
    Relation,
    Series,
    Symbol,
    Tally,
)

_MAX_BITS = 200_000
_MAX_TERMS = 20_000
Environment = Mapping[str, Fraction]


class UnknownValueError(Exception):
    """The value is not rational, does not exist, or is too much work."""


def evaluate(expression: Expression, environment: Environment | None = None) -> Fraction:
    """The exact value of `expression`; raises `UnknownValueError`."""
    values = environment or {}
    match expression:
        case Number(value):
            return value
        case Symbol(name):
            if name not in values:
                raise UnknownValueError(name)
            return values[name]
        case Apply(name, args):
            return _apply(name, [evaluate(arg, values) for arg in args])
        case Series():
            return _series(expression, values)
        case Tally(kind, collection):
            members = list(_members(collection, values))
            if kind == "count":
                return Fraction(len(members))
            return (
                sum(members, Fraction(0))
                if kind == "sum"
                else math.prod(members, start=Fraction(1))
            )
    raise UnknownValueError(type(expression).__name__)


def known_value(expression: Expression, environment: Environment | None = None) -> Fraction | None:
    """The value of `expression`, or None where it cannot be told."""
    try:
        return evaluate(expression, environment)
    except UnknownValueError:
        return None


def _natural(value: Fraction) -> int:
    if value.denominator != 1 or value < 0:
        raise UnknownValueError("a natural number is needed")
    return int(value)


def _integer(value: Fraction) -> int:
    if value.denominator != 1:
        raise UnknownValueError("an integer is needed")
    return int(value)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        root = exact_root(base, exponent.denominator)
        return _power(root, Fraction(exponent.numerator))
    if base == 0 and exponent <= 0:
        raise UnknownValueError("a power of zero")
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > _MAX_BITS:
        raise UnknownValueError("too large")
    return Fraction(base**exponent)


def exact_root(value: Fraction, degree: int) -> Fraction:
    """The rational root of `value`, where there is one."""
    if value < 0:
        if degree % 2 == 0:
            raise UnknownValueError("an even root of a negative number")
        return -exact_root(-value, degree)
    parts = []
    for part in (value.numerator, value.denominator):
        root = (
            math.isqrt(part) if degree == 2 else round(part ** (1 / degree)) if part < 2**900 else 0
        )
        if root**degree != part:
            raise UnknownValueError("not a rational root")
        parts.append(root)
    return Fraction(parts[0], parts[1])


def is_prime(value: int) -> bool:
    """By trial division; raises `UnknownValueError` beyond 10^12."""
    if value > 10**12:
        raise UnknownValueError("too large to factor")
    return value > 1 and all(value % part for part in range(2, math.isqrt(value) + 1))


def _apply(name: str, args: list[Fraction]) -> Fraction:
    match name, args:
        case "add", [left, right]:
            return left + right
        case "sub", [left, right]:
            return left - right
        case "mul", [left, right]:
            return left * right
        case "neg", [value]:
            return -value
        case "div", [left, right]:
            if right == 0:
                raise UnknownValueError("division by zero")
            return left / right
        case "pow", [base, exponent]:
            return _power(base, exponent)
        case "sqrt", [value]:
            return exact_root(value, 2)
        case "root", [degree, value]:
            return exact_root(value, max(_natural(degree), 1))
        case "abs", [value]:
            return abs(value)
        case "floor", [value]:
            return Fraction(math.floor(value))
        case "ceil", [value]:
            return Fraction(math.ceil(value))
        case "max", [left, right]:
            return max(left, right)
        case "min", [left, right]:
            return min(left, right)
        case "log", [base, value]:
            return _logarithm(base, value)
    return Fraction(_integral(name, args))


def _logarithm(base: Fraction, value: Fraction) -> Fraction:
    if base <= 0 or base == 1 or value <= 0:
        raise UnknownValueError("a logarithm without value")
    for bottom in range(1, 7):
        for top in range(-40, 41):
            if _power(base, Fraction(top)) == _power(value, Fraction(bottom)):
                return Fraction(top, bottom)
    raise UnknownValueError("not a rational logarithm")


def _integral(name: str, args: list[Fraction]) -> int:
    match name, args:
        case "factorial", [value] if value <= 3000:
            return math.factorial(_natural(value))
        case "binomial", [top, bottom] if top <= 5000:
            return math.comb(_natural(top), _natural(bottom))
        case "gcd", [left, right]:
            return math.gcd(_integer(left), _integer(right))
        case "lcm", [left, right]:
            return math.lcm(_integer(left), _integer(right))
        case "mod", [value, modulus] if modulus > 0:
            return _integer(value) % _integer(modulus)
        case "quotient", [value, divisor] if divisor > 0:
            return int(_integer(value) // _integer(divisor))
        case "digit_sum", [base, value] if base > 1:
            return sum(_digits(_natural(base), _natural(value)))
        case "digit_count", [base, value] if base > 1:
            return len(_digits(_natural(base), _natural(value)))
        case "digit_at", [place, value] if place < 1000:
            shift: int = 10 ** _natural(place)
            return _natural(value) // shift % 10
        case "fibonacci", [value] if value < 5000:
            return _fibonacci(_natural(value))
        case "of_digits", [base, *digits]:
            total = 0
            for digit in digits:
                total = total * _natural(base) + _natural(digit)
            return total
    raise UnknownValueError(name)


def _fibonacci(index: int) -> int:
    this, following = 0, 1
    for _ in range(index):
        this, following = following, this + following
    return this


def _digits(base: int, value: int) -> list[int]:
    if value.bit_length() > 20_000:
        raise UnknownValueError("too large")
    digits = []
    while value:
        value, digit = divmod(value, base)
        digits.append(digit)
    return digits


def _series(series: Series, values: Environment) -> Fraction:
    low, high = _integer(evaluate(series.low, values)), _integer(evaluate(series.high, values))
    if high - low > _MAX_TERMS:
        raise UnknownValueError("too many terms")
    total = Fraction(0 if series.kind == "sum" else 1)
    for index in range(low, high + 1):
        term = evaluate(series.body, {**values, series.index: Fraction(index)})
        total = total + term if series.kind == "sum" else total * term
        if total.numerator.bit_length() > _MAX_BITS:
            raise UnknownValueError("too large")
    return total


def _members(collection: Collection, values: Environment) -> Iterator[Fraction]:
    if collection.domain > Domain.INT:
        raise UnknownValueError("not a set of integers")
    found = integer_range(
        collection.condition,
        collection.variable,
        collection.domain,
        lambda part: known_value(part, values),
    )
    if found is None or found[1] - found[0] > _MAX_TERMS * 5:
        raise UnknownValueError("no bounds")
    for value in range(found[0], found[1] + 1):
        if holds(collection.condition, {**values, collection.variable: Fraction(value)}):
            yield Fraction(value)


def holds(formula: Formula, environment: Environment | None = None) -> bool:
    """Whether `formula` is true; raises `UnknownValueError` where it cannot be told."""
    values = environment or {}
    match formula:
        case Relation(name, left, right):
            first, second = evaluate(left, values), evaluate(right, values)
            return {
                "=": first == second, "≠": first != second, "<": first < second,
                "≤": first <= second, ">": first > second, "≥": first >= second,
            }[name]  # fmt: skip
        case And(items):
            return all(holds(item, values) for item in items)
        case Or(items):
            return any(holds(item, values) for item in items)
        case Not(body):
            return not holds(body, values)
        case Property(name, args):
            return _property(name, [evaluate(arg, values) for arg in args])
    raise UnknownValueError("a quantified formula")


def _property(name: str, args: list[Fraction]) -> bool:
    match name, args:
        case "divides", [divisor, value]:
            return _integer(value) % _integer(divisor) == 0 if divisor else value == 0
        case "prime", [value]:
            return is_prime(_integer(value))
        case "composite", [value]:
            return value > 1 and not is_prime(_integer(value))
        case "even", [value]:
            return _integer(value) % 2 == 0
        case "odd", [value]:
            return _integer(value) % 2 == 1
        case "power", [exponent, value]:
            try:
                return exact_root(value, _natural(exponent)).denominator == 1
            except UnknownValueError:
                return False
        case "coprime", [left, right]:
            return math.gcd(_integer(left), _integer(right)) == 1
        case "palindrome", [value]:
            return str(_integer(value)) == str(_integer(value))[::-1]
        case "integer", [value]:
            return value.denominator == 1
        case "congruent", [left, right, modulus] if modulus != 0:
            return _integer(left - right) % _integer(modulus) == 0
    raise UnknownValueError(name)
