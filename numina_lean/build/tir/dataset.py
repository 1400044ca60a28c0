"""The published table: columns `problem`, `solution`, `messages`, in the order of the input."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from numina_lean.build.tir.row import Sampled
from numina_lean.corpus.shards import ShardedTable

DATA = "data"
SHARD_ROWS = 20_000

SCHEMA = pa.schema(
    [
        ("problem", pa.string()),
        ("solution", pa.string()),
        ("messages", pa.list_(pa.struct([("content", pa.string()), ("role", pa.string())]))),
    ]
)


def published(row: Sampled) -> Iterator[dict[str, object]]:
    """A row of the table for each solution of a problem."""
    for solution in row.solutions:
        yield {
            "problem": row.problem,
            "solution": solution,
            "messages": [
                {"content": row.problem, "role": "user"},
                {"content": solution, "role": "assistant"},
            ],
        }


def write_table(folder: Path, rows: Iterable[dict[str, object]], schema: pa.Schema) -> list[Path]:
    """Write `data/train-00000.parquet` and on; the files. Shards of an earlier write are gone."""
    table = ShardedTable(folder / DATA, "train", schema)
    old = set(table.shards())
    shard: list[dict[str, object]] = []
    number = 0
    for row in rows:
        shard.append(row)
        if len(shard) == SHARD_ROWS:
            table.write(number, shard)
            shard, number = [], number + 1
    table.write(number, shard)
    written = [table.shard(at) for at in range(number + bool(shard))]
    for path in old - set(written):
        path.unlink()
    return written
