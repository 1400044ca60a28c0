"""What `check` is told to check, as a stream: files, folders, tables and standard input.

`find_inputs` looks at every path before anything starts, and raises on what can be known to be
wrong by then. `read_inputs` then gives one `Source` or one `Defect` for each Lean source, in
order, holding one file or one batch of rows in memory at a time. What cannot be read is never
skipped: it comes out as a `Defect` in its own place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Literal

from numina_lean import tables
from numina_lean.check.fields import Fields
from numina_lean.check.source import Defect, Source, printable, sources
from numina_lean.errors import InputError
from numina_lean.tables import Lines, Row, Rows, Stretch, UnreadableTableError

LARGEST_SOURCE = 64 * 2**20
"""Bytes a Lean file may have."""

STDIN = "-"

Kind = Literal["lean", "jsonl", "parquet", "stdin"]
_KINDS: dict[str, Kind] = {".lean": "lean", ".jsonl": "jsonl", ".parquet": "parquet"}
_PEEKED_ROWS = 50


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read sources from, or `only` a stretch of a table; or standard input.

    It is called by its path, or by `alias` where the path is not as it was given.
    """

    path: Path
    kind: Kind
    only: Stretch | None = None
    alias: str | None = None

    @property
    def name(self) -> str:
        return printable(str(self.path) if self.alias is None else self.alias)

    def count(self) -> int | None:
        """How many sources it holds, or None where only reading it up would tell."""
        try:
            match self.kind:
                case "lean":
                    return 1
                case "jsonl":
                    return tables.count_jsonl_rows(self.path)
                case "parquet":
                    return tables.count_parquet_rows(self.path)
                case "stdin":
                    return None
        except (OSError, UnreadableTableError):  # told as a defect when it is read
            return None


@dataclass(frozen=True, slots=True)
class Found:
    """The inputs in order, and a line for each file of a folder that was left out."""

    inputs: tuple[Input, ...]
    left_out: tuple[str, ...]


def find_inputs(paths: Sequence[str], fields: Fields, *, output: Path | None = None) -> Found:
    """The inputs under `paths` (folders recursively, sorted).

    Of a folder, hidden entries and the file `output` are no inputs, and a table without a
    field to check is left out. Raises `InputError` when a path is missing, of no known kind, is
    `output` itself, is a table without the fields, or is a folder with nothing to check.
    """
    found: list[Input] = []
    left_out: list[str] = []
    for path in map(Path, paths):
        if str(path) == STDIN:
            found.append(Input(path, "stdin"))
        elif path.is_dir():
            found.extend(_in_folder(path, fields, output, left_out))
        else:
            found.append(_named_file(path, fields, output))
    if sum(each.kind == "stdin" for each in found) > 1:
        raise InputError("-: standard input can be read only once")
    return Found(tuple(found), tuple(left_out))


def _named_file(path: Path, fields: Fields, output: Path | None) -> Input:
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    kind = _KINDS.get(path.suffix.lower())
    if kind is None or not path.is_file():
        raise InputError(f"{path}: not a folder, nor a .lean, .jsonl or .parquet file, nor -")
    if output is not None and _same_file(path, output):
        raise InputError(f"{path}: both input and --output. Name another output")
    try:
        path.open("rb").close()
        _require_fields(path, kind, fields)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    return Input(path, kind)


def _in_folder(
    folder: Path, fields: Fields, output: Path | None, left_out: list[str]
) -> Iterator[Input]:
    empty = True
    for path in _walk(folder, {folder.resolve()}):
        kind = _KINDS.get(path.suffix.lower())
        if kind is None or (output is not None and _same_file(path, output)):
            continue
        try:
            _require_fields(path, kind, fields)
        except (OSError, UnreadableTableError):  # told as a defect when it is read
            pass
        except InputError as error:
            left_out.append(str(error))
            continue
        empty = False
        yield Input(path, kind)
    if empty:
        why = f" ({'; '.join(left_out)})" if left_out else ""
        raise InputError(f"{folder}: no .lean, .jsonl or .parquet file to check in it{why}")


def _walk(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """The files below, sorted by name folder by folder; each folder once, whatever links say."""
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}") from error
    for path in entries:
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            yield path
        elif (target := path.resolve()) not in seen:
            seen.add(target)
            yield from _walk(path, seen)


def _same_file(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _require_fields(path: Path, kind: Kind, fields: Fields) -> None:
    if kind == "lean" and fields.reference is not None:
        raise InputError(_no_row(str(path), fields.reference))
    if kind == "parquet":
        fields.require_in(str(path), [tables.parquet_columns(path)])
    elif kind == "jsonl":
        with path.open("rb") as stream:
            _checked(tables.jsonl_rows(stream), str(path), fields)


def _checked(rows: Iterator[Row], place: str, fields: Fields) -> Iterator[Row]:
    """The same rows. Raises `InputError` if none of the first ones has the fields wanted."""
    head = list(islice(rows, _PEEKED_ROWS))
    fields.require_in(place, [tuple(row.fields) for row in head if row.defect is None])
    return chain(head, rows)


def read_inputs(
    inputs: Iterable[Input], fields: Fields, stdin: IO[bytes]
) -> Iterator[Source | Defect]:
    """Everything there is to check, in order.

    Raises `InputError` only for JSON lines on `stdin` that lack the fields wanted.
    """
    for each in inputs:
        try:
            yield from _read(each, fields, stdin)
        except OSError as error:
            yield Defect(each.name, each.name, f"{each.name}: {error.strerror}")
        except UnreadableTableError as error:
            yield Defect(each.name, each.name, printable(str(error)))


def _read(each: Input, fields: Fields, stdin: IO[bytes]) -> Iterator[Source | Defect]:
    match each.kind:
        case "lean":
            with each.path.open("rb") as stream:
                yield _lean(stream.read(LARGEST_SOURCE + 1), each.name)
        case "jsonl":
            yield from sources(_lines(each), each.name, "line", fields)
        case "parquet":
            names = tables.parquet_columns(each.path)
            wanted = (fields.code_in(names), fields.id_in(names), fields.reference)
            columns = [name for name in dict.fromkeys(wanted) if name in names]
            only = each.only if isinstance(each.only, Rows) else None
            rows = tables.parquet_rows(each.path, columns, only)
            yield from sources(rows, each.name, "row", fields)
        case "stdin":
            yield from _standard_input(stdin, fields)


def _lines(each: Input) -> Iterator[Row]:
    if isinstance(each.only, Lines):
        yield from tables.jsonl_rows_of(each.path, each.only)
        return
    with each.path.open("rb") as stream:
        yield from tables.jsonl_rows(stream)


def _standard_input(stdin: IO[bytes], fields: Fields) -> Iterator[Source | Defect]:
    """JSON lines if the first character that is not blank is `{`, as in no Lean source."""
    before: list[bytes] = []
    for line in iter(lambda: stdin.readline(tables.LONGEST_LINE), b""):
        before.append(line)
        start = line.removeprefix(tables.BYTE_ORDER_MARK).lstrip(tables.BLANK)
        if start.startswith(b"{"):
            rows = _checked(tables.jsonl_rows(stdin, before), "standard input", fields)
            yield from sources(rows, STDIN, "line", fields)
            return
        if start:
            break
    if fields.reference is not None:
        yield Defect(STDIN, STDIN, _no_row("standard input", fields.reference))
        return
    yield _lean(b"".join(before) + stdin.read(LARGEST_SOURCE), STDIN)


def _lean(data: bytes, name: str) -> Source | Defect:
    if len(data) > LARGEST_SOURCE:
        return Defect(name, name, f"{name}: larger than {LARGEST_SOURCE // 2**20} MiB")
    try:
        return Source(name, name, data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Defect(name, name, f"{name} line {line}: not UTF-8 (byte {error.start + 1})")


def _no_row(place: str, field: str) -> str:
    return f"{place}: Lean has no field for --against {field}. Pass a table, or --against FILE"
