"""The lines of a paper without what is printed on every page, and lines put together as prose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from numina_lean.papers.paper import Paper

_EDGE = 2
"""Lines at the top and at the bottom of a page that may be printed on every page."""

_ALIKE = 0.85
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—·.\s]*\d{1,4}[-–—·.\s]*(?:(?:/|of)\s*\d{1,4})?"
    r"|第\s*\d{1,4}\s*页\s*[,，(（]?\s*(?:共\s*\d{1,4}\s*页)?[)）]?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!:;。？！：；)）][\"'”’]?$")
_OPERATOR_END = re.compile(
    r"(?:[=+\-<>,]|\\(?:leq|geq|neq|equiv|cdot|times|to|in|approx|Rightarrow|Leftrightarrow|pm))$"
)
_OPERATOR_START = re.compile(
    r"(?:[=+<>]|-|\\(?:leq|geq|neq|equiv|cdot|times|approx|Rightarrow|Leftrightarrow)(?![a-zA-Z]))"
)


@dataclass(frozen=True, slots=True)
class TextLine:
    """`starts`: whether a blank line, or the top of a page, is before it. `page`: from 1."""

    text: str
    page: int
    starts: bool


def lines_in(paper: Paper) -> list[TextLine]:
    """The lines of the paper but headers, footers and page numbers."""
    pages = [_page_lines(page.markdown, page.number) for page in paper.pages]
    heads = [page[:_EDGE] for page in pages]
    feet = [page[-_EDGE:][::-1] for page in pages]
    gone: set[int] = set()
    for edges in (heads, feet):
        for depth in range(_EDGE):
            gone |= _repeated([edge[depth] for edge in edges if len(edge) > depth], len(pages))
        gone |= {id(edge[0]) for edge in edges if edge and _PAGE_NUMBER.fullmatch(edge[0].text)}
    return [line for page in pages for line in page if id(line) not in gone]


def _page_lines(markdown: str, number: int) -> list[TextLine]:
    lines: list[TextLine] = []
    starts = True
    for text in markdown.splitlines():
        if text.strip():
            lines.append(TextLine(text.strip(), number, starts))
        starts = not text.strip()
    return lines


def _repeated(lines: Sequence[TextLine], pages: int) -> set[int]:
    """Of lines that stand in one place of different pages, those that say the same but for
    numbers."""
    shapes = [re.sub(r"\d+|\s+", "", line.text).lower() for line in lines]
    found: set[int] = set()
    for index, shape in enumerate(shapes):
        if len(shape) < 3:
            continue
        near = [other for other in range(len(lines)) if _alike(shape, shapes[other])]
        if len(near) >= max(2, pages / 3) and not re.match(r"\s*\d+\s*[.．、)]", lines[index].text):
            found.add(id(lines[index]))
    return found


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if abs(len(one) - len(other)) > 3 or min(len(one), len(other)) < 6:
        return False
    return SequenceMatcher(None, one[:200], other[:200], autojunk=False).ratio() >= _ALIKE


def prose(lines: Sequence[TextLine]) -> str:
    """The lines as paragraphs: divided words and formulas made whole, Chinese without spaces."""
    paragraphs: list[str] = []
    page = 0
    for line in lines:
        turned = bool(paragraphs) and line.page != page
        goes_on = turned and not _SENTENCE_END.search(paragraphs[-1])
        if not paragraphs or (line.starts and not goes_on):
            paragraphs.append(line.text)
        else:
            paragraphs[-1] = _continued(paragraphs[-1], line.text)
        page = line.page
    return "\n\n".join(paragraphs)


def _continued(text: str, line: str) -> str:
    meet = text.endswith("$") and line.startswith("$") and not text.endswith("$$")
    if meet and (_OPERATOR_END.search(text[:-1]) or _OPERATOR_START.match(line[1:])):
        return f"{text[:-1]}{line[1:]}"
    if re.search(r"[a-z]-$", text) and re.match(r"[a-z]", line):
        return f"{text[:-1]}{line}"
    cjk = _is_cjk(text[-1]) or _is_cjk(line[0])
    return f"{text}{'' if cjk else ' '}{line}"


def _is_cjk(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
