"""A Lean text as a list of commands, each with its first word: what a file is made of.

A command begins at a word that can begin nothing else (`theorem`, `def`, …), or at one that can
(`open`, `end`, …) where it is the first on its line and not indented; its modifiers, attributes,
documentation and `open … in` belong to it. Ordinary comments between commands are dropped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from numina_lean.translate.tokens import Scan, Token, scan

THEOREMS = frozenset({"theorem", "lemma", "example"})
DEFINITIONS = frozenset(
    {"def", "abbrev", "structure", "inductive", "class", "instance", "opaque", "axiom"}
)
SETTINGS = frozenset({"import", "open", "set_option", "universe"})
"""What a header is made of."""

VARIABLES = frozenset({"variable", "include", "omit"})

_RESERVED = THEOREMS | DEFINITIONS
_AT_LINE_START = (
    SETTINGS
    | VARIABLES
    | frozenset(
        {
            "namespace", "section", "end", "attribute", "mutual", "deriving", "export", "notation",
            "notation3", "infix", "infixl", "infixr", "prefix", "postfix", "macro", "macro_rules",
            "syntax", "elab", "elab_rules", "initialize", "run_cmd", "add_decl_doc",
            "suppress_compilation", "declare_syntax_cat", "builtin_initialize", "alias", "simproc",
        }
    )
)  # fmt: skip
_MODIFIERS = frozenset(
    {"private", "protected", "noncomputable", "nonrec", "partial", "unsafe", "local", "scoped"}
)


@dataclass(frozen=True, slots=True)
class Command:
    """`text` is the command without the documentation before it. `name` is the word after its
    keyword, where that is a name. `settings` are the `open … in` before it, without their `in`.
    """

    keyword: str
    text: str
    name: str | None = None
    settings: tuple[str, ...] = ()
    attributes: bool = False


def outline(source: str) -> tuple[Command, ...]:
    """The commands of `source`, in order. Never raises.

    Text before the first is one with the keyword "".
    """
    read = scan(source, restart=_RESERVED)
    tokens = read.tokens
    heads = [at for at in range(len(tokens)) if _begins(source, tokens, at)]
    starts = _starts(source, tokens, heads)
    commands = []
    first = starts[0] if starts else len(tokens)
    if first:
        commands.append(Command("", source[tokens[0].start : tokens[first - 1].end]))
    for number, (head, start) in enumerate(zip(heads, starts, strict=True)):
        after = starts[number + 1] if number + 1 < len(starts) else None
        commands.append(_command(source, read, start, head, after))
    return tuple(commands)


def _begins(source: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether the keyword of a command is at `at`: not one of the words before a keyword."""
    token = tokens[at]
    if token.depth:
        return False
    if token.text in _RESERVED:
        return not (at and tokens[at - 1].text == "deriving")
    if token.text.startswith("#"):
        return len(token.text) > 1 and _first_on_line(source, token)
    if token.text not in _AT_LINE_START:
        return False
    modified = at > 0 and tokens[at - 1].text in _MODIFIERS
    if not (modified or _first_on_line(source, token)):
        return False
    return not _ends_in_in(source, tokens, at)


def _first_on_line(source: str, token: Token) -> bool:
    return token.start == 0 or source[token.start - 1] == "\n"


def _ends_in_in(source: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether `open X` at `at` is `open X in`, and so belongs to the command after it."""
    if tokens[at].text not in ("open", "set_option", "omit", "include", "variable"):
        return False
    for token in tokens[at + 1 :]:
        if token.depth == 0 and token.text == "in":
            return True
        if token.depth == 0 and (
            token.text in _RESERVED
            or (token.text in _AT_LINE_START and _first_on_line(source, token))
        ):
            return False
    return False


def _starts(source: str, tokens: Sequence[Token], heads: Sequence[int]) -> list[int]:
    """The token that each command begins with: its first modifier, attribute or `open … in`."""
    starts: list[int] = []
    floor = 0
    for head in heads:
        start = head
        while start > floor:
            before = _before(source, tokens, start, floor)
            if before == start:
                break
            start = before
        starts.append(start)
        floor = head + 1
    return starts


def _before(source: str, tokens: Sequence[Token], start: int, floor: int) -> int:
    """Where what belongs to the command and ends before `start` begins; `start` for nothing."""
    last = tokens[start - 1]
    if last.depth == 0 and last.text in _MODIFIERS:
        return start - 1
    if last.depth == 0 and last.text == "]":
        opening = start - 2
        while opening > floor and tokens[opening].depth:
            opening -= 1
        return opening if tokens[opening].text == "@[" else start
    if last.depth == 0 and last.text == "in":
        for opening in range(start - 2, floor - 1, -1):
            if tokens[opening].text in ("open", "set_option", "omit", "include", "variable") and (
                _first_on_line(source, tokens[opening]) or tokens[opening - 1].text == "in"
            ):
                return opening
    return start


def _command(source: str, read: Scan, start: int, head: int, after: int | None) -> Command:
    tokens = read.tokens
    last = tokens[-1] if after is None else tokens[after - 1]
    own = head
    settings: list[str] = []
    at = start
    while at < head:
        if tokens[at].text in SETTINGS | VARIABLES:
            end = next(i for i in range(at, head) if tokens[i].text == "in" and not tokens[i].depth)
            settings.append(source[tokens[at].start : tokens[end].start].strip())
            at = end + 1
            continue
        own = min(own, at)
        at += 1
    name = tokens[head + 1].text if head + 1 < len(tokens) else ""
    return Command(
        keyword=tokens[head].text,
        text=source[tokens[own].start : last.end],
        name=name if re.match(r"[^\W\d]|«", name) else None,
        settings=tuple(settings),
        attributes=any(token.text == "@[" for token in tokens[own:head]),
    )
