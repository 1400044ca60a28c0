"""Where a solution has mathematics: calculator annotations, LaTeX, and the plain text between.

Dollars are money where each is followed by an amount, else they enclose LaTeX. Drawings (`[asy]`)
and code are no part of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MATH = "\ue000"
"""Stands in the plain text for each character of LaTeX; a blank for each of an annotation."""

_ANNOTATION = re.compile(r"<<([^<>\n]{1,400})>>")
_NO_TEXT = re.compile(
    r"\[asy\].*?(?:\[/asy\]|\Z)|```.*?(?:```|\Z)|\\begin\{asy\}.*?\\end\{asy\}", re.S
)
_ENVIRONMENT = (
    r"(?:align|alignat|aligned|gather|gathered|equation|multline|eqnarray|flalign|displaymath|split)"
    r"\*?"
)
_OPENING = re.compile(rf"(?<!\\)(?:\$\$?|\\\[|\\\(|\\begin\{{({_ENVIRONMENT})\}})")
_CLOSING = {"$": "$", "$$": "$$", r"\[": r"\]", r"\(": r"\)"}
_LONGEST = 5000
_LONGEST_INLINE = 2000
_DOLLAR = re.compile(r"(?<!\\)\$")
_AMOUNT = re.compile(r"\s?(?:\d|\.\d|<<|-\s?\d|-?\$|\()")
_PARAGRAPH = re.compile(r"\n\s*\n")
_WORDS = re.compile(r"(?<!\\)\b[a-z]{3,} +[a-z]{2,} +[a-z]{2,}\b")


@dataclass(frozen=True, slots=True)
class Passage:
    """`text[start:end]` of the solution, delimiters left out."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passages:
    """`plain` is as long as the solution, with LaTeX and annotations blotted out."""

    annotations: tuple[Passage, ...]
    math: tuple[Passage, ...]
    plain: str


def passages(solution: str) -> Passages:
    """The passages of `solution`. Reads any text."""
    plain = list(solution)
    annotations = []
    for match in _NO_TEXT.finditer(solution):
        plain[match.start() : match.end()] = "\n" * len(match.group())
    text = "".join(plain)
    for match in _ANNOTATION.finditer(text):
        annotations.append(Passage(match.start(1), match.end(1)))
        plain[match.start() : match.end()] = " " * len(match.group())
    money = dollars_are_money(text)
    math = []
    for start, end, inner in _latex("".join(plain), money):
        math.append(inner)
        plain[start:end] = MATH * (end - start)
    return Passages(tuple(annotations), tuple(math), "".join(plain))


def dollars_are_money(text: str) -> bool:
    """Whether every dollar sign stands before an amount: one that closes LaTeX would not."""
    found = list(_DOLLAR.finditer(text))
    return bool(found) and all(_AMOUNT.match(text, dollar.end()) for dollar in found)


def _latex(text: str, money: bool) -> Iterator[tuple[int, int, Passage]]:
    """Start and end with the delimiters, and what is between them."""
    at = 0
    while match := _OPENING.search(text, at):
        opening, name = match.group(), match.group(1)
        closing = _CLOSING.get(opening, rf"\end{{{name}}}")
        end = _closed(text, match.end(), closing)
        inline = opening == "$"
        if end is None or (inline and (money or not _is_formula(text[match.end() : end]))):
            at = match.end()
            continue
        at = end + len(closing)
        # The name of an environment tells what its ampersands mean.
        inner = Passage(match.end(), end) if name is None else Passage(match.start(), at)
        yield match.start(), at, inner


def _closed(text: str, start: int, closing: str) -> int | None:
    """Where `closing` next stands, no backslash before it, within reach."""
    reach = start + (_LONGEST_INLINE if closing == "$" else _LONGEST)
    at = text.find(closing, start + 1, reach)
    while at > 0 and text[at - 1] == "\\":
        at = text.find(closing, at + 1, reach)
    return None if at < 0 else at


def _is_formula(content: str) -> bool:
    """Not what stands between two amounts of money."""
    bare = re.sub(r"\\(?:text|mbox|textrm|textbf)\s*\{[^{}]*\}", " ", content)
    return not (_PARAGRAPH.search(content) or _WORDS.search(bare))
