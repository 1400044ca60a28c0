"""The numbers that a text of a problem or of a statement names, whichever way it writes them.

Prose and LaTeX: digits with their separators, decimals, fractions, powers, percent, words from
`zero` to `thousand`, ordinals, `dozen`, `twice`, `triple`. Lean: numerals. A sign is not read.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

_SEPARATED = re.compile(r"(?<=\d)(?:\{,\}|,\\!|\\,|,)(?=\d{3}(?!\d))")
_COMMAND_BRACES = re.compile(r"[{}$]")
_SHORT_FRACTION = re.compile(r"(\\[dt]?frac)\s*(\d)\s*(\d)")
_LEAN_NUMERAL = re.compile(r"(?<![\w.'₀-₉])\d+(?:\.\d+)?(?![\w'])")
_GIANT = re.compile(r"\d{1000,}")
_WORD = re.compile(r"[A-Za-z]+")
_LABEL = re.compile(r"\\(?:begin|end|label|ref|tag|hspace|vspace|cline|includegraphics)\{[^}]*\}")

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth",
)  # fmt: skip
_OTHER = {
    "once": 1, "twice": 2, "thrice": 3, "double": 2, "doubled": 2, "doubles": 2, "triple": 3,
    "tripled": 3, "triples": 3, "half": 2, "halves": 2, "halved": 2, "quarter": 4, "quarters": 4,
    "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "square": 2, "squares": 2,
    "squared": 2, "cube": 3, "cubes": 3, "cubed": 3, "cubic": 3, "quadratic": 2, "pair": 2,
    "couple": 2, "both": 2, "thirds": 3, "fifths": 5, "tenths": 10, "percent": 100, "digit": 10,
    "digits": 10, "week": 7, "weeks": 7, "day": 24, "hour": 60, "hours": 60, "minutes": 60,
    "quadruple": 4, "dime": 10, "dimes": 10, "nickel": 5, "nickels": 5, "quarter-inch": 4,
    "single": 1, "unity": 1, "binary": 2, "decimal": 10, "even": 2, "odd": 2, "parity": 2,
    "consecutive": 1, "triangle": 180, "angle": 180, "degrees": 360, "circle": 360, "score": 20,
    "year": 12, "foot": 12, "feet": 12, "yard": 3, "yards": 3,
}  # fmt: skip
WORDS: dict[str, int] = {
    **{word: number for number, word in enumerate(_UNITS)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
    **{word: number for number, word in enumerate(_ORDINALS)},
    **_OTHER,
}


def joined(text: str) -> str:
    """`text` with numbers that are written in groups of digits as one."""
    return _SEPARATED.sub("", without_giants(text).replace("\\!", ""))


def without_giants(text: str) -> str:
    """`text` without numbers of a thousand digits and more: Python does not read all of them."""
    return _GIANT.sub(" ", text)


def digits_in(text: str) -> Iterator[Fraction]:
    """The numbers that a text writes in digits, in order."""
    bare = _SHORT_FRACTION.sub(r"\1{\2}{\3}", _LABEL.sub(" ", joined(text)))
    bare = _COMMAND_BRACES.sub(" ", bare)
    for match in re.finditer(r"\d+(?:\.\d+)?", bare):
        yield Fraction(match[0])


def words_in(text: str) -> Iterator[int]:
    """The numbers that a text says in words; what implies one, as `dozen`, counts."""
    for match in _WORD.finditer(text.lower()):
        number = WORDS.get(match[0])
        if number is not None:
            yield number
        elif match[0].endswith("teenth"):
            yield _UNITS.index(match[0][:-2]) if match[0][:-2] in _UNITS else 0


def numerals_of(lean: str) -> tuple[Fraction, ...]:
    """The numerals of a Lean text, in order."""
    return tuple(Fraction(match[0]) for match in _LEAN_NUMERAL.finditer(without_giants(lean)))
