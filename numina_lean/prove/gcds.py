"""Greatest common divisors of polynomials: a combination of the two without the variable."""

import re
from collections.abc import Iterator
from math import gcd

from numina_lean.prove.context import bare, introduced
from numina_lean.prove.polynomial import Polynomial, read_polynomial
from numina_lean.translate.statement import Statement

_ATOM = r"([\w'₀-₉]+|\([^()]*\))"
_GCD = re.compile(rf"Nat\.(?:gcd|Coprime) {_ATOM} {_ATOM}")


def linear_gcd(statement: Statement) -> Iterator[str]:
    """`gcd (a n + b) (c n + d)` divides `± (a d - b c) / gcd a c`."""
    context = introduced(statement)
    for one, two in dict.fromkeys(_GCD.findall(context.goal)):
        first, second = read_polynomial(bare(one)), read_polynomial(bare(two))
        if first is None or second is None:
            continue
        names = set(first.variables) | set(second.variables)
        if len(names) != 1 or first.degree != 1 or second.degree != 1:
            continue
        yield context.proof(*_lines(one, two, first, second, context.goal))


def _lines(one: str, two: str, first: Polynomial, second: Polynomial, goal: str) -> Iterator[str]:
    (name,) = first.variables
    a, c = (int(each.terms[((name, 1),)]) for each in (first, second))
    shared = gcd(a, c)
    by_first, by_second = c // shared, a // shared
    left = int(by_first * first.constant - by_second * second.constant)
    terms = (
        (
            f"{by_first} * {one}",
            f"Nat.dvd_mul_left_of_dvd (Nat.gcd_dvd_left {one} {two}) {by_first}",
        ),
        (
            f"{by_second} * {two}",
            f"Nat.dvd_mul_left_of_dvd (Nat.gcd_dvd_right {one} {two}) {by_second}",
        ),
    )
    (larger, divides_larger), (smaller, divides_smaller) = terms if left > 0 else terms[::-1]
    yield f"have divides : Nat.gcd {one} {two} ∣ {abs(left)} := by"
    yield f"  have both := Nat.dvd_sub ({divides_larger}) ({divides_smaller})"
    yield f"  rwa [show {larger} - {smaller} = {abs(left)} by omega] at both"
    yield "have small := Nat.le_of_dvd (by decide) divides"
    if "Coprime" in goal:
        yield f"show Nat.gcd {one} {two} = 1"
    yield "first | exact Nat.dvd_one.mp divides | omega"
