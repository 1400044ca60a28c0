"""What the dots in `1 + 2 + … + 100` stand for, where that is beyond doubt.

The shown terms must agree but for numbers that go on arithmetically (or, with three shown terms,
geometrically), and the terms after the dots must lie on the same line. All else is declined.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    Apply,
    Call,
    Expression,
    Number,
    Series,
    Symbol,
    free_symbols,
    number,
    substitute,
)
from numina_lean.translate.rules.polynomial import same_quotient

DOTS = Symbol("…")
_Path = tuple[int, ...]


def complete_series(kind: Literal["sum", "product"], parts: Sequence[Expression]) -> Series:
    """The series that `parts`, one of them dots, stands for; declines when unsure."""
    if parts.count(DOTS) != 1 or Apply("neg", (DOTS,)) in parts:
        raise DeclineError("unsupported_notion", "dots that are not one gap in a plain series")
    gap = parts.index(DOTS)
    shown, after = parts[:gap], parts[gap + 1 :]
    if not after or len(shown) < 2:
        raise DeclineError("unsupported_notion", "dots without enough terms around them")
    index = next(
        letter for letter in "kijmn" if all(letter not in free_symbols(part) for part in parts)
    )
    rows = [_leaves(part) for part in shown]
    if any(row.keys() != rows[0].keys() or _outline(part) != _outline(shown[0])
           for row, part in zip(rows, shown, strict=True)):  # fmt: skip
        raise DeclineError("unsupported_notion", "dots between terms of different shape")
    series = _numeric(kind, index, shown, after, rows) or _symbolic(kind, index, shown, after, rows)
    if series is None:
        raise DeclineError("unsupported_notion", "dots whose pattern is not clear")
    return series


def _parts(node: Expression) -> tuple[Expression, ...]:
    return node.args if isinstance(node, Apply | Call) else ()


def _leaves(node: Expression, path: _Path = ()) -> dict[_Path, Fraction]:
    if isinstance(node, Number):
        return {path: node.value}
    return {
        where: value
        for place, part in enumerate(_parts(node))
        for where, value in _leaves(part, (*path, place)).items()
    }


def _outline(node: Expression) -> object:
    """`node` without its numbers."""
    if isinstance(node, Number):
        return None
    if isinstance(node, Apply | Call):
        name = node.function if isinstance(node, Apply) else node.name
        return (type(node), name, tuple(_outline(part) for part in node.args))
    return node


def _replace(node: Expression, changes: dict[_Path, Expression], path: _Path = ()) -> Expression:
    if path in changes:
        return changes[path]
    if isinstance(node, Apply):
        args = tuple(_replace(part, changes, (*path, at)) for at, part in enumerate(node.args))
        return Apply(node.function, args)
    if isinstance(node, Call):
        args = tuple(_replace(part, changes, (*path, at)) for at, part in enumerate(node.args))
        return Call(node.name, args)
    return node


def _affine(step: Fraction, index: str, offset: Fraction) -> Expression:
    """`step * index + offset`, written plainly."""
    scaled: Expression = Symbol(index)
    if step != 1:
        scaled = Apply("mul", (number(step), scaled))
    if offset == 0:
        return scaled
    if offset < 0:
        return Apply("sub", (scaled, number(-offset)))
    return Apply("add", (scaled, number(offset)))


def _numeric(
    kind: Literal["sum", "product"],
    index: str,
    shown: Sequence[Expression],
    after: Sequence[Expression],
    rows: list[dict[_Path, Fraction]],
) -> Series | None:
    """All terms are of one shape, the last one too: count them and check those after the dots."""
    if any(_outline(part) != _outline(shown[0]) for part in after):
        return None
    last = _leaves(after[-1])
    moving = [path for path in rows[0] if any(row[path] != rows[0][path] for row in rows)]
    if not moving or any(last[path] != rows[0][path] for path in rows[0] if path not in moving):
        return None
    steps = {path: rows[1][path] - rows[0][path] for path in moving}
    if all(
        row[path] == rows[0][path] + place * steps[path]
        for path in moving
        for place, row in enumerate(rows)
    ):
        counts = {(last[path] - rows[0][path]) / steps[path] + 1 for path in moving}
        if len(counts) != 1 or (count := counts.pop()).denominator != 1 or count <= len(shown):
            return None
        if len(shown) < 3 and len(after) < 2 and set(steps.values()) != {Fraction(1)}:
            return None
        first = rows[0][moving[0]]
        low = first if steps[moving[0]] == 1 and first >= 0 and first.denominator == 1 else 1
        leaves = {
            path: _affine(steps[path], index, rows[0][path] - low * steps[path]) for path in moving
        }
    else:
        ratios = {path: _ratio(rows, path) for path in moving}
        if len(shown) < 3 or len(moving) != 1 or None in ratios.values():
            return None
        (path,) = moving
        ratio, value, count, low = ratios[path] or Fraction(0), rows[0][path], Fraction(1), 0
        while abs(value) < abs(last[path]) and count < 500:
            value, count = value * ratio, count + 1
        if value != last[path] or count <= len(shown):
            return None
        power: Expression = Apply("pow", (number(ratio), Symbol(index)))
        scale = rows[0][path]
        leaves = {path: power if scale == 1 else Apply("mul", (number(scale), power))}
    body = _replace(shown[0], leaves)
    high = low + count - 1
    for back, part in enumerate(reversed(after)):
        value_there = substitute(body, index, number(Fraction(high - back)))
        if not same_quotient(value_there, part) and not _same_closed(value_there, part):  # type: ignore[arg-type]
            return None
    return Series(kind, index, number(Fraction(low)), number(Fraction(high)), body)


def _ratio(rows: list[dict[_Path, Fraction]], path: _Path) -> Fraction | None:
    values = [row[path] for row in rows]
    if 0 in values or abs(values[1]) <= abs(values[0]):
        return None
    ratio = values[1] / values[0]
    pairs = pairwise(values)
    return ratio if all(right == left * ratio for left, right in pairs) else None


def _same_closed(left: Expression, right: Expression) -> bool:
    """Equal leaf by leaf, where each is a polynomial expression."""
    if same_quotient(left, right):
        return True
    first, second = _parts(left), _parts(right)
    if not first or len(first) != len(second) or type(left) is not type(right):
        return left == right
    if isinstance(left, Apply) and isinstance(right, Apply) and left.function != right.function:
        return False
    return all(_same_closed(one, other) for one, other in zip(first, second, strict=True))


def _symbolic(
    kind: Literal["sum", "product"],
    index: str,
    shown: Sequence[Expression],
    after: Sequence[Expression],
    rows: list[dict[_Path, Fraction]],
) -> Series | None:
    """The last term has a letter `n`: terms 1 to n, where putting n for the index gives it."""
    letters = free_symbols(after[-1]) - free_symbols(shown[0])
    if len(after) != 1 or len(letters) != 1:
        return None
    (letter,) = letters
    moving = [path for path in rows[0] if any(row[path] != rows[0][path] for row in rows)]
    steps = {path: rows[1][path] - rows[0][path] for path in moving}
    if not moving or any(
        row[path] != rows[0][path] + place * steps[path]
        for path in moving
        for place, row in enumerate(rows)
    ):
        return None
    if len(shown) < 3 and set(steps.values()) != {Fraction(1)}:
        return None
    leaves = {path: _affine(steps[path], index, rows[0][path] - steps[path]) for path in moving}
    body = _replace(shown[0], leaves)
    for high in (Symbol(letter), Apply("add", (Symbol(letter), number(1)))):
        if _same_closed(substitute(body, index, high), after[0]):  # type: ignore[arg-type]
            return Series(kind, index, number(1), high, body)
    return None
