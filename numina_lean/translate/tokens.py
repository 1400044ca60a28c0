"""The tokens of a Lean text with the brackets around them, told without knowing its grammar.

Covers comments, strings, characters, names and brackets. Does not know which words are keywords
where, nor the notations in force. Reads any text: where brackets do not fit, `trouble` says where
the first of them is, and the rest is read as well as can be.
"""

import re
from dataclasses import dataclass

CLOSING = {"(": ")", "{": "}", "[": "]", "⦃": "⦄", "⟨": "⟩", "@[": "]"}
"""The brackets, each with what closes it; `@[` opens attributes."""

_CLOSERS = frozenset(CLOSING.values())
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TOKEN = re.compile(
    r"""
    --[^\n]* | '(?:[^'\\\n]|\\[^\n])'(?!\w)
    | «[^»\n]{0,200}» | :=  | @\[ | [(){}\[\]⦃⦄⟨⟩] | :: | :
    | [^\W\d][\w'!?.]* | \#[^\W\d]\w* | \d[\w.]* | \s+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/-|-/")
_DEEPEST = 64
"""Brackets left open inside one that is closed: with more, which of them it closes is not asked."""


@dataclass(frozen=True, slots=True)
class Token:
    """`depth` counts the brackets around it; a bracket itself has that of what is outside of it."""

    text: str
    start: int
    depth: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The first place where brackets or comments do not fit."""

    start: int
    detail: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The tokens of a text that are neither white space nor comment, in order."""

    tokens: tuple[Token, ...]
    trouble: Trouble | None = None


def scan(source: str, restart: frozenset[str] = frozenset()) -> Scan:
    """Read all of `source`.

    A word of `restart` at the beginning of a line is outside of all brackets: what is still open
    there was never closed.
    """
    tokens: list[Token] = []
    troubles: list[Trouble] = []
    open_: list[Token] = []
    at = 0
    strings = True  # until one does not end: then no later mark of its kind begins one
    while at < len(source):
        if source.startswith("/-", at):
            end = _end_of_comment(source, at)
            if end is None:
                troubles.append(Trouble(at, "a comment that does not end"))
                break
            at = end
            continue
        match = (_STRING if strings and source[at] == '"' else _TOKEN).match(source, at)
        if match is None:
            strings = False
            continue
        text, start, at = match.group(), at, match.end()
        if text.isspace() or text.startswith("--"):
            continue
        if open_ and text in restart and source[start - 1] == "\n":
            troubles.append(_unclosed(open_[0]))
            open_.clear()
        if text in _CLOSERS:
            _close(text, start, open_, troubles)
        token = Token(text, start, len(open_))
        tokens.append(token)
        if text in CLOSING:
            open_.append(token)
    if open_:
        troubles.append(_unclosed(open_[0]))
    return Scan(tuple(tokens), min(troubles, key=lambda found: found.start, default=None))


def _close(text: str, start: int, open_: list[Token], troubles: list[Trouble]) -> None:
    """Take the bracket that `text` closes off `open_`, with those that were left open inside."""
    if open_ and CLOSING[open_[-1].text] == text:
        open_.pop()
        return
    troubles.append(Trouble(start, f"a {text} that closes nothing"))
    if any(CLOSING[token.text] == text for token in open_[-_DEEPEST:]):
        while CLOSING[open_.pop().text] != text:
            pass


def _unclosed(token: Token) -> Trouble:
    return Trouble(token.start, f"no {CLOSING[token.text]} for a {token.text}")


def _end_of_comment(source: str, start: int) -> int | None:
    depth = 0
    for mark in _COMMENT.finditer(source, start):
        depth += 1 if mark.group() == "/-" else -1
        if depth == 0:
            return mark.end()
    return None
