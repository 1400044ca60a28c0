"""Polynomials with rational coefficients, exactly: read from Lean text, computed with, printed.

Covers `+ - * ^` with numeral exponents, division by numerals, ascriptions `(3 : Int)` and casts.
Subtraction is that of the integers. What is no polynomial is not read (None).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Monomial = tuple[tuple[str, int], ...]
"""Variables with their exponents, sorted by name, none of them 0."""

LARGEST_EXPONENT = 12
_MOST_TERMS = 2_000
_TOKEN = re.compile(r"\s*(\d+|[^\W\d][\w'₀-₉]*|[-+*/^():↑])")


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A sum of monomials with coefficients, none of them 0."""

    terms: Mapping[Monomial, Fraction]

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(sorted({name for monomial in self.terms for name, _ in monomial}))

    @property
    def degree(self) -> int:
        return max((sum(power for _, power in monomial) for monomial in self.terms), default=0)

    @property
    def constant(self) -> Fraction:
        return self.terms.get((), Fraction(0))

    def __add__(self, other: "Polynomial") -> "Polynomial":
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + coefficient
        return Polynomial({each: value for each, value in terms.items() if value})

    def __neg__(self) -> "Polynomial":
        return Polynomial({monomial: -value for monomial, value in self.terms.items()})

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + -other

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        terms: dict[Monomial, Fraction] = {}
        for one, first in self.terms.items():
            for two, second in other.terms.items():
                both = product(one, two)
                terms[both] = terms.get(both, Fraction(0)) + first * second
        return Polynomial({each: value for each, value in terms.items() if value})

    def power(self, exponent: int) -> "Polynomial":
        result = number(1)
        for _ in range(exponent):
            result = result * self
        return result

    def value(self, at: Mapping[str, int]) -> Fraction:
        """The value where each variable is what `at` says."""
        total = Fraction(0)
        for monomial, coefficient in self.terms.items():
            for name, power in monomial:
                coefficient *= at[name] ** power
            total += coefficient
        return total

    def __str__(self) -> str:
        """Lean text, each monomial a term by itself. A coefficient may be a division."""
        parts = []
        for monomial, coefficient in sorted(self.terms.items(), key=lambda term: str(term[0])):
            factors = [f"{name} ^ {power}" if power > 1 else name for name, power in monomial]
            size, written = abs(coefficient), " * ".join(factors)
            if size != 1 or not factors:
                whole = f"({written})" if len(factors) > 1 else written
                written = f"{size} * {whole}" if factors else str(size)
            parts += ["-" if coefficient < 0 else "+", written]
        if not parts:
            return "0"
        first = "-" if parts[0] == "-" else ""
        return f"{first}{' '.join(parts[1:])}"


def product(one: Monomial, two: Monomial) -> Monomial:
    powers = dict(one)
    for name, power in two:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted(powers.items()))


def number(value: int | Fraction) -> Polynomial:
    return Polynomial({(): Fraction(value)} if value else {})


def variable(name: str) -> Polynomial:
    return Polynomial({((name, 1),): Fraction(1)})


def read_polynomial(text: str) -> Polynomial | None:
    """The polynomial that `text` writes, None where it is none or too large."""
    try:
        return _Parser(_tokens(text)).whole()
    except _NoPolynomialError:
        return None


class _NoPolynomialError(Exception):
    """The text is no polynomial."""


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _NoPolynomialError
        found.append(match.group(1))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Polynomial:
        result = self._sum()
        if self._at != len(self._tokens):
            raise _NoPolynomialError
        return result

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _sum(self) -> Polynomial:
        result = self._term()
        while self._peek() in ("+", "-"):
            sign = self._next()
            term = self._term()
            result = result + term if sign == "+" else result - term
        return result

    def _term(self) -> Polynomial:
        result = self._signed()
        while self._peek() in ("*", "/"):
            if self._next() == "*":
                result = result * self._signed()
            else:
                divisor = self._signed()
                if divisor.degree or not divisor.constant:
                    raise _NoPolynomialError
                result = result * number(1 / divisor.constant)
            if len(result.terms) > _MOST_TERMS:
                raise _NoPolynomialError
        return result

    def _signed(self) -> Polynomial:
        if self._peek() == "-":
            self._next()
            return -self._signed()
        return self._powered()

    def _powered(self) -> Polynomial:
        base = self._atom()
        if self._peek() != "^":
            return base
        self._next()
        exponent = self._powered()
        size = exponent.constant
        if exponent.degree or size.denominator != 1 or not 0 <= size <= LARGEST_EXPONENT:
            raise _NoPolynomialError
        if len(base.terms) ** int(size) > _MOST_TERMS:
            raise _NoPolynomialError
        return base.power(int(size))

    def _atom(self) -> Polynomial:
        token = self._next()
        if token == "↑":
            return self._atom()
        if token == "(":
            inner = self._sum()
            if self._peek() == ":":
                self._next()
                if not self._next().isalpha():
                    raise _NoPolynomialError
            if self._next() != ")":
                raise _NoPolynomialError
            return inner
        if token.isdigit():
            if len(token) > 40:
                raise _NoPolynomialError
            return number(int(token))
        if (
            token[:1].isalpha()
            and self._peek() not in ("(", "↑")
            and not self._peek()[:1].isalnum()
        ):
            return variable(token)
        raise _NoPolynomialError
