"""The lint's arithmetic: what terms come to in Lean, their signs, and what divides them."""

import random
from fractions import Fraction

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lint.arithmetic import Reading
from numina_lean.lint.numerals import misread
from numina_lean.lint.residues import divides_always
from numina_lean.lint.show import arithmetic_text
from numina_lean.lint.signs import NOT_NEGATIVE, Sign, Signs, is_at_least, sign
from numina_lean.lint.term import Application, Constant, Free, Numeral, Opaque, Term

X, Y = Free("x"), Free("y")


def number(value: int, system: str) -> Term:
    """`value` as Lean elaborates it: negative numbers are negated literals."""
    literal = Application(
        Constant("OfNat.ofNat"), (Constant(system), Numeral(abs(value)), Opaque())
    )
    if value >= 0:
        return literal
    return Application(Constant("Neg.neg"), (Constant(system), Opaque(), literal))


def operation(name: str, system: str, left: Term, right: Term, exponents: str = "") -> Term:
    types = (Constant(system), Constant(exponents or system), Constant(system))
    return Application(Constant(name), (*types, Opaque(), left, right))


def random_term(draw: random.Random, system: str, depth: int) -> Term:
    if depth == 0:
        return number(draw.randint(0 if system == "Nat" else -9, 9), system)
    name = draw.choice(["HAdd.hAdd", "HSub.hSub", "HMul.hMul", "HDiv.hDiv", "HPow.hPow"])
    left = random_term(draw, system, depth - 1)
    if name == "HPow.hPow":
        return operation(name, system, left, number(draw.randint(0, 3), "Nat"), "Nat")
    return operation(name, system, left, random_term(draw, system, depth - 1))


@pytest.mark.lean
@pytest.mark.parametrize("system", ["Nat", "Int", "Rat"])
def test_values_are_those_of_lean(pool: Pool, system: str) -> None:
    draw = random.Random(f"values in {system}")
    theorems = []
    for index in range(40):
        term = random_term(draw, system, depth=2)
        value = Reading({}).value(term)
        assert value is not None
        wanted = f"({value.numerator} : {system}) / {value.denominator}"
        if value.denominator == 1:
            wanted = f"({value.numerator} : {system})"
        left = f"({arithmetic_text(term)} : {system})"
        theorems.append(f"theorem t{index} : {left} = {wanted} := by decide +kernel")
    outcome = pool.check(Item(system, "\n".join(theorems)))
    assert outcome.verdict is Verdict.PROVED, outcome.detail


@pytest.mark.parametrize(
    ("left", "right", "quotient", "remainder"), [(-7, 2, -4, 1), (7, -2, -3, 1), (-7, -2, 4, 1)]
)
def test_integers_divide_with_a_remainder_that_is_not_negative(
    left: int, right: int, quotient: int, remainder: int
) -> None:
    pair = number(left, "Int"), number(right, "Int")
    assert Reading({}).value(operation("HDiv.hDiv", "Int", *pair)) == quotient
    assert Reading({}).value(operation("HMod.hMod", "Int", *pair)) == remainder


def test_what_is_too_large_or_unknown_has_no_value() -> None:
    tower = number(9, "Nat")
    for _ in range(3):
        tower = operation("HPow.hPow", "Nat", number(9, "Nat"), tower)
    assert Reading({}).value(tower) is None
    assert Reading({"x": Fraction(1)}).value(Y) is None


def test_numerals_are_misread_only_where_the_rationals_differ() -> None:
    third = operation("HDiv.hDiv", "Nat", number(1, "Nat"), number(3, "Nat"))
    whole = operation("HDiv.hDiv", "Nat", number(6, "Nat"), number(3, "Nat"))
    (found,) = misread(operation("HMul.hMul", "Nat", X, third))
    assert found.text == "1 / 3 is 0 in ℕ, 1/3 in ℚ"
    assert misread(operation("HMul.hMul", "Nat", X, whole)) == ()
    assert misread(operation("HDiv.hDiv", "Rat", number(1, "Rat"), number(3, "Rat"))) == ()


def test_huge_numbers_are_told_by_their_size() -> None:
    huge = operation("HPow.hPow", "Nat", number(10, "Nat"), number(5000, "Nat"), "Nat")
    (found,) = misread(operation("HSub.hSub", "Nat", number(1, "Nat"), huge))
    assert len(found.text) < 200


def test_products_of_neighbours_are_even() -> None:
    following = operation("HAdd.hAdd", "Nat", X, number(1, "Nat"))
    product = operation("HMul.hMul", "Nat", X, following)
    assert divides_always(2, product)
    assert not divides_always(3, product)
    assert not divides_always(2, operation("HSub.hSub", "Nat", product, number(2, "Nat")))


@pytest.mark.parametrize(
    ("signs", "term", "expected"),
    [
        (
            {"x": Sign.POSITIVE, "y": NOT_NEGATIVE},
            operation("HAdd.hAdd", "Rat", X, Y),
            Sign.POSITIVE,
        ),
        ({"x": Sign.NEGATIVE}, operation("HMul.hMul", "Rat", X, X), Sign.POSITIVE),
        ({}, operation("HPow.hPow", "Rat", X, number(2, "Nat"), "Nat"), NOT_NEGATIVE),
        ({}, operation("HSub.hSub", "Nat", X, Y), NOT_NEGATIVE),
        # A root of a negative real may be zero in Lean: nothing is known.
        (
            {"x": Sign.NEGATIVE},
            operation("HPow.hPow", "Real", X, Y, "Real"),
            Sign.NEGATIVE | NOT_NEGATIVE,
        ),
    ],
)
def test_signs_follow_from_those_of_the_parts(signs: Signs, term: Term, expected: Sign) -> None:
    assert sign(term, signs) == expected


def test_natural_numbers_are_at_least_their_factors() -> None:
    square = operation("HPow.hPow", "Nat", X, number(2, "Nat"), "Nat")
    assert is_at_least(square, X, {"x": NOT_NEGATIVE})
    product = operation("HMul.hMul", "Nat", X, Y)
    assert is_at_least(product, X, {"x": NOT_NEGATIVE, "y": Sign.POSITIVE})
    assert not is_at_least(product, X, {"x": NOT_NEGATIVE, "y": NOT_NEGATIVE})
    assert not is_at_least(X, square, {"x": NOT_NEGATIVE})
