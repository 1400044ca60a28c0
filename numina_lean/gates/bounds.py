r"""What a problem and a statement say of single variables: `x > 0`, `n \geq 2`, `positive a, b`.

A bound of the problem is compared with those that the statement has for the variable of the same
name. Where a variable is tied to others by anything but a bound (an equation, a membership), or
goes by another name, nothing is said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from numina_lean.gates.binder import split_binder
from numina_lean.gates.numbers import without_giants
from numina_lean.translate.statement import Statement

SIGNS = {
    "<": "<", ">": ">", "\\lt": "<", "\\gt": ">", "≤": "≤", "≥": "≥", ">=": "≥", "<=": "≤",
    "\\le": "≤", "\\leq": "≤", "\\leqslant": "≤", "\\ge": "≥", "\\geq": "≥", "\\geqslant": "≥",
}  # fmt: skip
SIGN = r"(?:\\leqslant|\\geqslant|\\leq|\\geq|\\le|\\ge|\\lt|\\gt|<=|>=|<|>|≤|≥)(?![a-z=])"
MIRRORED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤"}

_NAME = r"[A-Za-z](?:_?\d)?"
_NAMES = rf"{_NAME}(?:\s*,\s*(?:and\s+)?{_NAME})*(?:\s*,?\s*and\s+{_NAME})?"
_BEFORE = r"(?<![A-Za-z\d\\^_*/+\-(|])"
_AFTER = r"(?![\w.]|\s*[\\^*/+\-(]|\s*[a-zA-Z](?![a-z]))"
_NAMES_BOUND = re.compile(
    rf"{_BEFORE}(?P<names>{_NAMES})\s*(?P<sign>{SIGN})\s*(?P<number>-?\d+){_AFTER}"
)
_BOUND_NAMES = re.compile(
    rf"(?<![\w.^_*/+\-])(?P<number>-?\d+)\s*(?P<sign>{SIGN})\s*"
    rf"(?P<names>{_NAMES})(?![\w'^]|\s*[*/+\-^(\\])"
)
_NOUN = r"(?:(?:real|rational|whole|constant|distinct)\s+)*(?:numbers?|integers?|reals?|rationals?)"
_POSITIVE_NAMES = re.compile(
    rf"\b(?P<word>positive|non-?negative)\s+{_NOUN}(?:\s*,)?\s+(?P<names>{_NAMES})(?![A-Za-z'(])"
)
_NAMES_POSITIVE = re.compile(
    rf"{_BEFORE}(?P<names>{_NAMES})\s+(?:be|are|is)\s+(?:an?\s+|two\s+|three\s+|all\s+|both\s+|any\s+"
    rf"|distinct\s+|four\s+)?(?P<word>positive|non-?negative)\b"
)
_MATH_MARKS = re.compile(r"[${}`]|\\[ ,;!()\[\]]|\\left|\\right")
_ARTICLES = frozenset({"a", "A", "I"})

_LEAN_NAME = r"[A-Za-zα-ωℓ][\w'₀-₉]*"
_LEAN_BOUND = re.compile(
    rf"(?<![\w.'₀-₉^*/+%-] )(?<![\w.'₀-₉])(?P<name>{_LEAN_NAME}) ?(?P<sign>[<>≤≥]|>=|<=) ?"
    r"\(?(?P<number>-?\d+)(?![\w.]|\)? ?[*/+^%-])"
)
_LEAN_BOUNDED = re.compile(
    rf"(?<![\w.'₀-₉])(?<![*/+^%-] )\(?(?P<number>-?\d+)\)? ?(?P<sign>[<>≤≥]|>=|<=) ?"
    rf"(?P<name>{_LEAN_NAME})(?![\w'₀-₉.]| ?[*/+^%-])(?! [\w(])"
)
_QUANTIFIED = re.compile(rf"[∀∃] \(?((?:{_LEAN_NAME} ?)+): ([^,)]+?)[,)]")


@dataclass(frozen=True, slots=True)
class Bound:
    """`x sign number`. `word`: the problem says it in a word, as `positive`."""

    sign: str
    number: int
    word: bool = False

    @property
    def is_lower(self) -> bool:
        return self.sign in ">≥"


def prose_bounds(text: str) -> dict[str, tuple[Bound, ...]]:
    """What a problem's text says of single letters, by their name in small letters."""
    bare = " ".join(_MATH_MARKS.sub(" ", text).split())
    found: dict[str, list[Bound]] = {}

    def add(names: str, bound: Bound) -> None:
        for name in re.findall(_NAME, re.sub(r"\band\b", " ", names)):
            found.setdefault(name.replace("_", "").lower(), []).append(bound)

    for match in _NAMES_BOUND.finditer(bare):
        add(match["names"], Bound(SIGNS[match["sign"]], int(match["number"])))
    for match in _BOUND_NAMES.finditer(bare):
        sign = MIRRORED[SIGNS[match["sign"]]]
        add(match["names"], Bound(sign, int(match["number"])))
    for pattern in (_POSITIVE_NAMES, _NAMES_POSITIVE):
        for match in pattern.finditer(bare):
            if match["names"] not in _ARTICLES:
                add(match["names"], Bound(">" if match["word"] == "positive" else "≥", 0, True))
    return {name: tuple(dict.fromkeys(bounds)) for name, bounds in found.items()}


def without_bounds(text: str) -> str:
    """The text, marks of formulas apart, without the bounds of single letters."""
    bare = " ".join(_MATH_MARKS.sub(" ", text).split())
    for pattern in (_NAMES_BOUND, _BOUND_NAMES, _POSITIVE_NAMES, _NAMES_POSITIVE):
        bare = pattern.sub(" ", bare)
    return bare


def said(statement: Statement) -> str:
    """The types of the binders and the conclusion, one a line."""
    types = [split.type for text in statement.binders if (split := split_binder(text)) is not None]
    text = "\n".join(" ".join(each.split()) for each in (*types, statement.conclusion))
    return without_giants(text)


def lean_bounds(statement: Statement) -> dict[str, tuple[Bound, ...]]:
    """The bounds of single variables by numbers, anywhere in a statement."""
    text = said(statement)
    found: dict[str, list[Bound]] = {}
    for match in _LEAN_BOUND.finditer(text):
        bound = Bound(SIGNS[match["sign"]], int(match["number"]))
        found.setdefault(match["name"].lower(), []).append(bound)
    for match in _LEAN_BOUNDED.finditer(text):
        bound = Bound(MIRRORED[SIGNS[match["sign"]]], int(match["number"]))
        found.setdefault(match["name"].lower(), []).append(bound)
    return {name: tuple(dict.fromkeys(bounds)) for name, bounds in found.items()}


def variable_types(statement: Statement) -> dict[str, str]:
    """The types of the variables, bound ones too, by their name in small letters."""
    found: dict[str, str] = {}
    for text in statement.binders:
        split = split_binder(text)
        if split is not None and not split.says:
            found.update((name.lower(), split.type) for name in split.names)
    for match in _QUANTIFIED.finditer(said(statement)):
        found.update((name.lower(), match[2].strip()) for name in match[1].split())
    return found


def tied(statement: Statement, name: str) -> bool:
    """Whether a variable is said to be something that may imply a bound."""
    each = re.escape(name)
    sides = (
        rf"(?<![\w'₀-₉.])(?<![+*/^%-] ){each} ?(?:=|≠|∈|∣|[<>≤≥])",
        rf"(?:=|∣|[<>≤≥]) ?{each}(?![\w'₀-₉]| ?[+*/^%-])",
        rf"[Pp]rime {each}|{each}\.[Pp]rime",
    )
    text = said(statement)
    return any(re.search(side, text, re.IGNORECASE) for side in sides)


def implied(bound: Bound, there: Iterator[Bound] | tuple[Bound, ...], *, whole: bool) -> bool:
    """Whether one of the bounds that are there says at least as much. `whole`: of integers."""
    for each in there:
        if each.is_lower != bound.is_lower:
            continue
        further = each.number - bound.number if bound.is_lower else bound.number - each.number
        strict, wanted = each.sign in "<>", bound.sign in "<>"
        if further > 0 or (further == 0 and (strict or not wanted)):
            return True
        if whole and further == -1 and strict and not wanted:
            return True
    return False
