"""LaTeX formulas as tokens, with TeX's own rule for arguments: one digit, one letter, or a group.

What is only spacing or looks disappears here; what has no place in the grammar of formulas
raises `DeclineError("unparsed_math")`.
"""

import re
from collections.abc import Generator, Iterator

from lark import Token

from numina_lean.translate.rules.decline import DeclineError

_SPACING = re.compile(
    r"\s+|~|\\[,;:!> ]|\\q?quad\b|\\displaystyle\b|\\textstyle\b|\\limits\b|\\big[lr]?(?![a-zA-Z])"
    r"|\\Big[lr]?(?![a-zA-Z])|\\bigg[lr]?(?![a-zA-Z])|\\Bigg[lr]?(?![a-zA-Z])|\\phantom\{[^{}]*\}"
    r"|\\nonumber\b|&"
)
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:(?:,|\{,\}|,\\!|\\,|\{,\\!\})\d{3})+(?![\d])(?:\.\d+)?")
_NUMBER = re.compile(r"\d+\.\d+|\.\d+|\d+")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+\*?|.)")
_SUBSCRIPT = re.compile(r"_(?:([A-Za-z0-9])|\{([A-Za-z0-9]{1,3})\})(?![A-Za-z0-9]*')")
_TEXT = re.compile(r"\\(?:text|mbox|mathrm|textrm|operatorname|mathop|mathbf|textbf)\s*\{")

_COMMANDS = {
    r"\cdot": "TIMES", r"\times": "TIMES", r"\div": "DIVIDE", r"\pm": "PM",
    r"\le": "REL", r"\leq": "REL", r"\leqslant": "REL", r"\ge": "REL", r"\geq": "REL",
    r"\geqslant": "REL", r"\ne": "REL", r"\neq": "REL", r"\lt": "REL", r"\gt": "REL",
    r"\equiv": "EQUIV", r"\pmod": "PMOD", r"\bmod": "BMOD", r"\mod": "BMOD", r"\mid": "MID",
    r"\frac": "FRAC", r"\dfrac": "FRAC", r"\tfrac": "FRAC", r"\cfrac": "FRAC",
    r"\binom": "BINOM", r"\dbinom": "BINOM", r"\tbinom": "BINOM", r"\sqrt": "SQRT",
    r"\log": "LOG", r"\ln": "LN", r"\gcd": "NAMED", r"\lcm": "NAMED", r"\max": "NAMED",
    r"\min": "NAMED", r"\sum": "SUM", r"\prod": "PROD",
    r"\sin": "TRIG", r"\cos": "TRIG", r"\tan": "TRIG", r"\cot": "TRIG", r"\sec": "TRIG",
    r"\csc": "TRIG",
    r"\lfloor": "LFLOOR", r"\rfloor": "RFLOOR", r"\lceil": "LCEIL", r"\rceil": "RCEIL",
    r"\{": "LSET", r"\}": "RSET", r"\%": "PERCENT", r"\lvert": "LBAR", r"\rvert": "RBAR",
    r"\ldots": "DOTS", r"\cdots": "DOTS", r"\dots": "DOTS", r"\dotsb": "DOTS", r"\dotsm": "DOTS",
    r"\dotsc": "DOTS", r"\\": "NEWLINE", r"\in": "IN", r"\lbrack": "LBRACK", r"\rbrack": "RBRACK",
    r"\circ": "CUSTOM", r"\star": "CUSTOM", r"\ast": "CUSTOM", r"\oplus": "CUSTOM",
    r"\otimes": "CUSTOM", r"\odot": "CUSTOM", r"\diamond": "CUSTOM", r"\nabla": "CUSTOM",
    r"\triangle": "CUSTOM", r"\Delta": "CUSTOM", r"\clubsuit": "CUSTOM", r"\heartsuit": "CUSTOM",
    r"\spadesuit": "CUSTOM", r"\diamondsuit": "CUSTOM", r"\bowtie": "CUSTOM", r"\Diamond": "CUSTOM",
    r"\ominus": "CUSTOM", r"\boxplus": "CUSTOM", r"\boxtimes": "CUSTOM", r"\#": "CUSTOM",
    r"\&": "CUSTOM", r"\dagger": "CUSTOM", r"\ddagger": "CUSTOM", r"\S": "CUSTOM",
    r"\square": "CUSTOM", r"\Box": "CUSTOM", r"\bigstar": "CUSTOM", r"\bullet": "CUSTOM",
}  # fmt: skip
_GREEK = frozenset(
    rf"\{name}"
    for name in [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "theta",
        "lambda",
        "mu",
        "nu",
        "phi",
        "varphi",
        "psi",
        "omega",
        "rho",
        "sigma",
        "tau",
        "pi",
    ]
)
_CHARACTERS = {
    "+": "PLUS", "-": "MINUS", "−": "MINUS", "/": "SLASH", "^": "POWER", "!": "FACT",
    "(": "LPAR", ")": "RPAR", "[": "LBRACK", "]": "RBRACK", "=": "REL", "<": "REL", ">": "REL",
    ",": "COMMA", ";": "COMMA", "_": "SUB", "*": "STAR", "@": "CUSTOM", "·": "TIMES",
    "×": "TIMES", "÷": "DIVIDE", ":": "COLON", "%": "PERCENT",
}  # fmt: skip
_WORDS = {
    "and": "AND", "gcd": "NAMED", "lcm": "NAMED", "GCD": "NAMED", "LCM": "NAMED", "max": "NAMED",
    "min": "NAMED", "mod": "BMOD", "GCF": "NAMED",
}  # fmt: skip
_ARGUMENTS = {"FRAC": 2, "BINOM": 2, "SQRT": 1, "POWER": 1, "SUB": 1, "PMOD": 1}
_OPERAND_END = frozenset(
    {"NUMBER", "LETTER", "RPAR", "RBRACK", "RBRACE", "RBAR", "RFLOOR", "RCEIL", "FACT", "DEGREE"}
)


def _fail(text: str) -> DeclineError:
    return DeclineError("unparsed_math", f"no rule for {text[:40]!r} in a formula")


def closing_brace(text: str, start: int) -> int:
    """The index of the brace that closes the one at `start`; declines when there is none."""
    depth = 0
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise _fail(text[start:])


def tokenize(text: str) -> list[Token]:
    """The tokens of the formula `text` (without its dollar signs)."""
    return _pair_bars(list(_scan(text)))


def _scan(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        if space := _SPACING.match(text, at):
            at = space.end()
        elif match := _GROUPED.match(text, at):
            yield Token("NUMBER", re.sub(r"[^\d.]", "", match.group()))
            at = match.end()
        elif match := _NUMBER.match(text, at):
            yield Token("NUMBER", match.group())
            at = match.end()
        elif text[at].isascii() and text[at].isalpha():
            name, at = _letter(text, at, at + 1)
            yield Token("LETTER", name)
        elif text[at] == "{":
            end = closing_brace(text, at)
            yield Token("LBRACE", "{")
            yield from tokenize(text[at + 1 : end])
            yield Token("RBRACE", "}")
            at = end + 1
        elif match := _TEXT.match(text, at):
            end = closing_brace(text, match.end() - 1)
            yield _word(text[match.end() : end])
            at = end + 1
        elif text[at] == "\\":
            token, at = _command(text, at)
            if token is not None:
                yield token
                if token.type in _ARGUMENTS:
                    at = yield from _arguments(text, at, token.type)
        elif text[at] == "|":
            yield Token("BAR", "|")
            at += 1
        else:
            kind = _CHARACTERS.get(text[at])
            if kind is None:
                raise _fail(text[at:])
            degree = re.compile(r"\^\s*(?:\\circ|\{\s*\\circ\s*\})").match(text, at)
            if degree:
                yield Token("DEGREE", "°")
                at = degree.end()
                continue
            yield Token(kind, text[at])
            at += 1
            if kind in _ARGUMENTS:
                at = yield from _arguments(text, at, kind)


def _letter(text: str, start: int, end: int) -> tuple[str, int]:
    """A letter with its subscript, which is part of the name; a prime has no rule."""
    name = text[start:end].lstrip("\\")
    if match := _SUBSCRIPT.match(text, end):
        return f"{name}_{match.group(1) or match.group(2)}", match.end()
    if text.startswith(("'", "_"), end):
        raise _fail(text[start:])
    return name, end


def _word(content: str) -> Token:
    word = content.strip()
    nested = _TEXT.match(word)
    if nested and word.endswith("}"):
        word = word[nested.end() : -1].strip()
    if word not in _WORDS:
        raise _fail(content)
    return Token(_WORDS[word], word.lower())


def _command(text: str, at: int) -> tuple[Token | None, int]:
    match = _COMMAND.match(text, at)
    if match is None:
        raise _fail(text[at:])
    name = match.group()
    if name in (r"\left", r"\right"):
        rest = text[match.end() :].lstrip()
        start = len(text) - len(rest)
        if rest.startswith("|"):
            side = "LBAR" if name == r"\left" else "RBAR"
            return Token(side, "|"), start + 1
        if rest.startswith("."):
            raise _fail(text[at:])
        return None, start
    if name in (r"\begin", r"\end"):
        environment = re.compile(r"\{(align\*?|aligned|gathered|gather\*?|equation\*?)\}")
        found = environment.match(text, match.end())
        if found is None:
            raise _fail(text[at:])
        return None, found.end()
    if name in _GREEK:
        letter, end = _letter(text, at, match.end())
        return Token("LETTER", letter), end
    if name not in _COMMANDS:
        raise _fail(name)
    return Token(_COMMANDS[name], name), match.end()


def _arguments(text: str, at: int, kind: str) -> Generator[Token, None, int]:
    """The arguments of a command as groups; returns where they end (by `yield from`)."""
    at = _skip(text, at)
    if kind == "SQRT" and text.startswith("[", at):
        end = text.find("]", at)
        if end < 0:
            raise _fail(text[at:])
        yield Token("LBRACK", "[")
        yield from tokenize(text[at + 1 : end])
        yield Token("RBRACK", "]")
        at = end + 1
    for _ in range(_ARGUMENTS[kind]):
        at = _skip(text, at)
        if text.startswith("{", at):
            end = closing_brace(text, at)
            inner = text[at + 1 : end]
            at = end + 1
        else:
            match = re.compile(r"\d|[A-Za-z]|\\[a-zA-Z]+").match(text, at)
            if match is None or (match.group() not in _GREEK and match.group()[0] == "\\"):
                raise _fail(text[at:])
            inner, at = match.group(), match.end()
            if kind == "POWER" and inner.isdigit() and text[at : at + 1].isdigit():
                raise _fail(f"^{inner}{text[at:]}")
        yield Token("LBRACE", "{")
        yield from tokenize(inner)
        yield Token("RBRACE", "}")
    return at


def _skip(text: str, at: int) -> int:
    while match := _SPACING.match(text, at):
        at = match.end()
    return at


def _pair_bars(tokens: list[Token]) -> list[Token]:
    """Plain bars as opening and closing ones, or as `MID` where no second one can close it.

    An operation of the problem's own that follows no operand is told apart as `PREFIX`.
    """
    result: list[Token] = []
    depth = brace = 0
    opened: list[int] = []
    for place, token in enumerate(tokens):
        depth += (token.type == "LBRACE") - (token.type == "RBRACE")
        after_operand = bool(result) and result[-1].type in _OPERAND_END
        if token.type == "CUSTOM" and not after_operand:
            token = Token("PREFIX", str(token))
        if token.type != "BAR":
            result.append(token)
            continue
        if opened and opened[-1] == depth and after_operand:
            opened.pop()
            result.append(Token("RBAR", "|"))
            continue
        brace = depth
        later = 0
        for other in tokens[place + 1 :]:
            brace += (other.type == "LBRACE") - (other.type == "RBRACE")
            if brace < depth:
                break
            later += other.type == "BAR" and brace == depth
        if later % 2 == (len(opened) + 1) % 2 or not after_operand:
            opened.append(depth)
            result.append(Token("LBAR", "|"))
        else:
            result.append(Token("MID", "|"))
    return result
