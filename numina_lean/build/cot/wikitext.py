"""Wikitext of the AoPS wiki as text with formulas, by its headings.

Covers what problem pages have: `<math>`, `<cmath>`, `<asy>`, links, pictures, templates (dropped),
emphasis. Does not cover tables, which stay as they are.
"""

import html
import re

from numina_lean.build.cot.html_text import Section

_HEADING = re.compile(r"^={1,6}[^\n]+=[ \t]*$", re.MULTILINE)
_FORMULA = re.compile(
    r"<(?P<tag>math|imath|cmath|asy)\b[^<>]*>"
    r"(?P<body>(?:(?!<(?:math|imath|cmath|asy)\b).)*?)</(?P=tag)\s*>",
    re.DOTALL | re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_REFERENCE = re.compile(r"<ref\b[^<>/]*(?:/>|>(?:(?!<ref\b).)*?</ref>)", re.DOTALL | re.IGNORECASE)
_BRACES = re.compile(r"\{\{|\}\}")
_PICTURE = re.compile(
    r"\[\[[ ]?(?:File|Image)[ ]?:([^|\[\]]{1,300})(?:\|[^\[\]]*)?\]\]", re.IGNORECASE
)
_CATEGORY = re.compile(r"\[\[[ ]?Category[ ]?:[^\[\]]*\]\]", re.IGNORECASE)
_LINK = re.compile(r"\[\[(?:[^|\[\]]*\|)?([^\[\]|]*)\]\]")
_ADDRESS = re.compile(r"\[(?:https?:)?//[^\s\[\]]+(?:[ \t]([^\[\]\n]*))?\]")
_EMPHASIS = re.compile(r"'{2,5}")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
_BLANKS = re.compile(r"\n{3,}")


def wikitext_sections(text: str) -> list[Section]:
    """The page by its headings; formulas in `$` and `\\[`, drawings in `[asy]`."""
    formulas: list[str] = []

    def keep(match: re.Match[str]) -> str:
        formulas.append(_formula(match["tag"].lower(), match["body"]))
        return f"\0{len(formulas) - 1}\0"

    bare = _FORMULA.sub(keep, _COMMENT.sub("", text.replace("\0", "")))
    bare = _REFERENCE.sub("", _without_templates(bare))
    sections: list[Section] = []
    end, level, title = 0, 0, ""
    for heading in _HEADING.finditer(bare):
        sections.append(_section(level, title, bare[end : heading.start()], formulas))
        level, title = _titled(heading[0].strip())
        end = heading.end()
    sections.append(_section(level, title, bare[end:], formulas))
    return sections


def _section(level: int, title: str, body: str, formulas: list[str]) -> Section:
    text = _CATEGORY.sub("", _PICTURE.sub(lambda found: f"![]({found[1].strip()})", body))
    text = _ADDRESS.sub(lambda found: found[1] or "", _LINK.sub(r"\1", text))
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", _EMPHASIS.sub("", text))))
    text = re.sub("\0(\\d+)\0", lambda found: formulas[int(found[1])], text)
    return Section(level, _EMPHASIS.sub("", title), [_BLANKS.sub("\n\n", text)])


def _titled(line: str) -> tuple[int, str]:
    """Level and title of a heading: as many signs as stand on both sides."""
    left = len(line) - len(line.lstrip("="))
    right = len(line) - len(line.rstrip("="))
    level = min(left, right, 6)
    return level, line[level : len(line) - level].strip()


def _formula(tag: str, body: str) -> str:
    if tag == "asy":
        return f"[asy]{body}[/asy]"
    return f"\\[{body.strip()}\\]" if tag == "cmath" else f"${body.strip()}$"


def _without_templates(text: str) -> str:
    """Without `{{…}}`, those within others included; what never closes stays."""
    kept, depth, start, end = [], 0, 0, 0
    for brace in _BRACES.finditer(text):
        if brace[0] == "{{":
            if depth == 0:
                start = brace.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                kept.append(text[end:start])
                end = brace.end()
    kept.append(text[end:])
    return "".join(kept)
