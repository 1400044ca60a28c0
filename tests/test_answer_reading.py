"""Reference answers: what is read, and what is left alone."""

from fractions import Fraction

import pytest

from numina_lean.translate.rules.answer import read_answer
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.evaluation import evaluate
from numina_lean.translate.rules.expression import Items


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("7", [7]),
        ("$-12$", [-12]),
        (r"\frac{3}{4}", [Fraction(3, 4)]),
        (r"-\dfrac12", [Fraction(-1, 2)]),
        ("-5/4", [Fraction(-5, 4)]),
        (".3", [Fraction(3, 10)]),
        (r"9,\!000,\!000", [9_000_000]),
        ("1,250", [1250]),
        ("203_7", [101]),
        ("43_5.", [23]),
        (r"\text{four}", [4]),
        ("twelve", [12]),
        ("2, 3", [2, 3]),
        ("2 \\text{ and } 3", [2, 3]),
        (r"1\frac{1}{2}", [Fraction(3, 2)]),
    ],
)
def test_an_answer_is_its_values(text, values):
    assert [evaluate(value) for value in read_answer(text).values] == values


def test_an_answer_may_name_its_letter():
    answer = read_answer("x = 4")
    assert (answer.letters, evaluate(answer.single())) == (("x",), 4)


def test_a_tuple_is_one_value():
    (value,) = read_answer(r"\left(3, -\frac12\right)").values
    assert isinstance(value, Items)
    assert [evaluate(part) for part in value.items] == [3, Fraction(-1, 2)]


@pytest.mark.parametrize(
    "text",
    [
        r"12\text{ pounds}", r"\$5", "[2,5)", r"(-\infty, 3)", r"(0,1) \cup (2,3)",
        r"\text{Sunday}", "x > 3", "between 2 and 3", "1" * 500, r"x=1, 2",
    ],
)  # fmt: skip
def test_an_answer_that_is_more_than_a_formula_is_declined(text):
    with pytest.raises(DeclineError) as declined:
        read_answer(text)
    assert declined.value.reason == "unreadable_answer"


@pytest.mark.parametrize(
    ("text", "reason"), [("", "no_answer"), ("notfound", "no_answer"), ("proof", "proof_answer")]
)
def test_a_problem_without_answer_says_so(text, reason):
    with pytest.raises(DeclineError) as declined:
        read_answer(text)
    assert declined.value.reason == reason
