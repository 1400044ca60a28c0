"""What is published of a build: parquet shards with NuminaMath-CoT's columns, and beside them a
table of what else is known of each row, in the same order.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.build.cot.row import CotRow
from numina_lean.build.kept import Kept
from numina_lean.corpus.files import write_atomically

DATA, DETAILS = "data", "details"
SHARD_ROWS = 200_000
_GROUP_ROWS = 2_000
"""Rows in memory at a time, and in a row group."""

_TURN = pa.struct([pa.field("content", pa.string()), pa.field("role", pa.string())])
_PUBLISHED: "list[pa.Field[Any]]" = [
    pa.field("source", pa.string()),
    pa.field("problem", pa.string()),
    pa.field("solution", pa.string()),
    pa.field("messages", pa.list_(_TURN)),
]
_KNOWN: "list[pa.Field[Any]]" = [
    pa.field("id", pa.string()),
    pa.field("source", pa.string()),
    pa.field("answer", pa.string()),
    pa.field("given", pa.bool_()),
    pa.field("proof", pa.bool_()),
    pa.field("checked", pa.string()),
    pa.field("stages", pa.list_(pa.string())),
    pa.field("seed", pa.string()),
    pa.field("origin", pa.string()),
    pa.field("images", pa.list_(pa.string())),
]
PUBLISHED, KNOWN = pa.schema(_PUBLISHED), pa.schema(_KNOWN)


@dataclass(frozen=True, slots=True)
class Written:
    """`files`: all that was written; `rows`: by split; `counts`: by source and what was checked."""

    files: tuple[Path, ...]
    rows: dict[str, int]
    counts: Counter[tuple[str, str]]


def write_dataset(folder: Path, rows: Kept[CotRow], test: int, shard_rows: int) -> Written:
    """Write the splits; `test` rows, drawn by a hash of their ids, are the split of that name.

    Shards of an earlier run that are not written anew are removed.
    """
    held = _test_positions(rows, test)
    counts: Counter[tuple[str, str]] = Counter()
    files: list[Path] = []
    sizes = {"train": len(rows) - len(held), "test": len(held)}
    for split, size in sizes.items():
        if not size and split == "test":
            continue
        mine = _split(rows, held, split == "test")
        shards = max(1, -(-size // shard_rows))
        for number in range(shards):
            path = folder / DATA / f"{split}-{number:05d}-of-{shards:05d}.parquet"
            part = _counted(islice(mine, shard_rows), counts)
            _write(path, PUBLISHED, map(_published, part))
            files.append(path)
        path = folder / DETAILS / f"{split}.parquet"
        _write(path, KNOWN, map(_known, _split(rows, held, split == "test")))
        files.append(path)
    for name in (DATA, DETAILS):
        for old in (folder / name).glob("*.parquet"):
            if old not in files:
                old.unlink()
    return Written(tuple(files), {split: size for split, size in sizes.items() if size}, counts)


def _test_positions(rows: Kept[CotRow], test: int) -> frozenset[int]:
    ranked = ((_rank(row), position) for position, row in rows) if test else iter(())
    return frozenset(position for _, position in heapq.nsmallest(test, ranked))


def _rank(row: CotRow) -> bytes:
    return hashlib.sha256(row.id.encode()).digest()


def _split(rows: Kept[CotRow], held: frozenset[int], test: bool) -> Iterator[CotRow]:
    return (row for position, row in rows if (position in held) == test)


def _counted(rows: Iterable[CotRow], counts: Counter[tuple[str, str]]) -> Iterator[CotRow]:
    for row in rows:
        counts[row.source, row.checked] += 1
        yield row


def _published(row: CotRow) -> dict[str, object]:
    turns = (("user", row.problem), ("assistant", row.solution))
    return {
        "source": row.source,
        "problem": row.problem,
        "solution": row.solution,
        "messages": [{"content": text, "role": role} for role, text in turns],
    }


def _known(row: CotRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in KNOWN.names}


def _write(path: Path, schema: pa.Schema, rows: Iterator[dict[str, object]]) -> None:
    def write(temporary: Path) -> None:
        with pq.ParquetWriter(temporary, schema) as writer:
            while group := list(islice(rows, _GROUP_ROWS)):
                writer.write_table(pa.Table.from_pylist(group, schema=schema))

    write_atomically(path, write)
