"""What the portfolio proves, refutes and calls contradictory, with a real Lean."""

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import LeanInfo
from numina_lean.prove.binders import Variable, leading_variables
from numina_lean.prove.instances import MOST_INSTANCES, counterexample_proof
from numina_lean.prove.portfolio import CORE, MATHLIB, portfolio
from numina_lean.prove.prove import contradict, prove, refute
from numina_lean.translate.statement import Statement

TIMEOUT = 30.0


def _statement(conclusion: str, *binders: str) -> Statement:
    return Statement("t", "set_option autoImplicit false", binders, conclusion)


TRUE = {
    "arithmetic": _statement("(17 : Nat) ^ 2 - 13 ^ 2 = 120"),
    "large power": _statement("(7 : Nat) ^ 100 % 13 = 9"),
    "linear equation": _statement("5 * x - 7 = 2 * x + 20 ↔ x = 9", "(x : Rat)"),
    "system": _statement("a + b = 5", "(a b : Rat)", "(h : 3 * a + 2 * b = 12)", "(k : b = 3)"),
    "function": _statement("f (f 3) = 13", "(f : Int → Int)", "(h : ∀ x, f x = x ^ 2 - 4 * x + 1)"),
    "induction": _statement("6 ∣ n ^ 3 + 5 * n", "(n : Nat)", "(h : 0 < n)"),
    "powers": _statement("(7 : Int) ∣ 9 ^ n - 2 ^ n", "(n : Nat)", "(h : 0 < n)"),
    "roots": _statement("∀ x : Int, x ^ 2 - 5 * x - 14 = 0 ↔ (x = -2 ∨ x = 7)"),
    "exponent": _statement("∀ n : Nat, (0 < n ∧ (2 : Nat) ^ n = 4096) ↔ n = 12"),
    "greatest divisor": _statement(
        "((0 : Nat) < 82 ∧ (82 ∣ 3 ^ 8 - 1) ∧ 82 % 4 = 2)"
        " ∧ (∀ n : Nat, (0 < n ∧ (n ∣ 3 ^ 8 - 1) ∧ n % 4 = 2 ∧ n < 100) → n ≤ 82)"
    ),
    "integers with a property": _statement(
        "∃ l : List Int, l.Nodup ∧ (∀ n : Int, n ∈ l ↔ n ^ 2 - 3 * n - 10 < 0) ∧ l.sum = 9"
    ),
    "naturals with a property": _statement(
        "∃ l : List Nat, l.Nodup ∧ (∀ n : Nat, n ∈ l ↔ 0 < n ∧ ((n : Int) - 3) * (n - 9) < 0)"
        " ∧ l.length = 5"
    ),
    "inequality": _statement("a ^ 2 + b ^ 2 ≥ 2 * a * b", "(a b : Int)"),
    "parity": _statement("(n * (n + 1)) % 2 = 0", "(n : Nat)"),
    "bounded list": _statement("((List.range 100).filter (fun n => 7 ∣ n)).length = 15"),
}


@pytest.mark.lean
@pytest.mark.parametrize("name", TRUE)
def test_the_core_portfolio_proves(pool: Pool, name: str) -> None:
    search = prove(TRUE[name], pool, profile="core", timeout=TIMEOUT)
    assert search.proof is not None
    again = pool.check(Item("again", search.proof.source))
    assert again.verdict is Verdict.PROVED
    assert search.proof.source.startswith(TRUE[name].source("").rstrip())


FALSE = {
    "arithmetic": _statement("(17 : Nat) ^ 2 - 13 ^ 2 = 121"),
    "wrong root": _statement("x ^ 2 = 9 ↔ x = 3", "(x : Int)"),
    "a numeral of its own": _statement("x * x = 1369 → x = 36", "(x : Nat)"),
    "hypotheses": _statement("x = 2", "(x y : Int)", "(h : x + y = 3)"),
    "missing root": _statement("∀ x : Int, x ^ 2 - 5 * x - 14 = 0 ↔ (x = 7)"),
    "quantified": _statement("∀ n : Nat, n < 5 → n * n < 16"),
    "rational": _statement("x = 1", "(x : Rat)", "(h : 2 * x * x = x)"),
}


@pytest.mark.lean
@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_is_refuted_and_not_proved(pool: Pool, name: str) -> None:
    assert prove(FALSE[name], pool, profile="core", timeout=TIMEOUT).proof is None
    assert refute(FALSE[name], pool, timeout=TIMEOUT).proof is not None


@pytest.mark.lean
@pytest.mark.parametrize("name", TRUE)
def test_a_true_statement_is_neither_refuted_nor_called_contradictory(
    pool: Pool, name: str
) -> None:
    assert refute(TRUE[name], pool, timeout=TIMEOUT).proof is None
    assert contradict(TRUE[name], pool, timeout=TIMEOUT).proof is None


@pytest.mark.lean
def test_contradictory_hypotheses_are_found(pool: Pool) -> None:
    vacuous = _statement("x = 7", "(x : Int)", "(h : x < 3)", "(k : 5 < x)")
    assert contradict(vacuous, pool, timeout=TIMEOUT).proof is not None


@pytest.mark.lean
def test_an_impossibility_is_not_called_contradictory(pool: Pool) -> None:
    impossible = _statement("n % 2 = 0 ∧ n % 2 = 1 → False", "(n : Nat)")
    assert contradict(impossible, pool, timeout=TIMEOUT).proof is None


class _Scripted:
    """A checker that answers with the verdicts it is given, to show what a search does then."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts = list(verdicts)
        self.items: list[Item] = []

    def check(self, item: Item) -> Outcome:
        self.items.append(item)
        verdict = self.verdicts.pop(0) if self.verdicts else Verdict.ERROR
        return Outcome(item.id, verdict, LeanInfo("embedded", "4.28.0", None), "h", 0.5)


def test_a_search_stops_at_the_first_proof_and_counts_the_time_before_it() -> None:
    checker = _Scripted(Verdict.ERROR, Verdict.TIMEOUT, Verdict.PROVED)
    search = prove(_statement("True"), checker, profile="core", timeout=TIMEOUT)
    assert search.proof is not None
    assert search.proof is search.attempts[2]
    assert (len(search.attempts), search.seconds) == (3, 1.5)


def test_every_attempt_is_held_to_what_it_is_to_prove() -> None:
    checker, statement = _Scripted(), _statement("x = 2", "(x : Int)", "(h : x + 1 = 3)")
    prove(statement, checker, profile="core", timeout=TIMEOUT)
    contradict(statement, checker, timeout=TIMEOUT)
    assert {item.reference for item in checker.items} == {statement.source()}
    checker.items.clear()
    refute(statement, checker, timeout=TIMEOUT)
    assert {item.reference for item in checker.items} == {statement.negation()}


def test_what_compiles_but_cheats_is_no_proof() -> None:
    checker = _Scripted(*[Verdict.REJECTED] * 50)
    assert prove(_statement("True"), checker, profile="core", timeout=TIMEOUT).proof is None


def test_a_statement_that_takes_processes_down_is_given_up_after_two() -> None:
    checker = _Scripted(*[Verdict.CRASHED] * 50)
    assert len(prove(_statement("True"), checker, profile="core", timeout=TIMEOUT).attempts) == 2


def test_each_tactic_has_its_own_heartbeat_limit() -> None:
    checker = _Scripted()
    prove(_statement("True"), checker, profile="core", timeout=TIMEOUT)
    limits = {tactic.name: tactic.heartbeats for tactic in CORE}
    assert {item.id.partition(":")[2]: item.heartbeats for item in checker.items}.items() <= (
        limits.items()
    )


def test_names_are_unique_in_each_portfolio() -> None:
    for tactics in (CORE, MATHLIB):
        assert len({tactic.name for tactic in tactics}) == len(tactics)
    assert portfolio("mathlib") is MATHLIB


def test_the_number_variables_end_at_the_first_other_binder() -> None:
    statement = _statement("True", "(x y : Int)", "{n : ℕ}", "(h : x = y)", "(z : Int)")
    assert leading_variables(statement) == (
        Variable("x", "Int"),
        Variable("y", "Int"),
        Variable("n", "Nat"),
    )
    assert leading_variables(_statement("∀ a b : Rat, a = b", "(n : ℕ)")) == (
        Variable("n", "Nat"),
        Variable("a", "Rat", bound=True),
        Variable("b", "Rat", bound=True),
    )


def test_a_shape_is_not_seen_where_it_is_not() -> None:
    others = [TRUE[name] for name in ("arithmetic", "system", "function", "bounded list")]
    shaped = [tactic for tactic in CORE if not isinstance(tactic.proof, str)]
    assert shaped
    assert [list(tactic.proofs(one)) for tactic in shaped for one in others] == [[]] * (
        len(shaped) * len(others)
    )


def test_instances_are_bounded_and_reach_every_variable() -> None:
    proof = counterexample_proof(_statement("x = y", "(x y z : Int)"))
    assert proof is not None
    instances = [line for line in proof.splitlines() if "absurd" in line]
    assert len(instances) == len(set(instances)) == MOST_INSTANCES
    for position in range(3):
        assert len({line.split()[4 + position] for line in instances}) > 2
    assert counterexample_proof(_statement("1 = 1")) is None
