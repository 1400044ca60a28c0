"""The interface between a problem and its formal statements, whoever writes them."""

from dataclasses import dataclass
from typing import Protocol

from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Profile, Statement


@dataclass(frozen=True, slots=True)
class Candidate:
    """One proposed statement for a problem. `sample` counts from 0.

    `prompt_hash` identifies what the translator was told (for `rules`: the grammar's version),
    so that a row can be traced to it.
    """

    problem_id: str
    sample: int
    statement: Statement
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class Declined:
    """A problem that the translator does not translate. `reason` is a code of a closed set."""

    problem_id: str
    reason: str
    detail: str


class Translator(Protocol):
    """Turns problems into statements. Must not raise on any text."""

    @property
    def name(self) -> str: ...

    def translate(
        self, problem: Problem, *, profile: Profile, samples: int
    ) -> tuple[Candidate, ...] | Declined:
        """At most `samples` candidates (at least one), or the reason why there is none."""
        ...
