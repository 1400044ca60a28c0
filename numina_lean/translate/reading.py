"""A theorem's Lean text as a `Statement`, so that it can be printed with another proof or negated.

Reads what formalisers write: a header, definitions, one theorem (the last, where there are
several) whose binders are in brackets. Only the outer form is read, never the mathematics; what
does not have that form is refused with a reason code, not guessed at. The theorem's proof need not
be well formed. Its documentation, and comments between commands, are not part of a statement.
"""

import re
from collections.abc import Sequence

from numina_lean.translate.outline import SETTINGS, Command, outline
from numina_lean.translate.statement import Statement
from numina_lean.translate.tokens import CLOSING, Scan, scan
from numina_lean.translate.tokens import Token as Token


class UnreadableError(ValueError):
    """No statement can be read from the text. `reason` is a code: `no_theorem`, `no_colon`,
    `no_proof` (nothing follows the type), `bare_binder`, `attributes`, `universes` (parameters
    after the name), `unbalanced`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


_BINDING_WORDS = frozenset({"let", "have", "letI", "haveI", "set"})
_LEFT_OPEN = re.compile(r":=\s*(?:by\s+)?sorry\s*\Z")
_UNNAMED = "statement"
_NAME = re.compile(r"[^\W\d]|«")


def read_statement(source: str) -> Statement:
    """The last theorem of `source`, with what stands before it. Raises `UnreadableError`.

    Where there is none, a definition whose value is `sorry` is taken for one, or an `example`.
    """
    commands = outline(source)
    at = target(commands)
    if at is None:
        tokenize(source)
        raise UnreadableError("no_theorem", "the text has no theorem")
    return statement_at(commands, at)


def tokenize(source: str) -> tuple[Token, ...]:
    """The tokens of `source`. Raises `UnreadableError` where its brackets do not fit."""
    read = scan(source)
    if read.trouble is not None:
        raise UnreadableError("unbalanced", read.trouble.detail)
    return read.tokens


def target(commands: Sequence[Command], name: str | None = None) -> int | None:
    """The index of the command that states what the text is for; None for nothing of the kind.

    It is the last theorem of that name, or else the last theorem; see `read_statement`.
    """
    theorems = [at for at, each in enumerate(commands) if each.keyword in ("theorem", "lemma")]
    named = [at for at in theorems if name is not None and commands[at].name == name]
    open_ = [
        at
        for at, each in enumerate(commands)
        if each.keyword == "example" or (each.keyword == "def" and _LEFT_OPEN.search(each.text))
    ]
    found = named or theorems or open_
    return found[-1] if found else None


def statement_at(commands: Sequence[Command], at: int) -> Statement:
    """The theorem at that index, after all commands before it. Raises `UnreadableError`."""
    command = commands[at]
    if command.attributes:
        raise UnreadableError("attributes", "the theorem has attributes")
    name, binders, conclusion = _signature(command)
    before = commands[:at]
    header, definitions = _context(before)
    if definitions:
        definitions += command.settings
    else:
        header = "\n".join(part for part in (header, *command.settings) if part)
    return Statement(name, header, binders, conclusion, definitions)


def _context(commands: Sequence[Command]) -> tuple[str, tuple[str, ...]]:
    """What stands before the theorem, as header and definitions."""
    first = next(
        (at for at, each in enumerate(commands) if each.keyword not in SETTINGS | {""}),
        len(commands),
    )
    header = "\n".join(each.text for each in commands[:first])
    return header, tuple(_whole(each) for each in commands[first:])


def _whole(command: Command) -> str:
    return "".join(f"{setting} in\n" for setting in command.settings) + command.text


def _signature(command: Command) -> tuple[str, tuple[str, ...], str]:
    """The name, the binders and the type that a theorem's text begins with."""
    text = command.text
    read = scan(text)
    head = next(at for at, token in enumerate(read.tokens) if token.text == command.keyword)
    try:
        name, at = _name(command, read.tokens, head + 1)
        binders, colon = _binders(text, read.tokens, at)
        end = _end_of_type(read.tokens, colon + 1)
    except UnreadableError as error:
        raise _because_of_brackets(read, error) from None
    if read.trouble is not None and read.trouble.start < read.tokens[end].start:
        raise UnreadableError("unbalanced", read.trouble.detail)
    return name, binders, text[read.tokens[colon].end : read.tokens[end].start].strip()


def _because_of_brackets(read: Scan, error: UnreadableError) -> UnreadableError:
    return error if read.trouble is None else UnreadableError("unbalanced", read.trouble.detail)


def _name(command: Command, tokens: Sequence[Token], at: int) -> tuple[str, int]:
    if command.keyword == "example":
        return _UNNAMED, at
    if at == len(tokens) or not _NAME.match(tokens[at].text):
        raise UnreadableError("no_theorem", "a theorem without a name")
    if tokens[at].text.endswith("."):
        raise UnreadableError("universes", "the theorem names its universes")
    return tokens[at].text, at + 1


def _binders(source: str, tokens: Sequence[Token], at: int) -> tuple[tuple[str, ...], int]:
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
        close = _closing(tokens, at)
        found.append(source[token.start : tokens[close].end])
        at = close + 1
    raise UnreadableError("no_colon", "a theorem without a type")


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth, mark = tokens[opening].depth, CLOSING[tokens[opening].text]
    for at in range(opening + 1, len(tokens)):
        if tokens[at].depth == depth:
            if tokens[at].text == mark:
                return at
            break
    raise UnreadableError("unbalanced", f"no {mark}")


def _end_of_type(tokens: Sequence[Token], at: int) -> int:
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
