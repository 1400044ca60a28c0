"""What a run of the solver leaves on the disk, and what a later run goes on from.

    traces.jsonl      every trace that ended: messages, programs, outputs, timings, why it ended
    solutions.jsonl   one row a problem, see `solution.Solution`
    .state/           settings and lock, of the run alone

Both files are journals: what is in them was durable before anything was told of it. A solution is
written after its traces.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Any

from numina_lean.corpus.journal import Journal, Record, read_journal
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.errors import InputError
from numina_lean.problems.problem import Problem
from numina_lean.solve.solution import Sample, Solution
from numina_lean.solve.trace import Trace, Turn

TRACES, SOLUTIONS = "traces.jsonl", "solutions.jsonl"
HELD = "solutions"
"""What a `RunFolder` of this kind holds."""


class SolveFolder:
    """A context manager, used by one event loop. Settings as in `RunFolder`."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.path = folder
        self._run = RunFolder(folder, settings, HELD)
        self._problems: dict[str, str] = {}
        self._begun: dict[str, list[Trace]] = {}

    def __enter__(self) -> "SolveFolder":
        with ExitStack() as stack:
            stack.enter_context(self._run)
            self._traces = Journal(self.path / TRACES)
            stack.callback(self._traces.close)
            self._solutions = Journal(self.path / SOLUTIONS)
            stack.callback(self._solutions.close)
            for record in self._solutions.scan():
                self._problems[str(record["id"])] = str(record["problem"])
            for record in self._traces.scan():
                if record["problem_id"] not in self._problems:
                    trace = trace_of(record)
                    self._begun.setdefault(trace.problem_id, []).append(trace)
            self._held = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.close()

    @property
    def solved(self) -> int:
        """How many problems earlier runs and this one have solved."""
        return len(self._problems)

    def is_solved(self, problem: Problem) -> bool:
        """Whether the folder has the solution of this problem.

        Raises `InputError` where it has that of another one under the same id.
        """
        found = self._problems.get(problem.id)
        if found is not None and found != problem.problem:
            raise InputError(
                f"{self.path}: problem {problem.id} was another text before. Pass that input, or "
                "another --output"
            )
        return found is not None

    def begun(self, problem: Problem) -> list[Trace]:
        """The traces of a problem that earlier runs left without a solution."""
        return self._begun.pop(problem.id, [])

    def keep_trace(self, trace: Trace) -> None:
        """When this returns, the trace is on the disk."""
        self._traces.append([record_of(trace)])

    def keep_solution(self, solution: Solution) -> None:
        self._solutions.append([solution.record()])
        self._problems[solution.id] = solution.problem


def record_of(trace: Trace) -> Record:
    """The line that keeps a trace. `text` is all of it, as the model last had it."""
    return asdict(trace) | {"text": trace.text, "tokens": trace.tokens}


def trace_of(record: Mapping[str, Any]) -> Trace:
    """The trace that a line keeps."""
    names = {field.name for field in fields(Turn)}
    turns = tuple(
        Turn(**{name: value for name, value in turn.items() if name in names})
        for turn in record["turns"]
    )
    return Trace(
        str(record["problem_id"]), int(record["sample"]), turns, record["ended"],
        record["answer"], record["detail"],
    )  # fmt: skip


def read_solutions(folder: Path) -> list[Solution]:
    """The rows of a folder, by id, in the order in which they were finished.

    Raises `InputError` for a folder without solutions.
    """
    path = folder / SOLUTIONS if folder.is_dir() else folder
    if not path.is_file():
        raise InputError(f"{path}: no such file. Pass solve-informal's --output")
    return [_solution(record) for record in read_journal(path)]


def _solution(record: Mapping[str, Any]) -> Solution:
    samples = tuple(Sample(**sample) for sample in record["samples"])
    votes = tuple((str(answer), float(weight)) for answer, weight in record["votes"])
    return Solution(**{**record, "samples": samples, "votes": votes})
