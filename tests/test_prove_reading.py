"""What a search reads off a statement's text: contexts, polynomials, shapes and their order."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.check.verdict import Outcome, Verdict
from numina_lean.errors import InputError
from numina_lean.lean.report import LeanInfo
from numina_lean.prove.context import introduced, split_outside
from numina_lean.prove.measured import SHIPPED
from numina_lean.prove.order import (
    Count,
    Statistics,
    observed,
    ordered,
    read_statistics,
    shape,
    written,
)
from numina_lean.prove.polynomial import Polynomial, number, read_polynomial, variable
from numina_lean.prove.portfolio import Tactic
from numina_lean.prove.prove import Attempt, Search
from numina_lean.prove.search import METHODS, tactics
from numina_lean.translate.statement import Statement


def _statement(conclusion: str, *binders: str) -> Statement:
    return Statement("t", "", binders, conclusion)


def test_conjunctions_and_existentials_are_taken_apart() -> None:
    context = introduced(
        _statement("n = 1", "(n : Nat)", "(h : 0 < n ∧ n < 5)", "(k : ∃ x > 2, x ^ 2 = n)")
    )
    assert context.lines == (
        "obtain ⟨hyp1, hyp2⟩ := h",
        "obtain ⟨x, hyp3, hyp4⟩ := k",
    )
    assert [each.text for each in context.hypotheses] == ["0 < n", "n < 5", "x > 2", "x ^ 2 = n"]
    assert [each.name for each in context.variables] == ["n", "x"]


def test_what_stands_before_the_goal_is_introduced() -> None:
    context = introduced(_statement("∀ a b : Int, a < b → ¬ ∃ c : Int, a < c ∧ c < b"))
    assert context.goal == "False"
    assert [each.text for each in context.hypotheses] == ["a < b", "a < c", "c < b"]
    assert [(each.name, each.type) for each in context.variables] == [
        ("a", "Int"), ("b", "Int"), ("c", "Int"),
    ]  # fmt: skip


def test_an_equivalence_or_a_disjunction_is_left_as_it_is() -> None:
    for goal in ("(a = 1 → b = 2) ↔ b = 3", "a = 1 ∨ b ≠ 2", "a ≠ 1 ∧ b ≠ 2"):
        assert introduced(_statement(goal)).goal == goal


def test_functions_are_told_from_numbers_and_hypotheses() -> None:
    context = introduced(
        _statement(
            "f 1 = n", "(f : Nat → Int)", "{n : ℤ}", "(h : ∀ x, f x = x)", "(P : Nat → Prop)"
        )
    )
    assert [(each.name, each.argument, each.result) for each in context.functions] == [
        ("f", "Nat", "Int")
    ]
    assert [each.name for each in context.variables] == ["n"]
    assert [each.name for each in context.hypotheses] == ["h"]


def test_a_separator_inside_brackets_or_behind_a_binder_does_not_split() -> None:
    assert split_outside("(a ∧ b) ∧ ∃ x, x ∧ y", "∧") == ["(a ∧ b)", "∃ x, x ∧ y"]


@given(st.text(alphabet="∀∃∧∨→↔¬≠()⟨⟩{}[]:,= xyfNatInt0123456789^*+-<>≤≥∣%\n", max_size=60))
def test_no_text_makes_a_method_raise(text: str) -> None:
    for statement in (_statement(text, "(x y : Int)"), _statement("x = 1", f"(h : {text})")):
        for tactic in METHODS:
            for proof in tactic.proofs(statement):
                assert proof.startswith("by\n")


_POLYNOMIALS = st.recursive(
    st.integers(-9, 9).map(number) | st.sampled_from("xyz").map(variable),
    lambda inner: st.tuples(inner, inner, st.sampled_from("+-*")).map(
        lambda each: {"+": each[0] + each[1], "-": each[0] - each[1], "*": each[0] * each[1]}[
            each[2]
        ]
    ),
    max_leaves=8,
)


@given(_POLYNOMIALS, st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_a_polynomial_is_read_as_it_is_written(one: Polynomial, x: int, y: int, z: int) -> None:
    again = read_polynomial(str(one))
    assert again == one
    at = {"x": x, "y": y, "z": z}
    assert (one * one).value(at) == one.value(at) ** 2


def test_lean_text_is_read_as_lean_means_it() -> None:
    read = read_polynomial("-x ^ 2 + (3 : Int) * (x - 1) / 2 - -y")
    assert read is not None
    assert read.value({"x": 3, "y": 5}) == Fraction(-9 + 3 + 5)
    assert read_polynomial("2 ^ 3 ^ 2") == number(512)


@pytest.mark.parametrize("text", ["x ^ n", "f x", "x % 2", "1 / x", "", "(x", "x y", "x ^ 100"])
def test_what_is_no_polynomial_is_not_read(text: str) -> None:
    assert read_polynomial(text) is None


def _attempt(tactic: str, verdict: Verdict, seconds: float) -> Attempt:
    outcome = Outcome("i", verdict, LeanInfo("embedded", "4.28.0", None), "h", seconds)
    return Attempt(tactic, "", outcome)


def test_what_proved_more_a_second_on_the_shape_comes_first() -> None:
    slow, fast, new = Tactic("slow", "by a"), Tactic("fast", "by b"), Tactic("new", "by c")
    statement = _statement("∃ x : Nat, x < 3")
    of = shape(statement)
    statistics = Statistics(
        {("slow", of): Count(10, 9, 20.0), ("fast", of): Count(10, 8, 1.0),
         ("new", "plain"): Count(50, 0, 50.0)}
    )  # fmt: skip
    assert [each.name for each in ordered((new, slow, fast), statement, statistics)] == [
        "fast", "slow", "new",
    ]  # fmt: skip


def test_without_statistics_the_order_is_as_it_comes() -> None:
    order = ordered(tactics("core"), _statement("x = 1", "(x : Nat)"), Statistics({}))
    assert tuple(order) == tactics("core")


def test_a_search_adds_what_it_tried() -> None:
    statement = _statement("2 ∣ n", "(n : Nat)")
    one = Search((_attempt("a", Verdict.ERROR, 1.0), _attempt("b", Verdict.PROVED, 0.5)))
    seen = observed(statement, one) + observed(statement, one)
    assert seen.counts == {
        ("a", "divides"): Count(2, 0, 2.0),
        ("b", "divides"): Count(2, 2, 1.0),
    }


def test_statistics_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "tactics.json"
    path.write_text(written(SHIPPED), encoding="utf-8")
    assert written(read_statistics(path)) == written(SHIPPED)
    assert {tactic for tactic, _ in SHIPPED.counts} <= {each.name for each in tactics("core")}


def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "tactics.json"
    path.write_text('{"rows": [["a"]]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"tactics\.json"):
        read_statistics(path)


def test_every_entry_has_a_name_of_its_own() -> None:
    names = [each.name for each in tactics("core")]
    assert len(set(names)) == len(names)
