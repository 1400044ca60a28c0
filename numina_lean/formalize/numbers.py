"""What a run has come to so far, as numbers: for the dashboard, and the same as JSON.

Counts this run only; what the folder holds over all runs is `funnel`.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from numina_lean.corpus.corpus import Finished
from numina_lean.corpus.row import STAGES, Stage
from numina_lean.gates.gate import Ruling
from numina_lean.models.budget import Budgeted, Spent


@dataclass(frozen=True, slots=True)
class GateNumbers:
    """What one gate did: candidates it saw and passed, and its seconds, over all threads."""

    seen: int
    passed: int
    seconds: float
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`problems` are finished in this run, `skipped` were by an earlier one, `postponed` wait for
    another; `lost` counts those without a row by the stage that the best of their candidates
    reached. `seconds` is wall time.
    """

    total: int | None
    skipped: int
    postponed: int
    problems: int
    kept: int
    proved: int
    lost: Mapping[Stage, int]
    in_flight: int
    attempts: int
    gates: Mapping[str, GateNumbers]
    prompt_tokens: int
    completion_tokens: int
    cost: float
    seconds: float

    @property
    def per_minute(self) -> float:
        """Problems finished a minute, by this run."""
        return 60 * self.problems / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take at this rate; None where it is not known."""
        if self.total is None or not self.problems:
            return None
        rest = max(0, self.total - self.skipped - self.problems)
        return rest * self.seconds / self.problems

    def fields(self) -> dict[str, object]:
        """The snapshot as a JSON object, with what follows from it."""
        rounded = {
            "cost": round(self.cost, 6),
            "seconds": round(self.seconds, 3),
            "problems_per_minute": round(self.per_minute, 3),
            "seconds_left": None if self.left is None else round(self.left, 1),
        }
        gates = {name: asdict(each) for name, each in self.gates.items()}
        return asdict(self) | {"gates": gates} | rounded


class Numbers:
    """Counters of a run, for several threads."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.in_flight = 0
        self.accounts: list[Budgeted] = []
        """Of the models at work: what each has cost so far."""
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._counts: Counter[str] = Counter()
        self._lost: Counter[Stage] = Counter()
        self._seen: Counter[str] = Counter()
        self._passed: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._reasons: dict[str, Counter[str]] = {}

    def skip(self) -> None:
        """An earlier run finished this row."""
        self._counts["skipped"] += 1

    def postpone(self) -> None:
        """A problem waits for answers, and is left for another run."""
        with self._lock:
            self._counts["postponed"] += 1

    def ruled(self, rulings: Sequence[Ruling]) -> None:
        """What gates said of one attempt."""
        with self._lock:
            self._counts["attempts"] += 1
            for each in rulings:
                self._seen[each.gate] += 1
                self._passed[each.gate] += each.passed
                self._seconds[each.gate] += each.seconds
                if each.reason is not None:
                    self._reasons.setdefault(each.gate, Counter())[each.reason] += 1

    def finish(self, finished: Finished) -> None:
        """A problem is at its end."""
        with self._lock:
            self._counts["problems"] += 1
            self._counts["kept"] += bool(finished.rows)
            self._counts["proved"] += any(row.formal_proof for row in finished.rows)
            if not finished.rows and finished.losses:
                self._lost[max((loss.stage for loss in finished.losses), key=STAGES.index)] += 1

    def snapshot(self) -> Snapshot:
        """The numbers as they are now."""
        spent = [account.spent for account in self.accounts]
        with self._lock:
            return self._snapshot(spent)

    def _snapshot(self, spent: Sequence[Spent]) -> Snapshot:
        return Snapshot(
            total=self.total,
            skipped=self._counts["skipped"],
            postponed=self._counts["postponed"],
            problems=self._counts["problems"],
            kept=self._counts["kept"],
            proved=self._counts["proved"],
            lost={stage: self._lost[stage] for stage in STAGES if self._lost[stage]},
            in_flight=self.in_flight,
            attempts=self._counts["attempts"],
            gates={name: self._gate(name) for name in self._seen},
            prompt_tokens=sum(each.usage.prompt for each in spent),
            completion_tokens=sum(each.usage.completion for each in spent),
            cost=sum(each.cost for each in spent),
            seconds=time.monotonic() - self._started,
        )

    def _gate(self, name: str) -> GateNumbers:
        return GateNumbers(
            seen=self._seen[name],
            passed=self._passed[name],
            seconds=round(self._seconds[name], 3),
            reasons=dict(self._reasons.get(name, Counter()).most_common()),
        )
