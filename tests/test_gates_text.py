"""What the gates that read text alone stop and let through."""

from fractions import Fraction

import pytest

from numina_lean.gates.answer import answer, claimed_value, single_value, written_answer
from numina_lean.gates.binder import conjuncts, hypotheses, split_binder
from numina_lean.gates.bounds import Bound, lean_bounds, prose_bounds
from numina_lean.gates.gate import Bench, Gate, Ruling, Subject
from numina_lean.gates.numbers import digits_in, words_in
from numina_lean.gates.numerals import numerals
from numina_lean.gates.wording import wording
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement


class _NoChecker:
    """Text gates ask no Lean: whatever they asked of this would fail."""


NO_LEAN = Bench(_NoChecker(), "core")  # type: ignore[arg-type]


def _ruling(gate: Gate, problem: str, answer: str, conclusion: str, *binders: str) -> Ruling:
    statement = Statement("t", "", binders, conclusion)
    return gate(Subject(Problem("p", problem, answer), statement), NO_LEAN)


# --- Binders -------------------------------------------------------------------------------------


def test_a_binder_is_split_at_its_own_colon() -> None:
    split = split_binder("(h₀ h₁ : ∀ x : Nat, 0 < x → f x = (2 : Rat))")
    assert split is not None
    assert split.names == ("h₀", "h₁")
    assert split.type == "∀ x : Nat, 0 < x → f x = (2 : Rat)"
    assert split.says
    function = split_binder("{f : Nat → Rat}")
    assert function is not None
    assert (function.bracket, function.says) == ("{", False)
    assert split_binder("[inst : Fintype α]") is not None
    for odd in ("", "x", "(x)", "(1 : Nat)", "(x : Nat := 3)", "((", "(x : Nat"):
        assert split_binder(odd) is None


def test_conjuncts_are_split_at_the_top_alone() -> None:
    assert conjuncts("0 < a ∧ (b = 1 ∧ c = 2) ∧ d ∣ 3") == ("0 < a", "(b = 1 ∧ c = 2)", "d ∣ 3")
    assert conjuncts("∀ x, p x ∧ q x") == ("∀ x, p x ∧ q x",)
    assert conjuncts("a → b ∧ c") == ("a → b ∧ c",)


def test_hypotheses_are_the_binders_that_say_something() -> None:
    statement = Statement("t", "", ("(x y : Nat)", "(h : x < y)", "(f : Nat → Nat)"), "True")
    assert [each.names for each in hypotheses(statement)] == [("h",)]


# --- Numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (r"$912,\!673$ and $17{,}402$ and 1,000", [912673, 17402, 1000]),
        (r"\frac{3}{4}, \dfrac12, 5/7", [3, 4, 1, 2, 5, 7]),
        (r"$2^{10}$ or 0.25", [2, 10, Fraction(1, 4)]),
        ("no number", []),
    ],
)
def test_digits_of_prose(text: str, numbers: list[Fraction]) -> None:
    assert list(digits_in(text)) == numbers


def test_words_of_prose() -> None:
    assert list(words_in("Twelve eggs, a dozen, the third of twenty; twice")) == [12, 12, 3, 20, 2]


# --- The answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("060", 60),
        ("-10", -10),
        (r"\frac{5}{4}", Fraction(5, 4)),
        (r"\frac83", Fraction(8, 3)),
        ("$90{,}900{,}909$", 90900909),
        ("0.5", Fraction(1, 2)),
        ("1/3", Fraction(1, 3)),
        ("(4, 2)", None),
        ("2^{2013}-6036", None),
        ("infinitely many", None),
    ],
)
def test_an_answer_that_is_one_number(answer: str, value: Fraction | None) -> None:
    assert single_value(answer) == value


def test_a_letter_stands_for_its_option() -> None:
    options = r"What is $2+3$? $\textbf{(A)}\ 4\qquad\textbf{(B)}\ 5\qquad\textbf{(C)}\ 6$"
    assert written_answer(Problem("p", options, r"\textbf{(B)}")) == "5"
    assert _ruling(answer, options, "B", "2 + 3 = 5").passed
    assert _ruling(answer, options, "B", "2 + 3 = 6").reason == "other_answer"


def test_the_value_that_a_conclusion_claims() -> None:
    assert claimed_value("60 ≤ m + n") == ("≥", 60)
    assert claimed_value("x = (-3 : Int)") == ("=", -3)
    assert claimed_value("(a : Rat) = 5 / 4") == ("=", Fraction(5, 4))
    assert claimed_value("2003 % 11 = 1") == ("=", 1)
    for unclear in ("x = 1 ∧ y = 2", "∃ x, x = 3", "a = b", "1 = 2", "x = 3 ↔ y = 4", "n ∣ 12"):
        assert claimed_value(unclear) is None


@pytest.mark.parametrize(
    ("written", "conclusion"),
    [
        ("8", "a + b + c = 8"),
        ("9", "d < 10"),
        ("8", "7 < d"),
        ("-449", "x ≤ -449"),
        (r"\frac{1}{4}", "x = 1 / 4"),
        ("(4, 2)", "(m, n) = (4, 2)"),
        ("2^{2013}-6036", "x 2012 = 2 ^ 2013 - 6036"),
        ("3", "f 3 = 0"),
        ("200203_{-4}", "(-2013 : Int) = 2 * (-4) ^ 5 + 2 * (-4) ^ 2 + 3"),
        ("proof", "True"),
        ("No such integers exist.", "¬ ∃ a : Nat, a < a"),
        ("7200 \\mathrm{MB}", "300 * 1024 - 300000 = 7200"),
    ],
)
def test_an_answer_is_found_as_it_is_written(written: str, conclusion: str) -> None:
    assert _ruling(answer, "Find it.", written, conclusion).passed


@pytest.mark.parametrize(
    ("written", "conclusion", "reason"),
    [
        ("8", "a + b + c = 9", "other_answer"),
        ("8", "8 * a = 16", "other_answer"),
        ("9", "d < 19 + 2 * e", "answer_missing"),
        ("12", "∃ n, n * n = 13", "answer_missing"),
        ("(4, 2)", "m = 4 ∧ n = 3", "other_answer"),
        ("153, 370", "∀ n, p n ↔ n = 153 ∨ n = 371", "other_answer"),
    ],
)
def test_another_answer_is_seen(written: str, conclusion: str, reason: str) -> None:
    assert _ruling(answer, "Find it.", written, conclusion).reason == reason


def test_an_answer_may_not_be_assumed() -> None:
    leaked = _ruling(answer, "Find x.", "3", "x = 3", "(x : Nat)", "(h : x < 9 ∧ (3 = x))")
    assert leaked.reason == "answer_leaked"
    other = _ruling(answer, "Find x.", "3", "x = 3", "(x : Nat)", "(h : x + 3 = 6)")
    assert other.passed


# --- Numerals ------------------------------------------------------------------------------------


def test_a_numeral_that_became_its_neighbour() -> None:
    text = r"Find $n$ if $\gcd(n,40)=10$ and $n$ is less than $280$."
    right = ("(n : Nat)", "(h : Nat.gcd n 40 = 10)", "(k : n < 280)")
    assert _ruling(numerals, text, "10", "n = 10", *right).passed
    off = ("(n : Nat)", "(h : Nat.gcd n 41 = 10)", "(k : n < 280)")
    ruling = _ruling(numerals, text, "10", "n = 10", *off)
    assert (ruling.reason, ruling.detail) == (
        "changed_numeral",
        "41 is not in the problem, which has 40",
    )


def test_a_numeral_from_nowhere_and_one_that_went() -> None:
    text = "The sum of two numbers is 17 and their product is 60. Find the larger."
    binders = ("(x y : Nat)", "(h : x + y = 17)", "(k : x * y = 60)")
    assert _ruling(numerals, text, "12", "max x y = 12", *binders).passed
    foreign = (*binders, "(l : x < 33)")
    assert _ruling(numerals, text, "12", "max x y = 12", *foreign).reason == "foreign_numeral"
    equations = "Let $x + y = 17$ and $xy = 60$. Find the larger."
    assert (
        _ruling(numerals, equations, "12", "max x y = 12", *binders[:2]).reason == "missing_numeral"
    )


@pytest.mark.parametrize(
    ("text", "conclusion", "binders"),
    [
        ("A two-digit number is 3 times its digits' sum.", "n = 27", ("(h : 10 ≤ n ∧ n ≤ 99)",)),
        ("2% of a number is 40.", "x = 2000", ("(h : x / 50 = 40)",)),
        ("Solve $x^2 + 8x = 33$.", "x = 3", ("(h : (x + 4) ^ 2 = 33 + 16)",)),
        ("Half a dozen eggs cost 5 dollars.", "c = 5", ("(h : 6 * e = 12 / 2)",)),
        ("# IMO 2013, Problem 5\nProve that $n > 7$.", "7 < n", ()),
        ("Prove that it holds.", "77 < n", ()),
    ],
)
def test_numerals_with_an_explanation_pass(
    text: str, conclusion: str, binders: tuple[str, ...]
) -> None:
    assert _ruling(numerals, text, "proof", conclusion, *binders).passed


# --- Wording -------------------------------------------------------------------------------------


def test_bounds_on_both_sides() -> None:
    assert prose_bounds(r"Let $a, b > 0$ and $n \geq 2$.") == {
        "a": (Bound(">", 0),),
        "b": (Bound(">", 0),),
        "n": (Bound("≥", 2),),
    }
    assert prose_bounds("Let $x$ and $y$ be positive integers.") == {
        "x": (Bound(">", 0, True),),
        "y": (Bound(">", 0, True),),
    }
    statement = Statement("t", "", ("(a n : Nat)", "(h : 0 < a ∧ n ≥ 2)"), "a + 1 < 3 * n")
    assert lean_bounds(statement) == {"a": (Bound(">", 0),), "n": (Bound("≥", 2),)}


INEQUALITY = r"Let $x, y > 0$. Prove that $x + y \geq 2$."


@pytest.mark.parametrize(
    ("text", "conclusion", "binders", "reason"),
    [
        (INEQUALITY, "x + y ≥ 2", ("(x y : Rat)", "(h : 0 < x ∧ 0 < y)"), None),
        (INEQUALITY, "x + y ≥ 2", ("(x y : Rat)", "(h : 0 ≤ x ∧ 0 < y)"), "wrong_strictness"),
        (INEQUALITY, "x + y ≥ 2", ("(x y : Rat)", "(h : 0 < x)"), "wrong_domain"),
        (INEQUALITY, "x + y ≥ 2", ("(x y : Rat)", "(h : 0 > x ∧ 0 < y)"), "wrong_direction"),
        (INEQUALITY, "x + y > 2", ("(x y : Rat)", "(h : 0 < x ∧ 0 < y)"), "wrong_strictness"),
        (
            "What is the smallest $n$ that is at least 7?",
            "14 ≤ 2 * n",
            ("(n : Nat)", "(h : n ≤ 7)"),
            "wrong_direction",
        ),
        (
            "For a prime $p$, show $p + 1 \\neq 0$.",
            "p + 1 ≠ 0",
            ("(p : Nat)",),
            "missing_condition",
        ),
        (
            "The sequence $a_n$ has $a_1 = 1$.",
            "a 1 = 1",
            ("(a : Int → Rat)", "(h : a 1 = 1)"),
            "wrong_domain",
        ),
        ("If $f(x) = x + 1$, prove that $f(1) = 2$.", "∃ x, f x = 2", (), "wrong_quantifier"),
        ("There exists a number $x$ with $x = 2$.", "∀ x : Nat, x = 2", (), "wrong_quantifier"),
        ("There is no number $x$ with $x > x$.", "∀ x : Nat, ¬ x > x", (), None),
    ],
)
def test_what_words_and_signs_say(
    text: str, conclusion: str, binders: tuple[str, ...], reason: str | None
) -> None:
    ruling = _ruling(wording, text, "proof", conclusion, *binders)
    assert (ruling.reason, ruling.passed) == (reason, reason is None)


def test_the_least_value_is_no_upper_bound() -> None:
    text = "What is the least possible value of $m + n$?"
    assert _ruling(wording, text, "60", "60 ≤ m + n").passed
    assert _ruling(wording, text, "60", "m + n ≤ 60").reason == "wrong_direction"


def test_without_a_problem_nothing_is_compared() -> None:
    assert _ruling(wording, " ", "proof", "∃ x : Rat, x * x ≥ 2").passed
    assert _ruling(numerals, "", "proof", "7 ≤ n", "(h : n = 9)").passed


@pytest.mark.parametrize("gate", [answer, numerals, wording])
@pytest.mark.parametrize("odd", ["", "((((", "\\frac{", "$" * 50, "𝕏 ∀ ∃", "a\x00b", "9" * 5000])
def test_no_text_makes_a_gate_raise(gate: Gate, odd: str) -> None:
    assert isinstance(_ruling(gate, odd, odd, odd, odd), Ruling)
    assert isinstance(_ruling(gate, odd, "5", f"x = {odd}", f"(x : {odd})"), Ruling)
