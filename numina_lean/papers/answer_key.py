"""Answer keys: many numbers and answers in few lines, in the ways that papers print them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from numina_lean.papers.number import Candidate, Number, best_run
from numina_lean.papers.text_line import TextLine

_RANGE = re.compile(
    r"(\d{1,3})\s*[-–—~～]\s*(\d{1,3})\s*[.．、:：)]?\s*((?:[A-E]\s*){2,})(?![a-zA-Z])"
)
_MARK = re.compile(r"(?<![\d.$A-Za-z])(\d{1,3})\s*(?:[．、:：)）]|\.(?!\d))\s*")
_LETTERS = re.compile(
    r"(?<![\d.$A-Za-z])(\d{1,3})\s*[.．、:：)）]?\s*[(（]?\s*([A-E]{1,5})\s*[)）]?(?![a-zA-Z])"
)
_LABEL = re.compile(
    r"^(?:题号|答案|question|problem|answer|no\.?|number)\s*[:：]?\s*", re.IGNORECASE
)
_SHARE = 0.7


def answers_in(lines: Sequence[TextLine]) -> dict[Number, str]:
    """The answers that a key gives: `1. B 2. 45`, `1-5 BCDAA`, or two rows of a table."""
    found = _of_tables(lines)
    text = "\n".join(line.text for line in lines)
    found |= _of_ranges(text)
    text = _RANGE.sub(" ", text)
    marks = list(_MARK.finditer(text))
    run = best_run([Candidate(i, Number("", int(m[1])), 1.0, 0) for i, m in enumerate(marks)])
    for place, candidate in enumerate(run):
        end = marks[run[place + 1].line].start() if place + 1 < len(run) else len(text)
        answer = " ".join(text[marks[candidate.line].end() : end].split()).rstrip(";；,，")
        if answer:
            found.setdefault(candidate.number, answer)
    return found


def letters_in(line: str) -> dict[Number, str]:
    """The answers of a line that is nothing but numbers with letters of choices, else none."""
    found = _of_ranges(line)
    rest = _RANGE.sub(" ", line)
    letters = list(_LETTERS.finditer(rest))
    used = len(line) - len(rest) + sum(match.end() - match.start() for match in letters)
    if len(found) + len(letters) < 2 or used < _SHARE * len(line.strip()):
        return {}
    return found | {Number("", int(match[1])): match[2] for match in letters}


def _of_ranges(text: str) -> dict[Number, str]:
    found: dict[Number, str] = {}
    for match in _RANGE.finditer(text):
        letters = "".join(match[3].split())
        first, last = int(match[1]), int(match[2])
        if last - first + 1 == len(letters):
            found |= {Number("", first + i): letter for i, letter in enumerate(letters)}
    return found


def _of_tables(lines: Sequence[TextLine]) -> dict[Number, str]:
    found: dict[Number, str] = {}
    for line, following in pairwise(lines):
        numbers = _LABEL.sub("", line.text).replace("|", " ").split()
        answers = _LABEL.sub("", following.text).replace("|", " ").split()
        if len(numbers) < 3 or len(numbers) != len(answers):
            continue
        if all(re.fullmatch(r"\d{1,3}", number) for number in numbers):
            counted = [int(number) for number in numbers]
            if counted == list(range(counted[0], counted[0] + len(counted))):
                found |= {Number("", n): a for n, a in zip(counted, answers, strict=True)}
    return found
