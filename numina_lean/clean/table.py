"""The rows to clean: parquet files one after another, and JSON lines made into parquet first.

All columns are kept as they are. Files need not have the same columns: the table has those of all,
null where a file lacks one.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.clean.lines import Broken, parquet_of_lines
from numina_lean.errors import InputError
from numina_lean.tables import parquet_columns

PART_ROWS = 8192
"""Rows that are worked on at a time."""

_SUFFIXES = (".jsonl", ".parquet")


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the input, as it was given and as the parquet that its rows are read from."""

    given: Path
    parquet: Path
    rows: int

    def columns(self) -> tuple[str, ...]:
        return parquet_columns(self.parquet)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that lie together. `first` is the number of the first, from 0 in the whole table.

    `within` is its number in its file.
    """

    number: int
    first: int
    within: int
    source: Source
    rows: pa.Table

    def texts(self, column: str) -> list[str]:
        """The values of a column as Unicode text: "" for null, JSON for what is no text, and for a
        column that the file lacks "" throughout."""
        if column not in self.rows.column_names:
            return [""] * self.rows.num_rows
        values = self.rows.column(column)
        try:
            return [_as_text(value) for value in values.to_pylist()]
        except UnicodeDecodeError:
            raw = values.cast(pa.large_binary()).to_pylist()
            return ["" if each is None else each.decode("utf-8", "replace") for each in raw]


@dataclass(frozen=True, slots=True)
class Input:
    """The files in order, which hold `rows` rows, and the schema that all their rows fit."""

    sources: tuple[Source, ...]
    schema: pa.Schema

    @property
    def rows(self) -> int:
        return sum(source.rows for source in self.sources)

    def parts(
        self, columns: Sequence[str] | None = None, *, skip: Callable[[int], bool] | None = None
    ) -> Iterator[Part]:
        """The rows in stretches of at most `PART_ROWS`, the same in every run.

        With these columns, or with all. A part whose number is to be skipped is passed over.
        Raises `InputError` where a file turns out to be damaged.
        """
        number = first = 0
        for source in self.sources:
            within = 0
            for batch in _batches(source, columns):
                if skip is None or not skip(number):
                    rows = pa.Table.from_batches([batch])
                    yield Part(number, first, within, source, rows)
                number += 1
                first += batch.num_rows
                within += batch.num_rows


def input_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, those of a folder in the order of their names. Raises `InputError`."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES)
            if not inside:
                raise InputError(f"{path}: no .jsonl or .parquet file in this folder")
            found.extend(inside)
        elif not path.exists():
            raise InputError(f"{path}: no such file or folder")
        elif path.suffix not in _SUFFIXES:
            raise InputError(f"{path}: neither .jsonl nor .parquet. Convert it to one of them")
        else:
            found.append(path)
    return found


def open_input(
    files: Sequence[Path], column: str, folder: Path, broken: Callable[[Broken], None]
) -> Input:
    """The input, whose texts are in `column`. JSON lines go as parquet into `folder`, unless they
    are there. `broken` is told of every line that is no row.

    Raises `InputError` for a file that cannot be read or lacks the column, and where files have
    the same column with types that do not fit.
    """
    sources = [
        _source(file, parquet_of_lines(file, folder / f"input-{number:04}.parquet", broken))
        if file.suffix == ".jsonl"
        else _source(file, file)
        for number, file in enumerate(files)
    ]
    for source in sources:
        if source.rows and column not in source.columns():
            shown = ", ".join(source.columns()[:12])
            raise InputError(
                f'{source.given}: no field "{column}" (found: {shown}). Pass --field NAME'
            )
    return Input(tuple(sources), _common_schema(sources))


def as_schema(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows with the columns of `schema`, null where they have none."""
    columns = [
        rows.column(field.name).cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _batches(source: Source, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    wanted = None if columns is None else _present(columns, source.columns())
    try:
        with pq.ParquetFile(source.parquet, pre_buffer=False) as file:
            yield from file.iter_batches(PART_ROWS, columns=wanted)
    except (pa.ArrowException, OSError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(
            f"{source.given}: damaged ({first}). Fetch it again, or leave it out"
        ) from error


def _source(given: Path, parquet: Path) -> Source:
    parquet_columns(parquet)
    return Source(given, parquet, int(pq.read_metadata(parquet).num_rows))


def _common_schema(sources: Sequence[Source]) -> pa.Schema:
    schema = pa.schema([])
    for source in sources:
        own = pq.read_schema(source.parquet).remove_metadata()
        try:
            schema = pa.unify_schemas([schema, own], promote_options="permissive")
        except pa.ArrowException as error:
            raise InputError(
                f"{source.given}: a column has another type than in the files before it "
                f"({str(error).splitlines()[0]}). Convert it, or clean the files one by one"
            ) from error
    return schema


def _present(wanted: Sequence[str], found: Sequence[str]) -> list[str]:
    return [name for name in wanted if name in found]


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, default=str)
