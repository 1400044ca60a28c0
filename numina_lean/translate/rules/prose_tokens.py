"""A problem's text as the tokens of the grammar of prose: words, marks, formulas by kind.

Formulas between dollar signs (or in display brackets) are one token each, which carries the
parsed formula. Figures in running text are formulas too. Nothing of the text is dropped but
white space, tildes and page-layout commands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lark import Tree

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.formula import ParsedFormula, parse_formula

FormulaKind = Literal[
    "VAR", "NUMERAL", "TERM", "VARS", "TERMS", "RELATION", "RELATIONS", "RESIDUE", "MODULUS"
]


@dataclass(frozen=True)
class Word:
    """A word in lower case, or a punctuation mark."""

    text: str


@dataclass(frozen=True)
class FormulaToken:
    """A formula. For `MODULUS` the tree is of the modulus alone."""

    kind: FormulaKind
    tree: ParsedFormula
    text: str


@dataclass(frozen=True)
class NumberWord:
    """`two`, or the `third` of `two thirds` with its value as denominator."""

    kind: Literal["COUNT", "FRACTIONWORD"]
    value: int
    text: str


ProseToken = Word | FormulaToken | NumberWord

COUNTS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"hundred": 100, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_FRACTIONS = {
    "third": 3, "thirds": 3, "fourth": 4, "fourths": 4, "quarter": 4, "quarters": 4, "fifth": 5,
    "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8,
    "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10,
}  # fmt: skip
_FIGURE = r"\d+(?:,\d{3})*(?:\.\d+)?"
_TOKEN = re.compile(
    rf"""
    (?P<display>\$\$(?P<display_body>.*?)\$\$|\\\[(?P<bracket_body>.*?)\\\])
    |(?P<inline>\$(?P<inline_body>(?:\\.|[^$\\])*)\$|\\\((?P<paren_body>.*?)\\\))
    |(?P<align>\\begin\{{align\*?\}}.*?\\end\{{align\*?\}})
    |(?P<pmod>\(\s*mod\s+(?P<modulus>\d+)\s*\))
    |(?P<product>\({_FIGURE}\)(?:\({_FIGURE}\))+)
    |(?P<figure>(?<![\w)\]])-?{_FIGURE}!?(?:\s*[+\-]\s*{_FIGURE}!?)*%?(?![\w^]))
    |(?P<word>[A-Za-z]+(?:['’][A-Za-z]*)?)
    |(?P<mark>[.,;:?()\-])
    |(?P<space>\s+|~|\\\\|\\,|\\;|\\!|\\noindent\b|\\displaystyle\b)
    """,
    re.VERBOSE | re.DOTALL,
)
_TRAILING = re.compile(r"(?:[.,;:?\s~]|\\[,;! ])+$")


def tokenize_prose(text: str) -> list[ProseToken]:
    """The tokens of `text`; raises `DeclineError` for a formula or a sign without a rule."""
    return list(_scan(text))


def _scan(text: str) -> Iterator[ProseToken]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise DeclineError("unparsed_text", f"no rule for {text[at : at + 20]!r}")
        at = match.end()
        body = next(
            (
                part
                for name in ("display_body", "bracket_body", "inline_body", "paren_body", "align")
                if (part := match.group(name)) is not None
            ),
            None,
        )
        if body is not None:
            yield from _formula(body)
        elif modulus := match.group("modulus"):
            yield FormulaToken("MODULUS", parse_formula(modulus), match.group())
        elif figure := match.group("product") or match.group("figure"):
            yield from _formula(figure)
        elif word := match.group("word"):
            yield _word(word.lower().replace("’", "'"))
        elif mark := match.group("mark"):
            yield Word(mark)


def _word(word: str) -> ProseToken:
    if word in COUNTS:
        return NumberWord("COUNT", COUNTS[word], word)
    if word in _FRACTIONS:
        return NumberWord("FRACTIONWORD", _FRACTIONS[word], word)
    return Word(word)


def _formula(body: str) -> Iterator[ProseToken]:
    """The formula in `body`, then the punctuation at its end, which belongs to the sentence."""
    tail = _TRAILING.search(body)
    content = body[: tail.start()] if tail else body
    content = content.strip()
    if content:
        modulus = re.fullmatch(
            r"\\pmod\s*(.+)|\(\s*\\(?:b?mod|text\{mod\s*\})\s*(.+)\)", content, re.S
        )
        if modulus:
            inner = modulus.group(1) or modulus.group(2)
            yield FormulaToken("MODULUS", parse_formula(inner), content)
        else:
            tree = parse_formula(content)
            yield FormulaToken(_kind(tree), tree, content)
    for mark in re.findall(r"[.,;:?]", tail.group()) if tail else ():
        yield Word(mark)


def _kind(tree: ParsedFormula) -> FormulaKind:
    items = [child for child in tree.children if isinstance(child, Tree)]
    shapes = {_shape(item) for item in items}
    if shapes == {"relation"}:
        return "RELATION" if len(items) == 1 else "RELATIONS"
    if "relation" in shapes:
        raise DeclineError("unparsed_math", "terms and relations in one formula")
    if len(items) == 1:
        kinds: dict[str, FormulaKind] = {
            "letter": "VAR", "numeral": "NUMERAL", "residue": "RESIDUE", "term": "TERM",
        }  # fmt: skip
        return kinds[shapes.pop()]
    return "VARS" if shapes == {"letter"} else "TERMS"


def _shape(item: ParsedFormula) -> str:
    if item.data in ("chain", "congruence", "divides"):
        return "relation"
    if item.data == "residue":
        return "residue"
    if item.data == "juxtaposed" and len(item.children) == 1:
        (only,) = item.children
        if getattr(only, "data", "") == "letter":
            return "letter"
        if getattr(only, "data", "") == "number":
            return "numeral"
    return "term"
