r"""The pieces of an answer in its normal spelling: numbers, letters, words, commands, signs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "letter", "name", "word", "text", "command", "sign"]

MOST = 2000
"""Tokens of an answer that is read."""

DEEPEST = 40
"""Brackets within brackets that are read."""

OPENING = frozenset({"(", "[", "{", r"\{", r"\langle"})
CLOSING = frozenset({")", "]", "}", r"\}", r"\rangle"})

_TEXT = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|tt|normal|sc)?|mbox|hbox|math(?:rm|bf|it|sf|tt|ord|normal|cal|frak)|operatorname"
    r"|boldsymbol|bm|emph|pmb)\s*\*?\s*\{"
)
_PIECE = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?(?!,\d)|\d+\.\d+|\d+\.(?![\w.])|\.\d+|\d+)"
    r"(?P<power>[eE][+-]?\d+)?"
    r"|(?P<command>\\(?:[A-Za-z]+|.))"
    r"|(?P<letters>[^\W\d_]+)"
    r"|(?P<sign><=|>=|!=|\S)",
    re.DOTALL,
)
_SIGN_WORDS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne"}
_PLAIN_COMMANDS = {
    name: "\\" + name
    for name in (
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh",
        "tanh", "ln", "log", "exp", "sqrt", "pi", "infty", "theta", "alpha", "beta", "gamma",
        "lambda", "phi", "omega", "cup", "gcd", "lcm", "max", "min", "floor", "ceil", "abs", "cbrt",
    )
}  # fmt: skip
_PLAIN_COMMANDS |= {
    "infinity": r"\infty", "inf": r"\infty", "oo": r"\infty", "union": r"\cup", "asin": r"\arcsin",
    "acos": r"\arccos", "atan": r"\arctan", "Union": r"\cup",
}  # fmt: skip
_SHORT_WORDS = frozenset(
    {"and", "or", "yes", "no", "all", "one", "two", "six", "ten", "may", "odd", "day", "man", "men",
     "km", "cm", "mm", "kg", "mg", "ml", "mi", "ft", "in", "lb", "oz", "hr", "sec", "mph", "kph",
     "rpm", "am", "pm", "sq", "cu", "th", "st", "nd", "rd", "deg", "rad", "to", "is", "per", "if",
     "for", "the", "by", "of"}
)  # fmt: skip
"""Runs of two or three letters that are words; other short runs are products of letters."""

_LONGEST_PRODUCT = 3
_DEEPEST_TEXT = 8


@dataclass(frozen=True, slots=True)
class Token:
    """`spaced`: white space stands before it."""

    kind: Kind
    text: str
    spaced: bool = False


class TooLongError(Exception):
    """The answer has more tokens than are read, or is nested deeper."""


class EmptyRunError(Exception):
    """Nothing stands where something must."""


def tokens(text: str, depth: int = 0) -> list[Token]:
    """The tokens of a text in normal spelling. Raises `TooLongError`."""
    found: list[Token] = []
    at = 0
    nested = deep = 0
    while at < len(text):
        start = at
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            break
        spaced = at > start
        if written := _TEXT.match(text, at):
            end = closing(text, written.end())
            found += _of_text(written[0], text[written.end() : end], spaced, depth)
            at = end + 1
        else:
            piece = _PIECE.match(text, at)
            if piece is None:
                break
            if piece[0] in ("(", "[", r"\{") or (piece[0] == "{" and not found):
                nested += 1
            elif piece[0] in (")", "]", r"\}"):
                nested -= 1
            deep += (piece[0] in OPENING) - (piece[0] in CLOSING)
            end = piece.end()
            if nested > 0 and piece["number"] and "," in piece["number"]:
                end = text.index(",", at)  # within brackets a comma parts: (1,200) is a pair
                found.append(Token("number", text[at:end], spaced))
            else:
                found += _of_piece(piece, spaced)
            at = end
        if len(found) > MOST or deep > DEEPEST:
            raise TooLongError
    return found


def closing(text: str, at: int) -> int:
    """Where the group that is open at `at` closes; the end of the text where it does not."""
    depth = 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return at
        at += 1
    return len(text)


def _piece_of_list(text: str, at: int) -> re.Match[str]:
    """Within brackets a comma parts: `(1,200)` is a pair."""
    piece = re.compile(
        r"(?P<number>\d+)(?P<power>(?!))?(?P<command>(?!))?(?P<letters>(?!))?"
    ).match(text, at)
    assert piece is not None
    return piece


def _of_text(command: str, content: str, spaced: bool, depth: int) -> list[Token]:
    """What a font's command holds: words as a text, anything else as if the font were not there."""
    if depth >= _DEEPEST_TEXT:
        raise TooLongError
    bare = " ".join(content.split())
    if not bare:
        return []
    if re.fullmatch(r"[^\W\d_]", bare) and not re.match(r"\\(?:text|mbox|hbox)", command):
        return [Token("letter", bare, spaced)]
    if re.search(r"[\d,;\\^_+=<>*]", bare) or not re.search(r"[^\W\d_]", bare):
        inner = tokens(bare, depth + 1)
        return [Token(inner[0].kind, inner[0].text, spaced), *inner[1:]] if inner else []
    if bare in _PLAIN_COMMANDS and command.startswith(r"\operatorname"):
        return [Token("command", _PLAIN_COMMANDS[bare], spaced)]
    return [Token("text", bare, spaced)]


def _of_piece(piece: re.Match[str], spaced: bool) -> list[Token]:
    if piece["number"]:
        return [Token("number", piece[0].replace(",", "").rstrip("."), spaced)]
    if piece["command"]:
        return [Token("command", piece["command"], spaced)]
    if piece["letters"]:
        return _of_letters(piece["letters"], spaced)
    sign = piece[0]
    if sign in _SIGN_WORDS:
        return [Token("command", _SIGN_WORDS[sign], spaced)]
    return [Token("sign", sign, spaced)]


def _of_letters(run: str, spaced: bool) -> list[Token]:
    """A run of letters: a function, a name of capitals, a word, or letters that are multiplied."""
    if len(run) == 1:
        return [Token("letter", run, spaced)]
    if run in _PLAIN_COMMANDS:
        return [Token("command", _PLAIN_COMMANDS[run], spaced)]
    if run.lower() in _SHORT_WORDS or len(run) > _LONGEST_PRODUCT or not run.isascii():
        return [Token("word", run, spaced)]
    if run.isupper():
        return [Token("name", run, spaced)]
    return [Token("letter", letter, spaced and at == 0) for at, letter in enumerate(run)]


def split(
    pieces: Sequence[Token], parts_at: Callable[[Token], bool], *, whole: bool = False
) -> list[Sequence[Token]]:
    """The runs between the tokens that part, outside of all brackets.

    Empty ones are left out or, with `whole`, raise `EmptyRunError`.
    """
    runs: list[list[Token]] = [[]]
    depth = 0
    for token in pieces:
        bracket = token.kind in ("sign", "command")
        depth += (bracket and token.text in OPENING) - (bracket and token.text in CLOSING)
        if depth <= 0 and parts_at(token):
            runs.append([])
        else:
            runs[-1].append(token)
    if whole and not all(runs):
        raise EmptyRunError
    return [run for run in runs if run]
