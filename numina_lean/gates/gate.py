"""What a gate is: a statement of a problem in, a ruling out.

The gates that ask Lean or the text alone are plain functions of a `Subject` and a `Bench`; those
that ask a model are coroutines of a `Subject` and a `Panel` (`panel.py`). The order in which a
candidate meets them is `gates.order`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Outcome
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Profile, Statement

GateName = Literal[
    "parse",
    "compile",
    "lint",
    "duplicate",
    "answer",
    "numerals",
    "wording",
    "vacuity",
    "triviality",
    "refutation",
    "conditions",
    "backtranslation",
    "judge",
    "equivalence",
]

GATE_NAMES: tuple[GateName, ...] = get_args(GateName)
"""The gates in the order in which they are passed: cheapest first."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A candidate before the gates: the statement that sample number `sample` came to."""

    problem: Problem
    statement: Statement
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Bench:
    """What deterministic gates work with. `timeout`: seconds of wall time for each check."""

    checker: Checker
    profile: Profile
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a gate says. `reason` is a code of the gate's closed set where it does not pass.

    A ruling may pass and still have a `detail`: a warning. `evidence` is what it rests on (votes
    verbatim, the counterexample, the tactic), as JSON values; `outcome` is Lean's answer to the
    statement itself, where the gate asked for it.
    """

    gate: GateName
    passed: bool
    reason: str | None = None
    detail: str = ""
    seconds: float = 0.0
    evidence: Mapping[str, object] = field(default_factory=dict)
    outcome: Outcome | None = None

    def fields(self) -> dict[str, object]:
        """The ruling as a JSON object, as rows keep it: the same in every run, so without times."""
        return {
            "gate": self.gate,
            "passed": self.passed,
            "reason": self.reason,
            "detail": self.detail,
            "evidence": dict(self.evidence),
        }


Gate = Callable[[Subject, Bench], Ruling]
