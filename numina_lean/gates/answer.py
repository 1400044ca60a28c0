"""The gate `answer`: the problem's answer is in the statement's conclusion, and is not assumed.

Compares numbers alone: every number that the answer is made of is looked for among the numerals of
the conclusion, or of the definitions it may be named in; where the conclusion compares a term with
a closed number and the answer is one number, these two must be the same. Strict bounds may be one
off. Problems to prove, and answers without a number, pass unseen.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction

from numina_lean.gates.binder import conjuncts, hypotheses
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.gates.numbers import digits_in, joined, numerals_of, without_giants
from numina_lean.problems.multiple_choice import value_question
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement

UNANSWERED = frozenset({"proof", "notfound", ""})

_WRITTEN = re.compile(r"\\(?:text|mathrm|mbox|textbf|rm|bf)\s*\{[^{}]*\}|\^\{?\\circ\}?")
_LETTER = re.compile(r"^\W*(?:\\\w+\s*\{?)*\s*\(?[A-E]\)?[\s}\\:.)]*")
_BASE = re.compile(r"_\{?-?\d")
_FRACTION = re.compile(r"\\[dt]?frac\s*(?:\{(\d+)\}|(\d))\s*(?:\{(\d+)\}|(\d))|(\d+)\s*/\s*(\d+)")
_COUNTS = re.compile(r"how many|number of", re.IGNORECASE)
_ENUMERATION = re.compile(r"(?m)^\s*\d+\.\s")
_EQUATION = re.compile(r"([^\W\d][\w'₀-₉]*)\s*=\s*([^=<>≤≥≠]+)")
_SINGLE = re.compile(r"[\s$=+\\,.:;!]*(-?)\s*(\d+(?:\.\d+)?)[\s$\\,.:;!%]*")
_RELATION = re.compile(r"(?<![<>=≤≥≠])(=|≤|≥|<|>)(?![<>=])")
_COMPOUND = re.compile(r"[∀∃→↔∨¬λ]|(?<!\w)fun ")
_CAST = re.compile(r"\s*:\s*(?:Nat|Int|Rat|Real|ℕ|ℤ|ℚ|ℝ)\b")


class AnswerReason(StrEnum):
    """What is wrong about the answer."""

    MISSING = "answer_missing"
    """A number of the answer is nowhere in the conclusion."""
    OTHER = "other_answer"
    """The conclusion says that the value is another number."""
    LEAKED = "answer_leaked"
    """A hypothesis says what the conclusion is to show."""


def answer(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement whose conclusion has the answer, where the answer is made of numbers."""
    leaked = _leak(subject.statement)
    if leaked is not None:
        return Ruling("answer", False, AnswerReason.LEAKED, leaked)
    written = written_answer(subject.problem)
    if written is None:
        return Ruling("answer", True, detail="no number to look for")
    statement = subject.statement
    where = "\n".join((statement.conclusion, *statement.definitions))
    found = _contradicted(subject.problem, written, statement.conclusion)
    if found is not None:
        return Ruling("answer", False, AnswerReason.OTHER, found)
    if claimed_value(statement.conclusion) is not None and single_value(written) is not None:
        return Ruling("answer", True)
    if not numerals_of(where):
        where = statement.source()
    present = set(numerals_of(where))
    lacking = [each for each in digits_in(written) if not _present(each, present, where)]
    if lacking:
        listed = ", ".join(map(str, lacking))
        return Ruling("answer", False, AnswerReason.MISSING, f"{listed} not in the conclusion")
    return Ruling("answer", True)


def _contradicted(problem: Problem, written: str, conclusion: str) -> str | None:
    """What the conclusion says that the answer denies, in a line."""
    if _COUNTS.search(problem.problem) and "∨" in conclusion:
        return None
    value, claimed = single_value(written), claimed_value(conclusion)
    if value is not None and claimed is not None:
        relation, number = claimed
        if _agree(value, number, relation) or _is_asked_otherwise(problem, value, conclusion):
            return None
        return f"the answer is {value}, the conclusion says {relation} {number}"
    known = {abs(each) for each in (*digits_in(written), *([value] if value else []))}
    for name, number in _equations(conclusion):
        parts = {abs(number), Fraction(abs(number.numerator)), Fraction(number.denominator)}
        if known.isdisjoint(parts):
            return f"the conclusion says {name} = {number}, which the answer does not"
    return None


def _is_asked_otherwise(problem: Problem, value: Fraction, conclusion: str) -> bool:
    """Whether the answer is an argument, as in `f 3 = 0`, or one digit of the value."""
    if re.search(rf"(?<![\w.])[^\W\d]\w* \(?-?{abs(value)}(?![\w.])", conclusion):
        return True
    claimed = claimed_value(conclusion)
    return "tens digit" in problem.problem and claimed is not None and claimed[1] // 10 == value


def _equations(conclusion: str) -> Iterator[tuple[str, Fraction]]:
    """The parts `x = 3` of a conclusion without premises, and what they say."""
    if "→" in conclusion or "{" in conclusion:
        return
    for part in re.split(r"[∧∨↔,]", conclusion):
        match = _EQUATION.fullmatch(part.strip().strip("()").strip())
        number = closed_number(match[2]) if match else None
        if match and number is not None:
            yield match[1], number


def written_answer(problem: Problem) -> str | None:
    """The answer as text with its numbers: an option's text for a letter; None without numbers."""
    if problem.answer.strip() in UNANSWERED:
        return None
    valued = value_question(problem)
    text = valued.answer if isinstance(valued, Problem) else _LETTER.sub("", problem.answer)
    text = _ENUMERATION.sub(" ", _WRITTEN.sub(" ", text))
    if _BASE.search(text) or not re.search(r"\d", text):
        return None
    return text


def single_value(text: str) -> Fraction | None:
    """The number that an answer is, if it is one number alone: an integer, decimal or fraction."""
    bare = joined(text).replace("$", " ")
    if match := _FRACTION.fullmatch(bare.strip(" ,.")):
        above, below = [int(part) for part in match.groups() if part]
        return Fraction(above, below) if below else None
    match = _SINGLE.fullmatch(bare.replace("{", "").replace("}", ""))
    if match is None:
        return None
    return -Fraction(match[2]) if match[1] else Fraction(match[2])


def claimed_value(conclusion: str) -> tuple[str, Fraction] | None:
    """The relation and number of a conclusion that compares one term with a closed number."""
    if len(conjuncts(conclusion)) != 1 or _COMPOUND.search(conclusion):
        return None
    relations = list(_RELATION.finditer(conclusion))
    if len(relations) != 1:
        return None
    relation = relations[0]
    left, right = conclusion[: relation.start()], conclusion[relation.end() :]
    mirrored = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": "="}
    for side, other, sign in ((right, left, relation[0]), (left, right, mirrored[relation[0]])):
        number = closed_number(side)
        if number is not None and closed_number(other) is None:
            return sign, number
    return None


def closed_number(text: str) -> Fraction | None:
    """The value of a closed Lean term of integers, `-` and at most one `/`, read in ℚ."""
    bare = without_giants(text).strip()
    while (shorter := _CAST.sub("", bare)) != bare:
        bare = shorter
    bare = re.sub(r"[()\s↑]", "", bare)
    match = re.fullmatch(r"(-?)(\d+(?:\.\d+)?)(?:/(\d+))?", bare)
    if match is None or (match[3] is not None and int(match[3]) == 0):
        return None
    value = Fraction(match[2]) / int(match[3] or 1)
    return -value if match[1] else value


def _agree(value: Fraction, number: Fraction, relation: str) -> bool:
    if value == number or -value == number:
        return True
    return (relation == "<" and number == value + 1) or (relation == ">" and number == value - 1)


def _present(number: Fraction, present: set[Fraction], where: str) -> bool:
    if number in present:
        return True
    if number.denominator != 1 and {Fraction(number.numerator), Fraction(number.denominator)} <= (
        present
    ):
        return True
    return any(
        re.search(rf"{sign}\s*{next_}(?![\w.])", where)
        for sign, next_ in (("<", number + 1), (">", number - 1))
    )


def _leak(statement: Statement) -> str | None:
    """The hypothesis that says the very thing that the conclusion says, by its text."""
    goal = _plain(statement.conclusion)
    if not goal:
        return None
    for each in hypotheses(statement):
        for part in conjuncts(each.type):
            if _plain(part) == goal:
                return f"{' '.join(each.names)} says what is to be shown"
    return None


def _plain(text: str) -> str:
    bare = "".join(text.split())
    while bare.startswith("(") and bare.endswith(")") and _balanced(bare[1:-1]):
        bare = bare[1:-1]
    left, equals, right = bare.partition("=")
    plain = equals and not re.search(r"[<>≤≥≠∀∃→↔∨∧=]", left + right)
    return "=".join(sorted((left, right))) if plain else bare


def _balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0
