"""Arithmetic of numerals alone that means something else in ℕ or ℤ than it would in ℚ.

Nobody writes `1 / 3` for zero: where a term of literals comes to another value than the same text
in the rationals, the numerals were taken in a type that was not meant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from numina_lean.lint.arithmetic import Numbers, Reading, numbers
from numina_lean.lint.show import arithmetic_text
from numina_lean.lint.term import Application, Term, children, head, is_closed

_OPERATIONS = frozenset(
    {"HAdd.hAdd", "HSub.hSub", "HMul.hMul", "HDiv.hDiv", "HPow.hPow", "Neg.neg"}
)

LONGEST = 64
"""Numbers of more bits than this are told by their size."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A term, its number system, and how its two values differ, in one line."""

    term: Term
    text: str


def misread(statement: Term) -> tuple[Misread, ...]:
    """The largest closed terms of `statement` that have another value in ℚ, each once."""
    found: dict[str, Misread] = {}
    for each in _misread(statement):
        found.setdefault(each.text, each)
    return tuple(found.values())


def _misread(term: Term) -> Iterator[Misread]:
    system = _closed_in(term)
    if system is not None:
        own, rational = Reading({}).value(term), Reading({}, rational=True).value(term)
        if own is not None and rational is not None:
            if own != rational:
                text = f"{arithmetic_text(term)} is {_short(own)} in {system}"
                yield Misread(term, f"{text}, {_short(rational)} in ℚ")
            return
    for child in children(term):
        yield from _misread(child)


def _closed_in(term: Term) -> Numbers | None:
    """ℕ or ℤ if `term` is closed arithmetic of that type."""
    if not isinstance(term, Application) or head(term) not in _OPERATIONS or not is_closed(term):
        return None
    system = numbers(term.arguments[0])
    return None if system is Numbers.FIELD else system


def _short(number: Fraction) -> str:
    parts = (number.numerator,) if number.denominator == 1 else number.as_integer_ratio()
    return "/".join(
        str(part) if part.bit_length() <= LONGEST else f"(about 2^{part.bit_length() - 1})"
        for part in parts
    )


def rational_truth(statement: Term) -> bool | None:
    """What the whole statement would be in ℚ, where that differs from what it is."""
    own = Reading({}).truth(statement)
    rational = Reading({}, rational=True).truth(statement)
    return None if own is None or rational is None or own == rational else rational
