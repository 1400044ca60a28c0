"""What somebody who can judge answers says of one, and what that counts in a vote."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from numina_lean.problems.problem import Problem

RulingOnAnswer = Literal["proved", "refuted", "open", "untranslated"]
"""`proved`, `refuted`: that this is the answer, or that it is not. `open`: the problem was read,
and nothing was decided. `untranslated`: it was not read."""

PROVED_FACTOR = 50.0
"""What a proof multiplies votes by: one trace with it outweighs the 47 others of a width of 48."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A ruling on an answer. `detail` is a line for a person; `statement` the Lean source, if any,
    that says of the problem that this is its answer."""

    ruling: RulingOnAnswer
    detail: str
    statement: str | None


class Referee(Protocol):
    """Judges candidate answers. May be called from many threads; raises on no text."""

    def rule(self, problem: Problem, answer: str) -> Opinion: ...


def factors(opinions: Mapping[str, Opinion]) -> Mapping[str, float]:
    """For each answer what the weight of its class is multiplied by: 0 is a veto, 1 is nothing."""
    weights = {"proved": PROVED_FACTOR, "refuted": 0.0, "open": 1.0, "untranslated": 1.0}
    return {answer: weights[opinion.ruling] for answer, opinion in opinions.items()}
