"""A Lean source as text: its header split off without elaborating anything.

Covers the module header of Lean 4 (`module`, `prelude`, `import` with `public`, `meta`, `all`),
white space, line comments and nested block comments. Does not parse anything after the header.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

_IDENT_PART = r"(?:«[^»\n]+»|[^\W\d][\w'!?]*)"
_TOKEN = re.compile(rf"{_IDENT_PART}(?:\.{_IDENT_PART})*")
_MODIFIERS = ("public", "meta")
_COMMENT_MARK = re.compile(r"/-|-/")


@dataclass(frozen=True)
class Header:
    """What a session loads once: imported modules, then commands that every check starts from.

    `imports` are module names in source order without repeats; empty means Lean's own default
    (`Init`). `preamble` is Lean text (options, `open`s) elaborated after the imports.
    """

    imports: tuple[str, ...] = ()
    preamble: str = ""

    @property
    def text(self) -> str:
        """The header as Lean source, ending in a newline unless empty."""
        lines = [f"import {module}" for module in self.imports]
        if self.preamble.strip():
            lines.append(self.preamble.strip())
        return "".join(f"{line}\n" for line in lines)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `text`, in hexadecimal: what a verdict's `header_hash` says."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def _skip_blank(text: str, at: int) -> int:
    """The index of the first character from `at` on that is neither space nor comment."""
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("--", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end + 1
        elif text.startswith("/-", at) and not text.startswith(("/--", "/-!"), at):
            close = _block_comment_end(text, at)
            if close is None:
                return at
            at = close
        else:
            return at
    return at


def is_blank(text: str) -> bool:
    """Whether `text` is nothing but white space and comments."""
    return _skip_blank(text, 0) == len(text)


def _block_comment_end(text: str, at: int) -> int | None:
    depth = 0
    for match in _COMMENT_MARK.finditer(text, at):
        depth += 1 if match.group() == "/-" else -1
        if depth == 0:
            return match.end()
    return None


def split_header(text: str) -> tuple[Header, str]:
    """Split `text` into its import header and the body to elaborate.

    The body begins with as many newlines and spaces as the header took, so that a position in
    the body is the same position in `text`. Never raises: what is no header is left in the
    body for Lean to judge.
    """
    imports: list[str] = []
    end = at = _skip_blank(text, 0)
    match = _TOKEN.match(text, at)
    while match is not None and match.group() in ("module", "prelude"):
        end = match.end()
        at = _skip_blank(text, end)
        match = _TOKEN.match(text, at)
    while match is not None:
        while match is not None and match.group() in _MODIFIERS:
            match = _TOKEN.match(text, _skip_blank(text, match.end()))
        if match is None or match.group() != "import":
            break
        match = _TOKEN.match(text, _skip_blank(text, match.end()))
        if match is not None and match.group() == "all":
            match = _TOKEN.match(text, _skip_blank(text, match.end()))
        if match is None:
            break
        module = match.group()
        if module not in imports:
            imports.append(module)
        end = match.end()
        match = _TOKEN.match(text, _skip_blank(text, end))
    if end == _skip_blank(text, 0):
        return Header(), text
    taken = text[:end]
    last_line = taken.rpartition("\n")[2]
    return Header(tuple(imports)), "\n" * taken.count("\n") + " " * len(last_line) + text[end:]
