"""Rows of training data as turns of a conversation.

Reads JSON lines and parquet, a file or a folder of them, in the published schemas: `messages`, or
else `problem` and `solution`. A row that is none comes out as a `Defect`, in its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from numina_lean.errors import InputError
from numina_lean.models.model import Message, Role
from numina_lean.tables import Row, jsonl_rows, parquet_columns, parquet_rows

Fault = Literal["unreadable", "no_columns", "bad_messages", "empty_problem", "empty_solution"]
_KINDS = (".jsonl", ".parquet")
_HELD_OUT = ("test", "validation", "valid", "eval", "dev")
_ROLES: dict[object, Role] = {"system": "system", "user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a row has its text; without `messages`, `problem` and `solution` are read."""

    problem: str = "problem"
    solution: str = "solution"
    messages: str | None = "messages"


@dataclass(frozen=True, slots=True)
class Example:
    """What is learnt from a row: its turns, the last by the assistant, no text of them empty."""

    turns: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Defect:
    """A row that cannot be learnt from: where it is, and why."""

    place: str
    fault: Fault
    detail: str


def data_files(path: Path) -> tuple[Path, ...]:
    """The tables to train on: `path` itself or, of a folder, those under it that are not held out.

    Held out is what a name says is for a test (`test-00000-of-00001.parquet`), and hidden files.
    Raises `InputError` where there is none.
    """
    if path.is_file() and path.suffix in _KINDS:
        return (path,)
    if not path.is_dir():
        raise InputError(
            f"{path}: not a folder, nor a .jsonl or .parquet file. Pass another --data"
        )
    found = [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix in _KINDS and file.is_file() and _is_for_training(file.relative_to(path))
    ]
    if not found:
        raise InputError(f"{path}: no .jsonl or .parquet file to train on. Pass another --data")
    return tuple(found)


def _is_for_training(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    word = path.stem.split("-")[0].split(".")[0].lower()
    return not hidden and word not in _HELD_OUT and word not in ("rejected", "review")


def read_examples(path: Path, columns: Columns) -> Iterator[Example | Defect]:
    """The rows of the file, in order. Raises `UnreadableTableError` where it is no table."""
    for row in _rows(path, columns):
        yield _example(row, columns, f"{path.name} row {row.number}")


def _rows(path: Path, columns: Columns) -> Iterator[Row]:
    if path.suffix == ".jsonl":
        with path.open("rb") as stream:
            yield from jsonl_rows(stream)
        return
    wanted = {columns.problem, columns.solution, columns.messages}
    yield from parquet_rows(path, [name for name in parquet_columns(path) if name in wanted])


def _example(row: Row, columns: Columns, place: str) -> Example | Defect:
    if row.defect is not None:
        return Defect(place, "unreadable", row.defect)
    messages = None if columns.messages is None else row.fields.get(columns.messages)
    if messages is not None:
        turns = _turns(messages)
        if turns is None:
            return Defect(place, "bad_messages", "no list of turns that ends with the assistant's")
    else:
        texts = (row.fields.get(columns.problem), row.fields.get(columns.solution))
        problem, solution = texts
        if not isinstance(problem, str) or not isinstance(solution, str):
            lacking = f"no text in {columns.problem!r} and {columns.solution!r}"
            return Defect(place, "no_columns", f"{lacking} (found: {', '.join(row.fields)})")
        turns = (Message("user", _sound(problem)), Message("assistant", _sound(solution)))
    for turn in turns:
        if not turn.content.strip() and turn.role != "system":
            fault: Fault = "empty_problem" if turn.role == "user" else "empty_solution"
            return Defect(place, fault, f"the {turn.role}'s text is empty")
    return Example(turns)


def _turns(messages: object) -> tuple[Message, ...] | None:
    if not isinstance(messages, list):
        return None
    turns = []
    for message in messages:
        role = _ROLES.get(message.get("role")) if isinstance(message, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if role is None or not isinstance(content, str):
            return None
        turns.append(Message(role, _sound(content)))
    roles = [turn.role for turn in turns]
    return tuple(turns) if "user" in roles and roles[-1] == "assistant" else None


def _sound(text: str) -> str:
    """Without lone surrogates, which tokenizers refuse."""
    return text.encode(errors="replace").decode()
