"""From prose to statements: what each kind of sentence comes to, and what is declined."""

import json
from pathlib import Path

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.problems.problem import Problem
from numina_lean.prove.prove import prove, refute
from numina_lean.translate.rules import RulesTranslator
from numina_lean.translate.rules.names import theorem_name
from numina_lean.translate.statement import Profile, Statement
from numina_lean.translate.translator import Declined

CORE = [
    ("What is the remainder when $3^{50}$ is divided by 7?", "2", "(3 : Nat) ^ 50 % 7 = 2"),
    ("Find the units digit of $17 \\cdot 23$.", "1", "(17 : Nat) * 23 % 10 = 1"),
    ("Compute $\\frac13 + \\frac14$.", "\\frac{7}{12}", "(1 : Rat) / 3 + 1 / 4 = 7 / 12"),
    ("Evaluate $5 - 9$.", "-4", "(5 : Int) - 9 = -4"),
    ("Evaluate $(-2^{3})^{2} + 1$.", "65", "(-((2 : Int) ^ 3)) ^ (2 : Nat) + 1 = 65"),
    ("What is $15\\%$ of 80?", "12", "(15 : Rat) / 100 * 80 = 12"),
    ("Find the greatest common divisor of 48 and 180.", "12", "Nat.gcd 48 180 = 12"),
    ("Compute $\\dbinom{8}{3}$.", "56", "NuminaLean.choose 8 3 = 56"),
    (
        "Convert $431_5$ to base 7.",
        "224_7",
        "NuminaLean.ofDigits 5 [1, 3, 4] = NuminaLean.ofDigits 7 [4, 2, 2]",
    ),
    (
        "Add $12_3 + 21_3.$ Express your answer in base 3.",
        "110",
        "NuminaLean.ofDigits 3 [2, 1] + NuminaLean.ofDigits 3 [1, 2]"
        " = NuminaLean.ofDigits 3 [0, 1, 1]",
    ),
    ("Solve for $x$: $3x + 5 = 26$.", "7", "3 * x + 5 = 26 ↔ x = 7"),
    (
        "Solve for $x$: $\\frac{6}{x} = \\frac{3}{4}$.",
        "8",
        "(x ≠ 0 ∧ 6 / x = 3 / 4) ↔ x = 8",
    ),
    (
        "Find all values of $t$ such that $t^2 - 7t + 10 = 0$.",
        "2, 5",
        "∀ t : Rat, t ^ 2 - 7 * t + 10 = 0 ↔ (t = 2 ∨ t = 5)",
    ),
    ("If $a+b=9$ and $a-b=1$, what is the value of $ab$?", "20", "a * b = 20"),
    ("Let $f(x) = 2x^2 - 1$. Find $f(f(2))$.", "97", "f (f 2) = 97"),
    ("If $a \\star b = a^2 - b$, find $3 \\star 5$.", "4", "op_star 3 5 = 4"),
    ("Expand $(y-2)(y+7)$.", "y^2+5y-14", "(y - 2) * (y + 7) = y ^ 2 + 5 * y - 14"),
    (
        "How many positive integers less than 50 are divisible by 6?",
        "8",
        "((NuminaLean.between 1 49).filter (fun (n : Nat) => 0 < n ∧ n < 50 ∧ (6 ∣ n))).length = 8",
    ),
    (
        "How many positive divisors does 36 have?",
        "9",
        "((NuminaLean.between 1 36).filter (fun (n : Nat) => 0 < n ∧ (n ∣ 36))).length = 9",
    ),
    (
        "What is the smallest positive integer $n$ such that $7n > 50$?",
        "8",
        "((0 : Nat) < 8 ∧ (7 : Nat) * 8 > 50) ∧ (∀ n : Nat, n < 8 → ¬ (0 < n ∧ 7 * n > 50))",
    ),
    (
        "What is the largest integer less than 100 that leaves a remainder of 2 when divided by 7?",
        "93",
        "((93 : Nat) < 100 ∧ (93 : Nat) % 7 = 2) ∧ (∀ n : Int, (n < 100 ∧ n % 7 = 2) → n ≤ 93)",
    ),
    ("Evaluate $1 + 3 + 5 + \\cdots + 19$.", "100",
     "NuminaLean.sumRange 1 10 (fun (k : Nat) => 2 * (k : Int) - 1) = 100"),
    ("Evaluate $\\lfloor -3.4 \\rfloor$.", "-4", "Rat.floor (-(3.4 : Rat)) = -4"),
    ("What is the minimum value of $x^2 - 6x + 11$?", "2",
     "(∃ (x : Rat), x ^ 2 - 6 * x + 11 = 2) ∧ (∀ (x : Rat), 2 ≤ x ^ 2 - 6 * x + 11)"),
    ("Prove that $n^2 + n$ is even for all positive integers $n$.", "proof",
     "(n ^ 2 + n) % 2 = 0"),
]  # fmt: skip

MATHLIB = [
    ("Evaluate $\\sqrt{50} \\cdot \\sqrt 2$.", "10",
     "Real.sqrt (50 : ℝ) * Real.sqrt (2 : ℝ) = 10"),
    ("Compute $\\cos 120^\\circ$.", "-\\frac12",
     "Real.cos ((120 : ℝ) * Real.pi / 180) = -(1 / 2)"),
    ("Simplify $(2+i)(3-i)$.", "7+i",
     "(2 + Complex.I) * (3 - Complex.I) = 7 + Complex.I"),
    ("If $2^{x} = 32$, what is $x$?", "5", "(2 : ℝ) ^ x = 32 ↔ x = 5"),
    ("If $u+v=3$ and $u^2+v^2=7$, find $uv$.", "1", "u * v = 1"),
    ("How many prime numbers are between 20 and 30?", "2",
     "∃ s : Finset ℕ, (∀ n : ℕ, n ∈ s ↔ (Nat.Prime n) ∧ 20 < n ∧ n < 30) ∧ s.card = 2"),
    ("Find the sum of the solutions of the equation $x^2 - 5x + 2 = 0$.", "5",
     "∃ s : Finset ℝ, (∀ x : ℝ, x ∈ s ↔ x ^ 2 - 5 * x + 2 = 0) ∧ ∑ a ∈ s, a = 5"),
    ("Evaluate $\\sum_{k=1}^{5} k^3$.", "225", "(∑ k ∈ Finset.Icc (1 : ℕ) 5, k ^ 3) = 225"),
]  # fmt: skip

DECLINED = [
    ("What is the perimeter of a square with side 4?", "16", "unknown_word"),
    ("What is the remainder of the sum?", "3", "unparsed_text"),
    ("What is $2 + 3$ dollars in cents?", "500", "unknown_word"),
    ("Evaluate $\\int_0^1 x dx$.", "\\frac12", "unparsed_math"),
    ("Evaluate $2+3$.", "5\\text{ apples}", "unreadable_answer"),
    ("Evaluate $2+3$.", "", "no_answer"),
    ("Evaluate $2+3$.", "2, 3", "answer_shape"),
    ("Evaluate $5$.", "5", "answer_shape"),
    ("Evaluate $\\frac{1}{3-3}$.", "0", "not_well_defined"),
    ("Evaluate $1/2n$.", "3", "ambiguous"),
    ("How many integers are between 3 and 9?", "5", "ambiguous"),
    ("How many integer divisors does 12 have?", "6", "ambiguous"),
    ("Find the sum of the solutions of $x^2 - 4x + 4 = 0$.", "2", "ambiguous"),
    ("Evaluate $e + 1$.", "3", "ambiguous"),
    ("Let $r$ and $s$ be distinct integers. Find $r - s$.", "1", "unsupported_notion"),
    ("Find the greatest common divisor of $\\frac12$ and 3.", "1", "domain_unclear"),
    ("The product of $t + a$ and $t + 2$ is $t^2 + 5t + 6$. What is $a$?", "3", "ambiguous"),
    ("What is $a+b$ if $ax+b = 3x+5$ for all real numbers $x$?", "8", "unsupported_notion"),
    ("If $z^2 + z + 1 = 0$, find $z^4 + z^2$.", "-1", "domain_unclear"),
    ("If $12 = 2^x \\cdot 3^y$, find $x + y$.", "3", "domain_unclear"),
    ("What is $2+2$? [asy] draw((0,0)); [/asy]", "4", "figure"),
]


def translated(text: str, answer: str, profile: Profile) -> Statement:
    found = RulesTranslator().translate(Problem("ours/1", text, answer), profile=profile, samples=1)
    assert not isinstance(found, Declined), found
    (candidate,) = found
    return candidate.statement


@pytest.mark.parametrize(("text", "answer", "conclusion"), CORE)
def test_a_problem_becomes_its_core_statement(text, answer, conclusion):
    assert translated(text, answer, "core").conclusion == conclusion


@pytest.mark.parametrize(("text", "answer", "conclusion"), MATHLIB)
def test_a_problem_becomes_its_mathlib_statement(text, answer, conclusion):
    assert translated(text, answer, "mathlib").conclusion == conclusion


@pytest.mark.parametrize(("text", "answer", "reason"), DECLINED)
def test_what_cannot_be_read_without_doubt_is_declined(text, answer, reason):
    found = RulesTranslator().translate(
        Problem("ours/1", text, answer), profile="mathlib", samples=1
    )
    assert isinstance(found, Declined)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("If $u+v=3$ and $u^2+v^2=7$, find $uv$.", "1"),  # over ℚ the conditions could be empty
        ("Find all values of $x$ such that $x^3 - 6x^2 + 3x + 10 = 0$.", "2"),
        ("Evaluate $\\sqrt{50} \\cdot \\sqrt 2$.", "10"),
        ("If $2^{x} = 32$, what is $x$?", "5"),
    ],
)
def test_real_numbers_are_not_put_as_rational_ones_where_that_changes_the_meaning(text, answer):
    found = RulesTranslator().translate(Problem("ours/1", text, answer), profile="core", samples=1)
    assert isinstance(found, Declined)
    assert found.reason == "not_in_profile"


def test_a_condition_that_a_quotient_makes_is_a_hypothesis():
    statement = translated("Simplify $\\frac{x^2-1}{x-1}$.", "x+1", "core")
    assert statement.binders == ("(x : Rat)", "(h1 : x - 1 ≠ 0)")


def test_a_function_is_guarded_where_its_body_has_no_value():
    statement = translated("If $g(x) = \\frac{3}{x-2}$, find $g(5)$.", "1", "core")
    assert statement.binders == (
        "(g : Rat → Rat)",
        "(hg : ∀ x : Rat, x - 2 ≠ 0 → g x = 3 / (x - 2))",
    )


def test_a_function_comes_after_those_that_it_uses():
    statement = translated("If $f(x) = g(x) + 1$ and $g(x) = 2x$, find $f(3)$.", "7", "core")
    assert [binder[:3] for binder in statement.binders] == ["(g ", "(hg", "(f ", "(hf"]


def test_a_number_keeps_the_kind_that_is_said_of_it():
    statement = translated("If $x$ is a positive integer and $x^2 = 49$, find $x$.", "7", "core")
    assert (statement.binders, statement.conclusion) == (
        ("(x : Nat)",),
        "(0 < x ∧ x ^ 2 = 49) ↔ x = 7",
    )


def test_a_congruence_has_residue_classes_as_solutions():
    statement = translated("Solve the congruence $5n \\equiv 3 \\pmod{17}$.", "4", "core")
    assert statement.conclusion == "(5 * n % 17 = (3 : Int) % 17) ↔ (n % 17 = (4 : Int) % 17)"


def test_letters_that_are_lean_keywords_get_other_names():
    statement = translated("If $\\lambda + 2 = 5$, what is $\\lambda$?", "3", "core")
    assert statement.binders == ("(l : Rat)",)


def test_a_theorem_is_named_after_its_problem():
    assert theorem_name("set/12-b") == "set_12_b"
    assert theorem_name("12") == "problem_12"
    assert theorem_name("例") == "problem_"


def test_the_grammar_has_a_version_that_candidates_carry():
    translator = RulesTranslator()
    found = translator.translate(Problem("a", "Compute $2+2$.", "4"), profile="core", samples=4)
    assert not isinstance(found, Declined)
    assert [candidate.prompt_hash for candidate in found] == [translator.version]


@pytest.mark.lean
def test_every_core_statement_of_ours_compiles(pool: Pool):
    items = [
        Item(str(place), translated(text, answer, "core").source())
        for place, (text, answer, _) in enumerate(CORE)
    ]
    outcomes = list(pool.check_all(items))
    assert [(o.id, o.verdict, o.errors) for o in outcomes] == [
        (item.id, Verdict.STATEMENT, ()) for item in items
    ]


@pytest.mark.lean
@pytest.mark.parametrize("place", [0, 6, 10, 12, 17, 19])
def test_a_right_answer_is_proved_and_a_wrong_one_refuted(pool: Pool, place: int):
    text, answer, _ = CORE[place]
    right = translated(text, answer, "core")
    assert prove(right, pool, profile="core", timeout=20).proof is not None
    wrong = translated(text, "4" if answer != "4" else "6", "core")
    assert refute(wrong, pool, timeout=20).proof is not None


@pytest.mark.shared
def test_a_tenth_of_real_problems_is_read(shared_data: Path):
    with (shared_data / "informal_dev.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["source"] == "math"][::10]
    translator = RulesTranslator()
    found = [
        translator.translate(
            Problem(row["id"], row["problem"], row["answer"]), profile="mathlib", samples=1
        )
        for row in rows
    ]
    read = [answer for answer in found if not isinstance(answer, Declined)]
    assert len(read) >= len(rows) / 10


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (r"What is $20\%$ more than $40$?", "48", "ambiguous"),
        (r"Compute $\sum_{k=1}^{4} k \cdot (k+2)$.", "50", "ambiguous"),
        (r"Find positive solutions to $x^2=25$.", "5", "unparsed_text"),
        (r"Find integer solutions to $3x^2-4x+1=0$.", "1", "unparsed_text"),
        (r"If $a \star b = a+3b$, what is $-5 \star 2$?", "-11", "ambiguous"),
        (r"If $a \star b = a+3b$, what is $2+4 \star 1$?", "9", "ambiguous"),
        (r"If $p(2)=4$, find $p(5)$.", "10", "undefined_symbol"),
        ("How many perfect squares are less than 50?", "7", "ambiguous"),
        ("How many multiples of 4 are less than 50?", "12", "ambiguous"),
        ("What is the smallest perfect square divisible by 20?", "100", "ambiguous"),
        (
            "How many positive integers are less than 9? Express your answer in base 3.",
            "22",
            "unsupported_notion",
        ),
    ],
)
def test_what_english_leaves_open_is_declined(problem: str, answer: str, reason: str) -> None:
    declined = RulesTranslator().translate(
        Problem("p", problem, answer), profile="mathlib", samples=1
    )
    assert isinstance(declined, Declined)
    assert declined.reason == reason


@pytest.mark.parametrize(
    ("problem", "answer", "part"),
    [
        (
            "If $n$ is a positive integer such that $3n-4<6$, what is the largest possible value "
            "of $n$?",
            "3",
            "∀ n : Nat,",
        ),
        (
            "Let $n$ be a positive integer. For how many values of $n$ is $n^2<40$?",
            "6",
            "fun (n : Nat) =>",
        ),
        ("How many counting numbers are less than 7?", "6", "0 < n"),
        (r"If $a \star b = a+3b$, what is $1+(4 \star 2)$?", "11", "1 + op_star 4 2 = 11"),
    ],
)
def test_a_word_keeps_its_meaning(problem: str, answer: str, part: str) -> None:
    candidates = RulesTranslator().translate(
        Problem("p", problem, answer), profile="core", samples=1
    )
    assert not isinstance(candidates, Declined)
    assert part in candidates[0].statement.source()


def test_a_bound_name_never_captures_a_letter_of_the_problem() -> None:
    text = r"For how many real values of $k$ is $\sqrt{90-\sqrt{k}}$ an integer?"
    candidates = RulesTranslator().translate(Problem("p", text, "10"), profile="mathlib", samples=1)
    assert not isinstance(candidates, Declined)
    assert "∃ k' : ℤ, (k' : ℝ) = Real.sqrt (90 - Real.sqrt k)" in candidates[0].statement.source()
