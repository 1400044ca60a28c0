"""A row of NuminaMath-1.5, and which of its fields no rule was sure of."""

from dataclasses import dataclass, field
from typing import Literal

from numina_lean.build.stage import flat
from numina_lean.build.v15.guess import ProblemType, QuestionType, Validity

Field = Literal["problem_type", "question_type", "problem_is_valid", "solution_is_valid"]
"""What rules guess, and a model may be asked for."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The published fields, and on the way: `unsure` fields hold the likeliest value; `asked`
    fields were settled by a model. `given`: an answer stood beside the solution.
    """

    id: str
    problem: str
    solution: str
    answer: str
    problem_type: ProblemType
    question_type: QuestionType
    source: str
    synthetic: bool
    problem_is_valid: Validity
    solution_is_valid: Validity
    given: str = ""
    unsure: tuple[Field, ...] = field(default=())
    asked: tuple[Field, ...] = field(default=())


LABELLED = flat(Labelled)
"""How a row is written in a journal."""
