"""HTML of the AoPS wiki and forum as text with formulas: headings, paragraphs, lists.

Formulas are pictures there, of class `latex`, whose `alt` is their source. Other pictures become
Markdown's, of which the file is told.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_COMMENT = re.compile(r"<!(?:--.*?(?:-->|\Z)|[^>]*(?:>|\Z))", re.DOTALL)
_OPEN = re.compile(r"<(?=[^<>]*(?:<|\Z))")
_MOST_OPEN = 100
"""`html.parser` takes hours over many tags that never close: they are read as text."""

_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "table", "tr", "dl", "dd", "dt", "blockquote", "center")
)
_SILENT = frozenset(("script", "style", "head"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN_CLASSES = frozenset(("mw-editsection", "toc", "navbox", "printfooter", "catlinks"))
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)


@dataclass(slots=True)
class Section:
    """What stands below a heading, to the next; level 0 and no title before the first."""

    level: int
    title: str
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        lines = [line.strip() for line in "".join(self.pieces).splitlines()]
        text = "\n".join(lines)
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
        return text.strip()


def html_sections(html: str) -> list[Section]:
    """The page by its headings. Takes any text, however broken."""
    reader = _Reader()
    html = _COMMENT.sub("", html)
    if html.count("<") > html.count(">") + _MOST_OPEN:
        html = _OPEN.sub("&lt;", html)
    reader.feed(html)
    reader.close()
    return reader.sections


def html_text(html: str) -> str:
    """All of it as one text, headings included."""
    parts = [part for section in html_sections(html) for part in (section.title, section.text)]
    return "\n\n".join(part for part in parts if part)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections = [Section(0, "")]
        self._heading = False
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._hidden or tag in _SILENT or _HIDDEN_CLASSES & set(given.get("class", "").split()):
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        if tag in _HEADINGS:
            self.sections.append(Section(_HEADINGS[tag], ""))
            self._heading = True
        elif tag == "img":
            self._picture(given)
        elif tag == "br":
            self._say("\n")
        elif tag in _BLOCKS:
            self._say("\n- " if tag == "li" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                while self._hidden.pop() != tag:
                    pass
        elif tag in _HEADINGS:
            self._heading = False
        elif tag in _BLOCKS:
            self._say("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._say(" ".join(data.split("\n")))

    def _picture(self, given: dict[str, str]) -> None:
        alt = given.get("alt", "").strip()
        if any(name.startswith("latex") for name in given.get("class", "").split()) and alt:
            self._say(alt)
        elif given.get("src"):
            self._say(f"![]({given['src']})")

    def _say(self, text: str) -> None:
        if self._heading:
            self.sections[-1].title = f"{self.sections[-1].title}{text}".strip("\n")
        else:
            self.sections[-1].pieces.append(text)
