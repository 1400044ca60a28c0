"""Chains of relations in plain text: `12 apples * $1.50 = $18`, and what `<<…>>` holds.

A chain is a run of numbers, operations, single letters, and units between a number and the next
operation. What stands before and after the run decides whether it is whole.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from numina_lean.steps.prose_tokens import Token, tokens_of
from numina_lean.steps.side import OPERATIONS, SCALES, operates
from numina_lean.steps.step import Chain, Place, Side, Sign, Unread

_LATEX = {
    "*": r"\times ",
    "×": r"\times ",
    "·": r"\times ",
    "÷": r"\div ",
    "−": "-",
    "–": "-",
    "**": "^",
}
_SIGNS: dict[str, Sign] = {"=": "=", "==": "=", "≈": "≈", "≤": "≤", "≥": "≥", "≠": "≠"}
_LABELS = frozenset(
    ["step", "day", "week", "month", "year", "part", "case", "problem", "question", "number", "no",
     "room", "page", "option", "choice", "group", "phase", "item", "grade", "level", "round",
     "chapter", "stage", "player", "team", "equation", "figure", "figures", "line"]
)  # fmt: skip
_MOST_UNIT_WORDS = 4
_LONGEST_RUN = 200
_FOLLOWING = frozenset({"r", "remainder", "and"})


def prose_chains(plain: str, start: int, end: int, place: Place = "prose") -> Iterator[Chain]:
    """The chains in `plain[start:end]`, each of at least one relation. Raises on no text."""
    tokens: list[Token] = []
    for token in tokens_of(plain, start, end):
        if token.kind == "end":
            yield from _line_chains(plain, tokens, place)
            tokens = []
        else:
            tokens.append(token)
    yield from _line_chains(plain, tokens, place)


def _line_chains(plain: str, tokens: list[Token], place: Place) -> Iterator[Chain]:
    if not any(token.kind == "sign" for token in tokens):
        return
    run: list[Token] = []
    first = 0
    for number, token in enumerate(tokens):
        if not run:
            first = number
        if _belongs(tokens, number, run):
            run.append(token)
            continue
        yield from _run_chain(plain, tokens, first, run, place)
        first, run = number, [token] if _belongs(tokens, number, []) else []
    yield from _run_chain(plain, tokens, first, run, place)


def _belongs(tokens: list[Token], number: int, run: list[Token]) -> bool:
    token = tokens[number]
    match token.kind:
        case "number" if run and run[-1].kind == "number":
            return _mixed(tokens, number)
        case "number" | "operation" | "sign" | "percent" | "math":
            return len(run) < _LONGEST_RUN
        case "letter":
            return token.text not in "aAI" or _between_operations(tokens, number)
        case "word":
            return bool(run) and (_is_unit(tokens, number, run) or _is_of(tokens, number))
    return False


def _between_operations(tokens: list[Token], number: int) -> bool:
    around = [tokens[at].kind for at in (number - 1, number + 1) if 0 <= at < len(tokens)]
    return any(kind in ("operation", "sign") for kind in around)


def _is_of(tokens: list[Token], number: int) -> bool:
    """`of` after a percentage or a fraction, before a number, multiplies."""
    if tokens[number].text != "of" or number + 1 >= len(tokens) or number < 1:
        return False
    fraction = number >= 3 and [each.kind for each in tokens[number - 3 : number]] == [
        "number", "operation", "number",
    ] and tokens[number - 2].text == "/"  # fmt: skip
    return (fraction or tokens[number - 1].kind == "percent") and tokens[
        number + 1
    ].kind == "number"


def _is_unit(tokens: list[Token], number: int, run: list[Token]) -> bool:
    """One of a few words between a number and the next operation or sign."""
    words = 0
    for token in reversed(run):
        if token.kind == "word":
            words += 1
            continue
        if token.kind not in ("number", "percent") and token.text != ")":
            return False
        break
    for token in tokens[number:]:
        if token.kind == "word":
            words += 1
            if token.text.lower() in OPERATIONS | SCALES or words > _MOST_UNIT_WORDS:
                return False
            continue
        return token.kind == "sign" or (token.kind == "operation" and token.text != "(")
    return False


def _run_chain(
    plain: str, tokens: list[Token], first: int, run: list[Token], place: Place
) -> Iterator[Chain]:
    while len(run) > 1 and run[-1].text in ("-", "/") and _joins_words(tokens, first, run):
        run = run[:-1]
    signs = [number for number, token in enumerate(run) if token.kind == "sign"]
    if not signs or any(run[number].text not in _SIGNS for number in signs):
        return
    bounds = [-1, *signs, len(run)]
    parts = [run[low + 1 : high] for low, high in pairwise(bounds)]
    before = tokens[first - 1] if first else None
    following = tokens[first + len(run)] if first + len(run) < len(tokens) else None
    sides = []
    for number, part in enumerate(parts):
        doubt: Unread | None = None
        if number == 0:
            doubt = _doubt_before(plain, before, part)
        if number == len(parts) - 1:
            doubt = doubt or _doubt_after(plain, following, part)
        anchor = run[signs[min(number, len(signs) - 1)]]
        sides.append(_side(part, anchor, doubt, first=number == 0, last=number == len(parts) - 1))
    yield Chain(place, tuple(sides), tuple(_SIGNS[run[number].text] for number in signs))


def _joins_words(tokens: list[Token], first: int, run: list[Token]) -> bool:
    """Whether the last token of `run` is the hyphen of a word, as in `12 push-ups`."""
    at = first + len(run)
    touching = at < len(tokens) and tokens[at].start == run[-1].end
    return run[-2].kind == "word" or (touching and tokens[at].kind == "word")


def _doubt_before(plain: str, before: Token | None, part: list[Token]) -> Unread | None:
    if not part:
        return "words" if before is not None and before.kind == "word" else "incomplete"
    if before is None:
        return None
    touching = before.end == part[0].start
    if before.kind == "word":
        word = before.text.lower()
        operating = word in _LABELS or operates(plain[max(0, before.end - 80) : before.end])
        negative = part[0].kind == "operation" and part[0].text != "("
        return "words" if operating or negative or touching else None
    if before.kind == "letter":
        return None if not touching else "notation"
    return "notation" if touching and before.text not in "(\"'“‘>[:,;|" else None


def _doubt_after(plain: str, following: Token | None, part: list[Token]) -> Unread | None:
    if not part:
        return "words" if following is not None and following.kind == "word" else "incomplete"
    if following is None:
        return None
    touching = following.start == part[-1].end
    if following.kind in ("word", "letter"):
        word = following.text.lower()
        return "words" if word in OPERATIONS | SCALES | _FOLLOWING else None
    if touching and following.text == "!":
        return "words"
    dots = plain[following.start : following.start + 2] == ".."
    return "notation" if dots or (touching and following.text in "…'’_\\°½¼¾:#@&{[<") else None


def _side(
    part: list[Token], anchor: Token, doubt: Unread | None, *, first: bool, last: bool
) -> Side:
    """The side that the tokens of `part` make; `anchor` is a sign beside it."""
    if not part:
        return Side(anchor.start, anchor.start, None, (), doubt)
    part = _without_frame(part, first=first, last=last)
    units = [token.text.lower() for token in part if token.kind == "word" and token.text != "of"]
    units += ["$"] * any(token.text[0] in "$€£" for token in part)
    if last and doubt is None and part and part[-1].text in ("+", "-", "*", "/", "×", "^", "("):
        doubt = "words"
    formula = _formula(part)
    if formula is None:
        doubt = doubt or "notation"
    if not part:
        return Side(anchor.start, anchor.start, None, (), "incomplete")
    return Side(part[0].start, part[-1].end, formula, tuple(dict.fromkeys(units)), doubt)


def _without_frame(part: list[Token], *, first: bool, last: bool) -> list[Token]:
    """Without the parenthesis that opens before the chain, or closes after it."""
    depth = sum((token.text == "(") - (token.text == ")") for token in part)
    while first and depth > 0 and part and part[0].text == "(":
        part, depth = part[1:], depth - 1
    while last and depth < 0 and part and part[-1].text == ")":
        part, depth = part[:-1], depth + 1
    return part


def _formula(part: list[Token]) -> str | None:
    """The tokens as LaTeX; None where one of them has no place in a formula."""
    out = ""
    power = False
    for number, token in enumerate(part):
        before = part[number - 1] if number else None
        following = part[number + 1] if number + 1 < len(part) else None
        match token.kind:
            case "number":
                text = _digits(token)
                if before is not None and before.kind == "number":
                    mixed = _mixed(part, number)
                    if not mixed:
                        return None
                    out, text = f"{out[: -len(_digits(before))]}({_digits(before)}", f"+{text}"
                out += f"{{{text}}}" if power else text
                if number >= 3 and _mixed(part, number - 2):
                    out += ")"
            case "operation":
                out += _LATEX.get(token.text, token.text)
            case "percent":
                out += r"\%"
            case "word" if token.text == "of":
                out += r"\times "
            case "letter":
                times = token.text in "xX" and _operand(before) and _operand(following)
                out += r"\times " if times else f" {token.text} "
            case "word":
                pass
            case _:
                return None
        power = token.text in ("^", "**")
    return out


def _digits(token: Token) -> str:
    return re.sub(r"[$€£,\s]", "", token.text)


def _mixed(part: list[Token], number: int) -> bool:
    """Whether a mixed number's fraction begins at `number`: `2 1/2`."""
    if number < 1 or number + 2 >= len(part):
        return False
    whole, top, line, bottom = part[number - 1 : number + 3]
    return (
        whole.kind == top.kind == bottom.kind == "number"
        and line.text == "/"
        and "." not in whole.text + top.text + bottom.text
    )


def _operand(token: Token | None) -> bool:
    return token is not None and (token.kind in ("number", "percent") or token.text in "()")
