"""What `select` leaves on the disk: the selected rows, the rejected ones, and the plan.

    plan.json                    settings, counts, digests of the input and of the files
    selected.parquet (or .jsonl) rows in NuminaMath-1.5 form, with a column `selection`
    rejected/rejected.parquet    every other row, with the test it failed and why

The plan is written last and removed first, so a folder with a plan has the files that it speaks
of. `rejected` is a folder of its own so that a command that reads the folder reads selected rows.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean import __version__
from numina_lean.corpus.files import sha256_of, write_atomically, write_text_atomically
from numina_lean.errors import InputError
from numina_lean.problems.criteria import examine
from numina_lean.problems.decide import InputDigest
from numina_lean.problems.plan import Decision, Plan
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow

PLAN = "plan.json"
REJECTED = Path("rejected") / "rejected.parquet"
FORMATS = ("parquet", "jsonl")

_ROWS_AT_A_TIME = 2048
_CHANGED = "the input changed while it was read. Run the same command again"
_SELECTION = pa.struct(
    [
        ("row", pa.int64()),
        ("stratum", pa.string()),
        ("score", pa.float64()),
        ("rank", pa.int64()),
        ("original_answer", pa.string()),
    ]
)
_PROBLEM: list[tuple[str, pa.DataType]] = [
    ("id", pa.string()),
    ("problem", pa.string()),
    ("solution", pa.string()),
    ("answer", pa.string()),
    ("problem_type", pa.string()),
    ("question_type", pa.string()),
    ("source", pa.string()),
    ("exam", pa.string()),
    ("level", pa.string()),
    ("solve_rate", pa.float64()),
    ("synthetic", pa.bool_()),
    ("problem_is_valid", pa.string()),
    ("solution_is_valid", pa.string()),
]
SELECTED_SCHEMA = pa.schema([*_PROBLEM, ("selection", _SELECTION)])
"""`selection.row` is the row's number in the input, from 1; `original_answer` is the letter of a
multiple-choice problem that was turned into the value asked for, else null."""

_LOST: list[tuple[str, pa.DataType]] = [
    ("row", pa.int64()),
    ("id", pa.string()),
    ("test", pa.string()),
    ("reason", pa.string()),
    ("detail", pa.string()),
    ("stratum", pa.string()),
    ("score", pa.float64()),
    ("rank", pa.int64()),
    ("repeats_row", pa.int64()),
    ("similarity", pa.float64()),
    ("problem", pa.string()),
    ("answer", pa.string()),
    ("source", pa.string()),
]
REJECTED_SCHEMA = pa.schema(_LOST)


class _Writer(Protocol):
    def write(self, rows: list[dict[str, Any]]) -> None: ...

    def close(self) -> None: ...


def write_selected(
    path: Path, plan: Plan, rows: Iterable[Problem | BrokenRow], rejected: Path | None
) -> None:
    """Write the selected rows to `path`, by its ending, and the others to `rejected` if given.

    `rows` are the input again; `InputError` says so where they are not those of the plan.
    """

    def write(temporary: Path) -> None:
        with closing(_writer(temporary, path.suffix, SELECTED_SCHEMA)) as selected:
            if rejected is None:
                _write_rows(plan, rows, selected, None)
            else:
                write_atomically(rejected, lambda other: write_both(selected, other))

    def write_both(selected: _Writer, other: Path) -> None:
        with closing(_writer(other, REJECTED.suffix, REJECTED_SCHEMA)) as lost:
            _write_rows(plan, rows, selected, lost)

    write_atomically(path, write)


def _write_rows(
    plan: Plan, rows: Iterable[Problem | BrokenRow], selected: _Writer, rejected: _Writer | None
) -> None:
    digest = InputDigest()
    chosen: list[dict[str, Any]] = []
    lost: list[dict[str, Any]] = []
    for row, decision in zip_longest(rows, plan.decisions):
        if row is None or decision is None:
            raise InputError(_CHANGED)
        digest.add(row)
        if decision.reason is None:
            chosen.append(_selected(row, decision, plan))
        elif rejected is not None:
            lost.append(_rejected(row, decision))
            _write_batch(rejected, lost, _ROWS_AT_A_TIME)
        _write_batch(selected, chosen, _ROWS_AT_A_TIME)
    _write_batch(selected, chosen, 1)
    if rejected is not None:
        _write_batch(rejected, lost, 1)
    if digest.hexdigest() != plan.digest:
        raise InputError(_CHANGED)


def _write_batch(writer: _Writer, rows: list[dict[str, Any]], least: int) -> None:
    if len(rows) >= least:
        writer.write(rows)
        rows.clear()


def write_plan(folder: Path, plan: Plan, about: Mapping[str, Any], selected: Path) -> None:
    """Write the plan beside its files; `about` says what input it was made of."""
    record = plan_record(plan, about)
    record["files"] = {
        str(path.relative_to(folder)): sha256_of(path) for path in (selected, folder / REJECTED)
    }
    text = json.dumps(record, indent=2, ensure_ascii=False)
    write_text_atomically(folder / PLAN, f"{text}\n")


def plan_record(plan: Plan, about: Mapping[str, Any]) -> dict[str, Any]:
    """The plan without its rows, for `plan.json` and for machines."""
    return {
        "package_version": __version__,
        **about,
        "rows": len(plan.decisions),
        "digest": plan.digest,
        "selected": plan.selected,
        "rejected": plan.reasons(),
        "strata": {name: asdict(count) for name, count in plan.strata.items()},
        "settings": _plain(asdict(plan.settings)),
    }


def remove_plan(folder: Path) -> None:
    """Take an earlier plan and its selected rows away, before its files change."""
    for name in (PLAN, *(f"selected.{ending}" for ending in FORMATS)):
        (folder / name).unlink(missing_ok=True)


def _selected(row: Problem | BrokenRow, decision: Decision, plan: Plan) -> dict[str, Any]:
    if not isinstance(row, Problem):
        raise InputError(_CHANGED)
    _, outcome = examine(row, plan.settings.limits)
    problem = outcome if isinstance(outcome, Problem) else row
    return {
        **asdict(problem),
        "selection": {
            "row": decision.position + 1,
            "stratum": decision.stratum,
            "score": decision.score,
            "rank": decision.rank,
            "original_answer": None if problem.answer == row.answer else row.answer,
        },
    }


def _rejected(row: Problem | BrokenRow, decision: Decision) -> dict[str, Any]:
    problem = row if isinstance(row, Problem) else None
    return {
        "row": decision.position + 1,
        "id": decision.id,
        "test": decision.test,
        "reason": decision.reason,
        "detail": decision.detail,
        "stratum": decision.stratum,
        "score": decision.score,
        "rank": decision.rank,
        "repeats_row": None if decision.kept is None else decision.kept + 1,
        "similarity": decision.similarity,
        "problem": problem.problem if problem else None,
        "answer": problem.answer if problem else None,
        "source": problem.source if problem else None,
    }


class _Parquet:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def write(self, rows: list[dict[str, Any]]) -> None:
        self._writer.write_table(pa.Table.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


class _JsonLines:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def write(self, rows: list[dict[str, Any]]) -> None:
        self._file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)

    def close(self) -> None:
        self._file.close()


def _writer(path: Path, ending: str, schema: pa.Schema) -> _Writer:
    return _JsonLines(path) if ending == ".jsonl" else _Parquet(path, schema)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
