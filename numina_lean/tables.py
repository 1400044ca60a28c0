"""Rows of a table, one after another: JSON lines or parquet.

A row that cannot be read is a row all the same: it comes out as a `Row` whose `defect` says what
is wrong, in its place, and the rows after it are read. Covers UTF-8 JSON lines (a byte order
mark and blank lines are let through) and parquet; does not cover compressed JSON lines, nor a
JSON array.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

from numina_lean.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_LINE = 64 * 2**20
"""Bytes a JSON line may have: a line is held in memory whole."""

BATCH_ROWS = 256
"""Rows of parquet held in memory at a time."""

BLANK = b" \t\r\n"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableTableError(InputError):
    """The file is not the table that its name says; no row of it can be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """Row `number` (from 1; for JSON lines the line's number): its fields, or its `defect`."""

    number: int
    fields: dict[str, object]
    defect: str | None = None


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.readline(LONGEST_LINE), b"")


def jsonl_rows(stream: IO[bytes], before: Sequence[bytes] = ()) -> Iterator[Row]:
    """The objects of a JSON-lines stream, of which the lines `before` were read already."""
    number = 0
    for line in chain(before, _lines(stream)):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            yield Row(number, {}, f"longer than {LONGEST_LINE // 2**20} MiB")
            while not line.endswith(b"\n") and (line := stream.readline(LONGEST_LINE)):
                pass
            continue
        text = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        if text.strip(BLANK):
            yield _parsed(number, text)


def _parsed(number: int, line: bytes) -> Row:
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError as error:
        return Row(number, {}, f"not UTF-8 (byte {error.start + 1} of the line)")
    except json.JSONDecodeError as error:
        return Row(number, {}, f"not JSON ({error.msg} at column {error.colno})")
    except ValueError as error:  # a number with thousands of digits
        return Row(number, {}, f"not JSON that can be read ({error})")
    except RecursionError:
        return Row(number, {}, "not JSON that can be read (nested too deeply)")
    if not isinstance(value, dict):
        return Row(number, {}, "not a JSON object")
    return Row(number, value)


def count_jsonl_rows(path: Path) -> int:
    """How many rows the file holds, good or bad, without parsing them."""
    with path.open("rb") as stream:
        return sum(1 for line in _lines(stream) if line.strip(BLANK))


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The names of a parquet file's top-level columns. Raises `UnreadableTableError`."""
    # Imported where it is used: it takes longer than the rest of a small check together.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(path, error) from error


def count_parquet_rows(path: Path) -> int:
    """The number of rows that the file's own footer gives. Raises `UnreadableTableError`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(path, error) from error


def parquet_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a parquet file with these columns only, `BATCH_ROWS` in memory at a time.

    The rest of a row group that turns out to be damaged is one row with a defect.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        end = 0
        for group in range(file.num_row_groups):
            number, end = end, end + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(BATCH_ROWS, [group], list(columns)):
                    yield from _batch_rows(batch, number + 1)
                    number += batch.num_rows
            except (pa.ArrowException, OSError, ValueError) as error:
                yield Row(number + 1, {}, f"damaged up to row {end} ({_first_line(error)})")


def _batch_rows(batch: "pa.RecordBatch", first: int) -> Iterator[Row]:
    try:
        rows = [Row(first + at, fields) for at, fields in enumerate(batch.to_pylist())]
    except UnicodeDecodeError:
        rows = [_single_row(batch.slice(at, 1), first + at) for at in range(batch.num_rows)]
    yield from rows


def _single_row(batch: "pa.RecordBatch", number: int) -> Row:
    try:
        return Row(number, batch.to_pylist()[0])
    except UnicodeDecodeError as error:
        return Row(number, {}, f"not UTF-8 (byte {error.start + 1} of a field)")


def _not_parquet(path: Path, error: Exception) -> UnreadableTableError:
    return UnreadableTableError(f"{path}: not parquet ({_first_line(error)})")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
