"""What a rule says of a row, and whether somebody should be asked who knows more."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

QuestionType = Literal["math-word-problem", "proof", "MCQ"]
ProblemType = Literal[
    "Algebra",
    "Geometry",
    "Number Theory",
    "Combinatorics",
    "Calculus",
    "Inequalities",
    "Logic and Puzzles",
    "Other",
]
Validity = Literal["Yes", "Incomplete", "No"]
"""`Incomplete`: something is missing that was there once; `No`: it is no such text at all."""

Value = TypeVar("Value", bound=str)


@dataclass(frozen=True, slots=True)
class Guess(Generic[Value]):
    """The likeliest `value`; a model may overrule it if it is not `sure`. `why`: the evidence."""

    value: Value
    sure: bool
    why: str
