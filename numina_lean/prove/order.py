"""What has solved what: counts by tactic and shape of statement, and the order that follows.

The statistics are a value. A search reads those that its run started with, so that its order is
the same however the run goes; what the run adds is written for the next one.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.prove.portfolio import Tactic
from numina_lean.prove.prove import Search
from numina_lean.translate.statement import Statement

_WEIGHT = 4.0
"""Attempts on any statement that count as much as one on a statement of the same shape."""
_PRIOR_RATE, _PRIOR_SECONDS, _PRIOR_ATTEMPTS = 0.5, 1.0, 2.0
"""What is expected of a tactic that has not been tried: it is made for some shape."""
_FEATURES = (
    ("exists", re.compile("∃")),
    ("forall", re.compile("∀|→ (?:Nat|Int|Rat|ℕ|ℤ|ℚ|ℝ)")),
    ("divides", re.compile(r"∣|%|gcd|lcm|Coprime")),
    ("order", re.compile("[≤≥<>]")),
    ("power", re.compile(r"\^ ?[^\d\s]")),
    ("rational", re.compile(r"\b(?:Rat|Real)\b|[ℚℝ]")),
    ("not", re.compile("¬|≠|False")),
)


@dataclass(frozen=True, slots=True)
class Count:
    """Of one tactic on statements of one shape. `seconds` are of all its attempts."""

    tried: int = 0
    proved: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.tried + other.tried, self.proved + other.proved, self.seconds + other.seconds
        )


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts by (tactic, shape)."""

    counts: Mapping[tuple[str, str], Count]

    def __add__(self, other: "Statistics") -> "Statistics":
        counts = dict(self.counts)
        for key, count in other.counts.items():
            counts[key] = counts.get(key, Count()) + count
        return Statistics(counts)

    def rate(self, tactic: str, shape: str) -> float:
        """Proofs a second to be expected: of this shape, and where it is rare, of all."""
        total = Count()
        for (name, _), count in self.counts.items():
            if name == tactic:
                total += count
        own = self.counts.get((tactic, shape), Count())
        attempts = total.tried + _PRIOR_ATTEMPTS
        proofs = (total.proved + _PRIOR_RATE * _PRIOR_ATTEMPTS) / attempts
        cost = (total.seconds + _PRIOR_SECONDS * _PRIOR_ATTEMPTS) / attempts
        weight = own.tried + _WEIGHT
        likely = (own.proved + _WEIGHT * proofs) / weight
        return likely / max((own.seconds + _WEIGHT * cost) / weight, 1e-3)


def shape(statement: Statement) -> str:
    """The features of a statement's text, as a word; cheap, and the same everywhere."""
    text = " ".join((*statement.binders, statement.conclusion))
    found = [name for name, pattern in _FEATURES if pattern.search(text)]
    return "+".join(found) or "plain"


def ordered(
    tactics: Iterable[Tactic], statement: Statement, statistics: Statistics
) -> list[Tactic]:
    """What promises most proofs a second on this statement first; where equal, as they come."""
    of = shape(statement)
    return sorted(tactics, key=lambda tactic: -statistics.rate(tactic.name, of))


def observed(statement: Statement, search: Search) -> Statistics:
    """What a search adds."""
    of = shape(statement)
    counts: dict[tuple[str, str], Count] = {}
    for attempt in search.attempts:
        one = Count(1, int(attempt.succeeded), attempt.outcome.seconds)
        counts[attempt.tactic, of] = counts.get((attempt.tactic, of), Count()) + one
    return Statistics(counts)


def written(statistics: Statistics) -> str:
    """The statistics as JSON, sorted, so that equal ones are equal bytes."""
    rows = [
        [tactic, of, count.tried, count.proved, round(count.seconds, 3)]
        for (tactic, of), count in sorted(statistics.counts.items())
    ]
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    columns = json.dumps(["tactic", "shape", "tried", "proved", "seconds"])
    return f'{{"columns": {columns}, "rows": [\n  {lines}\n]}}\n'


def read_statistics(path: Path) -> Statistics:
    """Raises `InputError` where the file has another form."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
        counts = {
            (str(tactic), str(of)): Count(int(tried), int(proved), float(seconds))
            for tactic, of, tried, proved, seconds in rows
        }
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path}: no statistics of tactics ({error}). Remove it to start from those shipped"
        ) from error
    return Statistics(counts)


def written_table(statistics: Statistics) -> str:
    """The statistics as the module `measured`."""
    rows = "".join(
        f'        ("{tactic}", "{of}"): Count({one.tried}, {one.proved}, {one.seconds:.2f}),\n'
        for (tactic, of), one in sorted(statistics.counts.items())
    )
    return _TABLE.format(rows=rows)


_TABLE = '''\
"""What the tactics did on 175 statements of miniF2F, PutnamBench and others: where a search starts.

`benchmarks/measure_portfolio.py --write` makes this table anew.
"""

from numina_lean.prove.order import Count, Statistics

SHIPPED = Statistics(
    {{
{rows}    }}
)
'''
