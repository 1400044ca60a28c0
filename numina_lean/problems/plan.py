"""A plan: which rows of an input are selected, which are not, and why, row by row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from numina_lean.problems.criteria import CRITERIA, Limits
from numina_lean.problems.duplicates import NEAR
from numina_lean.problems.fingerprint import Fingerprint
from numina_lean.problems.skipped import Unselected

DUPLICATES = "duplicates"
HELD_OUT = "held_out"
DRAW = "draw"
READ = "read"

TESTS: dict[str, str] = {
    READ: "can be read",
    **{criterion.name: criterion.asks for criterion in CRITERIA},
    HELD_OUT: "is near no held-out problem",
    DUPLICATES: "repeats no row that is kept",
    DRAW: "is within its stratum's share of the target",
}
"""All tests in the order in which they are asked, with what each asks of a row."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A problem that nothing selected may be near: the name it is told by, and its text's print."""

    name: str
    print: Fingerprint


@dataclass(frozen=True, slots=True)
class Settings:
    """What a plan is made with. Without a `target` all that passes is selected.

    `random_share` of each quota is drawn at random, by `seed`; the rest goes by difficulty.
    """

    limits: Limits = field(default_factory=Limits)
    target: int | None = None
    random_share: float = 0.0
    seed: int = 0
    near: float = NEAR


@dataclass(slots=True)
class Decision:
    """What became of the row at `position` (from 0). `reason` is None where it is selected.

    `test` is the last test that was asked, hence the one that a row with a reason failed. `kept`
    is the position of the row that it repeats; `similarity` is how near it comes to that row, or
    to the held-out problem. `rank` is its place in its stratum, hardest first, from 1.
    """

    position: int
    id: str
    test: str
    reason: Unselected | None = None
    detail: str = ""
    stratum: str = ""
    score: float | None = None
    rank: int | None = None
    kept: int | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class StratumCount:
    """A stratum in numbers: its rows that passed all tests, its quota, what was drawn."""

    weight: float
    passed: int
    quota: int
    selected: int
    lowest_score: float | None
    highest_score: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every row's decision, in input order; and a digest of all rows as they were read."""

    settings: Settings
    decisions: Sequence[Decision]
    strata: Mapping[str, StratumCount]
    digest: str

    def reasons(self) -> dict[str, int]:
        """How many rows each reason took, in the order in which they are asked."""
        counts = Counter(each.reason for each in self.decisions if each.reason is not None)
        return {reason.value: counts[reason] for reason in Unselected if counts[reason]}

    @property
    def selected(self) -> int:
        return sum(each.reason is None for each in self.decisions)
