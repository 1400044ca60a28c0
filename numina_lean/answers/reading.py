r"""An answer's text as a value: what it is a list, set, interval, matrix, choice or number of.

`read` reads any text: what is no mathematics is `Words`, and mathematics beyond the grammar
`Unread`. A pair `(1, 2)` is read as a tuple; that it may be an interval is for `compare` to know.
"""

import re
from collections.abc import Sequence as Several
from fractions import Fraction

from numina_lean.answers import units
from numina_lean.answers.choice import chosen
from numina_lean.answers.cursor import UnreadableError
from numina_lean.answers.expression import expression
from numina_lean.answers.numeral import UnwrittenError, in_base
from numina_lean.answers.plusminus import both_signs
from numina_lean.answers.relations import RELATORS, related
from numina_lean.answers.spelling import LONGEST, spelled, squeezed
from numina_lean.answers.terms import TooLargeError, negative
from numina_lean.answers.tokens import (
    CLOSING,
    OPENING,
    EmptyRunError,
    Token,
    TooLongError,
    closing,
    split,
    tokens,
)
from numina_lean.answers.value import (
    INFINITY,
    Bracketed,
    Choice,
    Interval,
    Matrix,
    Named,
    Quantity,
    Ratio,
    Sequence,
    Union,
    Unread,
    Value,
    number,
)
from numina_lean.answers.words import EMPTY, REALS, in_words

_NUMERAL = re.compile(
    r"(-?)([0-9A-Z]+(?:\.[0-9A-Z]+)?)_(?:\{\s*\(?\s*(\d{1,2})\s*\)?\s*\}|\(?(\d{1,2})\)?)"
)
_CLOCK = re.compile(r"(\d{1,4}(?::\d{1,4}){1,3})(?:([ap])\.?m\.?)?", re.IGNORECASE)
_MATRIX = re.compile(
    r"(?:(?P<name>[A-Za-z]\w*|\\mathbf\s*\{\s*[A-Za-z]\s*\})\s*=\s*)?"
    r"[(\[]?\s*\\begin\{(?P<kind>[pb]?matrix|array)\}(?P<columns>\{[lcr|\s]*\})?"
    r"(?P<body>.*)\\end\{(?P=kind)\}\s*[)\]]?",
    re.DOTALL,
)
_LOOSE_END = re.compile(r"(?<!\\)(?:\\\\)*\\$")
"""What is left of a LaTeX space whose space was taken for the text's end."""

_SPACED_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?: \d{3})+")
_ROW_END = re.compile(r"\\\\(?:\[[^\]]*\])?|\\(?=[\d\s-])")
"""Two backslashes, or the one that is left of them after careless escaping."""

_MOST_BRACES = 8
_JOINS = frozenset({",", ";", "and", "or", r"\lor", r"\vee"})
_BETWEEN = frozenset({r"\cup"})
_WITHOUT = frozenset({r"\setminus", r"\backslash"})

_UNREAD = (
    UnreadableError, EmptyRunError, TooLongError, TooLargeError, UnwrittenError, RecursionError
)  # fmt: skip


def read(text: str) -> Value:
    """The value that `text` states. Never raises."""
    if len(text) > LONGEST:
        return Unread(squeezed(text))
    bare = _LOOSE_END.sub("", spelled(text)).strip(" \"'`")
    while bare and bare[-1] in ".,;:" and not bare.endswith("\\" + bare[-1]):
        bare = bare[:-1].rstrip()
    bare = _unbraced(bare)
    option = chosen(bare)
    if option is None:
        return _read(bare)
    return Choice(option.letter, _read(option.rest) if option.rest else None)


def _unbraced(bare: str) -> str:
    """Without braces around all of it, unless they hold a set."""
    for _ in range(_MOST_BRACES):
        if not bare.startswith("{") or "," in bare or closing(bare, 1) != len(bare) - 1:
            break
        bare = bare[1:-1].strip()
    return bare


def _read(bare: str) -> Value:
    try:
        return _special(bare) or _value(tokens(bare))
    except _UNREAD:
        return Unread(squeezed(bare))


def _special(bare: str) -> Value | None:
    """What is not read token by token: numerals of other bases, times, matrices, some words."""
    tight = squeezed(bare)
    if _SPACED_THOUSANDS.fullmatch(bare):
        return Quantity(number(int(tight)))
    if numeral := _NUMERAL.fullmatch(tight):
        found = in_base(numeral[2], int(numeral[3] or numeral[4]))
        if found is not None:
            return Quantity(negative(found) if numeral[1] else found)
    untexted = re.sub(r"\\(?:text|mathrm|mbox)\{([^{}]*)\}", r"\1", tight)
    if clock := _CLOCK.fullmatch(untexted):
        parts = tuple(Fraction(part) for part in clock[1].split(":"))
        return Ratio(parts, f"{clock[2].lower()}m" if clock[2] else None)
    if matrix := _MATRIX.fullmatch(bare):
        rows = _matrix(matrix["body"])
        return Named(squeezed(matrix["name"]), rows) if matrix["name"] else rows
    return None


def _matrix(body: str) -> Matrix:
    rows = [row for row in _ROW_END.split(body.replace(r"\hline", "")) if row.strip()]
    cells = tuple(
        tuple(_quantity(tokens(spelled(cell))) for cell in row.split("&")) for row in rows
    )
    if not cells or len({len(row) for row in cells}) != 1:
        raise UnreadableError
    return Matrix(cells)


def _value(pieces: Several[Token]) -> Value:
    parts = split(pieces, lambda token: _joins(token))
    if not parts:
        raise UnreadableError
    if len(parts) == 1:
        return _single(parts[0])
    items = [_single(part) for part in parts]
    first = items[0]
    if isinstance(first, Named) and not isinstance(first.value, Matrix):
        names = {item.name for item in items if isinstance(item, Named)}
        if names == {first.name}:
            inner = tuple(item.value if isinstance(item, Named) else item for item in items)
            if all(isinstance(item, Interval) for item in inner) and not _said(pieces, "and"):
                return Named(first.name, Union(inner))
            return Named(first.name, Sequence("list", inner))
    return Sequence("list", tuple(items))


def _said(pieces: Several[Token], word: str) -> bool:
    return any(token.text.strip(" ,") == word for token in pieces)


def _joins(token: Token) -> bool:
    bare = token.text.strip(" ,").lower() if token.kind in ("text", "word") else token.text
    return bare in _JOINS and token.kind not in ("letter", "number")


def _single(pieces: Several[Token]) -> Value:
    relators = tuple(RELATORS[token.text] for token in pieces if token.text in RELATORS)
    if relators:
        sides = split(pieces, lambda token: token.text in RELATORS, whole=True)
        if len(sides) == len(relators) + 1:
            return related(sides, relators, _operand)
    return _operand(pieces)


def _operand(pieces: Several[Token]) -> Value:
    without = split(pieces, lambda token: token.text in _WITHOUT, whole=True)
    if len(without) == 2:
        return Union((_region(without[0]),), (_region(without[1]),))
    parts = split(pieces, lambda token: token.text in _BETWEEN, whole=True)
    if len(parts) > 1:
        return Union(tuple(_region(part) for part in parts))
    if (words := in_words(pieces)) is not None:
        return words
    if (region := _named_set(pieces)) is not None:
        return region
    if (bracketed := _bracketed(pieces)) is not None:
        return bracketed
    quantity = _quantity(pieces)
    signs = both_signs(quantity.amount)
    if len(signs) > 1:
        return Sequence("list", tuple(Quantity(each, quantity.unit) for each in signs))
    return quantity


def _region(pieces: Several[Token]) -> Value:
    """A part of a union: a pair in parentheses is an open interval here."""
    found = _operand(pieces)
    if isinstance(found, Sequence) and found.kind == "tuple":
        return open_interval(found) or found
    if isinstance(found, Sequence | Interval | Union):
        return found
    raise UnreadableError


def open_interval(pair: Sequence) -> Interval | None:
    """The open interval that a pair of numbers is also written for."""
    if len(pair.items) != 2:
        return None
    low, high = pair.items
    if not isinstance(low, Quantity) or not isinstance(high, Quantity):
        return None
    return Interval(low.amount, high.amount, low_closed=False, high_closed=False)


def _named_set(pieces: Several[Token]) -> Value | None:
    text = "".join(token.text for token in pieces)
    if text in (r"\mathbb{R}", "R") and pieces[0].kind == "command":
        return REALS
    return EMPTY if text == r"\emptyset" else None


def _bracketed(pieces: Several[Token]) -> Value | None:
    """A tuple, set or interval: brackets around it all, and a comma between; None for others."""
    opening, closing = pieces[0].text, pieces[-1].text
    if len(pieces) < 2 or opening not in OPENING or closing not in CLOSING:
        return None
    depth = 0
    for at, token in enumerate(pieces):
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if depth == 0 and at < len(pieces) - 1:
            return None
    inner = pieces[1:-1]
    if opening == r"\{" and closing == r"\}":
        return _set(inner)
    parts = split(inner, lambda token: token.text in (",", ";"), whole=True)
    if len(parts) < 2:
        return _value(inner) if opening == closing == "{" and inner else None
    if opening == "{" or closing == "}":
        return _set(inner)
    items = tuple(_single(part) for part in parts)
    if len(items) == 2 and (interval := _interval(opening, items, closing)):
        return interval
    return _sequence("tuple", items)


def _interval(opening: str, ends: tuple[Value, ...], closing: str) -> Interval | None:
    low, high = ends
    if not isinstance(low, Quantity) or not isinstance(high, Quantity) or opening == r"\langle":
        return None
    infinite = {low.amount, high.amount} & {INFINITY, negative(INFINITY)}
    if opening == "(" and closing == ")" and not infinite:
        return None
    return Interval(low.amount, high.amount, opening == "[", closing == "]")


def _set(inner: Several[Token]) -> Sequence:
    if any(token.text in ("|", ":") for token in inner):
        raise UnreadableError
    parts = split(inner, lambda token: token.text in (",", ";"))
    return _sequence("set", tuple(dict.fromkeys(_single(part) for part in parts)))


def _sequence(kind: Bracketed, items: tuple[Value, ...]) -> Sequence:
    """With a `±` among the items of a set or list, both of its values are items."""
    if kind == "tuple":
        return Sequence(kind, items)
    flat: list[Value] = []
    for item in items:
        flat += item.items if isinstance(item, Sequence) and item.kind == "list" else [item]
    return Sequence(kind, tuple(flat))


def _quantity(pieces: Several[Token]) -> Quantity:
    amount, unit = units.parted(pieces)
    return Quantity(expression(amount), unit)
