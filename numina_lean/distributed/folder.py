"""The folder that a run on many machines fills: one shard a part, each written whole or not at all.

- `verdicts/verdicts-00000.parquet` and on: shard *n* holds the rows of part *n*;
- `.run/plan.json`: what the parts are of and what they are done with; a lock.

A part is done when its shard is there, so a run that was cut short goes on with the others.
"""

import json
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from numina_lean.corpus.files import sync_folder, write_text_atomically
from numina_lean.errors import InputError


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


class RunFolder:
    """A context manager: the folder open for one run at a time.

    `plan` is what decides the rows, as words for a person; a folder of another plan is refused.
    """

    def __init__(self, folder: Path, plan: Mapping[str, str], name: str, schema: pa.Schema) -> None:
        self._folder = folder
        self._run = folder / ".run"
        self._plan = dict(plan)
        self.shards = Shards(folder.resolve() / name, name, schema)

    def __enter__(self) -> "RunFolder":
        """Raises `InputError` where the folder is not to be used for this run."""
        self._refuse_foreign()
        try:
            self._run.mkdir(parents=True, exist_ok=True)
            self.shards.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(
                f"--output {self._folder}: cannot be made ({error.strerror})"
            ) from error
        self._lock = FileLock(self._run / "lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise InputError(f"--output {self._folder}: another run is writing here") from error
        try:
            self._keep_plan()
        except BaseException:
            self._lock.release()
            raise
        self.shards.clear_unfinished()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def _refuse_foreign(self) -> None:
        if self._folder.exists() and not self._folder.is_dir():
            raise InputError(f"--output {self._folder}: not a folder, which --ray needs")
        if self._folder.is_dir() and not self._run.is_dir() and any(self._folder.iterdir()):
            raise InputError(
                f"--output {self._folder}: holds other files, and no run with --ray. Name another"
            )

    def _keep_plan(self) -> None:
        path = self._run / "plan.json"
        if not path.exists():
            write_text_atomically(path, json.dumps(self._plan, indent=2))
            return
        made_with = json.loads(path.read_text(encoding="utf-8"))
        for name in sorted(self._plan.keys() | made_with.keys()):
            before, now = made_with.get(name), self._plan.get(name)
            if before != now:
                raise InputError(
                    f"--output {self._folder}: was begun with {name} {before}, not {now}. "
                    "Pass the same input and options, or another --output"
                )
