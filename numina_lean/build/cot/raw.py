"""What lies in the files of a source, before any form of its own: records, and texts.

A record is a JSON object: a line of a .jsonl file, a row of a .parquet file, a whole .json file, or
an entry of the list that a .json file is. What cannot be read is a `Rejected` in its place.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numina_lean.build.manifest import files_of
from numina_lean.build.stage import Rejected
from numina_lean.errors import InputError
from numina_lean.tables import Row, jsonl_rows, parquet_columns, parquet_rows

TABLES, DOCUMENTS = (".jsonl", ".parquet"), (".json",)
LARGEST_DOCUMENT = 256 * 2**20
"""Bytes of a file that is read whole."""


@dataclass(frozen=True, slots=True)
class Raw:
    """`origin`: the file as it was named, below the input, and the number of the row in it."""

    origin: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    origin: str
    text: str


def records(path: Path) -> Iterator[Raw | Rejected]:
    """The records of a file, or of all files below a folder, in the order of their paths.

    Raises `InputError` where there is none to read.
    """
    for file, name in _files(path, (*TABLES, *DOCUMENTS)):
        if file.suffix in TABLES:
            yield from _table(file, name)
        else:
            yield from _document(file, name)


def texts(path: Path, suffixes: tuple[str, ...]) -> Iterator[Text | Rejected]:
    """The files with these endings, each as one text. Raises as `records`."""
    for file, name in _files(path, suffixes):
        found = _read(file, name)
        yield found if isinstance(found, Rejected) else Text(name, found)


def has_files(path: Path, suffixes: tuple[str, ...]) -> bool:
    """Whether there is a file with one of these endings."""
    return any(file.suffix.lower() in suffixes for file in _below(path))


def _below(path: Path) -> Iterator[Path]:
    yield from files_of(path) if path.is_dir() else (path,)


def _files(path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    found = False
    for file in _below(path):
        if file.suffix.lower() in suffixes:
            found = True
            yield file, file.relative_to(path).as_posix() if path.is_dir() else file.name
    if not found:
        raise InputError(f"{path}: no file to read. The source comes as {', '.join(suffixes)}")


def _table(file: Path, name: str) -> Iterator[Raw | Rejected]:
    if file.suffix == ".parquet":
        yield from (_row(row, name) for row in parquet_rows(file, parquet_columns(file)))
        return
    with file.open("rb") as stream:
        yield from (_row(row, name) for row in jsonl_rows(stream))


def _row(row: Row, name: str) -> Raw | Rejected:
    place = f"{name}:{row.number}"
    if row.defect is not None:
        return Rejected("unreadable", row.defect, id=place)
    return Raw(place, row.fields)


def _document(file: Path, name: str) -> Iterator[Raw | Rejected]:
    text = _read(file, name)
    if isinstance(text, Rejected):
        yield text
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Rejected("unreadable", f"not JSON ({str(error)[:200]})", id=name)
        return
    entries = list(enumerate(found, 1)) if isinstance(found, list) else [(0, found)]
    for number, entry in entries:
        place = f"{name}:{number}" if number else name
        if isinstance(entry, dict):
            yield Raw(place, entry)
        else:
            yield Rejected("unreadable", "not a JSON object", id=place)


def _read(file: Path, name: str) -> str | Rejected:
    if file.stat().st_size > LARGEST_DOCUMENT:
        return Rejected("unreadable", f"larger than {LARGEST_DOCUMENT // 2**20} MiB", id=name)
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return Rejected("unreadable", f"not UTF-8 (byte {error.start + 1})", id=name)
