"""Witnesses for existential goals: small numbers, terms of the variables, polynomial identities."""

import random
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product

from numina_lean.prove.context import bare, introduced, quantified, split_outside
from numina_lean.prove.polynomial import Polynomial, number, read_polynomial, variable
from numina_lean.translate.statement import Statement

MOST_TRIED = 40
_SMALL = {1: 400, 2: 40, 3: 12, 4: 7}
"""Numbers tried for each of so many variables at once."""
_CLOSING = "first | omega | grind | (simp at *; done) | decide +kernel"


def numbers(statement: Statement) -> Iterator[str]:
    """Natural numbers with a property that can be decided, found by the kernel."""
    context = introduced(statement)
    names, body = _opened(context.goal)
    if not names or len(names) not in _SMALL or "∃" in body or "∀" in body:
        return
    if any(kind not in (None, "Nat", "ℕ") for _, kind in names):
        return
    bounded = "".join(f"∃ {name} ∈ List.range {_SMALL[len(names)]}, " for name, _ in names)
    pattern = ", ".join(f"{name}, _" for name, _ in names)
    given = ", ".join(name for name, _ in names)
    yield context.proof(
        f"obtain ⟨{pattern}, found⟩ := (by decide +kernel : {bounded}{body})",
        f"exact ⟨{given}, found⟩",
    )


def terms(statement: Statement) -> Iterator[str]:
    """Small numbers, and variables with what is next to them, wherever in the goal an `∃` is."""
    context = introduced(statement)
    shape = _shape(context.goal)
    holes = shape.count("#")
    if not 1 <= holes <= 3:
        return
    names = [each.name for each in context.variables if each.type in ("Nat", "Int")][:2]
    options = ["0", "1", *names, *(f"{name} + 1" for name in names), "2"]
    tried = sorted(
        product(range(len(options)), repeat=holes), key=lambda chosen: (sum(chosen), chosen)
    )
    alternatives = []
    for chosen in tried[:MOST_TRIED]:
        filled = shape
        for index in chosen:
            filled = filled.replace("#", options[index], 1)
        alternatives.append(f"| (refine {filled} <;> ({_CLOSING}))")
    yield context.proof("first", *alternatives)


def identities(statement: Statement) -> Iterator[str]:
    """Two integers by which a polynomial identity holds, sums of products of the variables.

    The candidates are told apart by their values at random places; `grind` proves the identity.
    """
    context = introduced(statement)
    names, body = _opened(context.goal)
    sides = split_outside(bare(body), "=")
    own = [each.name for each in context.variables if each.type in ("Int", "Nat")]
    if len(names) != 2 or len(sides) != 2 or not 2 <= len(own) <= 4:
        return
    left, right = read_polynomial(sides[0]), read_polynomial(sides[1])
    if left is None or right is None:
        return
    equation = left - right
    coefficients = {abs(int(value)) for value in equation.terms.values() if value.denominator == 1}
    candidates = list(_bilinear(own, sorted({1, *(each for each in coefficients if each < 20)})))
    source = random.Random(0)
    places = [{name: source.randrange(-50, 50) for name in own} for _ in range(3)]
    values = [[each.value(place) for place in places] for each in candidates]
    for one, two in product(range(len(candidates)), repeat=2):
        if all(
            _holds(equation, place, names, values[one][at], values[two][at])
            for at, place in enumerate(places)
        ):
            yield context.proof(f"exact ⟨{candidates[one]}, {candidates[two]}, by grind⟩")
            return


def _holds(
    equation: Polynomial,
    place: dict[str, int],
    names: list[tuple[str, str | None]],
    one: Fraction,
    two: Fraction,
) -> bool:
    return equation.value({**place, names[0][0]: int(one), names[1][0]: int(two)}) == 0


def _bilinear(names: list[str], coefficients: list[int]) -> Iterator[Polynomial]:
    """Products of two variables, and sums and differences of two such products."""
    products = [variable(one) * variable(two) for one, two in combinations(names, 2)]
    yield from products
    for one, two in combinations(products, 2):
        for first, second, sign in product(coefficients, coefficients, (1, -1)):
            yield one * number(first) + two * number(sign * second)


def cofactor(statement: Statement) -> Iterator[str]:
    """`a ∣ b` for polynomials: quotients that are symmetric of low degree in the variables."""
    context = introduced(statement)
    sides = [bare(side) for side in split_outside(context.goal, "∣")]
    own = [each.name for each in context.variables if each.type == "Int"]
    if len(sides) != 2 or not 1 <= len(own) <= 3:
        return
    one, two = read_polynomial(sides[0]), read_polynomial(sides[1])
    if one is None or two is None or not 0 <= two.degree - one.degree <= 2:
        return
    alternatives = [
        f"| exact ⟨{quotient}, by grind⟩" for quotient in _symmetric(own, two.degree - one.degree)
    ]
    yield context.proof("first", *alternatives)


def _symmetric(names: list[str], degree: int) -> Iterator[Polynomial]:
    """Combinations of the elementary symmetric polynomials, homogeneous of `degree`."""
    first = number(0)
    for name in names:
        first = first + variable(name)
    second = number(0)
    for left, right in combinations(names, 2):
        second = second + variable(left) * variable(right)
    bases = {0: [number(1)], 1: [first], 2: [first * first, second]}[degree]
    for coefficients in product((1, -1, 0, 2, -2, 3, -3), repeat=len(bases)):
        total = number(0)
        for coefficient, base in zip(coefficients, bases, strict=True):
            total = total + number(coefficient) * base
        if total.terms:
            yield total


def _opened(goal: str) -> tuple[list[tuple[str, str | None]], str]:
    """The variables of the `∃` at the head, and what is behind them."""
    names: list[tuple[str, str | None]] = []
    body = bare(goal)
    while (found := quantified(body)) is not None and found[0] == "∃":
        if any(bound is not None for _, _, bound in found[1]):
            return [], goal
        names += ((name, kind) for name, kind, _ in found[1])
        body = bare(found[2])
    return names, body


def _shape(goal: str) -> str:
    """An anonymous constructor with `#` for each witness and `?_` for each claim."""
    goal = bare(goal)
    found = quantified(goal)
    if found is not None and found[0] == "∃":
        holes = ", ".join("#, ?_" if bound else "#" for _, _, bound in found[1])
        return f"⟨{holes}, {_shape(found[2])}⟩"
    parts = split_outside(goal, "∧")
    if len(parts) > 1 and not re.search("[→↔∨]", goal):
        return f"⟨{', '.join(_shape(part) for part in parts)}⟩"
    return "?_"
