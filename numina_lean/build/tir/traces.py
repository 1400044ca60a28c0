"""The journal of all traces that a TIR build has drawn, kept or not: one JSON object a line.

A line is that of `solve.folder.record_of`, with the number of the pass before it. In memory there
is only where each line begins.
"""

import json
import os
from pathlib import Path
from types import TracebackType

from numina_lean.corpus.journal import Journal, Record
from numina_lean.errors import InputError
from numina_lean.solve.folder import record_of, trace_of
from numina_lean.solve.solver import AGAIN
from numina_lean.solve.trace import Trace

TRACES = "traces.jsonl"


class TraceLog:
    """A context manager, used by one event loop. Raises `InputError` for a damaged line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[tuple[str, int], list[int]] = {}
        self._end = 0

    def __enter__(self) -> "TraceLog":
        if self._path.exists():
            self._index()
            os.truncate(self._path, self._end)
        self._journal = Journal(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._journal.close()

    def begun(self, problem_id: str, number: int) -> list[Trace]:
        """The traces of that problem and pass that an earlier run brought to their ends."""
        found: list[Trace] = []
        with self._path.open("rb") as stream:
            for place in self._places.get((problem_id, number), ()):
                stream.seek(place)
                found.append(trace_of(json.loads(stream.readline())))
        return found

    def keep(self, number: int, trace: Trace) -> None:
        """When this returns, the trace is on the disk. Traces without a text are not kept, nor
        those that another run begins anew.
        """
        if trace.turns and trace.ended not in AGAIN:
            line: Record = {"pass": number} | record_of(trace)
            self._journal.append([line])

    def _index(self) -> None:
        with self._path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    record = json.loads(line)
                    key = str(record["problem_id"]), int(record["pass"])
                except (ValueError, KeyError, TypeError) as error:
                    raise InputError(
                        f"{self._path} line {number}: no trace ({error}). Remove the line to have "
                        "its problem sampled again"
                    ) from error
                self._places.setdefault(key, []).append(self._end)
                self._end += len(line)
