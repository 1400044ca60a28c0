"""The folder that a run on many machines fills: one shard a part, each written whole or not at all.

- `verdicts/verdicts-00000.parquet` and on: shard *n* holds the rows of part *n*;
- `.state/settings.json`: what the parts are of and what they are done with; a lock.

A part is done when its shard is there, so a run that was cut short goes on with the others.
"""

import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.corpus.files import sync_folder
from numina_lean.corpus.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of a table in `folder`, for any process on any machine that sees the folder."""

    folder: Path
    name: str
    schema: pa.Schema

    def path(self, number: int) -> Path:
        return self.folder / f"{self.name}-{number:05d}.parquet"

    def is_there(self, number: int) -> bool:
        return self.path(number).is_file()

    def attempt(self, number: int) -> int:
        """Note that part `number` is begun; how often it was by now, without being done."""
        with self._attempts(number).open("ab") as stream:
            stream.write(b".")
            stream.flush()
            return stream.tell()

    def attempts(self, number: int) -> int:
        """How often part `number` was begun and not done."""
        try:
            return self._attempts(number).stat().st_size
        except FileNotFoundError:
            return 0

    def write(self, number: int, rows: Iterable[Mapping[str, object]]) -> None:
        """Put shard `number` in its place in one step, whoever else is writing the same one."""
        table = pa.Table.from_pylist(list(rows), schema=self.schema)
        temporary = self.folder / f".{self.name}-{number:05d}.{uuid.uuid4().hex}.part"
        try:
            pq.write_table(table, temporary)
            with temporary.open("rb") as stream:
                os.fsync(stream.fileno())
            temporary.replace(self.path(number))
            sync_folder(self.folder)
            self._attempts(number).unlink(missing_ok=True)
        finally:
            temporary.unlink(missing_ok=True)

    def clear_unfinished(self) -> None:
        """Remove what killed writers left. Only while nobody writes."""
        for leftover in self.folder.glob(f".{self.name}-*"):
            leftover.unlink(missing_ok=True)

    def _attempts(self, number: int) -> Path:
        return self.folder / f".{self.name}-{number:05d}.attempts"


class ShardFolder:
    """A context manager: the folder open for one run at a time.

    `plan` is what decides the rows, as words for a person; a folder of another plan is refused.
    """

    def __init__(self, folder: Path, plan: Mapping[str, str], name: str, schema: pa.Schema) -> None:
        self._run = RunFolder(folder, plan, "run with --ray")
        self.shards = Shards(folder.resolve() / name, name, schema)

    def __enter__(self) -> "ShardFolder":
        """Raises `InputError` where the folder is not to be used for this run."""
        self._run.__enter__()
        self.shards.folder.mkdir(exist_ok=True)
        self.shards.clear_unfinished()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run.__exit__(kind, error, trace)
