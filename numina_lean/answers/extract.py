r"""The answer that a solution states, as text.

Covers boxes (`\boxed{…}`, `\fbox{…}`, `\boxed 5`), GSM8K's last line `#### 5`, and prose ("the
answer is …", "Answer: …"). Does not cover a solution that only ends in its answer, nor does it
read what it finds: see `equality` and `integer` for that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])\s*")
_UNBRACED = re.compile(r"-?\d+(?:[.,]\d+)*|\\[A-Za-z]+|[^\s{}$\\]")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_JOINT = re.compile(
    r"(?:[\s$,;.&~*]|\\[\s,;:!()\[\]]|\\q?quad|\\(?:text|mbox|textrm|mathrm)\s*\{\s*,?\s*(?:and|or)?\s*\}"
    r"|\b(?:and|or|and also)\b|\\(?:left|right)\b)*"
)
"""What may stand between two boxes that together are the answer."""

_CODE = re.compile(r"```(?:python|py)\b.*?(?:```|\Z)", re.DOTALL | re.IGNORECASE)
"""A program computes answers and states none; what it printed may."""

_HASHES = re.compile(r"^[ \t]*####[ \t]*([^\n]*)", re.MULTILINE)
_PROSE = re.compile(
    r"(?:\banswers?\b[ \t*_]*(?:(?:to|for|of)\b[^\n.:]{0,80}?)?(?:\bis\b|\bare\b|\bwas\b|=|:)"
    r"|\banswers?\b[ \t]*\**\n+)[ \t]*:?[ \t]*",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?:[.!?。](?=\s|$|\*)|\n[ \t]*\n|\n(?![ \t]*(?:\\\[|\$\$|\\\())|$)")
_OPENED = re.compile(r"^(?:[ \t\n*_:]*)(\$\$|\$|\\\(|\\\[)")
_CLOSES = {"$$": "$$", "$": "$", r"\(": r"\)", r"\[": r"\]"}
_NO_ANSWER = re.compile(
    r"^(?:not\b|that\b|because\b|as follows\b|given\b|in the\b|$)", re.IGNORECASE
)
_LONGEST_PROSE = 300
_MOST_LAYERS = 12
_MOST_ANCHORS = 50
_MOST_JOINED = 64


@dataclass(frozen=True, slots=True)
class _Box:
    start: int
    end: int
    content: str


def boxed(text: str) -> tuple[str, ...]:
    r"""The contents of all boxes of `text`, in order, those of nested ones after their outer's.

    Braces within are matched, escaped ones (`\{`) do not count. A box whose brace never closes is
    not returned. Without a brace the box holds the number or the one sign that follows, as in TeX
    but for numbers of several digits.
    """
    return tuple(box.content for box in _boxes(text))


def final_answer(text: str) -> str | None:
    r"""The answer that `text` states, or None where it states none.

    The last of these by its place in the text: the last outermost box that is not empty, and a
    line `#### …`; where there is neither, what the last "answer is"/"answer:" is followed by, to
    the end of its sentence. Boxes with nothing but "and", "or", commas and space between them are
    one answer, their contents joined by `, ` (`\boxed{1} and \boxed{2}` gives `1, 2`; the same
    content again is given once). Dollar signs of formulas, emphasis and a last full stop are
    taken away, units are not: `equality` knows what to do with them. Blocks of Python do not count.
    """
    text = _CODE.sub("\n", text)
    boxes = [box for box in _outermost(text) if box.content.strip()]
    lines = list(_HASHES.finditer(text))
    if boxes and (not lines or lines[-1].start() < boxes[-1].start):
        return _joined(text, boxes) or None
    if lines and (stated := _trimmed(lines[-1][1])):
        return stated
    return _prose(text)


def _boxes(text: str) -> Iterator[_Box]:
    ends = _brace_ends(text)
    for match in _BOX.finditer(text):
        at = match.end()
        if text[at : at + 1] == "{":
            end = ends.get(at)
            if end is not None:
                yield _Box(match.start(), end + 1, text[at + 1 : end])
        elif single := _UNBRACED.match(text, at):
            yield _Box(match.start(), single.end(), single[0])


def _brace_ends(text: str) -> dict[int, int]:
    """Where the brace that opens at a place closes."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            ends[opened.pop()] = brace.start()
    return ends


def _outermost(text: str) -> Iterator[_Box]:
    end = 0
    for box in _boxes(text):
        if box.start >= end:
            yield box
            end = box.end


def _joined(text: str, boxes: list[_Box]) -> str:
    last = [boxes[-1]]
    for box in reversed(boxes[-_MOST_JOINED:-1]):
        if not _JOINT.fullmatch(text, box.end, last[0].start):
            break
        last.insert(0, box)
    contents = dict.fromkeys(_trimmed(_unboxed(box.content)) for box in last)
    return ", ".join(content for content in contents if content)


def _unboxed(content: str) -> str:
    """What is boxed within a box takes its place: a box around a box says it once."""
    inner = [box for box in _outermost(content) if box.content.strip()]
    for box in reversed(inner):
        content = f"{content[: box.start]}{_unboxed_once(box.content)}{content[box.end :]}"
    return content


def _unboxed_once(content: str) -> str:
    return _BOX.sub("", content)


def _prose(text: str) -> str | None:
    for end in reversed([anchor.end() for anchor in _PROSE.finditer(text)][-_MOST_ANCHORS:]):
        stated = _stated(text[end : end + _LONGEST_PROSE])
        if stated and not _NO_ANSWER.match(stated):
            return stated
    return None


def _stated(rest: str) -> str:
    """The answer at the start of `rest`: a whole formula where one opens there, or a sentence."""
    opened = _OPENED.match(rest)
    start = 0
    if opened:
        close = rest.find(_CLOSES[opened[1]], opened.end())
        start = close + len(opened[1]) if close >= 0 else 0
    end = _SENTENCE_END.search(rest, start)
    return _trimmed(rest[: end.start() if end else len(rest)])


def _trimmed(text: str) -> str:
    """Without what surrounds an answer and is no part of it."""
    for _ in range(_MOST_LAYERS):
        shorter = text.strip().strip("*_`").strip()
        shorter = re.sub(r"(?<![.\\])[.,;:]$", "", shorter)
        for opening, closing in _CLOSES.items():
            inner = shorter[len(opening) : -len(closing)]
            if (
                len(shorter) >= len(opening) + len(closing)
                and shorter.startswith(opening)
                and shorter.endswith(closing)
                and not shorter.endswith("\\" + closing)
                and opening not in inner
                and closing not in inner
            ):
                shorter = inner
                break
        if shorter == text:
            break
        text = shorter
    return text
