"""What each method proves beside the portfolio, and that none proves what is false."""

from collections.abc import Sequence

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import LeanInfo
from numina_lean.prove.order import Count, Statistics, shape
from numina_lean.prove.search import METHODS, search
from numina_lean.translate.statement import Statement

ENTRIES = {each.name: each for each in METHODS}


def _statement(conclusion: str, *binders: str) -> Statement:
    return Statement("t", "set_option autoImplicit false", binders, conclusion)


TRUE: Sequence[tuple[str, Statement]] = (
    ("linear_gcd", _statement("Nat.gcd (5 * n + 3) (2 * n + 1) = 1", "(n : Nat)")),
    ("linear_gcd", _statement("∀ n : Nat, Nat.Coprime (3 * n + 1) (2 * n + 1)")),
    ("impossible_remainders", _statement("x ^ 2 ≠ 3 * y + 2", "(x y : Int)")),
    ("impossible_remainders", _statement("¬ ∃ x y : Int, x ^ 2 + y ^ 2 = 4 * x * y + 3")),
    (
        "closed_form",
        _statement(
            "u n = 3 ^ n - 1", "(n : Nat)", "(u : Nat → Nat)", "(h : u 0 = 0)",
            "(k : ∀ n, u (n + 1) = 3 * u n + 2)",
        ),
    ),
    (
        "identities",
        _statement("∃ x y, (a ^ 2 + b ^ 2) * (c ^ 2 + d ^ 2) = x ^ 2 + y ^ 2", "(a b c d : Int)"),
    ),
    ("cofactor", _statement("x + y ∣ x ^ 3 + y ^ 3", "(x y : Int)")),
    ("small_witnesses", _statement("∃ a b : Nat, a ^ 2 + b ^ 2 = 170 ∧ a < b")),
    ("nearby_witnesses", _statement("∃ m, n < m ∧ ∃ k, m = n + k", "(n : Nat)")),
    ("periods", _statement("5 ∣ 2 ^ n + 1 → n % 4 = 2", "(n : Nat)")),
    ("divisors", _statement("a + b ≤ 36", "(a b : Nat)", "(h : a * b = 35)")),
    (
        "cases",
        _statement("4 ≤ k", "(k : Nat)", "(h : 1 < k)", "(j : ∀ n, Nat.gcd (6 * n + k) 6 = 1)"),
    ),
    ("box", _statement("x + y = 7", "(x y : Nat)", "(h : x ^ 2 + y ^ 2 = 25 ∧ 0 < x ∧ 0 < y)")),
    ("casts", _statement("a = 6", "(a : Nat)", "(h : (1 : Rat) / 2 * a = 3)")),
    (
        "iteration",
        _statement("u 40 = 102334155", "(u : Nat → Int)", "(h : u 0 = 0)", "(i : u 1 = 1)",
                   "(k : ∀ n, u (n + 2) = u n + u (n + 1))"),
    ),
    (
        "chain",
        _statement("f 9 = 5", "(f : Int → Int)", "(h : ∀ x, f x + f (x - 1) = 1)", "(k : f 3 = 5)"),
    ),
    (
        "rewriting",
        _statement("f 90 = 91", "(f : Int → Int)", "(h : ∀ n, 100 < n → f n = n - 10)",
                   "(k : ∀ n, n ≤ 100 → f n = f (f (n + 11)))"),
    ),
)  # fmt: skip


def _proved(name: str, statement: Statement, pool: Pool) -> bool:
    tactic = ENTRIES[name]
    for proof in tactic.proofs(statement):
        item = Item(
            "t", statement.source(proof), 60.0, tactic.heartbeats, reference=statement.source()
        )
        if pool.check(item).verdict is Verdict.PROVED:
            return True
    return False


@pytest.mark.lean
@pytest.mark.parametrize(("name", "statement"), TRUE, ids=[name for name, _ in TRUE])
def test_a_method_proves_statements_of_its_shape(
    pool: Pool, name: str, statement: Statement
) -> None:
    assert _proved(name, statement, pool)


FALSE: Sequence[tuple[str, Statement]] = (
    ("linear_gcd", _statement("Nat.gcd (5 * n + 3) (2 * n + 2) = 1", "(n : Nat)")),
    ("closed_form", _statement("u n = 3 ^ n - 2", "(n : Nat)", "(u : Nat → Nat)", "(h : u 0 = 0)",
                               "(k : ∀ n, u (n + 1) = 3 * u n + 2)")),
    ("cofactor", _statement("x + y ∣ x ^ 2 + y ^ 2", "(x y : Int)")),
    ("small_witnesses", _statement("∃ a b : Nat, a ^ 2 + b ^ 2 = 7")),
    ("nearby_witnesses", _statement("∃ m, n < m ∧ m < n + 1", "(n : Nat)")),
    ("periods", _statement("5 ∣ 2 ^ n + 1 → n % 4 = 1", "(n : Nat)")),
    ("divisors", _statement("a + b ≤ 35", "(a b : Nat)", "(h : a * b = 35)")),
    ("cases", _statement("5 < k", "(k : Nat)", "(h : 4 < k)", "(j : k < 8)")),
    ("box", _statement("x + y = 7", "(x y : Nat)", "(h : x ^ 2 + y ^ 2 = 50)")),
    ("casts", _statement("a = 5", "(a : Nat)", "(h : (1 : Rat) / 2 * a = 3)")),
)  # fmt: skip


@pytest.mark.lean
@pytest.mark.parametrize(("name", "statement"), FALSE, ids=[name for name, _ in FALSE])
def test_no_method_proves_what_is_false(pool: Pool, name: str, statement: Statement) -> None:
    assert list(ENTRIES[name].proofs(statement))
    assert not _proved(name, statement, pool)


def test_an_equation_with_solutions_is_not_called_impossible() -> None:
    solvable = _statement("x ^ 2 ≠ 3 * y + 1", "(x y : Int)")
    assert list(ENTRIES["impossible_remainders"].proofs(solvable)) == []


class _Scripted:
    """A checker with given seconds and verdicts, to show what a search does then."""

    def __init__(self, seconds: float, *verdicts: Verdict) -> None:
        self.seconds = seconds
        self.verdicts = list(verdicts)
        self.items: list[Item] = []

    def check(self, item: Item) -> Outcome:
        self.items.append(item)
        verdict = self.verdicts.pop(0) if self.verdicts else Verdict.ERROR
        return Outcome(item.id, verdict, LeanInfo("embedded", "4.28.0", None), "h", self.seconds)


SQUARES = _statement("x ^ 2 ≥ 0", "(x : Int)")
NOTHING = Statistics({})


def test_a_search_ends_with_its_time_and_gives_no_attempt_more_than_is_left() -> None:
    checker = _Scripted(8.0)
    found = search(SQUARES, checker, profile="core", statistics=NOTHING, seconds=20.0)
    assert found.proof is None
    assert [item.timeout for item in checker.items] == [20.0, 12.0, 4.0]


def test_every_attempt_is_held_to_the_statement() -> None:
    checker = _Scripted(0.0)
    search(SQUARES, checker, profile="core", statistics=NOTHING)
    assert {item.reference for item in checker.items} == {SQUARES.source()}
    assert all(item.source.startswith(SQUARES.source("").rstrip()) for item in checker.items)


def test_the_statistics_decide_the_order_and_nothing_else() -> None:
    statistics = Statistics({("simp_all", shape(SQUARES)): Count(10, 10, 1.0)})
    one, other = _Scripted(0.0), _Scripted(0.0)
    search(SQUARES, one, profile="core", statistics=statistics)
    search(SQUARES, other, profile="core", statistics=NOTHING)
    assert one.items[0].id == "t:simp_all"
    assert sorted(item.source for item in one.items) == sorted(item.source for item in other.items)


def test_what_cheats_is_no_proof() -> None:
    checker = _Scripted(0.0, *[Verdict.REJECTED] * 100)
    assert search(SQUARES, checker, profile="core", statistics=NOTHING).proof is None


def test_mathlib_statements_get_the_portfolio_alone() -> None:
    checker = _Scripted(0.0)
    search(SQUARES, checker, profile="mathlib", statistics=NOTHING)
    assert not {item.id.partition(":")[2] for item in checker.items} & set(ENTRIES)
