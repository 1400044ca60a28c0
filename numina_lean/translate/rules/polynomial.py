"""Polynomials and quotients of polynomials with rational coefficients, read off expressions.

Enough to tell that an equation is linear, that two expressions are equal as polynomials, and
which rational statement says the same as a real one. Not a computer algebra system.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from numina_lean.translate.rules.expression import Apply, Expression, Number, Symbol

Monomial = tuple[tuple[str, int], ...]
_MAX_TERMS = 200
_MAX_DEGREE = 12


@dataclass(frozen=True)
class Polynomial:
    """A sum of `coefficient * monomial`; a monomial is its letters with exponents, sorted."""

    terms: Mapping[Monomial, Fraction]

    @staticmethod
    def constant(value: Fraction) -> "Polynomial":
        return Polynomial({(): value} if value else {})

    @property
    def degree(self) -> int:
        """Total degree; 0 for constants, zero included."""
        return max((sum(power for _, power in monomial) for monomial in self.terms), default=0)

    @property
    def letters(self) -> frozenset[str]:
        return frozenset(letter for monomial in self.terms for letter, _ in monomial)

    @property
    def is_zero(self) -> bool:
        return not self.terms

    def __add__(self, other: "Polynomial") -> "Polynomial":
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + coefficient
        return Polynomial({monomial: value for monomial, value in terms.items() if value})

    def __neg__(self) -> "Polynomial":
        return Polynomial({monomial: -value for monomial, value in self.terms.items()})

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + -other

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        terms: dict[Monomial, Fraction] = {}
        for left, first in self.terms.items():
            for right, second in other.terms.items():
                powers = dict(left)
                for letter, power in right:
                    powers[letter] = powers.get(letter, 0) + power
                monomial = tuple(sorted(powers.items()))
                terms[monomial] = terms.get(monomial, Fraction(0)) + first * second
        return Polynomial({monomial: value for monomial, value in terms.items() if value})

    def coefficient(self, letter: str, power: int) -> Fraction:
        """Of `letter ** power`, in a polynomial of that letter alone."""
        return self.terms.get(((letter, power),) if power else (), Fraction(0))


@dataclass(frozen=True)
class Quotient:
    """`top / bottom` as rational functions."""

    top: Polynomial
    bottom: Polynomial


def quotient(expression: Expression) -> Quotient | None:
    """`expression` as a quotient of polynomials, or None where it is none (or too large)."""
    one = Polynomial.constant(Fraction(1))
    match expression:
        case Number(value):
            return Quotient(Polynomial.constant(value), one)
        case Symbol(name):
            return Quotient(Polynomial({((name, 1),): Fraction(1)}), one)
        case Apply("neg", (inner,)):
            part = quotient(inner)
            return part and Quotient(-part.top, part.bottom)
        case Apply("add" | "sub" | "mul" | "div" as name, (left, right)):
            first, second = quotient(left), quotient(right)
            if first is None or second is None:
                return None
            return _bounded(_combine(name, first, second))
        case Apply("pow", (base, Number(exponent))) if exponent.denominator == 1:
            return _power(quotient(base), int(exponent))
    return None


def _combine(name: str, first: Quotient, second: Quotient) -> Quotient | None:
    if name == "mul":
        return Quotient(first.top * second.top, first.bottom * second.bottom)
    if name == "div":
        if second.top.is_zero:
            return None
        return Quotient(first.top * second.bottom, first.bottom * second.top)
    right = second.top if name == "add" else -second.top
    if first.bottom == second.bottom:
        return Quotient(first.top + right, first.bottom)
    return Quotient(first.top * second.bottom + right * first.bottom, first.bottom * second.bottom)


def _power(base: Quotient | None, exponent: int) -> Quotient | None:
    if base is None or abs(exponent) > _MAX_DEGREE:
        return None
    if exponent < 0:
        if base.top.is_zero:
            return None
        base = Quotient(base.bottom, base.top)
    result = Quotient(Polynomial.constant(Fraction(1)), Polynomial.constant(Fraction(1)))
    for _ in range(abs(exponent)):
        product = _bounded(Quotient(result.top * base.top, result.bottom * base.bottom))
        if product is None:
            return None
        result = product
    return result


def _bounded(part: Quotient | None) -> Quotient | None:
    if part is None or max(len(part.top.terms), len(part.bottom.terms)) > _MAX_TERMS:
        return None
    return part if max(part.top.degree, part.bottom.degree) <= 4 * _MAX_DEGREE else None


def polynomial(expression: Expression) -> Polynomial | None:
    """`expression` as a polynomial: no division but by constants; None where it is none."""
    part = quotient(expression)
    if part is None or part.bottom.degree > 0 or part.bottom.is_zero:
        return None
    return part.top * Polynomial.constant(1 / part.bottom.terms[()])


def same_quotient(left: Expression, right: Expression) -> bool:
    """Whether both are quotients of polynomials, and equal as such."""
    first, second = quotient(left), quotient(right)
    if first is None or second is None:
        return False
    return (first.top * second.bottom - second.top * first.bottom).is_zero
