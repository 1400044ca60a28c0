"""The parts that a list of inputs is cut into.

A part can be read without the others, on any machine that sees the same files under the same
paths. Its number and its content depend on the inputs alone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from numina_lean import tables
from numina_lean.check.inputs import Input
from numina_lean.errors import InputError
from numina_lean.tables import Rows, UnreadableTableError


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number`, from 0: some Lean files, or a stretch of a table."""

    number: int
    inputs: tuple[Input, ...]


def plan_parts(inputs: Iterable[Input], size: int) -> list[Part]:
    """The parts of `inputs`, in order, with at most `size` sources each.

    Raises `InputError` for standard input, which no other machine can read. A table that cannot be
    read is a part all the same: it comes out as a defect.
    """
    parts: list[Part] = []
    files: list[Input] = []

    def close(part: tuple[Input, ...]) -> None:
        if part:
            parts.append(Part(len(parts), part))

    for each in inputs:
        if each.kind == "stdin":
            raise InputError("-: standard input cannot be read on other machines. Name a file")
        # An actor has another working folder.
        each = replace(each, path=each.path.absolute(), alias=each.name)
        if each.kind != "lean" or len(files) == size:
            close(tuple(files))
            files.clear()
        if each.kind == "lean":
            files.append(each)
            continue
        for stretch in _stretches(each, size):
            close((stretch,))
    close(tuple(files))
    return parts


def _stretches(table: Input, size: int) -> Iterator[Input]:
    try:
        if table.kind == "jsonl":
            for lines in tables.jsonl_stretches(table.path, size):
                yield replace(table, only=lines)
            return
        rows = tables.count_parquet_rows(table.path)
    except (OSError, UnreadableTableError):  # told as a defect when it is read
        yield table
        return
    for first in range(1, rows + 1, size):
        yield replace(table, only=Rows(first, min(size, rows + 1 - first)))


def digest(inputs: Sequence[Input]) -> str:
    """SHA-256 over the names and the contents of `inputs`, in hexadecimal."""
    total = hashlib.sha256()
    for each in inputs:
        total.update(f"{each.name}\n{_content(each.path)}\n".encode())
    return total.hexdigest()


def _content(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {error.strerror}"
