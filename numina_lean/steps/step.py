"""What travels through an audit: a step of a solution, and what became of it."""

from dataclasses import dataclass
from typing import Literal, get_args

Place = Literal["annotation", "prose", "math"]
"""Where a step stands: in a `<<…>>` of GSM8K, in plain text, in LaTeX."""

Sign = Literal["=", "≠", "<", "≤", ">", "≥", "≈", "≡"]

StepVerdict = Literal["holds", "rounded", "wrong", "open", "unread"]
"""`holds`, `wrong`: Lean proves the step, or that it is false. `rounded`: false to the letter, and
Lean proves that the two sides differ by less than one unit of the last place that the shorter one
shows. `open`: read, and Lean was asked and decided nothing. `unread`: Lean was not asked."""

VERDICTS: tuple[StepVerdict, ...] = get_args(StepVerdict)

Unread = Literal[
    "incomplete",
    "words",
    "units",
    "notation",
    "undefined_symbol",
    "ambiguous",
    "free_variable",
    "supposed",
    "other_arithmetic",
    "run_on",
    "bare",
    "approximate",
    "undefined_value",
    "too_large",
    "not_rational",
]
"""Why a step is `unread`.

`incomplete`: a side is empty or cut off. `words`: words among the numbers that say what to do with
them. `units`: false as written, and its sides are in different units, or in a unit that is not
written. `notation`: not in the grammar of formulas. `undefined_symbol`: a function or operation
that only the text defines. `ambiguous`: readings that differ. `free_variable`: letters, and no
identity: a condition, a definition, or true by what was said of the letters. `supposed`: false, and
the sentence does not claim it (a supposition, a contradiction, a question). `other_arithmetic`:
false, and the text computes in another base, modulo something or with its own operations. `run_on`:
false, and the chain only goes on from its last result, as in 2 + 3 = 5 * 4 = 20. `bare`: one number
beside another, which says nothing by itself. `approximate`: marked as approximate, and further off
than its digits. `undefined_value`: a side has no value. `too_large`: too much to compute.
`not_rational`: not a statement about rational numbers and roots.
"""

UNREAD: tuple[Unread, ...] = get_args(Unread)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a relation: `text[start:end]` of the solution, and `formula`, it in LaTeX.

    `formula` is None where the finder cannot give it; `doubt` says why, or why it may not be the
    whole side. `units` are the words beside its numbers, lower case.
    """

    start: int
    end: int
    formula: str | None
    units: tuple[str, ...] = ()
    doubt: Unread | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """`sides[0] signs[0] sides[1] …`. `modulus` is what `≡` refers to, in LaTeX."""

    place: Place
    sides: tuple[Side, ...]
    signs: tuple[Sign, ...]
    modulus: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One relation: number `link` of a chain. `start`, `end`: characters of the solution."""

    chain: Chain
    link: int

    @property
    def place(self) -> Place:
        return self.chain.place

    @property
    def left(self) -> Side:
        return self.chain.sides[self.link]

    @property
    def right(self) -> Side:
        return self.chain.sides[self.link + 1]

    @property
    def sign(self) -> Sign:
        return self.chain.signs[self.link]

    @property
    def start(self) -> int:
        return self.left.start

    @property
    def end(self) -> int:
        return self.right.end


@dataclass(frozen=True, slots=True)
class Judged:
    """A step with its verdict. `reason` for `unread`; `statement` is the Lean source that decided,
    or that was tried, for `open`."""

    start: int
    end: int
    text: str
    place: Place
    verdict: StepVerdict
    reason: Unread | None = None
    statement: str | None = None

    def fields(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "place": self.place,
            "verdict": self.verdict,
            "reason": self.reason,
            "statement": self.statement,
        }
