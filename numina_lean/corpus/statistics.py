"""Counts of what a corpus folder holds: rows by where they are from, losses by where they went.

One pass over each table with the columns it needs; in memory are the counts, an entry for each
problem, and a number for each row. Rows are counted under the Lean that accepted them, and no
figure adds up rows of two Leans without saying so.
"""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numina_lean.corpus.folder import Folder, Row, open_folder, provenance
from numina_lean.corpus.pinned import is_pinned
from numina_lean.corpus.row import STAGES
from numina_lean.lean.source import split_header

UNKNOWN = "unknown"
"""Stands for a value that a row does not have."""

_ROW_COLUMNS = (
    "uuid", "source", "question_type", "problem_type", "formal_statement", "formal_proof",
    "rl_data",
    *(
        f"provenance.{name}"
        for name in (
            "problem_id", "engine", "lean_version", "mathlib_revision", "profile", "verdict",
            "tactic", "translator", "model", "family", "round", "rulings", "prompt_tokens",
            "completion_tokens", "confirmations",
        )
    ),
)  # fmt: skip
_LOSS_COLUMNS = (
    "problem_id", "stage", "reason", "rulings", "prompt_tokens", "completion_tokens",
)  # fmt: skip
_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(slots=True)
class Counts:
    """Rows, and those of them with a proof."""

    rows: int = 0
    proofs: int = 0

    def add(self, *, proved: bool) -> None:
        self.rows += 1
        self.proofs += proved

    def record(self) -> dict[str, int]:
        return {"rows": self.rows, "proofs": self.proofs}


@dataclass(slots=True)
class GateCounts:
    """Candidates that a gate ruled on: those it passed, and the others by reason."""

    passed: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def record(self) -> dict[str, object]:
        return {"passed": self.passed, "lost": dict(self.lost.most_common())}


@dataclass(slots=True)
class Statistics:
    """What a folder holds.

    `by` has the rows by what the group says (`lean`, `source`, `model`, …) and `tactics` the proofs
    that each found, Lean by Lean. `pinned` counts the rows that the pinned Lean accepts. `lengths`
    are the characters of the statements without their imports; `win_rates` those of the rows
    that have one. `reached` has the problems by the stage that lost the best of their candidates,
    without those that have a row (`kept`, and of these `proved`).
    """

    total: Counts = field(default_factory=Counts)
    pinned: int = 0
    by: dict[str, dict[str, Counts]] = field(default_factory=dict)
    tactics: dict[str, Counter[str]] = field(default_factory=dict)
    lengths: "array[int]" = field(default_factory=lambda: array("I"))
    win_rates: "array[float]" = field(default_factory=lambda: array("d"))
    prompt_tokens: int = 0
    completion_tokens: int = 0
    losses: int = 0
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    gates: dict[str, GateCounts] = field(default_factory=dict)
    unreadable_rulings: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    proved: int = 0

    @property
    def problems(self) -> int:
        """The problems that have a row or a loss."""
        return self.kept + self.reached.total()

    def funnel(self) -> Iterator[tuple[str, int]]:
        """Stages in order, each with the problems that passed it; those that lost none left out."""
        left = self.problems
        yield "problems", left
        for stage in _in_order(self.reached):
            left -= self.reached[stage]
            yield stage, left
        yield "proved", self.proved

    def record(self) -> dict[str, object]:
        """All of it as JSON."""
        return {
            **self.total.record(),
            "problems": self.problems,
            "pinned": self.pinned,
            "by": {name: _records(counts) for name, counts in self.by.items()},
            "tactics": {lean: dict(each.most_common()) for lean, each in self.tactics.items()},
            "statement_lengths": quantiles(self.lengths),
            "win_rates": {"rows": len(self.win_rates), **quantiles(self.win_rates)},
            "tokens": {"prompt": self.prompt_tokens, "completion": self.completion_tokens},
            "funnel": dict(self.funnel()),
            "losses": self.losses,
            "reasons": {
                stage: dict(self.reasons[stage].most_common()) for stage in _in_order(self.reasons)
            },
            "gates": {name: counts.record() for name, counts in self.gates.items()},
            "unreadable_rulings": self.unreadable_rulings,
        }


def statistics(path: Path) -> Statistics:
    """Count what is in the corpus folder `path`. Raises `InputError` for what is none."""
    folder = open_folder(path, ("formal_statement",))
    counted = Statistics()
    with_rows: dict[str, bool] = {}
    for row in folder.rows(_ROW_COLUMNS):
        proved = _count_row(row, counted)
        problem = str(provenance(row).get("problem_id") or row.get("uuid"))
        with_rows[problem] = with_rows.get(problem, False) or proved
    last = _count_losses(folder, counted)
    counted.kept = len(with_rows)
    counted.proved = sum(with_rows.values())
    counted.reached = Counter(stage for problem, stage in last.items() if problem not in with_rows)
    return counted


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """The least, some in between, and the greatest of `values`, by name; nothing of nothing."""
    if not values:
        return {}
    ordered = sorted(values)
    last = len(ordered) - 1
    names = ("least", "5 %", "25 %", "median", "75 %", "95 %", "greatest")
    return {
        name: ordered[round(share * last)] for name, share in zip(names, _QUANTILES, strict=True)
    }


def lean_name(details: Mapping[str, Any]) -> str:
    """Which Lean a row or a loss is from: `native 4.15.0, mathlib 9837ca9d`."""
    if not details.get("engine"):
        return UNKNOWN
    revision = details.get("mathlib_revision")
    library = f", mathlib {revision[:8]}" if revision else ""
    return f"{details['engine']} {details.get('lean_version')}{library}"


def _place(stage: str) -> tuple[int, str]:
    """Where the stage comes in the order of stages; one of another version at the end."""
    names: tuple[str, ...] = STAGES
    return (names.index(stage) if stage in names else len(names)), stage


def _in_order(stages: Iterable[str]) -> list[str]:
    return sorted(stages, key=_place)


def _records(counts: Mapping[str, Counts]) -> dict[str, dict[str, int]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1].rows, item[0]))
    return {name: each.record() for name, each in ordered}


def _count_row(row: Row, counted: Statistics) -> bool:
    """Count one row; whether it has a proof."""
    details = provenance(row)
    proved = row.get("formal_proof") is not None
    counted.total.add(proved=proved)
    counted.pinned += is_pinned(details)
    for name, value in _groups(row, details):
        group = counted.by.setdefault(name, {})
        group.setdefault(str(value) if value else UNKNOWN, Counts()).add(proved=proved)
    if details.get("tactic"):
        counted.tactics.setdefault(lean_name(details), Counter())[details["tactic"]] += 1
    counted.lengths.append(len(split_header(row.get("formal_statement") or "")[1].strip()))
    rate = (row.get("rl_data") or {}).get("win_rate")
    if rate is not None:
        counted.win_rates.append(rate)
    _count_generated(details, counted)
    return proved


def _groups(row: Row, details: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield "lean", lean_name(details)
    yield "verdict", details.get("verdict")
    yield "profile", details.get("profile")
    yield "source", row.get("source")
    yield "question_type", row.get("question_type")
    yield "problem_type", row.get("problem_type")
    model, family = details.get("model") or details.get("translator"), details.get("family")
    yield "model", f"{model} ({family})" if family else model
    yield "round", f"round {details.get('round') or 0}"


def _count_losses(folder: Folder, counted: Statistics) -> dict[str, str]:
    """Count the side table; the last stage that a candidate of each problem reached."""
    last: dict[str, str] = {}
    for loss in folder.losses(_LOSS_COLUMNS):
        counted.losses += 1
        stage, problem = str(loss["stage"]), str(loss["problem_id"])
        counted.reasons.setdefault(stage, Counter())[str(loss["reason"])] += 1
        if problem not in last or _place(stage) > _place(last[problem]):
            last[problem] = stage
        _count_generated(loss, counted)
    return last


def _count_generated(details: Mapping[str, Any], counted: Statistics) -> None:
    """Count tokens, and what the gates said."""
    counted.prompt_tokens += details.get("prompt_tokens") or 0
    counted.completion_tokens += details.get("completion_tokens") or 0
    try:
        rulings = json.loads(details.get("rulings") or "[]")
        for ruling in rulings:
            gate = counted.gates.setdefault(str(ruling["gate"]), GateCounts())
            if ruling["passed"]:
                gate.passed += 1
            else:
                gate.lost[str(ruling.get("reason"))] += 1
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        counted.unreadable_rulings += 1
