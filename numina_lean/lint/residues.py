"""Divisibility that holds whatever the variables are, such as that of `n * (n + 1)` by 2."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

from numina_lean.lint.arithmetic import Numbers, Reading, numbers
from numina_lean.lint.term import Free, Numeral, Term, free_keys, head, operands

MOST_CASES = 1_000


def divides_always(divisor: int, term: Term) -> bool:
    """Whether `divisor` divides `term`, a polynomial with integer coefficients, at all integers.

    False where `term` is no such polynomial, or the cases are too many to go through. The remainder
    of a polynomial depends on the remainders of its variables alone.
    """
    keys = sorted(free_keys(term))
    if divisor <= 0 or divisor ** len(keys) > MOST_CASES or not _is_polynomial(term):
        return False
    cases: Iterator[tuple[int, ...]] = itertools.product(range(divisor), repeat=len(keys))
    for case in cases:
        value = Reading({key: Fraction(each) for key, each in zip(keys, case, strict=True)}).value(
            term
        )
        if value is None or value % divisor:
            return False
    return True


def _is_polynomial(term: Term) -> bool:
    if isinstance(term, Free | Numeral):
        return True
    name, arguments = head(term), operands(term)
    match name:
        case "OfNat.ofNat":
            return numbers(arguments[0]) is not None
        case "HAdd.hAdd" | "HMul.hMul":
            return all(map(_is_polynomial, arguments[-2:]))
        case "HSub.hSub":
            integers = numbers(arguments[0]) is Numbers.INTEGER
            return integers and all(map(_is_polynomial, arguments[-2:]))
        case "HPow.hPow":
            return _is_polynomial(arguments[-2]) and not free_keys(arguments[-1])
        case "Neg.neg" | "Nat.cast" | "NatCast.natCast" | "IntCast.intCast":
            return bool(arguments) and _is_polynomial(arguments[-1])
    return False
