"""What mutants are made of a statement, and which of them are none."""

import pytest

from numina_lean.calibrate.genuine import Unfit, unfit
from numina_lean.calibrate.mutations import LISTED, Fault, Mutant, mutants
from numina_lean.check.pool import Pool
from numina_lean.gates.gate import Bench
from numina_lean.translate.statement import Statement


def _statement(conclusion: str, *binders: str) -> Statement:
    return Statement("t", "set_option autoImplicit false", binders, conclusion)


def _made(fault: Fault, statement: Statement, answer: str = "proof") -> list[Statement]:
    return [each.statement for each in mutants(statement, answer, 50) if each.fault is fault]


EXAMPLE = _statement("x + y = 12", "(x y : Nat)", "(h : 0 < x ∧ x ≤ 7)", "(k : 2 * x + y = 17)")


def test_a_hypothesis_goes_whole_or_in_part() -> None:
    dropped = {each.binders for each in _made(Fault.DROP_HYPOTHESIS, EXAMPLE)}
    assert dropped == {
        ("(x y : Nat)", "(k : 2 * x + y = 17)"),
        ("(x y : Nat)", "(h : 0 < x ∧ x ≤ 7)"),
        ("(x y : Nat)", "(h : x ≤ 7)", "(k : 2 * x + y = 17)"),
        ("(x y : Nat)", "(h : 0 < x)", "(k : 2 * x + y = 17)"),
    }


def test_a_premise_of_the_conclusion_goes() -> None:
    inside = _statement("∀ n : Nat, 0 < n → n < 9 → 3 ∣ n")
    assert {each.conclusion for each in _made(Fault.DROP_HYPOTHESIS, inside)} == {
        "∀ n : Nat, n < 9 → 3 ∣ n",
        "∀ n : Nat, 0 < n → 3 ∣ n",
    }


def test_signs_turn_round_or_let_equality_in() -> None:
    assert {each.binders[1] for each in _made(Fault.FLIP_INEQUALITY, EXAMPLE)} == {
        "(h : 0 > x ∧ x ≤ 7)",
        "(h : 0 < x ∧ x ≥ 7)",
    }
    assert {each.binders[1] for each in _made(Fault.STRICT_WEAK, EXAMPLE)} == {
        "(h : 0 ≤ x ∧ x ≤ 7)",
        "(h : 0 < x ∧ x < 7)",
    }


def test_the_answer_changes_and_nothing_else() -> None:
    changed = _made(Fault.WRONG_ANSWER, EXAMPLE, answer="12")
    assert {each.conclusion for each in changed} == {
        "x + y = 13",
        "x + y = 11",
        "x + y = 25",
        "x + y = 22",
    }
    assert {each.binders for each in changed} == {EXAMPLE.binders}
    assert _made(Fault.WRONG_ANSWER, EXAMPLE, answer="proof") == []


def test_a_numeral_moves_by_one_but_not_the_answer() -> None:
    moved = _made(Fault.OFF_BY_ONE, EXAMPLE, answer="12")
    assert {each.conclusion for each in moved} == {EXAMPLE.conclusion}
    assert "(k : 2 * x + y = 18)" in {each.binders[2] for each in moved}
    named = _statement("f2 1 = x₁", "(f2 : Nat → Nat)", "(x₁ : Nat)")
    assert {each.conclusion for each in _made(Fault.OFF_BY_ONE, named)} == {
        "f2 0 = x₁",
        "f2 2 = x₁",
    }


def test_quantifiers_change_places_or_kind() -> None:
    both = _statement("∀ x : Nat, ∃ y : Nat, x < y")
    assert {each.conclusion for each in _made(Fault.SWAP_QUANTIFIERS, both)} == {
        "∃ y : Nat, ∀ x : Nat, x < y",
        "∃ x : Nat, ∃ y : Nat, x < y",
        "∀ x : Nat, ∀ y : Nat, x < y",
    }


def test_natural_variables_become_integers_but_no_function_of_the_library() -> None:
    statement = _statement("Nat.gcd n 4 = 2", "(n : Nat)", "(f : Nat → Rat)")
    (changed,) = _made(Fault.NAT_TO_INT, statement)
    assert changed.binders == ("(n : Int)", "(f : Int → Rat)")
    assert changed.conclusion == "Nat.gcd n 4 = 2"


def test_the_same_mutants_are_made_every_time() -> None:
    first = list(mutants(EXAMPLE, "12"))
    assert first == list(mutants(EXAMPLE, "12"))
    assert len({each.fault for each in first}) == len(first)
    assert all(each.statement != EXAMPLE and each.change for each in first)
    assert set(LISTED) < set(Fault)


@pytest.mark.parametrize("odd", ["", "∀", "((", "x <", "∃ , ∀", "0 0 0", "→ → ∧ ∧", "«x» < «y»"])
def test_no_text_makes_the_generator_raise(odd: str) -> None:
    for made in mutants(_statement(odd, odd, f"(h : {odd})"), odd, 5):
        assert isinstance(made, Mutant)


GENUINE: list[tuple[Fault, Statement, Statement, Unfit | None]] = [
    (
        Fault.DROP_HYPOTHESIS,
        _statement("x < 9", "(x : Nat)", "(h : x < 5)", "(k : x < 7)"),
        _statement("x < 9", "(x : Nat)", "(h : x < 5)"),
        Unfit.SAME_HYPOTHESES,
    ),
    (
        Fault.DROP_HYPOTHESIS,
        _statement("x < 9", "(x : Nat)", "(h : x < 5)", "(k : x < 7)"),
        _statement("x < 9", "(x : Nat)", "(k : x < 7)"),
        None,
    ),
    (
        Fault.STRICT_WEAK,
        _statement("x < 9", "(x : Nat)", "(h : x ≠ 3)", "(k : x ≤ 3)"),
        _statement("x < 9", "(x : Nat)", "(h : x ≠ 3)", "(k : x < 3)"),
        Unfit.SAME_HYPOTHESES,
    ),
    (
        Fault.OFF_BY_ONE,
        _statement("60 ≤ x", "(x : Nat)", "(h : x = 61)"),
        _statement("59 ≤ x", "(x : Nat)", "(h : x = 61)"),
        None,
    ),
    (
        Fault.NAT_TO_INT,
        _statement("2 ∣ n * (n + 1)", "(n : Nat)", "(h : 0 < n)"),
        _statement("2 ∣ n * (n + 1)", "(n : Int)", "(h : 0 < n)"),
        Unfit.STILL_NATURAL,
    ),
    (
        Fault.NAT_TO_INT,
        _statement("2 ∣ n * (n + 1)", "(n : Nat)"),
        _statement("2 ∣ n * (n + 1)", "(n : Int)"),
        None,
    ),
    (
        Fault.WRONG_OPERATOR,
        _statement("x < 3", "(x : Nat)"),
        _statement("x < y", "(x : Nat)"),
        Unfit.DOES_NOT_COMPILE,
    ),
]


@pytest.mark.lean
@pytest.mark.parametrize("index", range(len(GENUINE)))
def test_a_faithful_mutant_is_none(pool: Pool, index: int) -> None:
    fault, original, statement, reason = GENUINE[index]
    bench = Bench(pool, "core", 30.0)
    assert unfit(Mutant(fault, original, statement, "changed"), bench) == reason
