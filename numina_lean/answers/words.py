"""Answers in words: numbers up to twenty, a few sets, and any others as they are."""

from collections.abc import Sequence as Several

from numina_lean.answers.terms import negative
from numina_lean.answers.tokens import Token
from numina_lean.answers.value import (
    INFINITY,
    Interval,
    Quantity,
    Sequence,
    Symbol,
    Value,
    Words,
    number,
)

_NUMBER_WORDS = {
    word: at
    for at, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
         "nineteen", "twenty")
    )
}  # fmt: skip


REALS = Interval(negative(INFINITY), INFINITY, low_closed=False, high_closed=False)
EMPTY = Sequence("set", ())
_SETS_IN_WORDS: dict[str, Value] = {
    "all real numbers": REALS, "all reals": REALS, "real numbers": REALS,
    "no solution": EMPTY, "no solutions": EMPTY, "no real solutions": EMPTY,
    "empty set": EMPTY, "the empty set": EMPTY,
}  # fmt: skip


def in_words(pieces: Several[Token]) -> Value | None:
    """Words alone; a number's word is that number, a single letter a symbol."""
    if not any(token.kind in ("text", "word") for token in pieces) or not all(
        token.kind in ("text", "word", "letter", "name") or token.text in ".!'-?"
        for token in pieces
    ):
        return None
    text = " ".join(
        "".join(
            f" {token.text}" if token.spaced or token.kind in ("text", "word") else token.text
            for token in pieces
        )
        .casefold()
        .split()
    )
    if text in _NUMBER_WORDS:
        return Quantity(number(_NUMBER_WORDS[text]))
    if len(text) == 1:
        return Quantity(Symbol(pieces[0].text))
    return _SETS_IN_WORDS.get(text) or Words(text.strip(" .!?'"))
