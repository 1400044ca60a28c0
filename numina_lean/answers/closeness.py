"""When two numbers are taken for equal.

Exact numbers (no decimal point anywhere) are equal where they are the same number. With a decimal
on a side, they may differ by rounding:

- where a side is an integer, by `NOISE` of it at most, that is by what computing in double
  precision leaves: 21.000000000000004 is 21, and 3.9999 is not 4;
- else by `RELATIVE` of the larger, and by less than one unit of the last place written, of the
  side with fewer places: 0.333333 is 1/3, and 0.333 is not; 1234567.5 is not 1234567.6.
"""

from fractions import Fraction

from numina_lean.answers.terms import decimal
from numina_lean.answers.value import Expression, Number

RELATIVE = Fraction(1, 10**6)
NOISE = Fraction(1, 10**12)
_ABSOLUTE_NOISE = Fraction(1, 10**9)


def near(one: Fraction, other: Fraction, allowed: Fraction, unit: Fraction | None) -> bool:
    """Whether they differ by `allowed` of the larger at most, and by less than `unit`."""
    difference = abs(one - other)
    if difference == 0:
        return True
    return difference <= allowed * max(abs(one), abs(other)) and (unit is None or difference < unit)


def allowance(one: Expression, other: Expression) -> tuple[Fraction, Fraction | None]:
    """The relative difference and the unit for `near`; a relative difference of 0: exact ones."""
    if not decimal(one) and not decimal(other):
        return Fraction(0), None
    if any(isinstance(each, Number) and each.value.denominator == 1 for each in (one, other)):
        return NOISE, _ABSOLUTE_NOISE
    places = [
        each.places for each in (one, other) if isinstance(each, Number) and each.places is not None
    ]
    return RELATIVE, Fraction(10) ** -min(places) if places else None
