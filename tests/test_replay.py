"""Constants are judged by a kernel that never met the source's own code."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from numina_lean.lean.engine import Check, Engine, Session
from numina_lean.lean.metaprogram import Reach
from numina_lean.lean.report import Evidence
from numina_lean.lean.source import Header

pytestmark = pytest.mark.lean

MANY_KINDS = """\
inductive Tree (α : Type) where
  | leaf
  | node (left right : Tree α) (x : α)
deriving Repr, DecidableEq
inductive Rose where
  | mk (children : List Rose)
mutual
inductive Even : Nat → Prop
  | zero : Even 0
  | next {n : Nat} (h : Odd n) : Even (n + 1)
inductive Odd : Nat → Prop
  | next {n : Nat} (h : Even n) : Odd (n + 1)
end
structure Point extends Inhabited Nat where
  x : Nat
  y : Nat := 3
class Magma.{u} (α : Type u) where
  op : α → α → α
opaque hidden : Nat
partial def loop (n : Nat) : Nat := loop (n + 1)
def ackermann : Nat → Nat → Nat
  | 0, n => n + 1
  | m + 1, 0 => ackermann m 1
  | m + 1, n + 1 => ackermann m (ackermann (m + 1) n)
termination_by m n => (m, n)
def large := 123456789012345678901234567890
def text := "a\\"é\\n"
theorem quotient : Quot.mk (fun (_ _ : Nat) => True) 0 = Quot.mk _ 1 := Quot.sound trivial
theorem computed : (let x := 3; x + x) = 6 ∧ large % 7 = 0 ∧ text.length = 4 := by decide
"""


@pytest.fixture(scope="module")
def session(engine: Engine) -> Iterator[Session]:
    """A session that elaborates."""
    session = engine.start(Header())
    yield session
    session.close()


@pytest.fixture(scope="module")
def judge(engine: Engine) -> Iterator[Session]:
    """A session that only judges."""
    session = engine.start(Header())
    yield session
    session.close()


def evidence_of(session: Session, source: str) -> Evidence:
    report = session.check(Check(source, evidence=True))
    assert not report.has_errors, report.messages
    assert report.ruling is None
    assert report.evidence is not None
    return report.evidence


def tampered(evidence: Evidence, old: str, new: str) -> Evidence:
    assert old in evidence.constants
    return replace(evidence, constants=evidence.constants.replace(old, new))


def test_every_kind_of_constant_stands_up_to_the_kernel_again(
    session: Session, judge: Session
) -> None:
    ruling = session.check(Check(MANY_KINDS)).ruling
    assert ruling is not None
    assert ruling.refusal is None
    assert {"Tree", "Rose", "Even", "Odd.next", "Point.x", "ackermann", "quotient"} <= {
        declared.name for declared in ruling.declarations
    }
    assert judge.judge(evidence_of(session, MANY_KINDS)) == ruling


def test_evidence_names_the_axioms_that_it_rests_on(session: Session, judge: Session) -> None:
    source = "axiom A : 1 = 2\ntheorem a : 1 = 2 := A\nexample : 1 = 1 := rfl\n"
    ruling = judge.judge(evidence_of(session, source))
    assert [(d.name, d.axioms) for d in ruling.declarations] == [
        ("A", ("A",)),
        ("a", ("A",)),
        ("example@3", ()),
    ]


def test_a_forged_proof_is_refused(session: Session, judge: Session) -> None:
    evidence = evidence_of(session, "theorem one : 1 = 1 := rfl\ntheorem two : 2 = 2 := rfl\n")
    tables = json.loads(evidence.constants)
    one, two = tables["constants"]
    one["body"] = two["body"]
    ruling = judge.judge(replace(evidence, constants=json.dumps(tables)))
    assert ruling.refusal is not None
    assert "type mismatch" in ruling.refusal


def test_a_constant_of_the_library_cannot_be_declared_anew(
    session: Session, judge: Session
) -> None:
    evidence = evidence_of(session, "theorem mine : True := trivial\n")
    ruling = judge.judge(tampered(evidence, '"mine"', '"trivial"'))
    assert ruling.refusal == "trivial: already declared trivial"


def test_a_constructor_that_its_type_does_not_have_is_refused(
    session: Session, judge: Session
) -> None:
    evidence = evidence_of(session, "inductive T | a\n")
    tables = json.loads(evidence.constants)
    made = next(row for row in tables["constants"] if row["kind"] == "constructor")
    tables["constants"].append(dict(made, name=made["name"] - 1))
    ruling = judge.judge(replace(evidence, constants=json.dumps(tables)))
    assert ruling.refusal is not None


def test_what_uses_a_constant_that_is_not_told_is_refused(session: Session, judge: Session) -> None:
    evidence = evidence_of(session, "axiom A : 1 = 2\ntheorem a : 1 = 2 := A\n")
    tables = json.loads(evidence.constants)
    tables["constants"] = [row for row in tables["constants"] if row["kind"] == "theorem"]
    ruling = judge.judge(replace(evidence, constants=json.dumps(tables)))
    assert ruling.refusal == "a: unknown constant A"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"names": 3}',
        '{"names": [[7, "x"]], "levels": [], "expressions": [], "constants": [], "labels": []}',
        '{"names": [], "levels": [], "expressions": [[0, "-1"]], "constants": [], "labels": []}',
        '{"names": [], "levels": [[9]], "expressions": [], "constants": [], "labels": []}',
    ],
)
def test_evidence_that_is_none_is_refused_and_harms_nobody(judge: Session, text: str) -> None:
    assert judge.judge(Evidence((), text)).refusal is not None
    assert not judge.spent


def test_a_label_hides_nothing(session: Session, judge: Session) -> None:
    evidence = evidence_of(session, "axiom N.A : 1 = 2\ntheorem N.a : 1 = 2 := N.A\n")
    ruling = judge.judge(tampered(evidence, '"labels":[]', '"labels":[["N","x"],["A","fine"]]'))
    assert {axiom for declared in ruling.declarations for axiom in declared.axioms} == {"N.A"}


def test_the_kernel_rules_at_once_only_where_no_code_of_the_source_ran(engine: Engine) -> None:
    source = 'macro "go" : tactic => `(tactic| omega)\ntheorem t : 1 + 1 = 2 := by go\n'
    session = engine.start(Header())
    try:
        assert session.check(Check("theorem t : 1 + 1 = 2 := rfl")).ruling is not None
        report = session.check(Check(source))
        assert (report.ruling, report.reach) == (None, Reach.CODE)
        assert session.spent
    finally:
        session.close()


def test_text_behind_an_exit_is_told(session: Session) -> None:
    assert session.check(Check("theorem t : True := trivial\n#exit\naxiom A : False")).exited
    assert not session.check(Check("theorem t : True := trivial\n#exit\n\n-- the end\n")).exited


def test_an_error_in_a_proof_is_told_though_it_asks_to_be_checked_later(session: Session) -> None:
    report = session.check(Check("set_option Elab.async true\ntheorem bad : 1 = 2 := by decide"))
    assert report.has_errors


def test_what_the_compiler_computes_counts_as_an_axiom(session: Session) -> None:
    source = "def c : Bool := true\ntheorem a : Lean.reduceBool c = true := rfl\n"
    (theorem,) = (
        declared for declared in session.check(Check(source)).declarations if declared.name == "a"
    )
    assert theorem.axioms == ("Lean.trustCompiler",)
