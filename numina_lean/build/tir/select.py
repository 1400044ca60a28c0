"""Which problems TIR solutions are sampled for: those whose answer is a value, known and whole.

Multiple choice is turned into a question for the value of the right option where that can be
read; a program that prints a letter shows nothing.
"""

import re

from numina_lean.answers.extract import final_answer
from numina_lean.answers.reading import read
from numina_lean.answers.value import Choice
from numina_lean.build.stage import Rejected
from numina_lean.build.tir.row import ValueProblem
from numina_lean.build.v15.question import question_type
from numina_lean.problems.figure import needs_figure
from numina_lean.problems.multiple_choice import MULTIPLE_CHOICE, value_question
from numina_lean.problems.problem import Problem
from numina_lean.problems.skipped import Skipped
from numina_lean.problems.validity import NOT_FOUND, PROOF, unusable

LONGEST_ANSWER = 200
_MOST_WORDS = 6
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")


def select(row: Problem) -> ValueProblem | Rejected:
    """The problem with its reference, or why it is not one to sample.

    A row of a CoT table has no answer beside its solution: the one that the solution states is
    taken. Never raises.
    """
    answer = row.answer or final_answer(row.solution) or ""
    asked = row.question_type or question_type(row.problem, row.solution, answer).value
    if answer.lower() == PROOF or asked == PROOF:
        return Rejected("proof", "there is no value to compare with")
    if not answer or answer.lower() == NOT_FOUND:
        return Rejected("no_answer", "neither the row nor its solution has one")
    found = unusable(row) if row.answer else None
    if found is not None:
        return Rejected(found.reason.value, found.detail)
    if not row.problem:
        return Rejected("empty", "no text")
    figure = needs_figure(row.problem)
    if figure is not None:
        return Rejected("figure", figure)
    return _asking_for_value(row, answer, asked)


def _asking_for_value(row: Problem, answer: str, asked: str) -> ValueProblem | Rejected:
    problem = row.problem
    if asked == MULTIPLE_CHOICE:
        valued = value_question(
            Problem(row.id, problem, answer, row.solution, question_type=MULTIPLE_CHOICE)
        )
        if isinstance(valued, Skipped):
            return Rejected("choice", valued.detail)
        problem, answer = valued.problem, valued.answer
    if len(answer) > LONGEST_ANSWER:
        return Rejected("not_a_value", f"the answer has {len(answer)} characters")
    value = read(answer)
    if isinstance(value, Choice) and value.value is None:
        return Rejected("choice", f"the answer is the letter {answer[:20]}")
    if len(_WORD.findall(answer)) > _MOST_WORDS:
        return Rejected("not_a_value", f"the answer is in words: {answer[:80]}")
    return ValueProblem(row.id, problem, answer, row.source)
