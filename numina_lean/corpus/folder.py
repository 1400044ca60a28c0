"""A corpus folder as one reads it: its two tables, whoever wrote them and with which version.

A folder of an earlier version, or one made elsewhere in NuminaMath-LEAN's columns, may lack
columns: a row then has no such key. Nothing is locked: a folder that a run is writing to is read as
far as its shards go.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.corpus.row import CORPUS_SCHEMA, LOSS_SCHEMA
from numina_lean.corpus.shards import ShardedTable
from numina_lean.errors import InputError

Row = dict[str, Any]
"""A row by its columns, as parquet gives it."""

DATA = "data"
REJECTED = "rejected"
STATE = ".state"
"""The part of a folder that only the run which fills it needs: it is no part of the corpus."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a corpus in it: `data` and the side table `rejected`, either maybe empty."""

    path: Path
    data: ShardedTable
    rejected: ShardedTable

    def rows(self, columns: Sequence[str] = tuple(CORPUS_SCHEMA.names)) -> Iterator[Row]:
        """The rows of the corpus in order. A column may be one of the struct: `provenance.seed`."""
        yield from self.data.rows(columns)

    def losses(self, columns: Sequence[str] = tuple(LOSS_SCHEMA.names)) -> Iterator[Row]:
        """The rows of the side table in order."""
        yield from self.rejected.rows(columns)

    def unfinished(self) -> bool:
        """Whether a run left rows in its journal that no shard has yet."""
        journal = self.path / STATE / "journal.jsonl"
        return journal.is_file() and journal.stat().st_size > 0


def tables(path: Path) -> Folder:
    """The two tables of the folder `path`, which may not be there yet."""
    return Folder(
        path,
        ShardedTable(path / DATA, "train", CORPUS_SCHEMA),
        ShardedTable(path / REJECTED, "rejected", LOSS_SCHEMA),
    )


def open_folder(path: Path, needed: Sequence[str] = ("uuid",)) -> Folder:
    """The corpus at `path`, each shard of which can be read and has the columns `needed`.

    Raises `InputError` for what is no corpus.
    """
    folder = tables(path)
    shards = folder.data.shards()
    if not shards and not folder.rejected.shards():
        raise InputError(
            f"{path}: no corpus (no {DATA}{os.sep}train-*.parquet). Pass formalize's --output"
        )
    for shard in shards:
        _require(shard, needed)
    for shard in folder.rejected.shards():
        _require(shard, ("stage", "reason"))
    return folder


def provenance(row: Mapping[str, Any]) -> Row:
    """The row's provenance; empty where it has none."""
    return row.get("provenance") or {}


def _require(shard: Path, columns: Sequence[str]) -> None:
    try:
        names = pq.read_schema(shard).names
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{shard}: not parquet ({error})") from error
    for column in columns:
        if column not in names:
            raise InputError(f"{shard}: no column {column}, which a corpus has")
