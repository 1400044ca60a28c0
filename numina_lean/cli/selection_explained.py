"""Why a row was selected or not, read from the folder that `select` wrote."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.cli.selection_folder import FORMATS, PLAN, REJECTED
from numina_lean.errors import InputError
from numina_lean.problems.plan import DUPLICATES, TESTS
from numina_lean.tables import jsonl_rows

_MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True)
class Explanation:
    """One row's case. `passed` are tests; `failed` is the one that it failed, None if selected.

    `repeats` is the row that is kept in its place; `members` are the rows that repeat this one,
    or that one, with their similarity to the row kept.
    """

    id: str
    row: int
    selected: bool
    passed: tuple[str, ...]
    failed: str | None
    reason: str | None
    detail: str
    stratum: dict[str, Any]
    score: float | None
    rank: int | None
    repeats: int | None
    similarity: float | None
    members: tuple[dict[str, Any], ...]


def explain(folder: Path, problem_id: str) -> list[Explanation]:
    """Every row of the plan in `folder` with this id. Raises `InputError` where there is none."""
    plan = _plan(folder)
    selected = list(_selected(folder, problem_id))
    lost = _rows_where(folder / REJECTED, "id", problem_id)
    if not selected and not lost:
        raise InputError(f"{folder}: the plan has no row with the id {problem_id!r}")
    rows = [*(_chosen(row) for row in selected), *lost]
    return [_explanation(row, plan, folder) for row in sorted(rows, key=lambda row: row["row"])]


def _plan(folder: Path) -> dict[str, Any]:
    try:
        plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{folder}: no plan there ({error.strerror}). Pass the --output folder of numina-lean "
            "select INPUT --output FOLDER"
        ) from error
    except ValueError as error:
        raise InputError(f"{folder / PLAN}: damaged ({error}). Run select again") from error
    if not isinstance(plan, dict):
        raise InputError(f"{folder / PLAN}: not a plan. Run select again")
    return plan


def _rows_where(path: Path, column: str, value: str | int) -> list[dict[str, Any]]:
    try:
        return pq.read_table(path, filters=[(column, "==", value)]).to_pylist()
    except (OSError, pa.ArrowException) as error:
        line = next(iter(str(error).splitlines()), "")
        raise InputError(f"{path}: cannot be read ({line}). Run select again") from error


def _selected(folder: Path, problem_id: str) -> Iterator[dict[str, Any]]:
    parquet, jsonl = (folder / f"selected.{ending}" for ending in FORMATS)
    if parquet.exists():
        yield from _rows_where(parquet, "id", problem_id)
    else:
        with jsonl.open("rb") as stream:
            for row in jsonl_rows(stream):
                if row.fields.get("id") == problem_id:
                    yield dict(row.fields)


def _chosen(row: dict[str, Any]) -> dict[str, Any]:
    """A selected row in the form of a rejected one."""
    return {**row, **row["selection"], "test": None, "reason": None, "detail": ""}


def _explanation(row: dict[str, Any], plan: dict[str, Any], folder: Path) -> Explanation:
    tests = list(TESTS)
    failed = row["test"]
    passed = tests if failed is None else tests[: tests.index(failed)]
    repeats = row.get("repeats_row")
    kept = row["row"] if repeats is None else repeats
    group = _rows_where(folder / REJECTED, "repeats_row", kept)
    stratum = plan.get("strata", {}).get(row["stratum"], {})
    return Explanation(
        id=row["id"],
        row=row["row"],
        selected=failed is None,
        passed=tuple(passed),
        failed=failed,
        reason=row["reason"],
        detail=row["detail"],
        stratum={"name": row["stratum"], **stratum},
        score=row["score"],
        rank=row["rank"],
        repeats=repeats,
        similarity=row.get("similarity"),
        members=tuple(
            {key: each[key] for key in ("row", "id", "source", "reason", "similarity")}
            for each in group
            if each["row"] != row["row"] and each["test"] == DUPLICATES
        ),
    )


def explanation_lines(case: Explanation) -> Iterator[str]:
    """The case for a person, a line at a time."""
    verdict = "selected" if case.selected else f"rejected: {case.reason}"
    yield f"{case.id} (row {case.row}): {verdict}"
    if case.detail:
        yield f"  because   {case.detail}"
    if case.passed:
        yield f"  passed    {', '.join(case.passed)}"
    if case.failed is not None:
        yield f"  failed    {case.failed}: {TESTS[case.failed]}"
    if case.stratum["name"]:
        yield f"  stratum   {_stratum(case.stratum)}"
    if case.score is not None:
        place = "" if case.rank is None else f", rank {case.rank} of its stratum"
        yield f"  score     {case.score:.3f}{place}"
    if case.repeats is not None:
        yield f"  repeats   row {case.repeats}, similarity {case.similarity:.2f}"
    if case.members:
        whose = "it" if case.repeats is None else f"row {case.repeats} too"
        yield f"  group     {len(case.members)} rows repeat {whose}"
        for each in case.members[:_MOST_MEMBERS]:
            yield (
                f"            row {each['row']} ({each['id']}, {each['source'] or 'no source'}): "
                f"{each['reason']}, similarity {each['similarity']:.2f}"
            )
        if len(case.members) > _MOST_MEMBERS:
            yield f"            and {len(case.members) - _MOST_MEMBERS} more"


def _stratum(stratum: dict[str, Any]) -> str:
    if "quota" not in stratum:
        return str(stratum["name"])
    return (
        f"{stratum['name']} (weight {stratum['weight']:g}): {stratum['passed']} rows passed, "
        f"{stratum['selected']} drawn"
    )
