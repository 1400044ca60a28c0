"""What the gates that ask Lean stop and let through, with a real Lean."""

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.gates.compile import compiles
from numina_lean.gates.equivalence import cluster, complexity, equivalent
from numina_lean.gates.facts import facts_about
from numina_lean.gates.gate import GATE_NAMES, Bench, Subject
from numina_lean.gates.lint import lint
from numina_lean.gates.order import DETERMINISTIC, JUDGED, examine, examine_all
from numina_lean.gates.parse import parse
from numina_lean.gates.refutation import refutation
from numina_lean.gates.triviality import triviality
from numina_lean.gates.vacuity import vacuity
from numina_lean.problems.problem import Problem
from numina_lean.prove.points import counterexamples
from numina_lean.translate.statement import Statement

pytestmark = pytest.mark.lean


def _statement(conclusion: str, *binders: str) -> Statement:
    return Statement("t", "set_option autoImplicit false", binders, conclusion)


def _subject(conclusion: str, *binders: str, answer: str = "proof", problem: str = "") -> Subject:
    return Subject(Problem("p", problem, answer), _statement(conclusion, *binders))


@pytest.fixture
def bench(pool: Pool) -> Bench:
    return Bench(pool, "core", 30.0)


# --- Refutation ----------------------------------------------------------------------------------

FALSE = {
    "closed": (("2003 % 11 = 2",), "counterexample"),
    "one solution of two": (("x = 3", "(x : Int)", "(h : x ^ 2 = 9)"), "counterexample"),
    "far away": (("n < 40", "(n : Nat)", "(h : n % 7 = 3)", "(k : n % 9 = 5)"), "counterexample"),
    "by a rational": (("x ^ 2 ≥ x", "(x : Rat)"), "counterexample"),
    "hypothesis between variables": (
        ("y < 5", "(x : Nat)", "(h : x = 4)", "(y : Nat)", "(k : y = x + 3)"),
        "counterexample",
    ),
    "bound inside": (("∀ n : Nat, 0 < n → n * n < 50",), "counterexample"),
    "a function": (
        ("f 3 = 4", "(f : Nat → Nat)", "(h : f 1 = 2)", "(k : ∀ n, 0 < f (n + 1))"),
        "counterexample",
    ),
    "determined": (("x = 7", "(x y : Int)", "(h : x + y = 10)", "(k : x - y = 2)"), None),
    "no value is needed": (
        ("a * b = 7", "(a b : Int)", "(h : a = 2)", "(k : b = 3)"),
        None,
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_is_refuted_by_a_proof(bench: Bench, name: str) -> None:
    parts, reason = FALSE[name]
    ruling = refutation(_subject(*parts), bench)
    assert not ruling.passed
    if reason is not None:
        assert ruling.reason == reason
    proof = bench.checker.check(Item("again", str(ruling.evidence["proof"])))
    assert proof.verdict is Verdict.PROVED


TRUE = {
    "closed": ("2003 % 11 = 1",),
    "both solutions": ("x = 3 ∨ x = -3", "(x : Int)", "(h : x ^ 2 = 9)"),
    "linear": ("x = 6", "(x y : Int)", "(h : x + y = 10)", "(k : x - y = 2)"),
    "impossible": ("False", "(n : Nat)", "(h : n % 2 = 0)", "(k : n % 2 = 1)"),
    "open": ("∃ p > n, ∀ d, d ∣ p → d = 1 ∨ d = p", "(n : Nat)"),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_statement_is_left_alone(bench: Bench, name: str) -> None:
    subject = _subject(*TRUE[name])
    assert refutation(subject, bench).passed
    assert vacuity(subject, bench).passed
    assert triviality(subject, bench).passed


def test_a_counterexample_is_told_by_name(bench: Bench) -> None:
    ruling = refutation(_subject("m < 5", "(m : Nat)", "(h : 2 * m + 1 = 19)"), bench)
    assert ruling.detail == "false at m = 9"


def test_the_search_gives_points_that_meet_the_hypotheses(bench: Bench) -> None:
    binders = ("(x y : Nat)", "(h : x * y = 36)", "(k : x + y = 15)")
    facts = facts_about(_subject("x < y", *binders), bench)
    assert facts is not None
    names = {each.term.key: each.name for each in facts.variables}
    found = [
        {names[key]: value for key, value in point.items()} for point in counterexamples(facts)
    ]
    assert found == [{"x": 12, "y": 3}]


def test_a_search_ends_where_nothing_can_be_found(bench: Bench) -> None:
    hard = _subject("a = 0", "(a b c d : Int)", "(h : a ^ 4 + b ^ 4 + c ^ 4 = d ^ 4 + 7)")
    facts = facts_about(hard, bench)
    assert facts is not None
    assert list(counterexamples(facts, steps=2_000)) == []


# --- Vacuity, triviality, lint, compile ----------------------------------------------------------


def test_contradictory_hypotheses_say_nothing(bench: Bench) -> None:
    ruling = vacuity(_subject("x = 7", "(x : Int)", "(h : x < 3)", "(k : 5 < x)"), bench)
    assert ruling.reason == "contradictory_hypotheses"


def test_a_denied_conclusion_is_no_vacuity(bench: Bench) -> None:
    subject = _subject("x = 7", "(x : Int)", "(h : x = 3)")
    assert vacuity(subject, bench).passed
    assert not refutation(subject, bench).passed


def test_a_conclusion_that_needs_no_hypothesis_is_trivial(bench: Bench) -> None:
    assert triviality(_subject("91 ^ 2 = 8281"), bench).passed
    trivial = _subject("x + 0 = x", "(x : Nat)", "(h : x ^ 2 = 9)")
    assert triviality(trivial, bench).reason == "trivial_conclusion"


def test_some_findings_stop_and_others_warn(bench: Bench) -> None:
    misread = lint(_subject("(1 / 3) * n = 0", "(n : Nat)"), bench)
    assert (misread.passed, misread.reason) == (False, "numeral_type")
    idle = lint(_subject("n < n + 1", "(n m : Nat)"), bench)
    assert idle.passed
    assert "unused_variable" in idle.detail


def test_what_does_not_compile_goes_no_further(bench: Bench) -> None:
    subject = _subject("unknown n", "(n : Nat)")
    assert compiles(subject, bench).reason == "error"
    assert [each.gate for each in examine_all(subject, bench)][-1] == "compile"


# --- The order -----------------------------------------------------------------------------------


def test_a_candidate_is_examined_up_to_the_first_objection(bench: Bench) -> None:
    wrong = _subject("x = 4", "(x : Nat)", "(h : x + 1 = 4)", answer="3", problem="$x + 1 = 4$")
    assert [each.gate for each in examine(wrong, bench)] == ["parse", "answer"]
    without = examine(wrong, bench, skip={"answer", "numerals"})
    assert without[-1].gate in ("lint", "refutation")
    assert not without[-1].passed
    right = _subject("x = 3", "(x : Nat)", "(h : x + 1 = 4)", answer="3", problem="$x + 1 = 4$")
    rulings = examine(right, bench)
    assert [each.gate for each in rulings] == [name for name, _ in DETERMINISTIC]
    assert all(each.passed for each in rulings)


def test_gates_stand_under_their_own_names(bench: Bench) -> None:
    subject = _subject("2 + 2 = 4")
    for name, gate in DETERMINISTIC:
        assert gate(subject, bench).gate == name
    assert {name for name, _ in (*DETERMINISTIC, *JUDGED)} <= set(GATE_NAMES)
    assert parse(subject, bench).passed


# --- Equivalence ---------------------------------------------------------------------------------

SAME = [
    _statement("x = 3", "(x : Nat)", "(h : x + 1 = 4)"),
    _statement("y = 3", "(y : Nat)", "(k : y + 1 = 4)"),
    _statement("x + 1 = 4 → x = 3", "(x : Nat)"),
    _statement("x = 3", "(x : Nat)", "(h : 4 = 1 + x)"),
]
OTHER = [
    _statement("x = 3", "(x : Int)", "(h : x + 1 = 4)"),
    _statement("3 ≤ x", "(x : Nat)", "(h : x + 1 = 4)"),
    _statement("2 + 2 = 4"),
]


@pytest.mark.parametrize("index", range(1, len(SAME)))
def test_the_same_in_other_words(bench: Bench, index: int) -> None:
    assert equivalent(SAME[0], SAME[index], bench).holds
    assert equivalent(SAME[index], SAME[0], bench).holds


@pytest.mark.parametrize("index", range(len(OTHER)))
def test_two_theorems_are_not_the_same_for_being_true(bench: Bench, index: int) -> None:
    assert not equivalent(SAME[0], OTHER[index], bench).holds


def test_the_largest_class_wins_and_its_simplest_member(bench: Bench) -> None:
    statements = [OTHER[1], SAME[3], SAME[2], SAME[0]]
    clustering = cluster(statements, bench)
    assert clustering.classes == ((1, 2, 3), (0,))
    assert complexity(statements[clustering.chosen]) == min(map(complexity, statements[1:]))
    assert cluster(statements[:1], bench).chosen == 0
