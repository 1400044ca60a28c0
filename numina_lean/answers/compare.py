"""Whether two values are equal, given a judge of expressions.

The rules of structure are here: order counts in tuples and not in sets and lists, a unit counts
where both sides have one, a name where both sides have one. What two expressions are to each
other, a `Judge` says: plain arithmetic, or computer algebra.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, Protocol

from numina_lean.answers.reading import open_interval
from numina_lean.answers.terms import negative, product, symbols, total
from numina_lean.answers.units import PERCENT
from numina_lean.answers.value import (
    Choice,
    Expression,
    Interval,
    Matrix,
    Named,
    Quantity,
    Ratio,
    Relation,
    Sequence,
    Symbol,
    Union,
    Unread,
    Value,
    number,
)

Verdict = Literal["exact", "numeric", "symbolic", "unknown", "unequal"]

MOST_ITEMS = 64
"""Items of a set or list whose order is free; with more of them, only the same ones are equal."""

_STRENGTH: tuple[Verdict, ...] = ("exact", "numeric", "symbolic", "unknown", "unequal")


class Judge(Protocol):
    """Says what expressions are to each other; `unknown` is for a stronger judge to decide."""

    def same(self, one: Expression, other: Expression) -> Verdict:
        """Whether they have the same value, whatever their variables are."""
        ...

    def proportional(self, one: Expression, other: Expression, *, positive: bool) -> Verdict:
        """Whether one is the other times a constant that is not 0, or is even `positive`."""
        ...

    def unions(self, one: Value, other: Value) -> Verdict:
        """Whether two sets of numbers are the same, cut up differently."""
        ...


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The weakest of them: equal where all are."""
    return max(verdicts, key=_STRENGTH.index, default="exact")


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The strongest of them: equal where one is."""
    return min(verdicts, key=_STRENGTH.index, default="unequal")


def compared(one: Value, other: Value, judge: Judge) -> Verdict:
    """What the judge and the rules of structure make of the two values."""
    if one == other:
        return "exact"
    for left, right in ((one, other), (other, one)):
        if isinstance(left, Unread):
            return "unknown"
        if isinstance(left, Choice):
            return _choices(left, right, judge)
    for left, right in ((one, other), (other, one)):
        if isinstance(left, Named):
            return _named(left, right, judge)
    for left, right in ((one, other), (other, one)):
        if isinstance(left, Union):
            return _unions(left, right, judge)
    for left, right in ((one, other), (other, one)):
        if isinstance(left, Interval):
            return _intervals(left, right, judge)
        if isinstance(left, Matrix):
            return _matrices(left, right, judge)
    if isinstance(one, Relation) and isinstance(other, Relation):
        return _relations(one, other, judge)
    if isinstance(one, Ratio) and isinstance(other, Ratio):
        same = one.parts == other.parts and (
            one.half == other.half or not (one.half and other.half)
        )
        return "exact" if same else "unequal"
    return _plain(one, other, judge)


def _plain(one: Value, other: Value, judge: Judge) -> Verdict:
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return _quantities(one, other, judge)
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return _sequences(one, other, judge)
    for left, right in ((one, other), (other, one)):
        if isinstance(left, Sequence) and left.kind == "set" and len(left.items) == 1:
            return compared(left.items[0], right, judge)
    return "unequal"


def _quantities(one: Quantity, other: Quantity, judge: Judge) -> Verdict:
    if one.unit and other.unit and one.unit != other.unit:
        return "unequal"
    plain = judge.same(one.amount, other.amount)
    if PERCENT not in (one.unit, other.unit) or one.unit == other.unit:
        return plain
    percent, bare = (one, other) if one.unit == PERCENT else (other, one)
    hundredth = product((percent.amount, number(Fraction(1, 100))))
    return any_of((plain, judge.same(hundredth, bare.amount)))


def _choices(one: Choice, other: Value, judge: Judge) -> Verdict:
    if isinstance(other, Choice):
        if one.letter != other.letter:
            return "unequal"
        if one.value is None or other.value is None:
            return "exact"
        return compared(one.value, other.value, judge)
    return "unequal" if one.value is None else compared(one.value, other, judge)


def _named(one: Named, other: Value, judge: Judge) -> Verdict:
    if isinstance(other, Named) and one.name == other.name:
        return compared(one.value, other.value, judge)
    equations = _equation(one), _equation(other)
    if isinstance(other, Named) or (isinstance(other, Relation) and equations[1] is not None):
        if equations[0] is None or equations[1] is None:
            return "unequal"
        return judge.proportional(equations[0], equations[1], positive=False)
    return compared(one.value, other, judge)


def _equation(value: Value) -> Expression | None:
    """What an equation says to be 0; None for what is no equation between expressions."""
    if isinstance(value, Relation) and value.relators == ("=",):
        return total((value.sides[0], negative(value.sides[1])))
    if isinstance(value, Named) and isinstance(value.value, Quantity) and value.name.isalnum():
        amount = value.value.amount
        return total((Symbol(value.name), negative(amount))) if symbols(amount) else None
    return None


def _sequences(one: Sequence, other: Sequence, judge: Judge) -> Verdict:
    if len(one.items) != len(other.items):
        return "unequal"
    kinds = {one.kind, other.kind}
    in_order = kinds == {"tuple"} or _tells_names(one) != _tells_names(other)
    if "tuple" in kinds and not in_order:
        return "unequal"
    if in_order or len(one.items) > MOST_ITEMS:
        return all_of(
            compared(left, right, judge) for left, right in zip(one.items, other.items, strict=True)
        )
    return _unordered(one.items, other.items, judge)


def _tells_names(sequence: Sequence) -> bool:
    """Whether it says of each of several names what it is: `x = 1, y = 2`."""
    names = [item.name for item in sequence.items if isinstance(item, Named)]
    return sequence.kind == "list" and len(set(names)) == len(sequence.items) > 1


def _unordered(one: tuple[Value, ...], other: tuple[Value, ...], judge: Judge) -> Verdict:
    """Each of `one` with one of `other`, the surest first."""
    left = list(other)
    found: list[Verdict] = []
    for item in one:
        verdicts = [compared(item, candidate, judge) for candidate in left]
        best = any_of(verdicts)
        if best == "unequal":
            return "unequal"
        found.append(best)
        left.pop(verdicts.index(best))
    return all_of(found)


def _intervals(one: Interval, other: Value, judge: Judge) -> Verdict:
    if isinstance(other, Sequence) and other.kind == "tuple":
        other = open_interval(other) or other
    if not isinstance(other, Interval):
        return "unequal"
    if (one.low_closed, one.high_closed) != (other.low_closed, other.high_closed):
        return "unequal"
    return all_of((judge.same(one.low, other.low), judge.same(one.high, other.high)))


def _unions(one: Union, other: Value, judge: Judge) -> Verdict:
    if isinstance(other, Union) and len(one.parts) == len(other.parts) <= MOST_ITEMS:
        parts = _unordered(one.parts, other.parts, judge)
        without = (
            _unordered(one.removed, other.removed, judge)
            if (len(one.removed) == len(other.removed))
            else "unequal"
        )
        if all_of((parts, without)) not in ("unequal", "unknown"):
            return all_of((parts, without))
    if isinstance(other, Sequence) and other.kind == "tuple":
        other = open_interval(other) or other
    finite = isinstance(other, Sequence) and other.kind != "tuple"
    if isinstance(other, Union | Interval) or (
        finite and not any(isinstance(part, Interval) for part in one.parts)
    ):
        return judge.unions(one, other)
    return "unequal"


def _matrices(one: Matrix, other: Value, judge: Judge) -> Verdict:
    if (
        isinstance(other, Sequence)
        and other.kind == "tuple"
        and all(len(row) == 1 for row in one.rows)
    ):
        return _sequences(Sequence("tuple", tuple(row[0] for row in one.rows)), other, judge)
    if not isinstance(other, Matrix):
        return "unequal"
    if [len(row) for row in one.rows] != [len(row) for row in other.rows]:
        return "unequal"
    return all_of(
        _quantities(left, right, judge)
        for rows in zip(one.rows, other.rows, strict=True)
        for left, right in zip(*rows, strict=True)
    )


def _relations(one: Relation, other: Relation, judge: Judge) -> Verdict:
    one, other = _rising(one), _rising(other)
    if one.relators != other.relators:
        return "unequal"
    if len(one.relators) == 1:
        differences = [total((each.sides[0], negative(each.sides[1]))) for each in (one, other)]
        directed = one.relators[0] in ("<", "≤")
        return judge.proportional(*differences, positive=directed)
    return all_of(
        judge.same(left, right) for left, right in zip(one.sides, other.sides, strict=True)
    )


def _rising(relation: Relation) -> Relation:
    """The same with its larger side last."""
    if not set(relation.relators) & {">", "≥"}:
        return relation
    turned = {">": "<", "≥": "≤", "<": ">", "≤": "≥"}
    signs = tuple(turned.get(sign, sign) for sign in reversed(relation.relators))
    return Relation(tuple(reversed(relation.sides)), signs)  # type: ignore[arg-type]
