"""Plain text as tokens: numbers, operations, words, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from numina_lean.steps.passage import MATH

Kind = Literal["number", "operation", "sign", "letter", "word", "percent", "math", "other", "end"]

_TOKENS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"(?:[$€£][ \t]*)?(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d{1,3}(?: 000)+(?!\d)"
            r"|\d+(?:\.\d+)?|\.\d+)"
        ),
    ),
    ("sign", re.compile(r"[=≈]+|≤|≥|≠")),
    ("operation", re.compile(r"\*\*|[-+*/^()×÷·−–]")),
    ("percent", re.compile(r"%")),
    ("letter", re.compile(r"[A-Za-z](?![A-Za-z'’])")),
    ("word", re.compile(r"[A-Za-z][A-Za-z'’]*")),
    ("math", re.compile(f"{MATH}+")),
    ("end", re.compile(r"\n")),
    ("other", re.compile(r"[^\s]")),
)
_BULLET = re.compile(
    r"[ \t]*(?:[-*•][ \t]+|\(?\d{1,2}[).:][ \t]+|\d{1,2}[ \t]*-[ \t]+(?=[A-Za-z$]))"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text`, from `start` to `end` of the whole. `math` is LaTeX, which is not read here."""

    kind: Kind
    text: str
    start: int
    end: int


def tokens_of(plain: str, start: int, end: int) -> Iterator[Token]:
    """The tokens of `plain[start:end]`; bullets and numbers of a list are left out."""
    at, fresh = start, True
    while at < end:
        if fresh and (bullet := _BULLET.match(plain, at, end)):
            at = bullet.end()
        fresh = False
        if at < end and plain[at] in " \t\r\f\v\u00a0":
            at += 1
            continue
        for kind, pattern in _TOKENS:
            match = pattern.match(plain, at, end)
            if match is not None:
                yield Token(kind, match.group(), at, match.end())
                fresh, at = kind == "end", match.end()
                break
        else:
            at += 1
