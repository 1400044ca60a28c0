"""Why a problem is not selected: a closed set of reasons."""

from dataclasses import dataclass
from enum import StrEnum


class Unselected(StrEnum):
    """Why a problem is not translated, in the order in which it is asked."""

    BROKEN_ROW = "broken_row"
    """The row cannot be read as a problem."""
    EMPTY = "empty"
    """It has no text."""
    INVALID_PROBLEM = "invalid_problem"
    """Its own row says that it is incomplete or no problem."""
    INVALID_SOLUTION = "invalid_solution"
    """Its own row says that its solution, hence its answer, is not to be trusted."""
    NO_ANSWER = "no_answer"
    """Asks for a value, and the row has none."""
    SYNTHETIC = "synthetic"
    """Its own row says that a model wrote it."""
    SOURCE = "source"
    """Its source has no weight."""
    QUESTION_TYPE = "question_type"
    """It is not of a question type that is wanted."""
    LENGTH = "length"
    """Shorter or longer than the bounds."""
    LANGUAGE = "language"
    """It is not in English."""
    FIGURE = "figure"
    """It needs a figure, which the text has as a drawing or speaks of."""
    SEVERAL_PARTS = "several_parts"
    """It asks several questions."""
    NEEDS_OPTIONS = "needs_options"
    """Multiple choice, and the question means nothing without its options."""
    UNREADABLE_OPTIONS = "unreadable_options"
    """Multiple choice, and its options or the option that is right cannot be read."""
    SOLVE_RATE = "solve_rate"
    """Solved more or less often than the bounds."""
    TOO_EASY = "too_easy"
    """Its difficulty score is below the bound."""
    DUPLICATE = "duplicate"
    """The same text, or the same id, as a row that is kept."""
    NEAR_DUPLICATE = "near_duplicate"
    """Nearly the text of a row that is kept, with the same numbers."""
    HELD_OUT = "held_out"
    """The text, or nearly the text, of a problem that is held out."""
    NOT_DRAWN = "not_drawn"
    """It passed all tests, and its stratum's share of the target was full."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A problem that is not translated. `detail` is one line for a person."""

    reason: Unselected
    detail: str
