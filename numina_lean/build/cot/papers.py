"""Papers: `segments.jsonl`, as `numina-lean build papers` writes it, or plain pairs of problem and
solution with their answer, as books and official solutions come that are no scans.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from numina_lean.build.cot.ending import boxed_answer
from numina_lean.build.cot.raw import Raw, records
from numina_lean.build.cot.row import CotRow, name_of, new_row, text_of
from numina_lean.build.stage import Rejected

SEGMENTS = "segments.jsonl"
_PROOF = re.compile(r"\s*(?:proof|证明|略|see solution)\s*\.?\s*", re.IGNORECASE)
_NO_ANSWER = re.compile(r"\s*(?:notfound|none|n/?a|-+|无)?\s*", re.IGNORECASE)


def read_papers(source: str, path: Path) -> Iterator[CotRow | Rejected]:
    """The rows. One without a solution is a row as long as it has an answer to hold one against.

    Of a folder that `build papers` made, only the segments are read: what is doubtful is in its
    review queue, and stands among the segments once a person has kept it.
    """
    segments = sorted(path.rglob(SEGMENTS)) if path.is_dir() else []
    for file in segments or [path]:
        for raw in records(file):
            yield raw if isinstance(raw, Rejected) else _row(source, raw)


def _row(source: str, raw: Raw) -> CotRow | Rejected:
    problem, solution = text_of(raw.fields, "problem"), text_of(raw.fields, "solution")
    answer, given = _answer(raw.fields, solution)
    row = new_row(
        source, _name(raw), raw.origin, problem, solution, answer, given=given,
        images=_images(raw.fields),
    )  # fmt: skip
    if isinstance(row, CotRow) and not row.solution and row.answer is None:
        return Rejected("no_solution", "neither a solution nor an answer", id=row.id)
    return row


def _answer(fields: Mapping[str, object], solution: str) -> tuple[str | None, bool]:
    """The reference, and whether it stood beside the solution."""
    stated = text_of(fields, "answer")
    if not _NO_ANSWER.fullmatch(stated) and not _PROOF.fullmatch(stated):
        return stated, True
    return boxed_answer(solution), False


def _name(raw: Raw) -> str:
    """The record's id, else the paper with its folder, as `2031/final`, and the number in it."""
    paper, number = PurePath(text_of(raw.fields, "paper")), text_of(raw.fields, "number")
    place = "/".join(paper.with_suffix("").parts[-2:]) if paper.name else ""
    return name_of(raw.fields) or (f"{place}/{number}" if place and number else "")


def _images(fields: Mapping[str, object]) -> tuple[str, ...]:
    images = fields.get("images")
    return (
        tuple(each for each in images if isinstance(each, str)) if isinstance(images, list) else ()
    )
