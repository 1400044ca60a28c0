"""An audited row as a JSON line, and what many of them come to."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from numina_lean.lean.report import LeanInfo
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.steps.step import UNREAD, VERDICTS, Judged

Record = dict[str, object]

MOST_EXAMPLES = 20


def digest_of(row: Problem | BrokenRow) -> str:
    """What identifies the text that was audited."""
    text = f"{row.problem}\0{row.solution}" if isinstance(row, Problem) else row.detail
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def record_of(
    number: int, row: Problem | BrokenRow, steps: Sequence[Judged], lean: LeanInfo
) -> Record:
    """Row `number`, from 1, with its steps; one that could not be read has an `error`."""
    return {
        "row": number,
        "id": row.id,
        "digest": digest_of(row),
        "error": row.detail if isinstance(row, BrokenRow) else None,
        "engine": lean.engine,
        "lean_version": lean.lean_version,
        "steps": [step.fields() for step in steps],
    }


@dataclass(slots=True)
class AuditTally:
    """Running counts. `wrong`: the first false steps, each with the id of its row."""

    rows: int = 0
    unreadable: int = 0
    with_wrong: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def add(self, record: Mapping[str, object]) -> None:
        """Count a row as `record_of` gives it."""
        self.rows += 1
        self.unreadable += record["error"] is not None
        steps = record["steps"]
        assert isinstance(steps, list)
        for step in steps:
            self.verdicts[step["verdict"]] += 1
            if step["reason"] is not None:
                self.reasons[step["reason"]] += 1
            if step["verdict"] == "wrong" and len(self.wrong) < MOST_EXAMPLES:
                self.wrong.append((str(record["id"]), step["text"]))
        self.with_wrong += any(step["verdict"] == "wrong" for step in steps)

    @property
    def steps(self) -> int:
        return self.verdicts.total()

    @property
    def checked(self) -> int:
        """Steps that Lean was asked about."""
        return self.steps - self.verdicts["unread"]

    def fields(self) -> Record:
        """As a JSON object; every verdict is there, and every reason there was one of."""
        return {
            "rows": self.rows,
            "rows_unreadable": self.unreadable,
            "rows_with_wrong_steps": self.with_wrong,
            "steps": self.steps,
            "checked": self.checked,
            **{verdict: self.verdicts[verdict] for verdict in VERDICTS},
            "unread_reasons": {name: self.reasons[name] for name in UNREAD if self.reasons[name]},
        }
