"""Parquet shards of a table: written once, whole, and never changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
            with pq.ParquetFile(shard) as file:
                for batch in file.iter_batches(_BATCH_ROWS, columns=wanted):
                    yield from batch.to_pylist()
