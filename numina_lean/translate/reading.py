"""A theorem's Lean text as a `Statement`, so that it can be printed with another proof or negated.

Reads what formalisers write: a header, definitions, one theorem (the last, where there are
several) whose binders are in brackets. Only the outer form is read, never the mathematics; what
does not have that form is refused with a reason code, not guessed at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from numina_lean.translate.statement import Statement


class UnreadableError(ValueError):
    """No statement can be read from the text. `reason` is a code: `no_theorem`, `no_colon`,
    `no_proof` (nothing follows the type), `bare_binder`, `attributes`, `unbalanced`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    depth: int
    """Of the brackets around it; a bracket itself has that of what is outside of it."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_CLOSING = {"(": ")", "{": "}", "[": "]", "⦃": "⦄", "⟨": "⟩"}
_TOKEN = re.compile(
    r"""
    --[^\n]* | "(?:[^"\\]|\\.)*" | '(?:[^'\\\n]|\\[^\n])'(?!\w)
    | «[^»\n]*» | :=  | [(){}\[\]⦃⦄⟨⟩] | :: | : | @\[
    | [^\W\d][\w'!?.]* | \d[\w.]* | \s+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/-|-/")
_DECLARES = frozenset({"theorem", "lemma"})
_COMMANDS = _DECLARES | {
    "def", "abbrev", "structure", "inductive", "class", "instance", "axiom", "example", "opaque",
    "noncomputable", "private", "protected", "variable", "namespace", "section", "notation",
    "local", "macro", "syntax", "mutual", "universe",
}  # fmt: skip
_BINDING_WORDS = frozenset({"let", "have", "letI", "haveI", "set"})
_MODIFIERS = frozenset({"private", "protected", "noncomputable", "nonrec"})


def read_statement(source: str) -> Statement:
    """The last theorem of `source`, with what stands before it. Raises `UnreadableError`."""
    tokens = list(_tokens(source))
    heads = [i for i, token in enumerate(tokens) if token.depth == 0 and token.text in _DECLARES]
    if not heads:
        raise UnreadableError("no_theorem", "the text has no theorem")
    head = heads[-1]
    first = _first_modifier(tokens, head)
    header, definitions = _context(source[: tokens[first].start], tokens[:first])
    name, at = _name(tokens, head + 1)
    binders, colon = _binders(source, tokens, at)
    end = _end_of_type(tokens, colon + 1)
    conclusion = source[tokens[colon].end : tokens[end].start].strip()
    return Statement(name, header, binders, conclusion, definitions)


def _tokens(source: str) -> Iterator[_Token]:
    """What is neither white space nor comment. Raises `UnreadableError` for stray brackets."""
    at = 0
    stack: list[str] = []
    while at < len(source):
        if source.startswith("/-", at):
            at = _end_of_comment(source, at)
            continue
        match = _TOKEN.match(source, at)
        assert match is not None, "the last alternative takes any character"
        text, start, at = match.group(), at, match.end()
        if text.isspace() or text.startswith("--"):
            continue
        if text in _CLOSING or text == "@[":
            yield _Token(text, start, len(stack))
            stack.append(_CLOSING.get(text, "]"))
            continue
        if stack and text == stack[-1]:
            stack.pop()
        elif text in _CLOSING.values():
            raise UnreadableError("unbalanced", f"a {text} that closes nothing")
        yield _Token(text, start, len(stack))
    if stack:
        raise UnreadableError("unbalanced", f"no {stack[-1]}")


def _end_of_comment(source: str, start: int) -> int:
    depth = 0
    for mark in _COMMENT.finditer(source, start):
        depth += 1 if mark.group() == "/-" else -1
        if depth == 0:
            return mark.end()
    raise UnreadableError("unbalanced", "a comment that does not end")


def _first_modifier(tokens: list[_Token], head: int) -> int:
    while head and tokens[head - 1].text in _MODIFIERS:
        head -= 1
    if head and tokens[head - 1].text == "]":
        opening = max(i for i in range(head) if tokens[i].depth == 0 and tokens[i].text in "[@[")
        if tokens[opening].text == "@[":
            raise UnreadableError("attributes", "the theorem has attributes")
    return head


def _context(before: str, tokens: list[_Token]) -> tuple[str, tuple[str, ...]]:
    """What stands before the theorem, as header and definitions."""
    for token in tokens:
        if token.depth == 0 and (token.text in _COMMANDS or token.text == "@["):
            definitions = before[token.start :].strip()
            return before[: token.start].strip(), (definitions,)
    return before.strip(), ()


def _name(tokens: list[_Token], at: int) -> tuple[str, int]:
    if at == len(tokens) or not re.match(r"[^\W\d]|«", tokens[at].text):
        raise UnreadableError("no_theorem", "a theorem without a name")
    return tokens[at].text, at + 1


def _binders(source: str, tokens: list[_Token], at: int) -> tuple[tuple[str, ...], int]:
    """The binders from token `at` on, and the index of the colon after them."""
    found: list[str] = []
    while at < len(tokens):
        token = tokens[at]
        if token.text == ":":
            return tuple(found), at
        if token.text not in ("(", "{", "[", "⦃"):
            if token.text == ":=":
                raise UnreadableError("no_colon", "a theorem without a type")
            raise UnreadableError("bare_binder", f"{token.text!r} before the colon")
        close = next(
            i for i in range(at + 1, len(tokens))
            if tokens[i].depth == token.depth and tokens[i].text == _CLOSING[token.text]
        )  # fmt: skip
        found.append(source[token.start : tokens[close].end])
        at = close + 1
    raise UnreadableError("no_colon", "a theorem without a type")


def _end_of_type(tokens: list[_Token], at: int) -> int:
    """The index of the `:=` before the proof: not one of a `let` in the type."""
    pending = 0
    for index in range(at, len(tokens)):
        token = tokens[index]
        if token.depth:
            continue
        if token.text in _BINDING_WORDS:
            pending += 1
        elif token.text == ":=" and pending:
            pending -= 1
        elif token.text == ":=":
            return index
    raise UnreadableError("no_proof", "nothing follows the theorem's type")
