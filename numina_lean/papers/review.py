"""The review queue: what a person has to settle, and what a person settled.

A record is one JSON line. The reviewer edits `number`, `problem`, `solution` and `answer` where
they are wrong, and sets `decision` to `keep` or `drop`; the file is then given back in.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from numina_lean.errors import InputError
from numina_lean.papers.segment import Segment

Reason = Literal["doubtful", "no_problem", "left_over", "no_pattern", "unreadable"]
Decision = Literal["keep", "drop"]

REVIEWED = "settled by a person"


@dataclass(frozen=True, slots=True)
class Review:
    """`reason`: `doubtful` (a segment of little confidence), `no_problem` (a solution without
    one), `left_over`, `no_pattern` (a page nothing fits), `unreadable` (a file). `text`: what the
    paper says there. `id`: of the text and its page, so that a decision is found again.
    """

    id: str
    reason: Reason
    detail: str
    page: int
    text: str
    number: str
    problem: str
    solution: str | None
    answer: str | None
    language: str
    images: tuple[str, ...]
    decision: Decision | None = None

    @classmethod
    def of(cls, segment: Segment, reason: Reason) -> "Review":
        detail = "; ".join(segment.reasons)
        parts = (segment.problem, segment.solution or "", segment.answer or "")
        text = "\n\n".join(part for part in parts if part)
        return cls(
            _id(reason, segment.page, f"{segment.number}\n{text}"), reason, detail, segment.page,
            text, segment.number, segment.problem, segment.solution, segment.answer,
            segment.language, segment.images,
        )  # fmt: skip

    @classmethod
    def of_text(cls, reason: Reason, detail: str, page: int, text: str) -> "Review":
        identity = _id(reason, page, text)
        return cls(identity, reason, detail, page, text, "", "", None, None, "", ())

    def fields(self) -> dict[str, object]:
        """The record as it is written."""
        return asdict(self)

    def settled(self) -> Segment:
        """The segment that a reviewer says to keep."""
        return Segment(
            self.number, self.problem, self.solution, self.answer, self.language or "en",
            self.page, 1.0, (REVIEWED,), self.images,
        )  # fmt: skip


def _id(reason: str, page: int, text: str) -> str:
    named = json.dumps([reason, page, text]).encode()
    return hashlib.sha256(named).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a queue: segments kept by a person, and what is still open."""

    segments: tuple[Segment, ...]
    open: tuple[Review, ...]


def settle(queue: Iterable[Review], decided: dict[str, Review]) -> Settled:
    """The queue after the decisions, which are found by `id`."""
    kept, still_open = [], []
    for review in queue:
        decision = decided.get(review.id)
        if decision is None or decision.decision is None:
            still_open.append(review)
        elif decision.decision == "keep":
            kept.append(decision.settled())
    return Settled(tuple(kept), tuple(still_open))


def read_reviewed(path: Path) -> dict[str, Review]:
    """The decisions in a file, by `id`. Raises `InputError` where a record is not one."""
    decided: dict[str, Review] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            review = review_of(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} line {number}: no record of a review ({error})") from error
        decided[review.id] = review
    return decided


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error


def review_of(row: Mapping[str, Any]) -> Review:
    """The record that a line of a review file holds. Raises `ValueError`, `KeyError`."""
    known = {name: row[name] for name in Review.__dataclass_fields__ if name in row}
    decision = known.get("decision")
    if decision not in ("keep", "drop", None):
        raise ValueError(f"decision is {decision!r}, not keep, drop or null")
    for name in ("id", "number", "problem", "language"):
        if not isinstance(known[name], str):
            raise ValueError(f"{name} is no text")
    if decision == "keep" and not str(known["problem"]).strip():
        raise ValueError("decision is keep, and problem is empty")
    known["images"] = tuple(known.get("images") or ())
    return Review(**known)
