"""Rows of a table, one after another: JSON lines or parquet.

A row that cannot be read is a row all the same: it comes out as a `Row` whose `defect` says what
is wrong, in its place, and the rows after it are read. Covers UTF-8 JSON lines (a byte order
mark and blank lines are let through) and parquet; does not cover compressed JSON lines, nor a
JSON array.
"""

import io
import json
import sys
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
class Lines:
    """Lines of a file that lie together: the number of the first, and where their bytes are."""

    first: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a parquet file that lie together: the number of the first, and how many."""

    first: int
    count: int


Stretch = Lines | Rows
"""A part of a table that can be read without the rest."""


@dataclass(frozen=True, slots=True)
class Row:
    """Row `number` (from 1; for JSON lines the line's number): its fields, or its `defect`."""

    number: int
    fields: dict[str, object]
    defect: str | None = None


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.readline(LONGEST_LINE), b"")


def jsonl_rows(stream: IO[bytes], before: Sequence[bytes] = (), *, first: int = 1) -> Iterator[Row]:
    """The objects of a JSON-lines stream, of which the lines `before` were read already.

    `first` is the number of the first line, where the stream is a part of a file.
    """
    number = first - 1
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


def jsonl_stretches(path: Path, lines: int) -> Iterator[Lines]:
    """The file in stretches of so many lines, in order; each can be read without the others."""
    with path.open("rb") as stream:
        start, first, end = 0, 1, 0
        for number, line in enumerate(_whole_lines(stream), start=1):
            end += line
            if number - first + 1 == lines:
                yield Lines(first, start, end - start)
                start, first = end, number + 1
        if end > start:
            yield Lines(first, start, end - start)


def _whole_lines(stream: IO[bytes]) -> Iterator[int]:
    """The lengths of the lines, as `jsonl_rows` numbers them: however long, one is one."""
    for line in _lines(stream):
        length = len(line)
        while not line.endswith(b"\n") and (line := stream.readline(LONGEST_LINE)):
            length += len(line)
        yield length


def jsonl_rows_of(path: Path, stretch: Lines) -> Iterator[Row]:
    """The rows of one stretch of the file, which is held in memory as a whole."""
    with path.open("rb") as stream:
        stream.seek(stretch.start)
        yield from jsonl_rows(io.BytesIO(stream.read(stretch.size)), first=stretch.first)


def parquet_rows(path: Path, columns: Sequence[str], only: Rows | None = None) -> Iterator[Row]:
    """The rows of a parquet file with these columns only, `BATCH_ROWS` in memory at a time.

    `only` some of them, where it is given. The rest of a row group that turns out to be
    damaged is one row with a defect.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    first, last = (1, sys.maxsize) if only is None else (only.first, only.first + only.count - 1)
    with pq.ParquetFile(path, pre_buffer=False) as file:
        end = 0
        for group in range(file.num_row_groups):
            before, end = end, end + file.metadata.row_group(group).num_rows
            if end < first or before >= last:
                continue
            try:
                for batch in file.iter_batches(BATCH_ROWS, [group], list(columns)):
                    skipped = max(0, first - 1 - before)
                    wanted = batch.slice(skipped, max(0, last - before - skipped))
                    yield from _batch_rows(wanted, before + skipped + 1)
                    before += batch.num_rows
                    if before >= last:
                        break
            except (pa.ArrowException, OSError, ValueError) as error:
                number, until = max(first, before + 1), min(end, last)
                yield Row(number, {}, f"damaged up to row {until} ({_first_line(error)})")


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
