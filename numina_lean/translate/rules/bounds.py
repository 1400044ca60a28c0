"""Bounds that a condition itself puts on its variable, so that a set can be searched in full."""

import math
from collections.abc import Callable
from fractions import Fraction

from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Domain,
    Expression,
    Formula,
    Number,
    Or,
    Property,
    Relation,
    RelationName,
    Symbol,
    free_symbols,
)

_MIRRORED: dict[RelationName, RelationName] = {
    "=": "=", "≠": "≠", "<": ">", ">": "<", "≤": "≥", "≥": "≤",
}  # fmt: skip
ValueOf = Callable[[Expression], Fraction | None]
"""The value of an expression without unknowns, or None."""
Interval = tuple[Fraction | None, Fraction | None]


def integer_range(
    condition: Formula, variable: str, domain: Domain, value_of: ValueOf
) -> tuple[int, int] | None:
    """The least interval of integers that `condition` is seen to force `variable` into.

    None where either end stays open. The condition is not said to hold all over the interval.
    """
    low, high = _interval(condition, variable, value_of)
    if domain is Domain.NAT:
        low = max(low or Fraction(0), Fraction(0))
    if low is None or high is None:
        return None
    return math.ceil(low), math.floor(high)


def _interval(condition: Formula, variable: str, value_of: ValueOf) -> Interval:
    match condition:
        case And(items):
            low: Fraction | None = None
            high: Fraction | None = None
            for part in (_interval(item, variable, value_of) for item in items):
                if part[0] is not None:
                    low = part[0] if low is None else max(low, part[0])
                if part[1] is not None:
                    high = part[1] if high is None else min(high, part[1])
            return low, high
        case Or(items):
            parts = [_interval(item, variable, value_of) for item in items]
            lows, highs = [part[0] for part in parts], [part[1] for part in parts]
            return (
                min(low for low in lows if low is not None) if None not in lows else None,
                max(high for high in highs if high is not None) if None not in highs else None,
            )
        case Relation(name, left, right):
            for relation, side, other in ((name, left, right), (_MIRRORED[name], right, left)):
                bound = _closed(other, variable, value_of)
                if bound is not None:
                    found = _one_sided(relation, side, bound, variable)
                    if found != (None, None):
                        return found
        case Property("divides", (Symbol(name), whole)) if name == variable:
            value = _closed(whole, variable, value_of)
            if value is not None and value != 0:
                return -abs(value), abs(value)
    return None, None


def _closed(expression: Expression, variable: str, value_of: ValueOf) -> Fraction | None:
    return None if variable in free_symbols(expression) else value_of(expression)


def _one_sided(name: RelationName, side: Expression, bound: Fraction, variable: str) -> Interval:
    """What `side name bound` says of `variable`."""
    match side:
        case Symbol(letter) if letter == variable:
            return _simple(name, bound)
        case Apply("mul", (Number(factor), inner)) if factor > 0:
            return _one_sided(name, inner, bound / factor, variable)
        case Apply("div", (inner, Number(factor))) if factor > 0:
            return _one_sided(name, inner, bound * factor, variable)
        case Apply("add", (inner, Number(offset))) | Apply("add", (Number(offset), inner)):
            return _one_sided(name, inner, bound - offset, variable)
        case Apply("sub", (inner, Number(offset))):
            return _one_sided(name, inner, bound + offset, variable)
        case Apply("neg", (inner,)):
            return _one_sided(_MIRRORED[name], inner, -bound, variable)
        case Apply("abs", (inner,)) if name in ("<", "≤", "=") and bound >= 0:
            low, high = (
                _one_sided("≤", inner, bound, variable),
                _one_sided("≥", inner, -bound, variable),
            )
            ends = [end for end in (*low, *high) if end is not None]
            return (min(ends), max(ends)) if len(ends) == 2 else (None, None)
        case Apply("pow", (Symbol(letter), Number(exponent))) if (
            letter == variable and exponent >= 1 and exponent.denominator == 1
        ):
            reach = Fraction(_root_above(abs(bound), int(exponent)))
            if exponent % 2 == 0:
                return (-reach, reach) if name in ("<", "≤", "=") and bound >= 0 else (None, None)
            # Rounded away from zero, so the bound is weaker than what is said, never stronger.
            least = -reach if bound < 0 else reach - 1
            most = reach if bound > 0 else 1 - reach
            return (
                least if name in (">", "≥", "=") else None,
                most if name in ("<", "≤", "=") else None,
            )
    return None, None


def _root_above(bound: Fraction, exponent: int) -> int:
    """The least natural number whose power is at least `bound`."""
    low, high = 0, max(1, math.ceil(bound))
    while low < high:
        middle = (low + high) // 2
        if middle**exponent >= bound:
            high = middle
        else:
            low = middle + 1
    return low


def _simple(name: RelationName, bound: Fraction) -> Interval:
    """The integers `x` with `x name bound`: strict bounds are drawn in by one at integers."""
    match name:
        case "=":
            return bound, bound
        case "≤":
            return None, bound
        case "<":
            return None, Fraction(math.ceil(bound) - 1)
        case "≥":
            return bound, None
        case ">":
            return Fraction(math.floor(bound) + 1), None
    return None, None
