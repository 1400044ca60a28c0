"""A Lean source without its comments and strings, told from its text alone, where that is certain.

What is looked for in a source shall not be found in its prose, and what Lean takes for code shall
not pass for prose. So this reads only what every Lean reads in one way: it gives up on strings that
may be interpolated or raw, on character literals of a quote, on marks that may be part of a longer
token, and on whatever else depends on the grammar in force. No token of Lean's own library contains
a comment mark or a quotation mark (its token tables were listed for 4.28); a token that the source
itself adds is one of its strings.
"""

import re

_MARK = re.compile(r'--|/-|"|«')
_COMMENT = ("--", "/-")
_BLOCK_MARK = re.compile(r"/-|-/")
_PLAIN_STRING = re.compile(r'"(?:[^"\\{«»\-/]|-(?![-/])|/(?!-)|\\[nt])*"')
_QUOTED_NAME = re.compile(r'«[^«»"\n/()\[\]`$-]*»')
_BLANK = re.compile(r"[^\n]")
# Before a quote: it is a character, or raw; before a comment mark: the mark may belong to a token.
_ODD_BEFORE_QUOTE = frozenset("'\\r#")
_BEFORE_COMMENT = frozenset(" \n")
_DOCUMENTATION_IS_CODE = "verso"
"""The option `doc.verso` has documentation comments elaborated."""


def skeleton(text: str) -> str | None:
    """`text` with blanks for its comments and for what its strings say; None where in doubt.

    Every character keeps its place.
    """
    if _DOCUMENTATION_IS_CODE in text:
        return None
    parts: list[str] = []
    at = 0
    after_comment = True
    while (mark := _MARK.search(text, at)) is not None:
        start = mark.start()
        before = "\n" if start == at and after_comment else text[start - 1]
        end = _end_of(text, mark[0], start, before)
        if end is None:
            return None
        parts += [text[at:start], _blanked(mark[0], text[start:end])]
        after_comment = mark[0] in _COMMENT
        at = end
    return "".join((*parts, text[at:]))


def _blanked(mark: str, part: str) -> str:
    if mark in _COMMENT:
        return _BLANK.sub(" ", part)
    return f'"{_BLANK.sub(" ", part[1:-1])}"' if mark == '"' else part


def _end_of(text: str, mark: str, start: int, before: str) -> int | None:
    """Where the part that begins with `mark` at `start` ends; None where that is not certain."""
    if mark == '"':
        found = _PLAIN_STRING.match(text, start)
        certain = before not in _ODD_BEFORE_QUOTE and found and text[found.end() :][:1] != "'"
        return found.end() if found and certain else None
    if mark == "«":
        name = _QUOTED_NAME.match(text, start)
        return name.end() if name and before != "'" else None
    if before not in _BEFORE_COMMENT:
        return None
    if mark == "--":
        end = text.find("\n", start)
        return len(text) if end < 0 else end
    return None if text.startswith("/--/", start) else _end_of_block(text, start)


def _end_of_block(text: str, start: int) -> int | None:
    depth = 0
    for mark in _BLOCK_MARK.finditer(text, start):
        depth += 1 if mark[0] == "/-" else -1
        if depth == 0:
            return mark.end()
    return None
