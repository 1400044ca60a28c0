"""The native engine over the real REPL with mathlib, where one is installed."""

import pytest

from numina_lean.lean.engine import Check, CheckTimeoutError, HeaderError
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.native.layout import find_layout
from numina_lean.lean.report import Declaration, Position
from numina_lean.lean.source import Header
from numina_lean.sandbox.bubblewrap import SandboxError, find_bubblewrap

MISSING = find_layout().missing()
try:
    find_bubblewrap()
    CONFINED = True
except SandboxError:
    CONFINED = False
STANDARD = {"propext", "Classical.choice", "Quot.sound"}

pytestmark = [
    pytest.mark.native,
    pytest.mark.skipif(bool(MISSING), reason="no native engine: numina-lean setup --engine native"),
]


def native_engine():
    return NativeEngine.find(unsafe_no_sandbox=not CONFINED)


@pytest.fixture(scope="module")
def mathlib():
    session = native_engine().start(Header(("Mathlib",), "open Real"))
    yield session
    session.kill()


def axioms(report):
    return {declaration.name: set(declaration.axioms) for declaration in report.declarations}


def test_a_theorem_of_mathlib_is_proved_on_the_standard_axioms(mathlib):
    report = mathlib.check(Check("theorem t (x : ℝ) : 0 ≤ x ^ 2 := by positivity"))
    assert report.messages == ()
    assert axioms(report)["t"] <= STANDARD


def test_sorry_is_reported_with_its_goal_and_found_among_the_axioms(mathlib):
    report = mathlib.check(Check("\n\ntheorem t : (1 : ℝ) = 2 := by\n  sorry"))
    assert report.sorries[0].goal == "⊢ 1 = 2"
    assert report.sorries[0].start == Position(4, 2)
    assert "sorryAx" in axioms(report)["t"]


def test_a_foreign_axiom_and_a_hidden_sorry_are_found(mathlib):
    source = """
axiom bad : False
theorem one : 1 = 2 := bad.elim
theorem two : 1 = 2 := by admit
theorem three : 2 ^ 20 = 1048576 := by native_decide
private theorem four : 1 = 2 := sorryAx _ true
"""
    found = axioms(mathlib.check(Check(source)))
    assert found["one"] == {"bad"}
    assert "sorryAx" in found["two"]
    assert "Lean.ofReduceBool" in found["three"]
    assert "sorryAx" in found["four"]
    assert found["bad"] == {"bad"}


def test_examples_are_audited_in_namespaces_and_with_variables(mathlib):
    source = """
namespace A
variable (n : ℕ)
example : n + 0 = n := by simp
example : ℕ := 3
example : 2 ^ 20 = 1048576 := by native_decide
end A
"""
    found = axioms(mathlib.check(Check(source)))
    assert set(found) == {"example@4", "example@5", "example@6"}
    assert "Lean.ofReduceBool" in found["example@6"]
    assert found["example@4"] <= STANDARD


def test_an_undeclared_variable_is_an_error(mathlib):
    assert mathlib.check(Check("theorem t : n = n := rfl")).has_errors


def test_one_check_does_not_see_another(mathlib):
    assert not mathlib.check(Check("def mine := 1")).has_errors
    assert mathlib.check(Check("#check mine")).has_errors


def test_a_heartbeat_limit_stops_a_tactic(mathlib):
    source = "theorem t (x y : ℝ) (h : x * y = 1) : x ^ 3 * y ^ 3 = 1 := by nlinarith [sq_nonneg x]"
    assert mathlib.check(Check(source, heartbeats=1)).has_errors


def test_without_mathlib_axioms_are_asked_by_name():
    source = """namespace A
theorem t (p : Prop) : p ∨ ¬p := Classical.em p
end A
example : 1 = 1 := rfl
"""
    session = native_engine().start(Header())
    report = session.check(Check(source))
    session.kill()
    assert report.declarations == (
        Declaration("A.t", "theorem", ("Classical.choice", "Quot.sound", "propext")),
        Declaration("example@4", "def", ()),
    )


def test_our_prelude_is_among_the_modules():
    engine = native_engine()
    header = Header(("NuminaLean.Prelude",))
    assert engine.missing_modules(header) == ()
    engine.start(header).kill()


def test_a_module_that_is_not_there_is_missed_before_and_refused_by_lean():
    engine = native_engine()
    header = Header(("Mathlib.No.Such.Module",))
    assert engine.missing_modules(header) == header.imports
    with pytest.raises(HeaderError):
        engine.start(header)


def test_an_endless_loop_is_killed_at_its_timeout():
    session = native_engine().start(Header())
    with pytest.raises(CheckTimeoutError):
        session.check(Check("partial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0", timeout=3.0))
    assert session.resident_bytes() == 0


def test_a_reference_is_kept_or_departed_from(mathlib):
    reference = "def d : ℕ := 4\ntheorem t (x : ℝ) : 0 ≤ x ^ 2 * d := by sorry"
    kept = "def d : ℕ := 2 + 2\ntheorem t (x : ℝ) : 0 ≤ x ^ 2 * d := by positivity"
    ruling = mathlib.check(Check(kept, reference=reference)).ruling
    assert (ruling.refusal, ruling.mismatches) == (None, ())
    assert {"d", "t"} <= {declaration.name for declaration in ruling.declarations}
    other = kept.replace("2 + 2", "3")
    ruling = mathlib.check(Check(other, reference=reference)).ruling
    assert [(m.code, m.name) for m in ruling.mismatches] == [("value", "d")]


def test_what_one_session_elaborated_another_judges(mathlib):
    session = native_engine().start(Header(("Mathlib",)))
    source = """
macro "close" : tactic => `(tactic| nlinarith [sq_nonneg (x - y)])
structure Point where
  x : ℝ
  y : ℝ
theorem t (x y : ℝ) : 2 * x * y ≤ x ^ 2 + y ^ 2 := by nlinarith [sq_nonneg (x - y)]
theorem s : (1 : ℝ) = 2 := by sorry
"""
    evidence = session.check(Check(source, evidence=True)).evidence
    session.kill()
    ruling = mathlib.judge(evidence)
    assert ruling.refusal is None
    found = {declaration.name: set(declaration.axioms) for declaration in ruling.declarations}
    assert found["t"] <= STANDARD
    assert "sorryAx" in found["s"]


@pytest.mark.skipif(not CONFINED, reason="no sandbox")
def test_code_that_runs_while_it_is_checked_is_confined():
    session = native_engine().start(Header())
    report = session.check(
        Check('#eval IO.FS.readFile "/etc/passwd"\n#eval IO.FS.writeFile "/x" ""')
    )
    session.kill()
    assert len([message for message in report.messages if message.severity == "error"]) == 2
