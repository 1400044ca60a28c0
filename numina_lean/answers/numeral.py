"""Numerals: decimal ones as numbers with their places, others by their base."""

from fractions import Fraction

from numina_lean.answers.value import Expression, Number, number

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LARGEST_EXPONENT = 400
_MOST_DIGITS = 4000


class UnwrittenError(ValueError):
    """A numeral that is not read: it is too long, or its exponent too large."""


def written(text: str) -> Number:
    """The number that a decimal numeral writes: `12`, `0.50`, `.5`, `3.2e5`."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(text) > _MOST_DIGITS or (exponent and abs(int(exponent)) > _LARGEST_EXPONENT):
        raise UnwrittenError
    if "." not in mantissa and not exponent:
        return number(int(mantissa))
    scale = int(exponent or 0)
    places = len(mantissa.partition(".")[2]) - scale
    value = Fraction(mantissa if mantissa[0] != "." else f"0{mantissa}") * Fraction(10) ** scale
    return Number(value, decimal=True, places=places)


def in_base(digits: str, base: int) -> Number | None:
    """The number that `digits` write in `base`; None where they do not."""
    if not 2 <= base <= len(_DIGITS) or len(digits) > _MOST_DIGITS:
        return None
    whole, _, part = digits.upper().partition(".")
    if not whole + part or any(_DIGITS.find(digit) not in range(base) for digit in whole + part):
        return None
    return number(Fraction(int(whole + part, base), base ** len(part)))


def proper(above: Expression, below: Expression) -> bool:
    """Whether these are the parts of a mixed number's fraction: integers, the lower larger."""
    if not isinstance(above, Number) or not isinstance(below, Number):
        return False
    whole = above.value.denominator == below.value.denominator == 1
    return whole and not above.decimal and 0 < above.value < below.value
