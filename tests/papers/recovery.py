"""How much of a paper is recovered: what `recovered` means, and the count of it.

A problem is recovered if a segment has its number and nearly its text: the edit distance of the
two, formulas normalised, is at most a share of the longer one. Read from a text layer, formulas
have to agree as LaTeX (5 %); read from a scan, they are compared as a row of characters, without
scripts, fractions and roots, which no OCR here gives (15 %).
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from papers.contest import Contest, Item

from numina_lean.papers.segment import Segment

DIGITAL, SCANNED = 0.05, 0.15

_SYMBOLS = {
    r"\geq": "≥", r"\leq": "≤", r"\times": "×", r"\cdots": "···", r"\cdot": "·", r"\ldots": "...",
    r"\pi": "π", r"\alpha": "α", r"\beta": "β", r"\circ": "°", r"\angle": "∠", r"\to": "→",
    r"\sum": "Σ", r"\mid": "|", r"\{": "{", r"\}": "}", r"\sqrt": "√", r"\frac": "",
}  # fmt: skip
_SAME = str.maketrans("，。：；？！（）．−–—∑²³ⁿ￥", ",.:;?!().---Σ23n¥")


def normalised(text: str) -> str:
    r"""The text with one way to write each formula: no spaces, `$`, `\[`, needless braces."""
    text = re.sub(r"\$|\\\[|\\\]|\\q?quad|\s+", "", text.translate(_SAME))
    text = text.replace(r"\mid", "|")
    return re.sub(r"(?<=[\^_])\{(\w)\}", r"\1", text)


def flat(text: str) -> str:
    """The characters that the text shows, in a row."""
    text = normalised(text)
    for command, shown in _SYMBOLS.items():
        text = text.replace(command, shown)
    text = re.sub(r"\\mathbb", "", text)
    return re.sub(r"[\^_{}]|\\[a-zA-Z]+", "", text)


def distance(one: str, other: str) -> float:
    """Edits that turn one into the other, as a share of the longer: insertions and deletions as
    `difflib` finds them, a replacement counted once."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    edits = sum(
        max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"
    )
    return edits / max(len(one), len(other), 1)


def is_recovered(item: Item, segments: Sequence[Segment], *, scanned: bool) -> bool:
    """Whether one segment has the problem."""
    form, most = (flat, SCANNED) if scanned else (normalised, DIGITAL)
    same = [segment for segment in segments if segment.number == item.number]
    return len(same) == 1 and distance(form(item.text), form(same[0].problem)) <= most


def recovered(paper: Contest, segments: Sequence[Segment], *, scanned: bool) -> list[str]:
    """The numbers of the problems that were recovered."""
    return [item.number for item in paper.items if is_recovered(item, segments, scanned=scanned)]
