"""Selection drops what its own row calls unusable, and repetitions; nothing else."""

from dataclasses import replace

import pytest

from numina_lean.problems.problem import Problem
from numina_lean.problems.select import Selector, Unselected

PROBLEM = Problem(id="a", problem="Compute $2+2$.", answer="4", question_type="math-word-problem")


def test_a_valid_problem_goes_on() -> None:
    assert Selector().judge(PROBLEM) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"problem": ""}, Unselected.EMPTY),
        ({"problem_is_valid": "Incomplete"}, Unselected.INVALID_PROBLEM),
        ({"solution_is_valid": "No"}, Unselected.INVALID_SOLUTION),
        ({"answer": ""}, Unselected.NO_ANSWER),
        ({"answer": "notfound"}, Unselected.NO_ANSWER),
    ],
)
def test_an_unusable_problem_is_dropped_with_its_reason(
    change: dict[str, str], reason: Unselected
) -> None:
    skipped = Selector().judge(replace(PROBLEM, **change))  # type: ignore[arg-type]
    assert skipped is not None
    assert skipped.reason is reason


def test_a_proof_problem_needs_no_answer() -> None:
    assert Selector().judge(replace(PROBLEM, question_type="proof", answer="")) is None


def test_a_repetition_is_dropped_and_names_the_first() -> None:
    selector = Selector()
    selector.judge(PROBLEM)
    same_text = selector.judge(replace(PROBLEM, id="b", problem="Compute  $2+2$.\n"))
    same_id = selector.judge(replace(PROBLEM, problem="Compute $3+3$."))
    for skipped in (same_text, same_id):
        assert skipped is not None
        assert (skipped.reason, skipped.detail) == (Unselected.DUPLICATE, "repeats a")


def test_an_unusable_row_does_not_take_a_later_good_one_with_it() -> None:
    selector = Selector()
    selector.judge(replace(PROBLEM, answer="notfound"))
    assert selector.judge(PROBLEM) is None
