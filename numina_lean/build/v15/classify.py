"""All rules on one row: answer, types, validity, and whether it is synthetic."""

from collections.abc import Mapping
from typing import get_args

from numina_lean.answers.extract import final_answer
from numina_lean.build.stage import Rejected
from numina_lean.build.v15.guess import Guess, ProblemType, QuestionType, Validity, Value
from numina_lean.build.v15.question import question_type
from numina_lean.build.v15.row import Field, Labelled
from numina_lean.build.v15.topic import problem_type
from numina_lean.build.v15.validity import problem_validity, solution_validity
from numina_lean.problems.problem import Problem
from numina_lean.problems.validity import NOT_FOUND, PROOF

SYNTHETIC = frozenset({"synthetic_math", "synthetic_amc", "orca_math"})
"""Sources whose problems a model wrote."""
DROPPED = frozenset({"synthetic_amc"})
"""Sources that 1.5 left out, after an ablation."""

_TYPES: dict[str, ProblemType] = {each.lower(): each for each in get_args(ProblemType)}
_QUESTIONS: dict[str, QuestionType] = {each.lower(): each for each in get_args(QuestionType)}


def classify(row: Problem) -> Labelled | Rejected:
    """The row with all fields; `Rejected` for a source that is dropped. Never raises.

    A type that the row has already is kept; so is a validity other than `Yes`.
    """
    if row.source in DROPPED:
        return Rejected("dropped_source", f"1.5 leaves {row.source} out")
    given = "" if row.answer.lower() in (PROOF, NOT_FOUND) else row.answer
    stated = given or final_answer(row.solution) or ""
    asked = _given(row.question_type, _QUESTIONS) or question_type(
        row.problem, row.solution, row.answer or stated
    )
    field = _given(row.problem_type, _TYPES) or problem_type(row.problem)
    answer = answer_of(asked.value, stated)
    whole = _told(row.problem_is_valid) or problem_validity(row.problem, asked.value)
    solved = _told(row.solution_is_valid) or solution_validity(row.solution, asked.value, answer)
    guesses: dict[Field, Guess[ProblemType] | Guess[QuestionType] | Guess[Validity]] = {
        "problem_type": field,
        "question_type": asked,
        "problem_is_valid": whole,
        "solution_is_valid": solved,
    }
    return Labelled(
        row.id, row.problem, row.solution, answer, field.value, asked.value, row.source,
        row.synthetic or row.source in SYNTHETIC, whole.value, solved.value, stated,
        tuple(name for name, guess in guesses.items() if not guess.sure),
    )  # fmt: skip


def answer_of(question: QuestionType, stated: str) -> str:
    """The published answer: `proof` of a proof, `notfound` where nothing is stated."""
    if question == "proof":
        return PROOF
    return stated.strip() or NOT_FOUND


def _given(value: str, known: Mapping[str, Value]) -> Guess[Value] | None:
    found = known.get(value.strip().lower())
    return None if found is None else Guess(found, True, "the row says so")


def _told(value: str) -> Guess[Validity] | None:
    for known in get_args(Validity):
        if known != "Yes" and value.strip().lower() == known.lower():
            return Guess(known, True, "the row says so")
    return None
