"""What a Lean source declares, read from its text alone: `example`s, names, own syntax.

A lexer for comments, strings, characters and identifiers, and the nesting of namespaces. It
does not parse Lean: macros that declare things stay unseen, which is why what it finds is only
ever asked of Lean, never believed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from numina_lean.lean.report import DeclarationKind
from numina_lean.lean.skeleton import skeleton

_TOKEN = re.compile(
    r"""--[^\n]*
    | (?P<block>/-)
    | r(?P<hashes>\#*)"(?s:.)*?"(?P=hashes)
    | "(?:\\(?s:.)|[^"\\])*"
    | '(?:\\[^\n]|[^\\'\n])[^'\n]{0,6}?'(?!\w)
    | (?P<word>(?:«[^»\n]+»|[^\W\d][\w'!?]*)(?:\.(?:«[^»\n]+»|[^\W\d][\w'!?]*))*)
    | (?P<mark>\S)
    """,
    re.VERBOSE,
)
_COMMENT_MARK = re.compile(r"/-|-/")

_KINDS: dict[str, DeclarationKind] = {
    "theorem": "theorem",
    "lemma": "theorem",
    "def": "def",
    "abbrev": "def",
    "instance": "def",
    "axiom": "axiom",
    "opaque": "opaque",
    "inductive": "inductive",
    "structure": "inductive",
    "class": "inductive",
}
_SYNTAX = frozenset(
    {
        "macro",
        "macro_rules",
        "syntax",
        "notation",
        "notation3",
        "infix",
        "infixl",
        "infixr",
        "prefix",
        "postfix",
        "elab",
        "elab_rules",
        "declare_syntax_cat",
        "run_cmd",
        "run_elab",
        "run_meta",
        "initialize",
        "builtin_initialize",
        "simproc",
        "dsimproc",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word (a dotted identifier or keyword) or a single other character, outside comments."""

    text: str
    start: int
    line: int
    is_word: bool


def tokens(source: str) -> Iterator[Token]:
    """The words and marks of `source`, without comments, strings and characters."""
    at = counted = 0
    line = 1
    while (match := _TOKEN.search(source, at)) is not None:
        at = match.end()
        if match["block"]:
            at = _comment_end(source, match.start())
        elif match["word"] or match["mark"]:
            line += source.count("\n", counted, match.start())
            counted = match.start()
            yield Token(match.group(), match.start(), line, bool(match["word"]))


def name_examples(source: str, prefix: str) -> tuple[str, dict[str, str]]:
    """`source` with every `example` made a `def` named `prefix` and a number.

    A `def` because an `example` may be data as well as proof. The mapping goes from the given
    names to `example@line`. Positions after an `example` on its line are not kept.
    """
    named: dict[str, str] = {}
    parts: list[str] = []
    copied = 0
    before = ""
    for token in tokens(source):
        if token.text == "example" and before != ".":
            name = f"{prefix}{len(named)}"
            shown = f"example@{token.line}"
            if shown in named.values():
                shown += f".{len(named)}"
            named[name] = shown
            parts += [source[copied : token.start], f"def {name}"]
            copied = token.start + len("example")
        before = token.text
    return "".join([*parts, source[copied:]]), named


def declared_names(source: str) -> tuple[tuple[str, DeclarationKind], ...] | None:
    """The names that `source` declares, with their namespaces, in order.

    None when it declares something without a name or defines syntax: then the text does not
    tell what Lean will have added.
    """
    names: list[tuple[str, DeclarationKind]] = []
    scopes: list[str] = []
    found = list(tokens(source))
    for before, token, after in zip([None, *found], found, [*found[1:], None], strict=False):
        if not token.is_word or (before is not None and before.text in ("[", ",", ".")):
            continue
        if token.text in _SYNTAX:
            return None
        argument = after.text if after is not None and after.is_word else ""
        if token.text == "namespace":
            scopes.append(argument)
        elif token.text in ("section", "mutual"):
            scopes.append("")
        elif token.text == "end":
            _close(scopes, argument)
        elif token.text in _KINDS and argument != "inductive":
            if not argument or argument in _KINDS:
                return None
            names.append((_absolute(scopes, argument), _KINDS[token.text]))
    return tuple(names)


def exits(source: str) -> bool:
    """Whether text stands behind an `#exit`, which Lean does not read.

    Where it is not certain what is a comment, all of it counts as text.
    """
    bare = skeleton(source)
    _, exit_word, behind = (source if bare is None else bare).partition("#exit")
    return bool(exit_word) and bool(behind.strip())


def _close(scopes: list[str], argument: str) -> None:
    """Leave the scopes that `end argument` closes; too few is Lean's to complain of."""
    closing = argument.count(".") + 1
    while scopes and closing > 0:
        closing -= scopes.pop().count(".") + 1


def _absolute(scopes: list[str], name: str) -> str:
    if name.startswith("_root_."):
        return name.removeprefix("_root_.")
    return ".".join([*(scope for scope in scopes if scope), name])


def _comment_end(source: str, start: int) -> int:
    depth = 0
    for match in _COMMENT_MARK.finditer(source, start):
        depth += 1 if match.group() == "/-" else -1
        if depth == 0:
            return match.end()
    return len(source)
