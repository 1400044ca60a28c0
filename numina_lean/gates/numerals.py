r"""The gate `numerals`: numbers that stand on one side only, in the problem or in the statement.

A number in the statement that the problem does not have is explained where it is the answer, 0, 1
or 2, an index, or comes from numbers of the problem by a usual conversion: a half, a product, a
percentage, a digit's bound. What is left is `foreign_numeral`; if the problem has a neighbour of it
that the statement lacks, `changed_numeral`. A number that the problem compares something with, and
that the statement has nowhere, is `missing_numeral`.
"""

import re
from enum import StrEnum
from fractions import Fraction

from numina_lean.gates.answer import UNANSWERED, claimed_value, written_answer
from numina_lean.gates.binder import split_binder
from numina_lean.gates.bounds import said
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.gates.numbers import digits_in, numerals_of, without_giants, words_in
from numina_lean.problems.multiple_choice import without_options
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement

_HEADING = re.compile(r"(?m)^\s*#.*$|^.{0,40}Olympiad\s+\d{4},? [Pp]roblem \d+\s*$")
_ASIDE = re.compile(r"\([^()]{0,20}\b(?:[Gg]ive|[Ee]xpress|[Ee]nter|[Nn]ote)\b[^()]*\)")
_LABEL = re.compile(r"(?m)^\s*\(?\d{1,2}[.)]\s|\(\d\)")
_GROUPED = re.compile(r"(?<=\d)(?:\\ |\\;|~|\s)(?=000(?!\d))")
_SUBSCRIPT = re.compile(r"_(?:\{[^{}]*\}|\w)")
_COMPARED = re.compile(
    r"(?:=|<|>|\\leq?(?:slant)?\b|\\geq?(?:slant)?\b|\\equiv|≤|≥|≡)\s*(\d+)(?![\d.,]*\d|\s*[\w\\^{(+*/=-])"
)
_INDEX = re.compile(r"(?<![\w.])[^\W\d][\w'₀-₉]* \(?\d+\)?(?![\w.])|(?<![\w.])Fin \d+|#\d+")
_RANGE = re.compile(r"(?:range|Icc|Ico|Ioo|Ioc|Iic|Iio|between|Between)(?: \(?[\d:\w ]+\)?)+")
_COUNTING = re.compile(r"[∑∏]|Finset|[cC]ard|List|Set\.|\{|[bB]etween|(?:sum|prod)Range|\.filter")
_ASIDES = re.compile(r"\bexample\b|\be\.g\.|\bform\b|written as|\\[lc]?dots|\.\.\.")
_SHAPES = re.compile(
    r"cube|square|rectang|triang|circ|polygon|area|perimeter|volume|sides?\b|angle|degree|\\cos|\\sin",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"digit|zeros", re.IGNORECASE)
_PERCENT = re.compile(r"%|percent|cents?\b", re.IGNORECASE)
_MEAN = re.compile(r"average|mean\b|median|total|sum|each|ages?\b|years?", re.IGNORECASE)
_SMALL = 5


class NumeralReason(StrEnum):
    """Which side a number is missing on."""

    CHANGED = "changed_numeral"
    FOREIGN = "foreign_numeral"
    MISSING = "missing_numeral"


def numerals(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement whose numbers are those of the problem, as far as text can tell."""
    problem, statement = subject.problem, subject.statement
    text = prose(problem)
    theirs = set(digits_in(text))
    if not theirs:
        return Ruling("numerals", True, detail="the problem has no numbers in digits")
    ours = set(numerals_of(said(statement)))
    lacking = {each for each in theirs if each not in ours and each > 2}
    foreign = sorted(ours - _explained(problem, text, theirs))
    claimed = claimed_value(statement.conclusion)
    if claimed is not None:
        foreign = [each for each in foreign if each != abs(claimed[1])]
    counted = {each for match in _RANGE.findall(said(statement)) for each in numerals_of(match)}
    for number in foreign if not counted.intersection(foreign) else ():
        for near in (number - 1, number + 1):
            if near in lacking:
                detail = f"{number} is not in the problem, which has {near}"
                return Ruling("numerals", False, NumeralReason.CHANGED, detail)
    indices = {each for match in _INDEX.findall(said(statement)) for each in numerals_of(match)}
    odd = [each for each in _unexplained(problem, statement, foreign) if each not in indices]
    if len(odd) == 1 and not _COUNTING.search(said(statement)):
        detail = f"{', '.join(map(str, odd))}: not in the problem"
        return Ruling("numerals", False, NumeralReason.FOREIGN, detail)
    lost = [each for each in _compared(text) if each in lacking]
    if lost and not _ASIDES.search(text):
        detail = f"the statement has no {', '.join(map(str, lost))}"
        return Ruling("numerals", False, NumeralReason.MISSING, detail)
    return Ruling("numerals", True)


def prose(problem: Problem) -> str:
    """The problem's text without options, headings, labels of parts, and indices."""
    text = without_giants(without_options(problem.problem))
    for pattern in (_HEADING, _ASIDE, _LABEL):
        text = pattern.sub(" ", text)
    return _SUBSCRIPT.sub(" ", _GROUPED.sub("", text))


def _explained(problem: Problem, text: str, theirs: set[Fraction]) -> set[Fraction]:
    """The numbers that a statement may have on its own account."""
    known = theirs | set(map(Fraction, words_in(text))) | {Fraction(each) for each in (0, 1, 2)}
    known |= set(digits_in(problem.problem))
    if problem.answer not in UNANSWERED:
        known |= set(digits_in(problem.answer)) | set(digits_in(written_answer(problem) or ""))
    indices = set(map(Fraction, re.findall(r"_\{?(\d+)", problem.problem)))
    found = known | indices
    found |= {each / 2 for each in known} | {Fraction(each.numerator) for each in known}
    found |= {a * b for a in theirs for b in theirs}
    if _DIGITS.search(text):
        found |= set(map(Fraction, (9, 10, 99, 100, 999, 1000, 9999, 10000)))
    if _PERCENT.search(text):
        found |= {Fraction(100), *(100 / each for each in theirs if each)}
        found |= {100 - each for each in theirs} | {100 + each for each in theirs}
        found |= {each / 100 for each in theirs}
    if _SHAPES.search(text):
        found |= set(map(Fraction, (3, 4, 6, 90, 180, 360)))
    if any(each.denominator != 1 for each in theirs):
        found |= set(map(Fraction, (10, 100, 1000)))
    if _MEAN.search(text):
        found |= set(map(Fraction, range(_SMALL + 1)))
    return found


def _unexplained(problem: Problem, statement: Statement, foreign: list[Fraction]) -> list[Fraction]:
    """Of the numbers that are not the problem's, those in hypotheses; where the problem has an
    answer, also those of the conclusion.
    """
    if problem.answer not in UNANSWERED:
        return [each for each in foreign if each.denominator == 1]
    types = [split.type for text in statement.binders if (split := split_binder(text)) is not None]
    assumed = set(numerals_of("\n".join(types)))
    return [each for each in foreign if each in assumed and each.denominator == 1]


def _compared(text: str) -> list[Fraction]:
    bare = re.sub(r"[{}$]", "", text.replace("{,}", "").replace("\\!", ""))
    return [Fraction(match) for match in _COMPARED.findall(bare)]
