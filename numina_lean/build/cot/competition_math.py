"""MATH: a folder with a JSON file a problem, as hendrycks/math has it, or a table of the same.

The answer is in the last box of the solution.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from numina_lean.build.cot.ending import boxed_answer
from numina_lean.build.cot.raw import Raw, records
from numina_lean.build.cot.row import CotRow, name_of, new_row, text_of
from numina_lean.build.stage import Rejected


def read_math(source: str, path: Path) -> Iterator[CotRow | Rejected]:
    """The rows; without a box a solution is no MATH solution, and is rejected."""
    for raw in records(path):
        yield raw if isinstance(raw, Rejected) else _row(source, raw)


def _row(source: str, raw: Raw) -> CotRow | Rejected:
    problem, solution = text_of(raw.fields, "problem"), text_of(raw.fields, "solution")
    answer = boxed_answer(solution)
    if not problem:
        return Rejected("no_problem", 'no text in "problem"', id=raw.origin)
    if answer is None:
        return Rejected("no_answer", "the solution has no box", review=True, id=raw.origin)
    name = name_of(raw.fields) or _place(raw.origin)
    return new_row(source, name, raw.origin, problem, solution, answer)


def _place(origin: str) -> str:
    """`train/algebra/1` of a file of that name; of a table's row nothing, as it may be sorted."""
    path = PurePosixPath(origin)
    return path.with_suffix("").as_posix() if path.suffix == ".json" else ""
