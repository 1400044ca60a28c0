"""Problems out of a file, a folder or a Hub dataset, whatever its columns are called.

Covers JSON lines, parquet, a folder of both, and a dataset of the Hugging Face Hub through the
`datasets` package. A row that is no problem comes out as a `BrokenRow` in its own place, so that
one bad line costs one line. Does not judge problems: that is `select`.
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.problems.hub import hub_rows, is_hub_id
from numina_lean.problems.problem import Problem
from numina_lean.tables import (
    Row,
    count_jsonl_rows,
    count_parquet_rows,
    jsonl_rows,
    parquet_columns,
    parquet_rows,
)

SUFFIXES = (".jsonl", ".parquet")
_FALLBACK_IDS = ("uuid", "custom_id")
_OTHER_RATES = ("pass_rate", "correct_rate", "win_rate")
_NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class FieldNames:
    """The column that each field of `Problem` is read from.

    `problem` must be there. Another column must be there only if it is not the default, that is
    if the user named it. Without an `id` column the row's `uuid` or `custom_id` is taken, else
    a digest of its text; without a `solve_rate`, its `pass_rate`, `correct_rate` or `win_rate`.
    """

    id: str = "id"
    problem: str = "problem"
    answer: str = "answer"
    solution: str = "solution"
    problem_type: str = "problem_type"
    question_type: str = "question_type"
    source: str = "source"
    exam: str = "exam"
    level: str = "level"
    problem_is_valid: str = "problem_is_valid"
    solution_is_valid: str = "solution_is_valid"
    synthetic: str = "synthetic"
    solve_rate: str = "solve_rate"

    def required(self) -> dict[str, str]:
        """Column name → the field it is wanted for."""
        return {
            getattr(self, field.name): field.name
            for field in fields(self)
            if field.name == "problem" or getattr(self, field.name) != field.default
        }


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that no problem can be made of. `id` names its place; `detail` says what is wrong."""

    id: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows with the name they are told by, and what a row is called there (`line` or `row`)."""

    name: str
    unit: str
    rows: Callable[[], Iterator[Row]]


def read_problems(
    source: str,
    names: FieldNames | None = None,
    *,
    split: str = "train",
    config: str | None = None,
) -> Iterator[Problem | BrokenRow]:
    """The rows of `source` in order: a path, or the id of a Hub dataset (of which `split` is read,
    and `config` where it has several).

    What is wrong with `source` as a whole (no such file, a parquet without the column, a Hub
    that does not answer) raises `InputError` before the first row.
    """
    names = names or FieldNames()
    tables = _tables(source, names, split, config)
    required = names.required()
    return (_problem(table, row, names, required) for table in tables for row in table.rows())


def count_problems(source: str) -> int | None:
    """How many rows `read_problems` gives, or None where only reading them would tell."""
    path = Path(source)
    if not path.exists():
        return None
    files = (
        [file for file in path.iterdir() if file.suffix in SUFFIXES] if path.is_dir() else [path]
    )
    return sum(
        count_parquet_rows(file) if file.suffix == ".parquet" else count_jsonl_rows(file)
        for file in files
    )


def _tables(source: str, names: FieldNames, split: str, config: str | None) -> list[_Table]:
    path = Path(source)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
        if not files:
            raise InputError(f"{source}: no .jsonl or .parquet file in this folder")
        return [_table(file, names) for file in files]
    if path.exists():
        return [_table(path, names)]
    if is_hub_id(source):
        rows = hub_rows(source, split, config)
        return [_Table(source, "row", lambda: rows)]
    raise InputError(f"{source}: no such file or folder")


def _table(path: Path, names: FieldNames) -> _Table:
    if path.suffix == ".parquet":
        columns = parquet_columns(path)
        for column, field in names.required().items():
            if column not in columns:
                raise InputError(f"{path}: {_missing(column, field, columns)}")
        asked = (*_columns(names), *_FALLBACK_IDS, *_OTHER_RATES)
        wanted = [name for name in asked if name in columns]
        return _Table(str(path), "row", lambda: parquet_rows(path, list(dict.fromkeys(wanted))))
    if path.suffix != ".jsonl":
        raise InputError(f"{path}: neither .jsonl nor .parquet. Convert it to one of them")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return _Table(str(path), "line", lambda: _jsonl(path))


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open("rb") as stream:
        yield from jsonl_rows(stream)


def _columns(names: FieldNames) -> tuple[str, ...]:
    return tuple(getattr(names, field.name) for field in fields(names))


def _missing(column: str, field: str, found: tuple[str, ...]) -> str:
    shown = ", ".join(found[:_NAMES_SHOWN]) or "none"
    more = ", …" if len(found) > _NAMES_SHOWN else ""
    option = f"--{field.replace('_', '-')}-field"
    return f'no field "{column}" (found: {shown}{more}). Pass {option} NAME'


def _problem(
    table: _Table, row: Row, names: FieldNames, required: dict[str, str]
) -> Problem | BrokenRow:
    place = f"{table.name} {table.unit} {row.number}"
    if row.defect is not None:
        return BrokenRow(place, row.defect)
    for column, field in required.items():
        if column not in row.fields:
            return BrokenRow(place, _missing(column, field, tuple(row.fields)))
    try:
        return _parse(row.fields, names)
    except ValueError as error:
        return BrokenRow(place, str(error))


def _parse(row: dict[str, object], names: FieldNames) -> Problem:
    """Raises `ValueError` where a value is not what its field needs."""

    def text(column: str, default: str = "") -> str:
        return _text(column, row.get(column), default)

    problem = text(names.problem)
    problem_id = next(
        (found for column in (names.id, *_FALLBACK_IDS) if (found := text(column))),
        hashlib.sha256(problem.encode()).hexdigest()[:32],
    )
    return Problem(
        id=problem_id,
        problem=problem,
        answer=text(names.answer),
        solution=text(names.solution),
        problem_type=text(names.problem_type),
        question_type=text(names.question_type),
        source=text(names.source),
        exam=text(names.exam),
        level=text(names.level),
        problem_is_valid=text(names.problem_is_valid, "Yes"),
        solution_is_valid=text(names.solution_is_valid, "Yes"),
        synthetic=row.get(names.synthetic) in (True, "true", "True"),
        solve_rate=_rate(row, (names.solve_rate, *_OTHER_RATES)),
    )


def _rate(row: dict[str, object], columns: tuple[str, ...]) -> float | None:
    """The first of the columns that holds a number."""
    for column in columns:
        value = row.get(column)
        try:
            rate = float(value) if isinstance(value, int | float | str) else math.nan
        except (ValueError, OverflowError):
            continue
        if math.isfinite(rate):
            return rate
    return None


def _text(column: str, value: object, default: str) -> str:
    match value:
        case None:
            return default
        case str():
            if not (value.isascii() or _is_unicode(value)):
                raise ValueError(f'field "{column}" holds half of a surrogate pair')
            return value.strip()
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            return str(value)
    raise ValueError(f'field "{column}" is a {type(value).__name__}, not a text')


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
