"""Problems with the statements that we would write for them: what a chat model is shown.

Each says something that formalisers get wrong: what the answer is, where a quantity lives, what
may be subtracted, which hypothesis a word stands for. Those of `core` compile (a test asks Lean).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """`statement` is a whole Lean source, its proof left open. `answer` is None for a proof."""

    problem: str
    answer: str | None
    statement: str


_CORE_HEADER = "import NuminaLean.Prelude\n\nset_option autoImplicit false\n\n"
_MATHLIB_HEADER = "import Mathlib\n\nset_option autoImplicit false\n\nopen Finset\n\n"

CORE = tuple(
    Example(problem, answer, f"{_CORE_HEADER}{theorem} := by\n  sorry")
    for problem, answer, theorem in (
        (
            "What is the sum of all prime numbers that are less than 20?",
            "77",
            "theorem sum_of_primes :\n"
            "    ((NuminaLean.between 1 19).filter fun p => NuminaLean.isPrime p).sum = 77",
        ),
        (
            "Find all integers $n$ for which $n^2 + n = 42$.",
            "$n = 6$ and $n = -7$",
            "theorem all_solutions (n : Int) :\n    n ^ 2 + n = 42 ↔ n = 6 ∨ n = -7",
        ),
        (
            "Anna is 4 years older than Ben, and Ben is not older than 10. If the product of their "
            "ages is 77, how old is Ben?",
            "7",
            "theorem age_of_ben (anna ben : Nat) (older : anna = ben + 4) (limit : ben ≤ 10)\n"
            "    (product : anna * ben = 77) : ben = 7",
        ),
        (
            "The sequence $a_1, a_2, \\ldots$ has $a_1 = 1$ and $a_{n+1} = 2a_n + 1$ for all "
            "$n \\ge 1$. Find $a_{10}$.",
            "1023",
            "theorem tenth_term (a : Nat → Int) (first : a 1 = 1)\n"
            "    (step : ∀ n, 1 ≤ n → a (n + 1) = 2 * a n + 1) : a 10 = 1023",
        ),
        (
            "What is the largest integer whose square is less than 200?",
            "14",
            "theorem largest :\n    (14 : Int) ^ 2 < 200 ∧ ∀ n : Int, n ^ 2 < 200 → n ≤ 14",
        ),
        (
            "How many three-digit numbers are divisible by both 4 and 6?",
            "75",
            "theorem how_many :\n"
            "    ((NuminaLean.between 100 999).filter fun n => n % 4 = 0 ∧ n % 6 = 0).length = 75",
        ),
        (
            "If $\\frac{x}{3} + \\frac{x}{4} = 14$, what is $x$?",
            "24",
            "theorem value_of_x (x : Rat) (equation : x / 3 + x / 4 = 14) : x = 24",
        ),
        (
            "Prove that $n^3 - n$ is divisible by 6 for every integer $n$.",
            None,
            "theorem divisible (n : Int) : 6 ∣ n ^ 3 - n",
        ),
    )
)

MATHLIB = tuple(
    Example(problem, answer, f"{_MATHLIB_HEADER}{theorem} := by\n  sorry")
    for problem, answer, theorem in (
        (
            "What is the sum of all prime numbers that are less than 20?",
            "77",
            "theorem sum_of_primes : ∑ p ∈ (range 20).filter Nat.Prime, p = 77",
        ),
        (
            "Find all real numbers $x$ for which $x^2 + x = 42$.",
            "$x = 6$ and $x = -7$",
            "theorem all_solutions : {x : ℝ | x ^ 2 + x = 42} = {6, -7}",
        ),
        (
            "Let $a, b, c$ be positive real numbers with $abc = 1$. Prove that $a + b + c \\ge 3$.",
            None,
            "theorem sum_at_least (a b c : ℝ) (ha : 0 < a) (hb : 0 < b) (hc : 0 < c)\n"
            "    (product : a * b * c = 1) : 3 ≤ a + b + c",
        ),
        (
            "Find all functions $f : \\mathbb{R} \\to \\mathbb{R}$ with $f(x + y) = f(x) + y$ for "
            "all real $x$ and $y$, and $f(0) = 2$.",
            "$f(x) = x + 2$",
            "theorem all_functions (f : ℝ → ℝ) :\n"
            "    ((∀ x y, f (x + y) = f x + y) ∧ f 0 = 2) ↔ ∀ x, f x = x + 2",
        ),
        (
            "What is the greatest value of $xy$ for real numbers $x$ and $y$ with $x + y = 10$?",
            "25",
            "theorem greatest_product :\n"
            "    IsGreatest {p : ℝ | ∃ x y : ℝ, x + y = 10 ∧ p = x * y} 25",
        ),
        (
            "How many subsets of $\\{1, 2, \\ldots, 10\\}$ have exactly 3 elements and contain 1?",
            "36",
            "theorem how_many :\n"
            "    ((Icc (1 : ℕ) 10).powerset.filter fun s => s.card = 3 ∧ 1 ∈ s).card = 36",
        ),
        (
            "The sequence $a_1, a_2, \\ldots$ of integers has $a_1 = 1$ and $a_{n+1} = 2a_n + 1$ "
            "for all $n \\ge 1$. Find $a_{10}$.",
            "1023",
            "theorem tenth_term (a : ℕ → ℤ) (first : a 1 = 1)\n"
            "    (step : ∀ n, 1 ≤ n → a (n + 1) = 2 * a n + 1) : a 10 = 1023",
        ),
    )
)
