"""A corpus folder: rows taken in as they are finished, kept through a kill, and put in input order.

The folder holds
- `data/`: the corpus in parquet shards (`CORPUS_SCHEMA`), in input order;
- `rejected/`: the side table of what was lost, and where (`LOSS_SCHEMA`);
- `.state/`: the settings the folder was made with, a lock, the journal of finished input rows
  that are not in a shard yet, and how much of the input is.

A shard number is written to both tables, then `committed.json` says so, then the journal lets go
of its rows. A kill between two of these steps leaves the journal with rows that a shard holds
too; the next run then writes the same shard again, or finds it committed and drops them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from numina_lean.corpus.files import write_text_atomically
from numina_lean.corpus.journal import Journal, Record
from numina_lean.corpus.row import CORPUS_SCHEMA, LOSS_SCHEMA, CorpusRow, Loss
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.corpus.shards import ShardedTable
from numina_lean.errors import InputError

SHARD_ROWS = 4096
"""Input rows that one shard covers."""

_NO_ROWS = hashlib.sha256().hexdigest()


class Recordable(Protocol):
    """What came of one input row: `Finished`, or rows taken over from another corpus."""

    def record(self) -> Record: ...


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything that came of one input row. `position` counts input rows from 0."""

    position: int
    id: str
    rows: tuple[CorpusRow, ...]
    losses: tuple[Loss, ...]

    def record(self) -> Record:
        """The row as the journal keeps it."""
        return {
            "position": self.position,
            "id": self.id,
            "rows": [row.fields() for row in self.rows],
            "losses": [loss.fields() for loss in self.losses],
        }


class Corpus:
    """A corpus folder open for writing, by this process alone. A context manager.

    The input is gone through from its beginning in every run: `is_finished` is asked once for
    each row, in input order, and `record` is called, in any order, for those that were not.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str], *, shard_rows: int = SHARD_ROWS
    ) -> None:
        """`settings`: what decides the rows; a folder made with other settings is refused."""
        self._folder = folder
        self._run = RunFolder(folder, settings, "corpus")
        self._state = self._run.state
        self._shard_rows = shard_rows
        self.data = ShardedTable(folder / "data", "train", CORPUS_SCHEMA)
        self.rejected = ShardedTable(folder / "rejected", "rejected", LOSS_SCHEMA)
        self._pending: dict[int, Record] = {}
        self._ids: dict[int, str] = {}
        self._committed = 0
        self._shards = 0
        self._chain = _NO_ROWS
        self._seen_chain = _NO_ROWS

    def __enter__(self) -> "Corpus":
        self._run.__enter__()
        try:
            self._journal = Journal(self._state / "journal.jsonl")
            self._load()
        except BaseException:
            self._run.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._journal.close()
        self._run.__exit__(kind, error, trace)

    def is_finished(self, position: int, problem_id: str) -> bool:
        """Whether an earlier run did this input row.

        Raises `InputError` where that run saw another id in its place: the input is another one.
        """
        if position < self._committed:
            self._seen_chain = _link(self._seen_chain, problem_id)
            if position + 1 == self._committed and self._seen_chain != self._chain:
                raise self._other_input(f"its first {self._committed} rows")
            return True
        known = self._ids.get(position)
        if known is not None and known != problem_id:
            raise self._other_input(f"row {position + 1}")
        return known is not None

    def record(self, finished: Sequence[Recordable]) -> None:
        """Keep these rows durably, and write the shards that are complete by now."""
        records = [one.record() for one in finished]
        self._journal.append(records)
        self._take(records)
        self._commit_complete()

    def flush(self) -> None:
        """Write what is left as a last shard: the run is at its end."""
        self._commit_complete()
        rest = self._ready()
        if rest:
            self._commit(rest)

    def _commit_complete(self) -> None:
        while self._ready() == self._shard_rows:
            self._commit(self._shard_rows)

    def _ready(self) -> int:
        """How many rows from the first uncommitted one on are there without a gap; at most a
        shard's."""
        for count in range(self._shard_rows):
            if self._committed + count not in self._pending:
                return count
        return self._shard_rows

    def _commit(self, count: int) -> None:
        positions = range(self._committed, self._committed + count)
        records = [self._pending[position] for position in positions]
        self.data.write(self._shards, _rows(records, "rows"))
        self.rejected.write(self._shards, _rows(records, "losses"))
        for position in positions:
            self._chain = _link(self._chain, self._ids[position])
        committed = {
            "input_rows": self._committed + count,
            "shards": self._shards + 1,
            "chain": self._chain,
        }
        write_text_atomically(self._state / "committed.json", json.dumps(committed))
        self._committed += count
        self._shards += 1
        for position in positions:
            del self._pending[position], self._ids[position]
        self._journal.replace(self._pending[position] for position in sorted(self._pending))

    def _load(self) -> None:
        path = self._state / "committed.json"
        if path.exists():
            committed = json.loads(path.read_text(encoding="utf-8"))
            self._committed = int(committed["input_rows"])
            self._shards = int(committed["shards"])
            self._chain = str(committed["chain"])
        self._take(self._journal.read())

    def _take(self, records: Iterable[Record]) -> None:
        for record in records:
            position = record["position"]
            if isinstance(position, int) and position >= self._committed:
                self._pending[position] = record
                self._ids[position] = str(record["id"])

    def _other_input(self, where: str) -> InputError:
        return InputError(
            f"{self._folder}: was made from another input ({where} differ). "
            "Pass that input, or another --output"
        )


def _rows(records: Iterable[Record], key: str) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for record in records:
        found = record[key]
        assert isinstance(found, list)
        rows += found
    return rows


def _link(chain: str, problem_id: str) -> str:
    return hashlib.sha256(f"{chain}\n{problem_id}".encode()).hexdigest()
