"""GSM8K: lines with `question` and `answer`, where `<<48/2=24>>` notes a calculation and a last
line `#### 72` gives the answer.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from numina_lean.build.cot.ending import last_line
from numina_lean.build.cot.raw import Raw, records
from numina_lean.build.cot.row import CotRow, name_of, new_row, text_of
from numina_lean.build.stage import Rejected

_NOTE = re.compile(r"<<[^<>\n]*>>")


def read_gsm8k(source: str, path: Path) -> Iterator[CotRow | Rejected]:
    """The rows, their notes taken away. The line with the answer is left for `ending`."""
    for raw in records(path):
        yield raw if isinstance(raw, Rejected) else _row(source, raw)


def _row(source: str, raw: Raw) -> CotRow | Rejected:
    question, worked = text_of(raw.fields, "question"), text_of(raw.fields, "answer").strip()
    if not question:
        return Rejected("no_problem", 'no text in "question"', id=raw.origin)
    _, answer = last_line(worked)
    if answer is None:
        return Rejected("no_answer", "no last line #### …", review=True, id=raw.origin)
    solution = _NOTE.sub("", worked)
    name = name_of(raw.fields)
    return new_row(source, name, raw.origin, question, solution, answer, given=True)
