"""The reference answer of a problem, read with the same grammar of formulas as the problem.

An answer is one value, a list of values, or tuples of values; `x = 4` names its letter. An answer
with words, units or intervals is not read: its meaning is not in the formula alone.
"""

import re
from dataclasses import dataclass

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    And,
    Expression,
    Not,
    Or,
    Property,
    Quantified,
    Relation,
    Symbol,
)
from numina_lean.translate.rules.formula import FormulaReader, parse_formula
from numina_lean.translate.rules.prose_tokens import COUNTS

_WRAPPED = re.compile(r"\\(?:text|mbox|textbf|mathrm)\s*\{\s*([A-Za-z]+)\s*\}")
_NOTHING = frozenset({"", "notfound", "none", "unknown"})


@dataclass(frozen=True)
class Answer:
    """Values in the order given. `letters` are the names that the answer itself gives, if any."""

    values: tuple[Expression, ...]
    letters: tuple[str, ...] = ()

    def single(self) -> Expression:
        """The one value; declines when there are several."""
        if len(self.values) != 1:
            raise DeclineError("answer_shape", f"{len(self.values)} values where one is asked for")
        return self.values[0]


def read_answer(text: str, reader: FormulaReader | None = None) -> Answer:
    """The answer in `text`; raises `DeclineError`."""
    content = text.strip()
    if content.lower() in _NOTHING:
        raise DeclineError("no_answer", "the problem has no reference answer")
    if content.lower() == "proof":
        raise DeclineError("proof_answer", "a proof is asked for")
    if len(content) > 400:
        raise DeclineError("unreadable_answer", "too long")
    content = content.replace("$", "").strip().rstrip(".").strip()
    word = _WRAPPED.fullmatch(content)
    if (word.group(1) if word else content).lower() in COUNTS:
        content = str(COUNTS[(word.group(1) if word else content).lower()])
    try:
        parts = (reader or FormulaReader()).items(parse_formula(content))
    except DeclineError as error:
        raise DeclineError("unreadable_answer", f"{text[:60]!r}") from error
    values: list[Expression] = []
    letters: list[str] = []
    for part in parts:
        if isinstance(part, Relation) and part.name == "=" and isinstance(part.left, Symbol):
            letters.append(part.left.name)
            values.append(part.right)
        elif isinstance(part, _FORMULAS):
            raise DeclineError("unreadable_answer", "a condition in the place of a value")
        else:
            values.append(part)
    if letters and len(letters) != len(values):
        raise DeclineError("unreadable_answer", "only some of the values are named")
    return Answer(tuple(values), tuple(letters))


_FORMULAS = (Relation, Property, Not, And, Or, Quantified)
