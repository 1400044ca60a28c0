"""What the rules of the gate `wording` say: which kind of condition is lacking or is another."""

from collections.abc import Callable
from enum import StrEnum

from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement


class WordingReason(StrEnum):
    """Which kind of condition is not there, or is another."""

    MISSING_CONDITION = "missing_condition"
    WRONG_STRICTNESS = "wrong_strictness"
    WRONG_DIRECTION = "wrong_direction"
    WRONG_DOMAIN = "wrong_domain"
    WRONG_QUANTIFIER = "wrong_quantifier"


Objection = tuple[WordingReason, str]
"""The code, and a line for a person."""

Rule = Callable[[Problem, str, Statement], Objection | None]
"""Of a problem, its text as `numerals.prose` gives it, and a statement."""
