"""The tests that a single problem must pass, in order, cheapest first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from numina_lean.problems.difficulty import HIGHEST_LEVEL, difficulty, known_solve_rate
from numina_lean.problems.figure import needs_figure
from numina_lean.problems.language import foreign_language
from numina_lean.problems.multiple_choice import (
    MULTIPLE_CHOICE,
    VALUE_QUESTION,
    read_options,
    value_question,
)
from numina_lean.problems.parts import asks_several
from numina_lean.problems.problem import Problem
from numina_lean.problems.skipped import Skipped, Unselected
from numina_lean.problems.strata import DEFAULT_WEIGHTS, stratum
from numina_lean.problems.validity import PROOF, unusable

QUESTION_TYPES = (VALUE_QUESTION, PROOF, MULTIPLE_CHOICE)

OptionsUse = Literal["value", "keep", "drop"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked of a problem.

    Lengths are in characters. A bound on the solve rate asks nothing of a row without one.
    `options` says what becomes of a multiple-choice problem: turned into the value asked for,
    kept as it is, or dropped.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    question_types: tuple[str, ...] = QUESTION_TYPES
    options: OptionsUse = "value"
    synthetic: bool = False
    figures: bool = False
    several_parts: bool = False
    other_languages: bool = False
    shortest: int = 20
    longest: int = 3000
    least_solve_rate: float = 0.0
    greatest_solve_rate: float = 1.0
    least_difficulty: float = 0.0
    highest_level: int = HIGHEST_LEVEL


@dataclass(frozen=True, slots=True)
class Criterion:
    """One test: its name, what it asks in words, and the problem as it goes on or why not."""

    name: str
    asks: str
    judge: Callable[[Problem, Limits], Problem | Skipped]


def question_type(problem: Problem) -> str:
    """The row's own question type, or one that its answer and text show."""
    if problem.question_type:
        return problem.question_type
    if problem.answer.lower() == PROOF:
        return PROOF
    lettered = problem.answer.strip("()$. ").upper() in tuple("ABCDEFGH")
    return MULTIPLE_CHOICE if lettered and read_options(problem.problem) else VALUE_QUESTION


def examine(problem: Problem, limits: Limits) -> tuple[str, Problem | Skipped]:
    """The problem as it goes on, or why not, with the name of the last test that was asked."""
    name = ""
    for criterion in CRITERIA:
        name = criterion.name
        outcome = criterion.judge(problem, limits)
        if isinstance(outcome, Skipped):
            return name, outcome
        problem = outcome
    return name, problem


def _usable(problem: Problem, limits: Limits) -> Problem | Skipped:
    return unusable(problem) or problem


def _by_people(problem: Problem, limits: Limits) -> Problem | Skipped:
    if problem.synthetic and not limits.synthetic:
        return Skipped(Unselected.SYNTHETIC, "the row says that it is synthetic")
    return problem


def _weighted(problem: Problem, limits: Limits) -> Problem | Skipped:
    if stratum(problem, limits.weights) is None:
        return Skipped(Unselected.SOURCE, f"no weight for the source {problem.source!r}")
    return problem


def _wanted_type(problem: Problem, limits: Limits) -> Problem | Skipped:
    kind = question_type(problem)
    if kind not in limits.question_types or (kind == MULTIPLE_CHOICE and limits.options == "drop"):
        return Skipped(Unselected.QUESTION_TYPE, f"the question type is {kind!r}")
    return problem


def _length(problem: Problem, limits: Limits) -> Problem | Skipped:
    length = len(problem.problem)
    if not limits.shortest <= length <= limits.longest:
        return Skipped(Unselected.LENGTH, f"{length} characters")
    return problem


def _solve_rate(problem: Problem, limits: Limits) -> Problem | Skipped:
    rate = known_solve_rate(problem)
    if rate is not None and not limits.least_solve_rate <= rate <= limits.greatest_solve_rate:
        return Skipped(Unselected.SOLVE_RATE, f"the solve rate is {rate:g}")
    return problem


def _difficulty(problem: Problem, limits: Limits) -> Problem | Skipped:
    if limits.least_difficulty <= 0:
        return problem
    score = difficulty(problem, limits.highest_level)
    if score < limits.least_difficulty:
        return Skipped(Unselected.TOO_EASY, f"the difficulty score is {score:.3f}")
    return problem


def _no_figure(problem: Problem, limits: Limits) -> Problem | Skipped:
    found = None if limits.figures else needs_figure(problem.problem)
    return problem if found is None else Skipped(Unselected.FIGURE, f"has {found!r}")


def _one_question(problem: Problem, limits: Limits) -> Problem | Skipped:
    labels = None if limits.several_parts else asks_several(problem.problem)
    return problem if labels is None else Skipped(Unselected.SEVERAL_PARTS, f"asks under {labels}")


def _english(problem: Problem, limits: Limits) -> Problem | Skipped:
    found = None if limits.other_languages else foreign_language(problem.problem)
    return problem if found is None else Skipped(Unselected.LANGUAGE, found)


def _value_asked(problem: Problem, limits: Limits) -> Problem | Skipped:
    if limits.options != "value" or question_type(problem) != MULTIPLE_CHOICE:
        return problem
    return value_question(problem)


CRITERIA = (
    Criterion("usable", "has a text, an answer, and calls itself valid", _usable),
    Criterion("synthetic", "was not written by a model", _by_people),
    Criterion("source", "comes from a source with a weight", _weighted),
    Criterion("question_type", "is of a question type that is wanted", _wanted_type),
    Criterion("length", "is neither too short nor too long", _length),
    Criterion("solve_rate", "is solved neither too often nor too seldom", _solve_rate),
    Criterion("difficulty", "has a difficulty score above the bound", _difficulty),
    Criterion("figure", "needs no figure", _no_figure),
    Criterion("language", "is in English", _english),
    Criterion("parts", "asks one question", _one_question),
    Criterion("options", "asks for a value, without options", _value_asked),
)
"""All tests of a single problem, in the order in which they are asked."""
