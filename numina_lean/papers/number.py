"""Numbers of problems, and the run of them through a paper that makes most sense."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_MOST_CANDIDATES = 1500
_GAP = 0.6
_LATE_START = 0.3


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """`letter`: of a subject or session (`A` of `A3`), else empty."""

    letter: str
    value: int

    def __str__(self) -> str:
        return f"{self.letter}{self.value}"


def number_of(text: str) -> Number | None:
    """The number as a paper writes it: `12`, `１２`, `A3`, `C-3`, `十二`; else None."""
    match = re.fullmatch(r"([A-Z]?)[-–]?(\d{1,3})", text.strip())
    if match is not None:
        return Number(match[1], int(match[2]))
    value = _chinese(text.strip())
    return None if value is None else Number("", value)


def _chinese(text: str) -> int | None:
    """Chinese numerals up to 99."""
    if not re.fullmatch(r"[一二三四五六七八九]?十?[一二三四五六七八九]?", text) or not text:
        return None
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS[text] if len(text) == 1 else None
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be the heading of a problem. `weight`: how much it looks like one, 0 to 1.
    `part`: the number of part headings before it, in which numbers may begin anew."""

    line: int
    number: Number
    weight: float
    part: int


def best_run(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those of the candidates, in order, that count up best: most headings, fewest gaps.

    Longest path over pairs of candidates; at most the first 1,500 are looked at.
    """
    chosen = list(candidates[:_MOST_CANDIDATES])
    best: list[tuple[float, int]] = []
    for index, candidate in enumerate(chosen):
        start = candidate.weight - _LATE_START * min(candidate.number.value - 1, 5)
        score, before = start, -1
        for earlier in range(index):
            cost = _step(chosen[earlier], candidate)
            if cost is not None and best[earlier][0] + candidate.weight - cost > score:
                score, before = best[earlier][0] + candidate.weight - cost, earlier
        best.append((score, before))
    run: list[Candidate] = []
    at = max(range(len(best)), key=lambda index: best[index][0], default=-1)
    while at >= 0:
        run.append(chosen[at])
        at = best[at][1]
    return run[::-1]


def _step(one: Candidate, following: Candidate) -> float | None:
    """What it costs to have `following` after `one`; None if it cannot be."""
    first, second = one.number, following.number
    if first.letter == second.letter and second.value > first.value:
        return min(_GAP * (second.value - first.value - 1), 3.0)
    if second.letter > first.letter and second.value == 1:
        return 0.0
    if following.part > one.part and second.value == 1:
        return 0.0
    return None


def gaps(numbers: Sequence[Number]) -> list[int]:
    """The places in the run before which a number is missing."""
    found = [0] if numbers and numbers[0].value > 1 else []
    for place, (one, following) in enumerate(pairwise(numbers), 1):
        if following.value not in (1, one.value + 1):
            found.append(place)
    return found
