"""What an answer can be: expressions, and what is made of them.

Every type is frozen and compares by what it means, not by how it was written: a number's decimal
places are kept beside its value, since they matter for rounding, and do not count.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Function = Literal[
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
    "ln", "log", "exp", "abs", "floor", "ceil", "factorial", "binom", "root", "degree",
    "gcd", "lcm", "max", "min",
]  # fmt: skip
Operation = Literal["+", "*", "^", "±", "∓"]
Relator = Literal["=", "≠", "<", "≤", ">", "≥", "≈", "∈"]
Bracketed = Literal["tuple", "set", "list"]


@dataclass(frozen=True, slots=True)
class Number:
    """A rational number. `decimal`: written with a decimal point, with `places` digits after it
    where it stood alone (None where it was computed from such).
    """

    value: Fraction
    decimal: bool = field(default=False, compare=False)
    places: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter, a name of several capitals, or a constant: π, e, i, ∞."""

    name: str
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """An operation or function and its arguments. `root` is radicand and degree, `log` argument
    and base.
    """

    head: Operation | Function
    args: "tuple[Expression, ...]"


Expression = Number | Symbol | Call


@dataclass(frozen=True, slots=True)
class Quantity:
    """An expression, and its unit where one was written; percent (`%`) is a unit here."""

    amount: Expression
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """Several values: in order as a `tuple`, without order as a `set` or, unbracketed, a `list`."""

    kind: Bracketed
    items: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Interval:
    low: Expression
    high: Expression
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Union:
    """A union of intervals and sets, without order; with `removed`, all of them but that."""

    parts: "tuple[Value, ...]"
    removed: "tuple[Value, ...]" = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    rows: "tuple[tuple[Quantity, ...], ...]"


@dataclass(frozen=True, slots=True)
class Relation:
    """`sides[0] relators[0] sides[1] relators[1] …`, where it is not read as `Named`."""

    sides: "tuple[Expression, ...]"
    relators: tuple[Relator, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A value with the name it was given: `x = 3`, `f(x) = 2x`, `x ∈ [0, 1]`, `1 < x < 2`."""

    name: str
    value: "Value"


@dataclass(frozen=True, slots=True)
class Words:
    """A text without a mathematical reading, case folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The letter of a multiple-choice option, and the option itself where it was written too."""

    letter: str
    value: "Value | None" = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """Numbers with colons between them: a time, a ratio. `half`: "am", "pm" or unsaid."""

    parts: tuple[Fraction, ...]
    half: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Mathematics beyond this grammar, in its normal spelling."""

    text: str


Value = (
    Quantity
    | Sequence
    | Interval
    | Union
    | Matrix
    | Relation
    | Named
    | Words
    | Choice
    | Ratio
    | Unread
)

PI, EULER, IMAGINARY, INFINITY = (Symbol(name, constant=True) for name in ("pi", "e", "i", "∞"))


def number(value: int | Fraction) -> Number:
    """The exact number."""
    return Number(Fraction(value))
