"""Statements that differ in names only have one canonical text; others have their own."""

import pytest

from numina_lean.translate.canonical import canonical, canonical_digest
from numina_lean.translate.reading import read_statement

HEADER = "import Mathlib\n\nopen Real\n\n"


def text(theorem: str, header: str = HEADER) -> str:
    return canonical(read_statement(f"{header}{theorem} := by sorry"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("theorem a (x : ℝ) : x = x", "theorem b (y : ℝ) : y = y"),
        ("theorem a (x y : ℝ) : x = y", "theorem a (x : ℝ) (y : ℝ) : x = y"),
        ("theorem a (x : ℝ) (hx : x > 0) : 0 < x", "theorem a (t : ℝ) (h : t > 0) : 0 < t"),
        ("theorem a {x : Nat} : x = x", "theorem a (x : ℕ) : x = x"),
        ("theorem a : ∀ x, ∃ y, x < y", "theorem a : ∀ a, ∃ b, a < b"),
        ("theorem a : ∀ (x : ℕ) (y : ℕ), x = y", "theorem a : ∀ (u : ℕ) (v : ℕ), u = v"),
        (
            "theorem a (n : ℕ) : ∑ i in range n, i = 3",
            "theorem a (m : ℕ) : ∑ k in range m, k = 3",
        ),
        ("theorem a : (fun x : ℕ => x) = f", "theorem a : (λ y : ℕ ↦ y) = f"),
        ("theorem a : {x : ℝ | x > 0} = S", "theorem a : {z : ℝ | z > 0} = S"),
        (
            "theorem a : (∃ x, x > 0) ∧ (∃ x, x < 0)",
            "theorem a : (∃ x, x > 0) ∧ (∃ y, y < 0)",
        ),
        (
            "theorem a (x : ℕ) (h : ∀ x, x > 0) : x = 1",
            "theorem a (x : ℕ) (h : ∀ y, y > 0) : x = 1",
        ),
        ("theorem a (x : ℕ) : x <= 1 -> x = 1", "theorem a (x : ℕ) : x ≤ 1 → x = 1"),
        ("theorem a (A : M) : Aᵀ = A", "theorem a (B : M) : Bᵀ = B"),
        ("theorem a (b : ℝ) : ∫ x in 0..b, x = 1", "theorem a (c : ℝ) : ∫ t in 0..c, t = 1"),
        ("def f (n : ℕ) := n\ntheorem a : f 1 = 1", "def g (n : ℕ) := n\ntheorem a : g 1 = 1"),
        ("theorem a (p : ℕ × ℕ) : p.1 = 1 /- so -/", "lemma b  (q : ℕ × ℕ)  : q.1 = 1"),
    ],
)
def test_renamings_have_one_text(one: str, other: str) -> None:
    assert text(one) == text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("theorem a (x y : ℝ) : x < y", "theorem a (x y : ℝ) : y < x"),
        ("theorem a (x : ℝ) : x = x", "theorem a (x : ℕ) : x = x"),
        ("theorem a (m n : ℝ) : ∫ x in 0..n, x = 1", "theorem a (n m : ℝ) : ∫ x in 0..n, x = 1"),
        ("theorem a (A B : M) : Aᵀ = B", "theorem a (B A : M) : Aᵀ = B"),
        ("theorem a (S T : A) : ∃ x ∈ f (1) ∪ S, x", "theorem a (S T : A) : ∃ x ∈ f (1) ∪ T, x"),
        ("theorem a : ∀ x, ∃ y, x < y", "theorem a : ∃ y, ∀ x, x < y"),
        ("theorem a (x : ℕ) : x = 1 → x = 2", "theorem a (x : ℕ) : x = 2 → x = 1"),
        ("theorem a (p : ℕ × ℕ) : p.1 = 1", "theorem a (p : ℕ × ℕ) : p.2 = 1"),
        ("theorem a (x y : ℕ) (h : ∀ x, p) : x = y", "theorem a (x y : ℕ) (h : ∀ x, p) : y = x"),
        ('theorem a : f "x" = 1', 'theorem a : f "y" = 1'),
    ],
)  # fmt: skip
def test_what_says_something_else_has_another_text(one: str, other: str) -> None:
    assert text(one) != text(other)


def test_a_header_counts_by_what_it_opens() -> None:
    theorem = "theorem a (x : ℝ) : √x = x"
    base = text(theorem, "import Mathlib\nopen Real Nat\n")
    same = "import Mathlib\nimport Aesop\nset_option maxHeartbeats 400000\nopen Nat\nopen Real\n"
    assert text(theorem, same) == base
    assert text(theorem, "import Mathlib\nopen Real\n") != base
    assert text(theorem, "import Mathlib\nset_option autoImplicit true\nopen Real Nat\n") != base


@pytest.mark.parametrize("source", ["", "theorem", "∀ )", "\ud800", "theorem x (a : ) ) := 1", "«"])
def test_what_is_no_statement_has_a_digest_all_the_same(source: str) -> None:
    assert len(canonical_digest(source)) == 16
    assert canonical_digest(f" {source}\n") == canonical_digest(source)
