r"""Whether a problem's text needs a picture: one drawn in it, linked from it, or spoken of.

"Figure" is a digit, a shape or a verb as often as a picture, "graph" and "image" are notions of
mathematics. So a word counts only in a phrase that points at a picture, and "shown below" only
where nothing is shown below in formulas or a table. Does not cover a problem that silently leaves
out what its picture shows.
"""

import re

_DRAWN = re.compile(
    r"\[asy\]|\[/asy\]|\\begin\s*\{(?:asy|tikzpicture|figure|wrapfigure|pspicture|picture)\}"
    r"|\\includegraphics|\\includesvg|\\tikz\b|!\[[^\]]*\]\s*\(|<img\b|<svg\b|\[img\b|\[attach"
    r"|https?://\S+\.(?:png|jpe?g|gif|svg|webp|bmp)\b|https?://cdn\.mathpix\.com",
    re.IGNORECASE,
)
# Looking for a substring takes a tenth of the time of a search for a pattern.
_DRAWN_HINTS = (
    "[asy]", "[/asy]", "\\begin", "\\include", "\\tikz", "![", "<img", "<svg", "[img", "[attach",
    "http",
)  # fmt: skip
_HINTS = (
    "figure", "fig.", "diagram", "picture", "drawing", "drawn", "sketch", "illustrat", "shown",
    "depict", "displayed", "indicated", "below", "above", "to scale", "the right", "the left",
    "at right", "at left", " here",
)  # fmt: skip
_PICTURE = r"(?:figures?|fig\.|diagrams?|pictures?|drawings?|sketch(?:es)?|illustrations?)"
_WHICH = (
    r"(?:(?:adjoining|accompanying|adjacent|attached|following|above|below|given|first|second|third|"
    r"left|right|next|same|corresponding|provided|two|three)(?:-hand)?\s+)*"
)
_PLACE = (
    r"(?:below|above|here|at\s+(?:the\s+)?(?:right|left)"
    r"|(?:to|on)\s+the\s+(?:right|left)(?!\s+by\b))"
)
_NUMBERED = re.compile(r"\b(?:Figure|Fig\.|Diagram|Picture)\s*\$?\d+")
_POINTED = re.compile(
    # in the figure, see the diagram below, from the accompanying drawing
    rf"\b(?:in|see|look\s+at|from|on|using|per|refer(?:ring)?\s+to|according\s+to|consult)\s+"
    rf"(?:(?:the|this|these|each|our)\s+)?{_WHICH}(?!(?<!at\sthe\s)pictures?\b(?!\s*[.)]?\s*$|\s+(?:{_PLACE}|shown)))"
    rf"{_PICTURE}(?!\s+(?:skat|eight|with\s+(?:area|perimeter)|of\s+(?:area|merit)|\$?[A-Z]_))(?!\w)"
    # the figure shows, the diagram below indicates
    rf"|\b(?:the|this|these)\s+{_WHICH}{_PICTURE}\s+(?:{_PLACE}\s+)?"
    r"(?:shows?|indicates?|depicts?|illustrates?|represents?|displays?)\b"
    r"|\bnot\s+(?:drawn\s+)?to\s+scale\b|\((?:see\s+)?(?:figure|diagram|picture)\.?\)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    rf"\b(?:{_PICTURE}|graphs?|charts?|tables?|grids?|maps?|boards?|images?|plots?)\s+"
    rf"(?:(?:is|are|was|as)\s+)?(?:(?:shown|pictured|drawn|depicted|displayed)\b(?!\s+(?:that|by\s+\w+ing))"
    rf"|(?:given\s+|provided\s+)?{_PLACE}\b)"
    rf"|\b(?:as|is|are)\s+(?:shown|pictured|depicted|illustrated|drawn|indicated|displayed|sketched)\s+"
    rf"(?:in\s+the\s+)?(?:{_PLACE}|{_PICTURE})\b"
    rf"|\b(?:shown|pictured|depicted|illustrated|drawn|sketched)\s+{_PLACE}\b"
    r"|\bas\s+(?:shown|pictured|depicted|illustrated)\s*(?=[.,;:)]|$|\band\b|\bso\b)"
    r"|(?<!\bbe\s)(?<!been\s)\bshown\s*[.,]",
    re.IGNORECASE,
)
_DISPLAYED = re.compile(
    r"\\\[|\$\$|\\begin\s*\{|^\s*\|.*\|\s*$|(?:^|\s)\+-|\$[^$]*(?:\\ldots|\\dots|\\cdots|\.\.\.)",
    re.MULTILINE,
)
_PAPER = re.compile(r"\bgraph\s+paper\b", re.IGNORECASE)


def needs_figure(text: str) -> str | None:
    """The words or the code that show that `text` needs a picture, or None."""
    lowered = text.lower()
    found = _DRAWN.search(text) if any(hint in lowered for hint in _DRAWN_HINTS) else None
    if found is None and any(hint in lowered for hint in _HINTS):
        found = _NUMBERED.search(text) or _POINTED.search(text) or _shown(text)
    return None if found is None else " ".join(found[0].split())[:80]


def _shown(text: str) -> re.Match[str] | None:
    found = _SHOWN.search(text)
    if found is None or _DISPLAYED.search(text) or _PAPER.search(found[0]):
        return None
    return found
