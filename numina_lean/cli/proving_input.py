"""What `numina-lean prove` reads: a corpus folder, or a file of rows with a formal statement."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.corpus.folder import Row, open_folder
from numina_lean.corpus.row import CORPUS_SCHEMA, LOSS_SCHEMA, PROVENANCE
from numina_lean.errors import InputError

_NEEDED = ("uuid", "formal_statement", "formal_proof")
_NAMESPACE = uuid.UUID("0f0a6f9e-3d5c-5e5c-8d2b-7b1c1f3a2d10")
_BATCH_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Input:
    """Rows in the corpus's columns. `count` is None where only reading tells."""

    path: Path
    folder: bool

    def count(self) -> int | None:
        if self.folder:
            return open_folder(self.path, _NEEDED).data.count()
        return int(pq.read_metadata(self.path).num_rows) if _is_parquet(self.path) else None

    def rows(self) -> Iterator[Row]:
        """A row of a file that cannot be read has only `uuid` and `broken`, which says why."""
        if self.folder:
            yield from open_folder(self.path, _NEEDED).rows()
            return
        read = _parquet_rows(self.path) if _is_parquet(self.path) else _json_rows(self.path)
        for number, raw in enumerate(read):
            yield raw if "broken" in raw else _as_corpus_row(raw, number)

    def losses(self) -> Iterator[Row]:
        """The side table of a corpus."""
        if self.folder:
            yield from open_folder(self.path, _NEEDED).losses()


def open_input(path: Path) -> Input:
    """Raises `InputError` for what is neither a corpus nor a file of rows with statements."""
    if path.is_dir():
        open_folder(path, _NEEDED)
        return Input(path, folder=True)
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder. Pass a corpus, .jsonl or .parquet")
    if _is_parquet(path):
        try:
            names = pq.read_schema(path).names
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: not parquet ({error})") from error
    else:
        first = next((row for row in islice(_json_rows(path), 100) if "broken" not in row), {})
        names = list(first)
    if "formal_statement" not in names:
        found = ", ".join(names[:10]) or "none"
        raise InputError(f"{path}: no field formal_statement (found: {found})")
    return Input(path, folder=False)


def broken_loss(row: Row, position: int) -> Row:
    """A row that could not be read, for the side table."""
    values: Row = dict.fromkeys(LOSS_SCHEMA.names)
    return {
        **values,
        "problem_id": row["uuid"],
        "input_row": position,
        "stage": "read",
        "reason": "broken_row",
        "detail": row["broken"],
        "round": 0,
        "rulings": "[]",
    }


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def _parquet_rows(path: Path) -> Iterator[Row]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH_ROWS):
            yield from batch.to_pylist()


def _json_rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                row = {"uuid": f"line-{number}", "broken": f"line {number}: not JSON ({error})"}
            if not isinstance(row, dict):
                row = {"uuid": f"line-{number}", "broken": f"line {number}: not a JSON object"}
            yield row


def _as_corpus_row(raw: Row, number: int) -> Row:
    """The columns that a corpus has, those of another type as text or left out."""
    row: Row = {field.name: _fitting(raw.get(field.name), field.type) for field in CORPUS_SCHEMA}
    named = _fitting(raw.get("uuid") or raw.get("id"), pa.string())
    text = f"{number}\n{raw.get('formal_statement')}"
    row["uuid"] = named or str(uuid.uuid5(_NAMESPACE, ascii(text)))
    details = row["provenance"] or {}
    row["provenance"] = {
        **{name: details.get(name) for name in PROVENANCE.names},
        "problem_id": details.get("problem_id") or row["uuid"],
        "input_row": number,
    }
    return row


def _fitting(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return text.encode(errors="replace").decode()
    try:
        return pa.scalar(value, type=kind).as_py()
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None
