"""JSON lines made into parquet.

JSON lines have no types: a column whose values are of several kinds (a number here, a text there)
becomes a column of texts, JSON for what was none; a line that is no JSON object is no row, and is
told of; half of a surrogate pair, which no parquet can hold, becomes U+FFFD.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.corpus.files import write_atomically
from numina_lean.errors import InputError
from numina_lean.tables import Row, jsonl_rows

_ROWS = 8192
"""Rows held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Line `line` of the file `given` is no row; `detail` says why."""

    given: Path
    line: int
    detail: str


def parquet_of_lines(given: Path, parquet: Path, broken: Callable[[Broken], None]) -> Path:
    """`parquet`, with the rows of the file `given`; it is not written again if it is there.

    `broken` is told of every line that is no row. Raises `InputError` where a file cannot be read.
    """
    kinds = _Kinds()
    for row in _read(given):
        if row.defect is not None:
            broken(Broken(given, row.number, row.defect))
        else:
            kinds.add(row.fields)
    kinds.settle()
    if not parquet.exists():
        write_atomically(parquet, lambda path: _convert(given, kinds, path))
    return parquet


def _read(path: Path) -> Iterator[Row]:
    with path.open("rb") as stream:
        for row in jsonl_rows(stream):
            fields = {_whole_text(name): _whole(value) for name, value in row.fields.items()}
            yield Row(row.number, fields, row.defect)


class _Kinds:
    """The columns of JSON lines, with the types that their values have."""

    def __init__(self) -> None:
        self.schema = pa.schema([])
        self.mixed: set[str] = set()
        self._waiting: list[dict[str, object]] = []

    def add(self, fields: dict[str, object]) -> None:
        self._waiting.append(fields)
        if len(self._waiting) == _ROWS:
            self.settle()

    def settle(self) -> None:
        """Take the rows into account that were added."""
        rows, self._waiting = self._waiting, []
        names = dict.fromkeys(chain.from_iterable(rows))
        for name in names:
            if name in self.mixed:
                continue
            try:
                values: list[Any] = [row.get(name) for row in rows]
                own = pa.schema([(name, _storable(pa.array(values).type))])
                self.schema = pa.unify_schemas([self.schema, own], promote_options="permissive")
            except (pa.ArrowException, OverflowError):
                self.mixed.add(name)

    def table(self, rows: Sequence[dict[str, object]]) -> pa.Table:
        """The rows in the schema of all."""
        schema = self.final()
        columns = [
            pa.array([self._value(row, field) for row in rows], field.type) for field in schema
        ]
        return pa.Table.from_arrays(columns, schema=schema)

    def final(self) -> pa.Schema:
        """A column of mixed values holds texts, as does one of which all values are null."""
        names = dict.fromkeys([*self.schema.names, *sorted(self.mixed)])
        return pa.schema([pa.field(name, self._type(name)) for name in names])

    def _type(self, name: str) -> pa.DataType:
        if name in self.mixed or pa.types.is_null(self.schema.field(name).type):
            return pa.string()
        kind: pa.DataType = self.schema.field(name).type
        return kind

    def _value(self, row: dict[str, object], field: "pa.Field[pa.DataType]") -> object:
        value = row.get(field.name)
        if field.name in self.mixed and value is not None and not isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, int) and pa.types.is_floating(field.type):
            return float(value)
        return value


def _convert(given: Path, kinds: _Kinds, path: Path) -> None:
    good = (row.fields for row in _read(given) if row.defect is None)
    with pq.ParquetWriter(path, kinds.final()) as writer:
        while rows := list(islice(good, _ROWS)):
            try:
                writer.write_table(kinds.table(rows))
            except pa.ArrowException as error:
                raise InputError(
                    f"{given}: cannot be a table ({str(error).splitlines()[0]}). "
                    "Give the values of that column one type"
                ) from error


def _storable(kind: pa.DataType) -> pa.DataType:
    """The type itself. Raises `ArrowTypeError` for one that parquet has not: an object of no
    fields, at any depth."""
    if pa.types.is_struct(kind) and kind.num_fields == 0:
        raise pa.ArrowTypeError("an object without fields")
    for at in range(kind.num_fields):
        _storable(kind.field(at).type)
    return kind


def _whole(value: object) -> object:
    """The value without halves of surrogate pairs, at any depth."""
    match value:
        case str():
            return _whole_text(value)
        case list():
            return [_whole(each) for each in value]
        case dict():
            return {_whole_text(str(key)): _whole(each) for key, each in value.items()}
    return value


def _whole_text(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
