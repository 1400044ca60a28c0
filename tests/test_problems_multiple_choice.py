r"""Multiple choice into value questions: options in the forms that collections have."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.problems.multiple_choice import read_options, value_question
from numina_lean.problems.problem import Problem
from numina_lean.problems.skipped import Skipped, Unselected

STEM = "The number $n$ leaves remainder $3$ on division by $7$. What is the least such $n > 10$?"
VALUES = {"A": r"\frac{1}{2}", "B": "17", "C": r"\sqrt{3}", "D": "24", "E": "31"}

FORMS = {
    "bold in one formula": "\n\n$"
    + r" \qquad ".join(rf"\textbf{{({k})}}\ {v}" for k, v in VALUES.items())
    + "$",
    "bold, a formula each": "\n"
    + " ".join(rf"$\textbf{{({k})}}$ ${v}$" for k, v in VALUES.items()),
    "brace after the space": " "
    + " ".join(rf"$\mathrm{{({k})\ }} {v}\qquad$" for k, v in VALUES.items()),
    "font inside the parentheses": "\n"
    + " ".join(rf"(\text{{{k}}}) ${v}$" for k, v in VALUES.items()),
    "old style": "\n" + r" \quad ".join(rf"{{\bf ({k})}} ${v}$" for k, v in VALUES.items()),
    "plain parentheses": "  ( )\n" + " ".join(f"({k}) ${v}$." for k, v in VALUES.items()),
    "dots on lines": "\n" + "\n".join(f"{k}. ${v}$" for k, v in VALUES.items()),
    "dots on one line": "\n" + " ".join(f"{k}. ${v}$" for k, v in VALUES.items()),
    "half parentheses": "\n" + "\n".join(f"{k}) ${v}$;" for k, v in VALUES.items()),
    "colons": "\n" + "\n".join(f"{k}: ${v}$" for k, v in VALUES.items()),
    "markdown": "\n" + "\n".join(f"**{k}.** ${v}$" for k, v in VALUES.items()),
    "no space": "（ ）\n" + "  ".join(f"{k}.{v}" for k, v in VALUES.items()),
    "small letters": "\n" + "\n".join(f"({k.lower()}) ${v}$" for k, v in VALUES.items()),
    "numbers": " (\\quad).\n"
    + " ".join(f"({'ABCDE'.index(k) + 1}) ${v}$" for k, v in VALUES.items()),
    "an instruction after them": "\n"
    + "\n".join(f"({k}) ${v}$" for k, v in VALUES.items())
    + "\n\nEnter the letter of the correct option.",
}


def choice(text: str, answer: str) -> Problem:
    return Problem(id="p", problem=text, answer=answer, question_type="MCQ")


def asked(text: str, answer: str) -> Problem:
    outcome = value_question(choice(text, answer))
    assert isinstance(outcome, Problem), outcome
    return outcome


def declined(text: str, answer: str) -> Unselected:
    outcome = value_question(choice(text, answer))
    assert isinstance(outcome, Skipped), outcome
    return outcome.reason


@pytest.mark.parametrize("form", FORMS)
def test_options_of_every_form_are_read_and_taken_away(form: str) -> None:
    for label, value in VALUES.items():
        problem = asked(STEM + FORMS[form], label)
        assert (problem.problem, problem.answer) == (STEM, value)
        assert problem.question_type == "math-word-problem"


@pytest.mark.parametrize(
    "answer",
    ["B", "(B)", r"\text{(B)}", r"$\textbf{(B)}$", "B.", "(B) 17", r"\textbf{(B)}\ 17", "17"],
)
def test_the_answer_may_be_a_label_in_any_font_or_the_value_itself(answer: str) -> None:
    assert asked(STEM + FORMS["plain parentheses"], answer).answer == "17"


def test_an_option_that_is_more_than_one_formula_keeps_its_signs() -> None:
    text = r"Solve.\n$\textbf{(A)}\ x=1$ and $y=2 \qquad\textbf{(B)}\ 3 \qquad\textbf{(C)}\ 4$"
    assert asked(text, "A").answer == "$x=1$ and $y=2$"


def test_a_label_that_contradicts_the_value_beside_it_is_no_answer() -> None:
    assert declined(STEM + FORMS["dots on lines"], "(B) 24") is Unselected.UNREADABLE_OPTIONS


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (STEM, "B"),
        (f"{STEM}\n(A) 1 (C) 2 (D) 3", "C"),
        (f"{STEM}\n(A) 1 (B) (C) 3 (D) 4", "A"),
        (f"{STEM}\n(A) 1 (B) 2 (C) 3", "E"),
        (f"{STEM}\n(A) 1 (B) 2 (C) 3\n\nHere $n$ is an integer.", "B"),
    ],
)
def test_options_that_are_not_all_there_are_declined(text: str, answer: str) -> None:
    assert declined(text, answer) is Unselected.UNREADABLE_OPTIONS


@pytest.mark.parametrize(
    "stem",
    [
        "Which of the following numbers is prime?",
        "If $x < 0$, then which of these must be positive?",
        "The area of the lake is closest to",
        "How many of the following statements are true?",
        "Which statement follows?",
        "In which interval does $n$ lie?",
    ],
)
def test_a_question_about_its_options_is_declined(stem: str) -> None:
    assert declined(f"{stem}\n(A) 1 (B) 2 (C) 3", "B") is Unselected.NEEDS_OPTIONS


@pytest.mark.parametrize(
    "value", ["none of these", r"\text{cannot be determined}", "all of the above"]
)
def test_an_answer_that_speaks_of_the_options_is_declined(value: str) -> None:
    text = f"{STEM}\n(A) 1 (B) 2 (C) {value}"
    assert declined(text, "C") is Unselected.NEEDS_OPTIONS
    assert asked(text, "A").answer == "1"


@pytest.mark.parametrize(
    "stem",
    [
        "Find the polynomial for which the sum of the roots is greatest.",
        "What is the integer closest to $N$?",
        "Five coins are tossed, after which each of them is turned. How many show heads?",
    ],
)
def test_words_that_also_stand_in_value_questions_do_not_decline_them(stem: str) -> None:
    assert asked(f"{stem}\n(A) 1 (B) 2 (C) 3", "B").answer == "2"


def test_a_digit_names_a_numbered_option_unless_it_is_another_ones_value() -> None:
    assert asked(f"{STEM}\n(1) 17 (2) 24 (3) 31", "(2)").answer == "24"
    assert declined(f"{STEM}\n(1) 2 (2) 3 (3) 5", "2") is Unselected.UNREADABLE_OPTIONS
    assert asked(f"{STEM}\n(A) 2 (B) 3 (C) 5", "2").answer == "2"


def test_a_problem_that_gives_its_value_without_options_goes_on_unchanged() -> None:
    assert asked(STEM, "17").problem == STEM


def test_labels_in_the_code_of_a_drawing_are_no_options() -> None:
    drawing = '[asy] label("A. x", (0,0)); label("B. y", (1,0)); label("C. z", (2,0)); [/asy]'
    assert read_options(f"See. {drawing}") is None
    assert asked(f"{STEM} {drawing}\nA. 1\nB. 2\nC. 3", "C").answer == "3"


@given(st.text(alphabet="ABCDabcd123().:$\\{}textbf \n*[/asy]", max_size=120), st.text(max_size=12))
def test_whatever_the_text_there_is_an_outcome(text: str, answer: str) -> None:
    outcome = value_question(choice(text, answer))
    assert isinstance(outcome, Problem | Skipped)


@pytest.mark.parametrize(
    "filling", [" " * 2000, "\\quad " * 400, "\\text " * 300, "$" * 2000, "{" * 2000, "**" * 999]
)
def test_long_fillings_do_not_hold_it_up(filling: str) -> None:
    """Patterns with a choice of where a gap ends would take years over these."""
    text = f"{STEM}\n(A) 1{filling}x (B) 2{filling} (C) 3{filling}y{filling}"
    for answer in ("B", "12", f"\\text{filling}(B){filling}z"):
        assert declined(text, answer) is Unselected.UNREADABLE_OPTIONS
    assert asked(f"{STEM}{filling}x", "12").answer == "12"


@pytest.mark.shared
def test_the_answers_of_real_contests_agree_with_their_keys(shared_data: Path) -> None:
    """Rows with options and the value that the key's letter stands for, as their set gives it."""
    with (shared_data / "informal_dev.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row.get("stem")]
    answered = {}
    for row in rows:
        outcome = value_question(choice(row["problem"], row["answer"]))
        if isinstance(outcome, Problem):
            answered[row["id"]] = "".join(outcome.answer.split())
    agree = sum(
        answered.get(row["id"]) == "".join(row["answer_value"].strip("$ ").split()) for row in rows
    )
    assert len(answered) >= 0.9 * len(rows)
    assert agree >= 0.98 * len(answered)
