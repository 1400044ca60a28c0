r"""Equations and inequalities: `x = 3` is 3 by name, `1 < x \le 2` an interval by name."""

from collections.abc import Callable
from collections.abc import Sequence as Several

from numina_lean.answers.cursor import UnreadableError
from numina_lean.answers.expression import expression
from numina_lean.answers.functions import LETTERS
from numina_lean.answers.terms import negative, symbols
from numina_lean.answers.tokens import Token
from numina_lean.answers.value import (
    INFINITY,
    Expression,
    Interval,
    Named,
    Quantity,
    Relation,
    Relator,
    Value,
)

RELATORS: dict[str, Relator] = {
    "=": "=", "<": "<", ">": ">", r"\lt": "<", r"\gt": ">", r"\le": "≤", r"\ge": "≥", r"\ne": "≠",
    r"\approx": "≈", r"\in": "∈", r"\doteq": "≈",
}  # fmt: skip

_MIRRORED: dict[Relator, Relator] = {"<": ">", "≤": "≥", ">": "<", "≥": "≤"}
_NAMING = frozenset({"_", "{", "}", "(", ")", ",", "'", "^", "-"})
_ARGUMENT = ("(", "'(", "^{-1}(")
_LONGEST_ARGUMENT = 12

Sides = Several[Several[Token]]


def related(
    sides: Sides, relators: tuple[Relator, ...], operand: Callable[[Several[Token]], Value]
) -> Value:
    """What the chain of `sides` says; `operand` reads a side. Raises `UnreadableError`."""
    if "≈" in relators:
        at = relators.index("≈")
        if at == 0 and (name := _name(sides[0])):
            return Named(name, operand(sides[1]))
        if at == 0:
            return operand(sides[0])
        return related(sides[: at + 1], relators[:at], operand)
    first = _name(sides[0])
    if set(relators) == {"∈"} and len(sides) == 2 and first:
        return Named(first, operand(sides[1]))
    if set(relators) == {"="}:
        return _equation(sides, operand)
    if len(sides) <= 3 and (interval := _interval(sides, relators)) is not None:
        return interval
    return Relation(tuple(expression(side) for side in sides), relators)


def _equation(sides: Sides, operand: Callable[[Several[Token]], Value]) -> Value:
    name, last = _name(sides[0]), _name(sides[-1])
    if name:
        return Named(name, operand(sides[-1]))
    if last and len(sides) == 2:
        value = operand(sides[0])
        if isinstance(value, Quantity) and not symbols(value.amount):
            return Named(last, value)
    if all(token.kind in ("text", "word") for token in sides[0]):
        return operand(sides[-1])
    expressions = tuple(expression(side) for side in sides)
    if not any(map(symbols, expressions)):
        return operand(sides[-1])
    if len(sides) == 2:
        return Relation(expressions, ("=",))
    raise UnreadableError


def _name(side: Several[Token]) -> str | None:
    """The name that a side is: a symbol, perhaps with an index, or a function of symbols."""
    head, rest = side[0], side[1:]
    if head.kind in ("letter", "name"):
        is_constant = head.text in ("e", "i") and not rest
    else:
        is_constant = head.text not in LETTERS or bool(rest)
    if is_constant or not all(
        token.kind in ("letter", "number", "name") or token.text in _NAMING for token in rest
    ):
        return None
    text = "".join(token.text for token in rest)
    indexed = not rest or (text.startswith("_") and "(" not in text)
    applied = text.startswith(_ARGUMENT) and text.endswith(")") and len(text) <= _LONGEST_ARGUMENT
    segment = head.text.isupper() and all(token.kind == "letter" for token in rest)
    if not indexed and not applied and not (segment and len(rest) <= 2):
        return None
    return head.text + (text.replace("{", "").replace("}", "") if indexed else text)


def _interval(sides: Sides, relators: tuple[Relator, ...]) -> Named | None:
    """The values of a name between bounds that are constants."""
    at = next((at for at, side in enumerate(sides) if _name(side)), None)
    if at is None or not set(relators) <= {"<", "≤", ">", "≥"}:
        return None
    name = _name(sides[at])
    assert name is not None
    low: Expression = negative(INFINITY)
    high: Expression = INFINITY
    low_closed = high_closed = False
    for place, relator in enumerate(relators):
        bound: Expression
        if place == at:
            bound, sign = expression(sides[at + 1]), relator
        elif place == at - 1:
            bound, sign = expression(sides[place]), _MIRRORED[relator]
        else:
            return None
        if symbols(bound):
            return None
        if sign in ("<", "≤"):
            high, high_closed = bound, sign == "≤"
        else:
            low, low_closed = bound, sign == "≥"
    if len(sides) == 3 and (at != 1 or high == INFINITY or low == negative(INFINITY)):
        return None
    return Named(name, Interval(low, high, low_closed, high_closed))
