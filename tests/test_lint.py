"""What each lint warns of, and what looks like it and is in order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace

import pytest

from numina_lean.check.finding import Finding
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.source import split_header
from numina_lean.lint.confusable import look_alikes
from numina_lean.lint.linter import AUTO_IMPLICIT, LOOK_ALIKE, Linter
from numina_lean.lint.rules import LINT_FAILED, RULES

pytestmark = pytest.mark.lean

STATEMENTS = {
    # Each: the codes that it has to get, and no others.
    "theorem vacuous (n : Nat) (a : n < 3) (b : n > 5) : n = 2": {"contradictory_hypotheses"},
    "theorem vacuous_by_values (x : Int) (h : x * x + 1 = 0) (k : x = 4) : x = 7": {
        "contradictory_hypotheses"
    },
    "theorem refutes (x : Nat) (h : x + x = 3) : False": set(),
    "theorem false_somewhere (a b : Rat) : a * b ≤ a * a": {"counterexample"},
    "theorem false_once_defined (a b : Int) (h : a = b + 40) : a ≤ 42": {"counterexample"},
    "theorem true_of_reals (a b : Rat) : 2 * a * b ≤ a * a + b * b": set(),
    "theorem trivially (n : Nat) : n = n": {"trivial_conclusion"},
    "theorem by_computation : 91 ^ 2 = 8281": {"trivial_conclusion"},
    "theorem takes_a_proof (n : Nat) (h : 3 < n) : 2 ^ n + 8 > n * n": set(),
    "theorem repeats (n : Nat) (f : Nat → Nat) (h : 0 < n ∧ f n < n) : f n < n": {
        "goal_in_hypotheses"
    },
    "theorem repeats_in_parts (f : Nat → Nat) (n m : Nat) (h : f m < n) (k : f n < m) "
    ": f n < m ∧ f m < n": {"goal_in_hypotheses"},
    "theorem repeats_mirrored (f : Nat → Nat) (n m : Nat) (h : f n = f m) : f m = f n": {
        "goal_in_hypotheses"
    },
    "theorem says_more (f : Nat → Nat) (n : Nat) (h : f n < n) : f n ≤ 2 * n": set(),
    "theorem leaks (x : Nat) (h : x * x = 25) (k : x = 5) : x = 5": {
        "goal_in_hypotheses",
        "answer_leaked",
    },
    "theorem leaks_by_name (f : Nat → Nat) (x answer : Nat) (h : f x = answer) (k : answer = 12) "
    ": f x = 12": {"answer_leaked"},
    "theorem asks (f : Nat → Nat) (x y : Nat) (h : f x = y + 2) (k : y = 10) : f x = 12": set(),
    "theorem idle_hypothesis (f : Nat → Nat) (x y : Nat) (h : f y < 4) : f 2 = 3 ∨ x < 5": set(),
    "theorem apart (f g : Nat → Nat) (h : ∀ n, g n = n) : f 2 = 3": {"unused_hypothesis"},
    "theorem joined (f g : Nat → Nat) (h : ∀ n, g n = n) (k : ∀ n, f n = g (g n)) : f 2 = 3": set(),
    "theorem idle (f : Nat → Nat) (x y : Nat) : f x = 3": {"unused_variable"},
    "theorem idle_inside (f : Nat → Nat) : ∃ k : Nat, f 2 = 3": {"unused_variable"},
    "theorem marked_idle (f : Nat → Nat) (x _y : Nat) : f x = 3": set(),
    "theorem third (f : Nat → Nat) : f (3 * (1 / 3)) = 1": {"numeral_type", "truncated_division"},
    "theorem root (f : Rat → Rat) : f 2 = 2 ^ (1 / 2)": {"numeral_type", "truncated_division"},
    "theorem thirds_are_rational (f : Rat → Rat) : f (1 / 3) = 6 / 3 - 5": set(),
    "theorem below_zero (f : Nat → Nat) (n : Nat) : f n = n - 1": {"truncated_subtraction"},
    "theorem above_zero (f : Nat → Nat) (n : Nat) (h : 0 < n) : f n = n - 1": set(),
    "theorem guarded (f : Nat → Nat) : ∀ n, 2 < n → f n = n ^ 2 - n + (2 * n - 1)": set(),
    "theorem of_integers (f : Int → Int) (n : Int) : f n = n - 1": set(),
    "theorem rounds (f : Nat → Nat) (n : Nat) : f n = n / 2": {"truncated_division"},
    "theorem rounds_too (f : Int → Int) (n : Int) : f n = (n + 1) / 3": {"truncated_division"},
    "theorem divides (f : Nat → Nat) (n : Nat) : f n = n * (n + 1) * (2 * n + 1) / 6": set(),
    "theorem divides_here (f : Nat → Nat) (n : Nat) (h : 2 ∣ n) : f n = n / 2": set(),
    "theorem by_zero (f : Rat → Rat) (a b : Rat) : f a = a / (a + b)": {"zero_divisor"},
    "theorem inverse_of_zero (f : Rat → Rat) (a : Rat) : f a = a⁻¹": {"zero_divisor"},
    "theorem modulo_zero (f : Nat → Nat) (a b : Nat) : f a = b % a": {"zero_divisor"},
    "theorem by_positive (f : Rat → Rat) (a b : Rat) (h : 0 < a ∧ a < b) "
    ": f a = a / (a * b + b ^ 2) + (a + b)⁻¹": set(),
    "theorem by_positive_inside (f : Rat → Rat) "
    ": ∀ a, f a = 0 ∨ ∀ b, 0 < b → 1 < a → f b = 1 / (a * b + b ^ 2)": set(),
    "theorem by_sums_of_squares (f : Rat → Rat) (a : Rat) : f a = 1 / (1 + a ^ 2)": set(),
    "theorem by_nonzero (f : Rat → Rat) (a : Rat) (h : a ≠ 0) : f a = 1 / a": set(),
}


def statement_name(statement: str) -> str:
    return statement.split()[1]


@pytest.fixture(scope="module")
def found(pool: Pool) -> dict[str, set[str]]:
    """The codes that each of `STATEMENTS` gets, all of them linted as one source."""
    source = "".join(f"{statement} := sorry\n" for statement in STATEMENTS)
    codes: dict[str, set[str]] = defaultdict(set)
    for finding in lint(pool, source):
        codes[finding.declaration].add(finding.code)
    return codes


def lint(pool: Pool, source: str) -> tuple[Finding, ...]:
    item = Item("x", source)
    return Linter(pool).lint(item, pool.check(item))


def codes(pool: Pool, source: str) -> set[str]:
    return {finding.code for finding in lint(pool, source)}


@pytest.mark.parametrize("statement", STATEMENTS, ids=statement_name)
def test_a_statement_gets_the_codes_of_its_defects(
    found: dict[str, set[str]], statement: str
) -> None:
    assert found[statement_name(statement)] == STATEMENTS[statement]


def test_every_code_is_both_found_and_not_found() -> None:
    wanted = set().union(*STATEMENTS.values())
    assert wanted == set(RULES) - {LINT_FAILED}


def test_a_hypothesis_that_the_proof_does_not_touch_is_unused(pool: Pool) -> None:
    proved = "theorem t (n m : Nat) (h : n < 3) (k : m = n) : n < 4 := Nat.lt_trans h (by decide)"
    (finding,) = lint(pool, proved)
    assert finding.code == "unused_hypothesis" and finding.detail.endswith(": k")


def test_a_lemma_of_the_source_proves_nothing_to_the_lint(pool: Pool) -> None:
    source = "@[simp] theorem t (f : Nat → Nat) : f 2 = 3 := sorry"
    assert codes(pool, source) == set()


def test_examples_namespaces_and_odd_names_are_linted(pool: Pool) -> None:
    source = (
        "namespace A.«b c»\n"
        "theorem «d.e» (n : Nat) : n = n := rfl\n"
        "example (n : Nat) (f : Nat → Nat) : f n = n / 2 := sorry\n"
    )
    assert {(each.declaration, each.code) for each in lint(pool, source)} == {
        ("A.«b c».«d.e»", "trivial_conclusion"),
        ("example@3", "truncated_division"),
    }


def test_variables_bound_silently_are_told(pool: Pool) -> None:
    source = "set_option autoImplicit true\ntheorem t (h : n < 3) : n * n < (10 : Nat) := sorry"
    captured = [each for each in lint(pool, source) if each.code == AUTO_IMPLICIT]
    assert [(each.declaration, each.detail.split()[0]) for each in captured] == [("t", "n")]
    written = source.replace("(h", "(n : Nat) (h")
    assert codes(pool, written) == set()


def test_look_alike_identifiers_are_told(pool: Pool) -> None:
    # A Greek omicron beside a Latin o.
    source = "theorem t (o ο : Nat) (f : Nat → Nat) : f o = f ο := sorry"
    assert LOOK_ALIKE in codes(pool, source)


def test_what_is_not_accepted_is_not_linted(pool: Pool) -> None:
    assert lint(pool, "theorem t (n : Nat) : n = n := by simp_nonsense") == ()
    assert lint(pool, "axiom a : 1 = 2\ntheorem t : 1 = 2 := a") == ()


def test_what_lean_makes_on_the_side_is_not_linted(pool: Pool) -> None:
    assert (
        codes(pool, "structure P where\n  x : Nat\n  y : Nat\ndef f (p : P) := p.x - p.y") == set()
    )


class _Broken:
    """A pool that has lost its way: every check crashes. `asked` is what it was given."""

    def __init__(self, outcome: Outcome) -> None:
        self.asked: list[Item] = []
        self._outcome = replace(outcome, verdict=Verdict.CRASHED, detail="gone", messages=())

    def submit(self, item: Item) -> Future[Outcome]:
        self.asked.append(item)
        future: Future[Outcome] = Future()
        future.set_result(self._outcome)
        return future

    def check(self, item: Item) -> Outcome:
        return self._outcome

    def cancel(self, future: Future[Outcome]) -> bool:
        return False

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        return (self._outcome for _ in items)


def test_a_lint_that_fails_says_so(pool: Pool) -> None:
    item = Item("x", "theorem t (n : Nat) : n = n := rfl")
    outcome = pool.check(item)
    (finding,) = Linter(_Broken(outcome)).lint(item, outcome)
    assert finding.code == LINT_FAILED and "gone" in finding.detail


def test_a_statement_is_linted_on_its_own_header(pool: Pool) -> None:
    item = Item("x", "/- why -/ import Init.Omega\nimport Init\n\ntheorem t : 1 = 1 := rfl")
    outcome = pool.check(Item("x", "theorem t : 1 = 1 := rfl"))
    broken = _Broken(outcome)
    Linter(broken).lint(item, outcome)
    (asked,) = broken.asked
    header, body = split_header(asked.source)
    assert header.imports == ("Init.Omega", "Init", "NuminaLean.Lint")
    assert body.strip().startswith("theorem t : 1 = 1 := rfl\n")


def test_a_statement_that_reads_otherwise_beside_our_module_fails(pool: Pool) -> None:
    item = Item("x", "theorem t (n : Nat) : n = n := sorry")
    outcome = pool.check(item)
    other = replace(outcome, sorries=(replace(outcome.sorries[0], goal="⊢ False"),))
    (finding,) = Linter(pool).lint(item, other)
    assert finding.code == LINT_FAILED and "differently" in finding.detail


def test_lints_come_in_the_order_of_their_items(pool: Pool) -> None:
    items = [
        Item(str(number), f"theorem t{number} (n : Nat) : n + {number} = n + {number} := rfl")
        for number in range(4)
    ]
    pairs = [(item, pool.check(item)) for item in items]
    names = [[each.declaration for each in found] for found in Linter(pool).lint_all(pairs)]
    assert names == [["t0"], ["t1"], ["t2"], ["t3"]]


@pytest.mark.parametrize(
    "source",
    [
        "theorem а : 1 = 1 := rfl",  # Cyrillic
        "theorem t (v ν : Nat) : v = ν := sorry",  # Latin v, Greek nu
        "theorem t (n : Nat) : n = 1\u200b := sorry",
        "theorem «o\u0440en» : 1 = 1 := rfl",  # Cyrillic er
    ],
)
def test_identifiers_that_are_not_what_they_seem(source: str) -> None:
    assert look_alikes(source)


@pytest.mark.parametrize(
    "source",
    [
        "theorem t (α β ν ρ : Nat) (h₁ : α = β) (hα' : ν = ρ) : α = β := h₁",
        "-- а comment in Cyrillic: о\ntheorem t : 1 = 1 := rfl /- ο -/",
        "theorem t (x₁ x₂ : Nat) (ℝ : Type) : x₁ = x₂ := sorry",
    ],
)
def test_ordinary_greek_and_comments_are_in_order(source: str) -> None:
    assert look_alikes(source) == ()
