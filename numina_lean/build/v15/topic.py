"""Which field of mathematics a problem is of, by the cues that stand in its text.

The weights of a field's cues are added; the field with most is the guess. It is sure where it has
enough, and enough more than the second: else a model is to be asked. A text without any cue is
`Algebra` or, if there is no mathematics in it, `Other`, unsurely.
"""

import re
from collections.abc import Mapping
from typing import get_args

from numina_lean.build.v15.cues import CUES
from numina_lean.build.v15.guess import Guess, ProblemType

ENOUGH, LEAD = 3.0, 2.5
"""Weight that the first must have, and by how much it must exceed the second's, to be sure."""

PRIOR = 0.5
"""Algebra's weight where there is mathematics at all: it is the commonest field."""

_MATHEMATICS = re.compile(r"[\d$]")
_LONGEST = 4_000
"""Characters that are looked at: the question of a longer text is not told by its end."""

_FORM_OF_ANSWER = re.compile(
    r"(?:,\s*)?\bwhere\b[^.]{0,80}\b(?:relatively\s+prime|coprime|positive\s+integers|not\s+divisible|"
    r"integers)\b[^.]{0,120}\.?|\b(?:are|be)\s+relatively\s+prime(?:\s+positive)?\s+integers"
    r"|\bnot\s+divisible\s+by\s+the\s+square\s+of\s+any\s+prime\b|\bexpress\s+your\s+answer[^.]*\."
    r"|\bremainder\s+when\s+\$?[A-Z]\$?\s+is\s+divided\s+by\s+\$?10*\b",
    re.IGNORECASE,
)
"""How the answer is to be written tells nothing of the problem."""


def problem_type(problem: str) -> Guess[ProblemType]:
    """The field of `problem`. Never raises."""
    found = scores(problem)
    (first, most), (second, next_most), *_ = sorted(
        found.items(), key=lambda each: (-each[1], _ORDER[each[0]])
    )
    if most == 0:
        return Guess("Other", False, "no cue of any field")
    sure = most >= ENOUGH and most - next_most >= LEAD
    return Guess(first, sure, f"{first} {most:g}, {second} {next_most:g}")


def scores(problem: str) -> Mapping[ProblemType, float]:
    """What each field's cues in the text weigh together."""
    text = _FORM_OF_ANSWER.sub(" ", problem[:_LONGEST])
    found: dict[ProblemType, float] = dict.fromkeys(get_args(ProblemType), 0.0)
    if _MATHEMATICS.search(text):
        found["Algebra"] = PRIOR
    for cue in CUES:
        if cue.pattern.search(text):
            found[cue.field] += cue.weight
    return found


_ORDER: Mapping[ProblemType, int] = {name: at for at, name in enumerate(get_args(ProblemType))}
"""Ties go to the field that is published first."""
