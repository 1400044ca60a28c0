"""What an audit leaves on the disk, and what a later run goes on from.

steps.jsonl    one row a line, see `record`; durable before it is counted
summary.json   the counts, at the end of a run
.state/        settings and lock, of the run alone
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from numina_lean.corpus.journal import Journal
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.errors import InputError
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.steps.record import AuditTally, Record, digest_of

STEPS, SUMMARY = "steps.jsonl", "summary.json"


class AuditFolder:
    """A context manager. Settings as in `RunFolder`; `tally` has what earlier runs left, too."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.path = folder
        self.tally = AuditTally()
        self._run = RunFolder(folder, settings, "audit")
        self._digests: dict[int, str] = {}

    def __enter__(self) -> "AuditFolder":
        with ExitStack() as stack:
            stack.enter_context(self._run)
            self._journal = Journal(self.path / STEPS)
            stack.callback(self._journal.close)
            for record in self._journal.scan():
                self._count(record)
            self._held = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.close()

    def left(
        self, rows: Iterator[tuple[int, Problem | BrokenRow]]
    ) -> Iterator[tuple[int, Problem | BrokenRow]]:
        """The rows that are not there yet. Raises `InputError` where one was another text."""
        for number, row in rows:
            before = self._digests.get(number)
            if before is None:
                yield number, row
            elif before != digest_of(row):
                raise InputError(
                    f"{self.path}: row {number} ({row.id}) was another text before. Pass that "
                    "input, or another --output"
                )

    def add(self, record: Record) -> None:
        """Keep a row; when this returns it is on the disk."""
        self._journal.append([record])
        self._count(record)

    def _count(self, record: Record) -> None:
        number = record["row"]
        assert isinstance(number, int)
        self._digests[number] = str(record["digest"])
        self.tally.add(record)
