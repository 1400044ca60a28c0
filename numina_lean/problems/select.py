"""Which problems of a stream go on to a translator, judged one by one in input order.

Only what needs no understanding of the text is judged here: a row that NuminaMath itself marks as
unusable, a missing answer, a repetition. What cannot be formalised is for a translator to decline;
what is worth formalising is for a plan (`plan`).
"""

import hashlib

from numina_lean.problems.problem import Problem
from numina_lean.problems.skipped import Skipped, Unselected
from numina_lean.problems.validity import NOT_FOUND, PROOF, unusable

__all__ = ["NOT_FOUND", "PROOF", "Selector", "Skipped", "Unselected"]


class Selector:
    """Judges problems in input order; remembers a digest of each that went on."""

    def __init__(self) -> None:
        self._seen: dict[bytes, str] = {}

    def judge(self, problem: Problem) -> Skipped | None:
        """None if the problem goes on. To be called once a problem, in input order."""
        return unusable(problem) or self._repeated(problem)

    def _repeated(self, problem: Problem) -> Skipped | None:
        text = hashlib.sha256(" ".join(problem.problem.split()).encode()).digest()
        name = hashlib.sha256(b"id\0" + problem.id.encode()).digest()
        earlier = self._seen.get(text) or self._seen.get(name)
        if earlier is not None:
            return Skipped(Unselected.DUPLICATE, f"repeats {earlier}")
        self._seen[text] = self._seen[name] = problem.id
        return None
