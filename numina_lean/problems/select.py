"""Which problems go on to a translator, and why the others do not.

Only what needs no understanding of the text is judged here: a row that NuminaMath itself marks as
unusable, a missing answer, a repetition. What cannot be formalised is for a translator to decline.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from numina_lean.problems.problem import Problem

PROOF = "proof"
NOT_FOUND = "notfound"
_VALID = "yes"


class Unselected(StrEnum):
    """Why a problem is not translated."""

    EMPTY = "empty"
    """It has no text."""
    INVALID_PROBLEM = "invalid_problem"
    """Its own row says that it is incomplete or no problem."""
    INVALID_SOLUTION = "invalid_solution"
    """Its own row says that its solution, hence its answer, is not to be trusted."""
    NO_ANSWER = "no_answer"
    """Asks for a value, and the row has none."""
    DUPLICATE = "duplicate"
    """The same text, white space apart, or the same id came before."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A problem that is not translated. `detail` is one line for a person."""

    reason: Unselected
    detail: str


class Selector:
    """Judges problems in input order; remembers a digest of each that went on."""

    def __init__(self) -> None:
        self._seen: dict[bytes, str] = {}

    def judge(self, problem: Problem) -> Skipped | None:
        """None if the problem goes on. To be called once a problem, in input order."""
        return _unusable(problem) or self._repeated(problem)

    def _repeated(self, problem: Problem) -> Skipped | None:
        text = hashlib.sha256(" ".join(problem.problem.split()).encode()).digest()
        name = hashlib.sha256(b"id\0" + problem.id.encode()).digest()
        earlier = self._seen.get(text) or self._seen.get(name)
        if earlier is not None:
            return Skipped(Unselected.DUPLICATE, f"repeats {earlier}")
        self._seen[text] = self._seen[name] = problem.id
        return None


def _unusable(problem: Problem) -> Skipped | None:
    if not problem.problem:
        return Skipped(Unselected.EMPTY, "no text")
    if problem.problem_is_valid.lower() != _VALID:
        detail = f"problem_is_valid is {problem.problem_is_valid!r}"
        return Skipped(Unselected.INVALID_PROBLEM, detail)
    if problem.solution_is_valid.lower() != _VALID:
        detail = f"solution_is_valid is {problem.solution_is_valid!r}"
        return Skipped(Unselected.INVALID_SOLUTION, detail)
    if problem.question_type != PROOF and problem.answer.lower() in ("", NOT_FOUND):
        return Skipped(Unselected.NO_ANSWER, f"the answer is {problem.answer!r}")
    return None
