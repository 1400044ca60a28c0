"""Parquet shards of a table: written once, whole, and never changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.corpus.files import write_atomically

_BATCH_ROWS = 1024


@dataclass(frozen=True, slots=True)
class ShardedTable:
    """Numbered shards `<folder>/<name>-00000.parquet` that share a schema.

    A shard number may be missing: a stretch of the input from which this table got no row.
    """

    folder: Path
    name: str
    schema: pa.Schema

    def shard(self, number: int) -> Path:
        return self.folder / f"{self.name}-{number:05d}.parquet"

    def shards(self) -> list[Path]:
        """The shards that are there, in order."""
        return sorted(self.folder.glob(f"{self.name}-*.parquet"))

    def write(self, number: int, rows: Sequence[Mapping[str, object]]) -> None:
        """Write shard `number`, replacing one that an interrupted run may have left."""
        if not rows:
            return
        table = pa.Table.from_pylist(list(rows), schema=self.schema)
        write_atomically(self.shard(number), lambda path: pq.write_table(table, path))

    def rows(self, columns: Iterable[str]) -> Iterator[dict[str, Any]]:
        """All rows with these columns, shard by shard, a bounded number in memory."""
        wanted = list(columns)
        for shard in self.shards():
            yield from self.shard_rows(shard, wanted)

    def shard_rows(self, shard: Path, columns: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The rows of one shard. A column that it lacks is not in its rows."""
        for batch in self.batches(shard, columns):
            yield from batch.to_pylist()

    def batches(
        self, shard: Path, columns: Iterable[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of one shard as arrow has them, with these columns, or with all."""
        wanted = None if columns is None else list(columns)
        with pq.ParquetFile(shard) as file:
            yield from file.iter_batches(_BATCH_ROWS, columns=wanted)

    def count(self) -> int:
        """How many rows there are, by what the shards themselves say."""
        return sum(int(pq.read_metadata(shard).num_rows) for shard in self.shards())

    def row(self, number: int, columns: Iterable[str]) -> dict[str, Any]:
        """Row `number` of all, from 0. Raises `IndexError`."""
        before = 0
        for shard in self.shards():
            rows = int(pq.read_metadata(shard).num_rows)
            if 0 <= number - before < rows:
                return next(islice(self.shard_rows(shard, columns), number - before, None))
            before += rows
        raise IndexError(number)
