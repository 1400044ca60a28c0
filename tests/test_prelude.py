"""The prelude computes: each notion on values that the kernel reduces to the right result."""

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict

FACTS = (
    "(NuminaLean.between 1 30).filter (fun n => NuminaLean.isPrime n = true)"
    " = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]",
    "NuminaLean.isPrime 7919 = true",
    "NuminaLean.isPrime (97 * 89) = false",
    "NuminaLean.factorial 20 = 2432902008176640000",
    "NuminaLean.choose 52 5 = 2598960",
    "NuminaLean.choose 3 5 = 0",
    "NuminaLean.fib 90 = 2880067194370816120",
    "NuminaLean.digits 10 2024 = [4, 2, 0, 2]",
    "NuminaLean.digits 2 0 = []",
    "(NuminaLean.digits 10 (2 ^ 100)).sum = 115",
    "NuminaLean.ofDigits 7 (NuminaLean.digits 7 123456) = 123456",
    "NuminaLean.isPower 2 1024 = true",
    "NuminaLean.isPower 3 1024 = false",
    "NuminaLean.isPower 3 0 = true",
    "NuminaLean.floorSqrt 99 = 9",
    "NuminaLean.floorSqrt 100 = 10",
    "NuminaLean.between 3 6 = [3, 4, 5, 6]",
    "NuminaLean.between 6 3 = []",
    "NuminaLean.integersBetween (-2) 1 = [-2, -1, 0, 1]",
    "NuminaLean.sumRange 1 100 (fun k => k ^ 2) = 338350",
    "NuminaLean.sumRange 5 4 (fun k => k) = 0",
    "NuminaLean.sumRange 1 9 (fun k => 1 / ((k : Rat) * (k + 1))) = 9 / 10",
    "NuminaLean.prodRange 1 6 (fun k => (k : Int)) = 720",
)


@pytest.mark.lean
def test_each_notion_has_the_values_it_should(pool: Pool):
    items = [
        Item(fact, f"import NuminaLean.Prelude\n\ntheorem fact : {fact} := by decide +kernel\n")
        for fact in FACTS
    ]
    outcomes = list(pool.check_all(items))
    assert [o.id for o in outcomes if o.verdict is not Verdict.PROVED] == []


@pytest.mark.lean
def test_a_sum_up_to_n_is_proved_by_induction(pool: Pool):
    source = """import NuminaLean.Prelude

theorem triangular (n : Nat) : 2 * NuminaLean.sumRange 1 n (fun k => k) = n * (n + 1) := by
  induction n with
  | zero => rfl
  | succ n ih => rw [NuminaLean.sumRange_succ 1 n _ (by omega), Nat.mul_add, ih]; grind
"""
    outcome = pool.check(Item("triangular", source))
    assert (outcome.verdict, outcome.errors) == (Verdict.PROVED, ())
