"""Traces of SC-TIR as labelled solutions: those of `build tir` and `solve-informal` (traces.jsonl).

A trace is right where it was answered, after a program ran, with the answer of its problem; wrong
where it ended otherwise. The journals have no problems in them: these are read from the table that
the traces were drawn for.
"""

from collections.abc import Iterator
from pathlib import Path

from numina_lean.answers.equality import equal
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import read_problems
from numina_lean.tables import Row, jsonl_rows
from numina_lean.train.kto import Labelled

_UNDECIDED = ("failed", "refused", "stopped")
"""Ends that say nothing of the trace: the model could not go on, or was not needed any more."""
_NO_VALUE = ("", "proof", "notfound")


def read_traces(traces: Path, problems: str) -> Iterator[Labelled | None]:
    """The traces of the journal, in order; None for one that is undecided, has no text, or whose
    problem is not in the table or has no value. Raises `InputError` where the table cannot be read.
    """
    asked = {row.id: row for row in read_problems(problems) if isinstance(row, Problem)}
    with traces.open("rb") as stream:
        for row in jsonl_rows(stream):
            yield _labelled(row, asked)


def _labelled(row: Row, asked: dict[str, Problem]) -> Labelled | None:
    problem = asked.get(str(row.fields.get("problem_id")))
    text, ended, answer = (row.fields.get(name) for name in ("text", "ended", "answer"))
    if problem is None or problem.answer.strip().lower() in _NO_VALUE:
        return None
    if not isinstance(text, str) or not text.strip() or ended in (None, *_UNDECIDED):
        return None
    right = ended == "answered" and isinstance(answer, str) and equal(answer, problem.answer)
    sound = [each.encode(errors="replace").decode().strip() for each in (problem.problem, text)]
    return Labelled(sound[0], sound[1], right)
