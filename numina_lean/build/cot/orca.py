"""Orca-Math: rows with `question` and `answer`, a worked solution in prose that marks no answer.

The answer is what the prose calls so, or the value that the last sentence comes to (`last_value`).
It is boxed in a sentence of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from numina_lean.answers.extract import boxed, final_answer
from numina_lean.build.cot.ending import with_answer
from numina_lean.build.cot.last_value import last_value
from numina_lean.build.cot.raw import Raw, records
from numina_lean.build.cot.row import CotRow, name_of, new_row, text_of
from numina_lean.build.stage import Rejected

_PLAIN = re.compile(r"[-\d.,/%$\\{}a-z]{1,40}")


def read_orca(source: str, path: Path) -> Iterator[CotRow | Rejected]:
    """The rows whose answer is found, boxed."""
    for raw in records(path):
        yield raw if isinstance(raw, Rejected) else _row(source, raw)


def found_answer(solution: str) -> str | None:
    """The answer of a solution in prose, or None where it could be one of several."""
    stated = final_answer(solution)
    if stated is not None and (boxed(solution) or _PLAIN.fullmatch(stated)):
        return stated
    return last_value(solution)


def _row(source: str, raw: Raw) -> CotRow | Rejected:
    question, worked = text_of(raw.fields, "question"), text_of(raw.fields, "answer").strip()
    if not question:
        return Rejected("no_problem", 'no text in "question"', id=raw.origin)
    if not worked:
        return Rejected("no_solution", 'no text in "answer"', id=raw.origin)
    answer = found_answer(worked)
    if answer is None:
        return Rejected("no_answer", f"none found at the end: {worked[-200:]}", id=raw.origin)
    solution = worked if boxed(worked) else with_answer(worked, answer)
    return new_row(source, name_of(raw.fields), raw.origin, question, solution, answer)
