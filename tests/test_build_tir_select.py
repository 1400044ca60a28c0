"""Which problems a TIR build samples, and which values an output is read to hold."""

import pytest

from numina_lean.build.stage import Rejected
from numina_lean.build.tir.row import ValueProblem
from numina_lean.build.tir.select import select
from numina_lean.build.tir.verdict import matches, printed
from numina_lean.problems.problem import Problem


def test_the_answer_of_a_cot_row_is_the_one_its_solution_states() -> None:
    found = select(Problem("a", "What is $2+3$?", "", solution="So it is $\\boxed{5}$."))
    assert found == ValueProblem("a", "What is $2+3$?", "5")


def test_multiple_choice_is_asked_for_the_value_of_the_right_option() -> None:
    text = "What is $2+3$?\n(A) 4 (B) 5 (C) 6 (D) 7 (E) 8"
    found = select(Problem("a", text, "B", question_type="MCQ"))
    assert found == ValueProblem("a", "What is $2+3$?", "5")


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (Problem("a", "Prove that $1 < 2$.", "proof"), "proof"),
        (Problem("a", "Prove that $1 < 2$.", "", solution="Clear. ■"), "proof"),
        (Problem("a", "What is $2+3$?", "notfound"), "no_answer"),
        (Problem("a", "What is $2+3$?", "", solution="Five, I think"), "no_answer"),
        (Problem("a", "Which of the following is true?", "B"), "choice"),
        (Problem("a", "What is $x$ in the figure below?", "5"), "figure"),
        (Problem("a", "What is $2+3$?", "5", problem_is_valid="Incomplete"), "invalid_problem"),
        (
            Problem("a", "What is a prime?", "a number that has two divisors, itself and one"),
            "not_a_value",
        ),
        (Problem("a", "", "5"), "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_has_no_value_to_compare_with_is_not_sampled(problem: Problem, reason: str) -> None:
    found = select(problem)
    assert isinstance(found, Rejected)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("24", "24"),
        ("24.0", "24"),
        ("The count is 24.", "24"),
        ("a = 3\nb = 5", "3"),
        ("[1, 3]", "1, 3"),
        ("Fraction(1, 3)", "\\frac{1}{3}"),
        ("x: 3*sqrt(2)", "3\\sqrt{2}"),
        ("0.333333333333333", "\\frac13"),
        ("{x: 2, y: 7}", "7"),
        ("(3, pi/2)", "\\left(3, \\frac{\\pi}{2}\\right)"),
    ],
)
def test_an_output_holds_the_value(output: str, answer: str) -> None:
    assert any(matches(value, answer) for value in printed(output))


@pytest.mark.parametrize(
    ("output", "answer"),
    [("23", "24"), ("240", "24"), ("2 4", "24"), ("24abc", "24"), ("0.33", "\\frac13"), ("", "0")],
)
def test_an_output_does_not_hold_what_it_does_not_say(output: str, answer: str) -> None:
    assert not any(matches(value, answer) for value in printed(output))


def test_integers_are_compared_exactly() -> None:
    assert not matches("24.000001", "24")
    assert not matches("1000000000001", "1000000000000")
    assert matches("24.0", "24")
