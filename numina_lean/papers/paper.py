"""A paper that was read: pages of Markdown, and what reads one.

Covers the types that travel and the interface that each reader has. Does not cover which reader a
name means (`choose`), nor the child process that reading runs in (`guard`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

How = Literal["text", "tesseract", "rapidocr", "mathpix", "nothing"]
"""What a page was read by. `nothing`: there was nothing on it."""

Unreadable = Literal[
    "missing", "not_a_paper", "broken", "encrypted", "too_large", "timeout", "memory", "crashed",
    "refused",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """`number`: from 1. `markdown`: one line a typeset line, blank lines between paragraphs,
    formulas in `$`, images as `![](name)`. `confidence`: 0 to 1, that the text is what the page
    says, as whoever read it (`how`) puts it. `images`: the names of the files that `markdown`
    refers to, in the folder that the reader was given.
    """

    number: int
    markdown: str
    confidence: float
    images: tuple[str, ...]
    how: How


@dataclass(frozen=True, slots=True)
class Paper:
    path: str
    pages: tuple[Page, ...]


class UnreadablePaperError(Exception):
    """Nothing of the paper was read; other papers may still be.

    `reason` is a code of a closed set: `missing`, `not_a_paper` (neither a PDF nor an image),
    `broken`, `encrypted`, `too_large` (more pages or bytes than allowed), `timeout`, `memory`,
    `crashed` (the process that read it died), `refused` (the service gave no answer).
    """

    def __init__(self, reason: Unreadable, detail: str) -> None:
        super().__init__(detail)
        self.reason: Unreadable = reason
        self.detail = detail


class Reader(Protocol):
    """What turns a file into a paper."""

    def read(self, path: Path) -> Paper:
        """The paper in a PDF, an image, or a folder of images (in the order of their names).

        Raises `UnreadablePaperError`.
        """
        ...
