"""Orca-Math: rows with `question` and `answer`, a worked solution in prose that marks no answer.

The answer is what the prose calls so, or the number of the last sentence: the one after the last
equals sign, else after the last verb that gives a value, else the only one. It is boxed in a
sentence of its own. A last sentence with several numbers and no such sign is not guessed at.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from numina_lean.answers.extract import boxed, final_answer
from numina_lean.build.cot.ending import with_answer
from numina_lean.build.cot.raw import Raw, records
from numina_lean.build.cot.row import CotRow, name_of, new_row, text_of
from numina_lean.build.stage import Rejected

_NUMBER = r"-?(?:\\frac\{-?\d+\}\{\d+\}|\d+(?:,\d{3})*(?:\.\d+)?(?:/\d+)?)"
_VALUE = rf"(?:\\?\$)?\s*(?P<value>{_NUMBER})(?:\s*\\?%)?"
_NUMBERS = re.compile(rf"(?<![\w.]){_VALUE}(?![\w])")
_AFTER_EQUALS = re.compile(rf"=\s*{_VALUE}(?!\s*[-+*/×÷=^(\d])")
_AFTER_VERB = re.compile(
    r"\b(?:is|are|was|were|equals?|be|been|has|have|had|gets?|got|makes?|needs?|costs?|takes?"
    r"|spent|spend|earns?|earned|receives?|received|pays?|paid|weighs?|left with|remains?)\s+"
    r"(?:(?:approximately|about|only|exactly|also|a total of|equal to|the number|now|still)\s+)*"
    rf"{_VALUE}(?![\w/])"
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z\\$*])|\n+")
_PLAIN = re.compile(r"[-\d.,/%$\\{}a-z]{1,40}")


def read_orca(source: str, path: Path) -> Iterator[CotRow | Rejected]:
    """The rows whose answer is found, boxed."""
    for raw in records(path):
        yield raw if isinstance(raw, Rejected) else _row(source, raw)


def found_answer(solution: str) -> str | None:
    """The answer of a solution in prose, or None where it could be one of several."""
    stated = final_answer(solution)
    if stated is not None and (boxed(solution) or _PLAIN.fullmatch(stated)):
        return stated
    sentences = [part for part in _SENTENCES.split(solution.strip()) if part.strip()]
    last = sentences[-1] if sentences else ""
    for pattern in (_AFTER_EQUALS, _AFTER_VERB):
        found = list(pattern.finditer(last))
        if found:
            return _value(found[-1])
    numbers = list(_NUMBERS.finditer(last))
    return _value(numbers[0]) if len(numbers) == 1 else None


def _row(source: str, raw: Raw) -> CotRow | Rejected:
    question, worked = text_of(raw.fields, "question"), text_of(raw.fields, "answer").strip()
    if not question:
        return Rejected("no_problem", 'no text in "question"', id=raw.origin)
    if not worked:
        return Rejected("no_solution", 'no text in "answer"', id=raw.origin)
    answer = found_answer(worked)
    if answer is None:
        return Rejected("no_answer", f"none found at the end: {worked[-200:]}", id=raw.origin)
    solution = worked if boxed(worked) else with_answer(worked, answer)
    return new_row(source, name_of(raw.fields), raw.origin, question, solution, answer)


def _value(match: re.Match[str]) -> str:
    percent = "\\%" if match[0].rstrip().endswith("%") else ""
    return match["value"].replace(",", "") + percent
