"""The rules of the 1.5 build: question type, field, validity, answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.build.stage import Rejected
from numina_lean.build.v15.classify import classify
from numina_lean.build.v15.question import question_type
from numina_lean.build.v15.row import Labelled
from numina_lean.build.v15.topic import problem_type
from numina_lean.build.v15.validity import problem_validity, solution_validity
from numina_lean.problems.problem import Problem


@pytest.mark.parametrize(
    ("problem", "answer", "expected"),
    [
        ("What is $2+3$?", "5", "math-word-problem"),
        ("Find all primes $p$ such that $p^2+2$ is prime, and prove there are no more.", "3",
         "math-word-problem"),
        ("Prove that $\\sqrt2$ is irrational.", "", "proof"),
        ("Show that for all $n$, $n<2^n$.", "", "proof"),
        ("What is $2+3$? (A) 4 (B) 5 (C) 6 (D) 7", "B", "MCQ"),
        ("What is $2+3$?\nA. 4\nB. 5\nC. 6\nD. 7", "", "MCQ"),
        ("Which of the following is prime? $\\textbf{(A)}\\ 4 \\qquad \\textbf{(B)}\\ 5 \\qquad"
         " \\textbf{(C)}\\ 6$", "\\textbf{(B)}", "MCQ"),
        ("There are integers $a,$ $b,$ and $c$ with $a+b=c$. Enter all values of $a,$ separated by"
         " commas.", "8,12", "math-word-problem"),
        ("Her art show is on Monday. How many paintings does she show?", "7", "math-word-problem"),
        ("(a) Find $x$ if $x+1=2$. (b) Find $y$ if $y=2x$. (c) Find $x+y$.", "3",
         "math-word-problem"),
    ],
)  # fmt: skip
def test_what_a_question_asks_for(problem: str, answer: str, expected: str) -> None:
    assert question_type(problem, "", answer).value == expected


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("What is the sum of the roots of the polynomial $x^2-5x+6$?", "Algebra"),
        ("In triangle $ABC$, $AB=5$ and $\\angle C=90^\\circ$. Find the circumradius.", "Geometry"),
        ("What is the remainder when $7^{100}$ is divided by 13?", "Number Theory"),
        ("What is the remainder when $x^4-7x^3+9$ is divided by $x-3$?", "Algebra"),
        ("Two cards are drawn at random from a deck. What is the probability that both are aces?",
         "Combinatorics"),
        ("Evaluate $\\int_0^1 x^2\\,dx$.", "Calculus"),
        ("Let $a,b,c>0$. Prove that $a^2+b^2+c^2 \\ge ab+bc+ca$.", "Inequalities"),
        ("On an island, knights always tell the truth and liars always lie. Who is the knight?",
         "Logic and Puzzles"),
    ],
)  # fmt: skip
def test_the_field_of_a_problem(problem: str, expected: str) -> None:
    found = problem_type(problem)
    assert (found.value, found.sure) == (expected, True)


def test_what_tells_nothing_of_a_field_is_unsure() -> None:
    assert problem_type("What is it?") == problem_type("Why?")
    assert not problem_type("What is $5$?").sure


def test_how_the_answer_is_to_be_written_is_no_cue() -> None:
    problem = (
        "The area of the triangle with sides 3, 4 and 6 is $\\frac mn$, where $m$ and $n$ are "
        "relatively prime positive integers. Find the perimeter."
    )
    assert problem_type(problem).value == "Geometry"


@pytest.mark.parametrize(
    ("problem", "validity", "sure"),
    [
        ("What is $2+3$?", "Yes", True),
        ("Find the angle $x$ in the figure below.", "Incomplete", True),
        ("Find the angle $x$ in the figure below. [asy] draw((0,0)--(1,1)); [/asy]", "Yes", True),
        ("Let $x be a number.", "Incomplete", True),
        ("Find all integers $n$ such that", "Incomplete", True),
        ("Solve \\begin{cases} x=1", "Incomplete", True),
        ("Which of the following is true?", "Incomplete", True),
        ("With the numbers of the previous problem, find $x+1$.", "Incomplete", False),
        ("", "No", True),
        ("$$", "No", True),
        ("Find \ufffd\ufffd\ufffd\ufffd of \ufffd", "No", True),
    ],
)
def test_a_problem_that_lacks_something_is_told(problem: str, validity: str, sure: bool) -> None:
    found = problem_validity(problem, "math-word-problem")
    assert (found.value, found.sure) == (validity, sure)


@pytest.mark.parametrize(
    ("solution", "validity"),
    [
        ("We add: $2+3=\\boxed{5}$.", "Yes"),
        ("", "Incomplete"),
        ("We add: $2+3=", "Incomplete"),
        ("So we have that", "Incomplete"),
        ("The proof is omitted.", "Incomplete"),
        ("again and again " * 40, "No"),
    ],
)
def test_a_solution_that_is_none_is_told(solution: str, validity: str) -> None:
    assert solution_validity(solution, "math-word-problem", "5").value == validity


def test_a_row_gets_all_fields() -> None:
    row = Problem(
        "a", "What is the remainder when $7^{100}$ is divided by 13?", "",
        solution="It is $\\boxed{9}$.", source="synthetic_math",
    )  # fmt: skip
    assert classify(row) == Labelled(
        "a", row.problem, row.solution, "9", "Number Theory", "math-word-problem",
        "synthetic_math", True, "Yes", "Yes", "9",
    )  # fmt: skip


def test_proofs_and_rows_without_an_answer_have_the_published_literals() -> None:
    proof = classify(Problem("a", "Prove that $1<2$.", "", solution="Clear: $2-1>0$. ■" * 9))
    none = classify(Problem("b", "What is $2+3$?", "", solution="Add them."))
    assert isinstance(proof, Labelled) and isinstance(none, Labelled)
    assert (proof.answer, none.answer) == ("proof", "notfound")
    assert "solution_is_valid" in none.unsure


def test_types_that_a_row_has_are_kept() -> None:
    row = Problem("a", "What is $2+3$?", "5", problem_type="Other", question_type="proof")
    found = classify(row)
    assert isinstance(found, Labelled)
    assert (found.problem_type, found.question_type, found.answer) == ("Other", "proof", "proof")


def test_synthetic_amc_is_left_out() -> None:
    found = classify(Problem("a", "What is $2+3$?", "5", source="synthetic_amc"))
    assert isinstance(found, Rejected) and found.reason == "dropped_source"


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(problem: str, solution: str, answer: str) -> None:
    assert isinstance(classify(Problem("a", problem, answer, solution=solution)), Labelled)
