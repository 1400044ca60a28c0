"""A source is held to its reference by the kernel: names, universes, types, definitions."""

from collections.abc import Iterator

import pytest

from numina_lean.lean.engine import BadReferenceError, Check, Engine, Session
from numina_lean.lean.source import Header

pytestmark = pytest.mark.lean

COMMUTES = "theorem t (a b : Nat) : a + b = b + a := by sorry\n"
HOLE = "def n : Nat := sorry\ntheorem foo : n + 17 = 34 := sorry\n"
SQUARE = """\
def square (n : Nat) := n * n
structure Root where
  x : Nat
  squared : square x = 4
theorem two (r : Root) : r.x = 2 := sorry
"""
SMALL = "def small : {n : Nat // n < 9} := ⟨1, by sorry⟩\n"
POLYMORPHIC = "universe u\ntheorem same {α : Sort u} (a : α) : a = a := sorry\n"
CHOSEN = """\
theorem exists_zero : ∃ x : Nat, x = 0 := sorry
noncomputable def zero : Nat := Classical.choose exists_zero
theorem is_zero : zero = 0 := sorry
"""


@pytest.fixture(scope="module")
def session(engine: Engine) -> Iterator[Session]:
    session = engine.start(Header())
    yield session
    session.close()


def departures(session: Session, source: str, reference: str) -> list[tuple[str, str]]:
    report = session.check(Check(source, reference=reference))
    assert not report.has_errors, report.messages
    assert report.ruling is not None
    assert report.ruling.refusal is None
    assert report.ruling.mismatches is not None
    return [(mismatch.code, mismatch.name) for mismatch in report.ruling.mismatches]


@pytest.mark.parametrize(
    ("source", "reference"),
    [
        ("theorem t (a b : Nat) : a + b = b + a := by omega", COMMUTES),
        ("theorem t (x y : Nat) : x + y = y + x := by omega", COMMUTES),
        ("theorem t : ∀ x y : Nat, Nat.add x y = y + x := Nat.add_comm", COMMUTES),
        ("theorem helper : True := trivial\n" + COMMUTES, COMMUTES),
        ("def n : Nat := 17\ntheorem foo : n + 17 = 34 := rfl", HOLE),
        ("abbrev n : Nat := 10 + 7\ntheorem foo : n + 17 = 34 := rfl", HOLE),
        (SQUARE, SQUARE),
        (SQUARE.replace("n * n", "(fun k => k * n) n"), SQUARE),
        ("universe w\ntheorem same {β : Sort w} (a : β) : a = a := rfl", POLYMORPHIC),
        (CHOSEN.replace(": ∃ x : Nat, x = 0 := sorry", ": ∃ x : Nat, x = 0 := ⟨0, rfl⟩"), CHOSEN),
        ("theorem t : 1 = 1 := rfl", "theorem t : 1 = 1 := rfl"),
        (SMALL.replace("sorry", "decide"), SMALL),
    ],
)
def test_what_keeps_to_the_reference_does_so_in_other_words(
    session: Session, source: str, reference: str
) -> None:
    assert departures(session, source, reference) == []


@pytest.mark.parametrize(
    ("source", "reference", "expected"),
    [
        ("theorem t2 (a b : Nat) : a + b = b + a := by omega", COMMUTES, [("missing", "t")]),
        ("theorem «t » (a b : Nat) : a + b = b + a := by omega", COMMUTES, [("missing", "t")]),
        ("theorem N.t (a b : Nat) : a + b = b + a := by omega", COMMUTES, [("missing", "t")]),
        (
            "private theorem t (a b : Nat) : a + b = b + a := by omega",
            COMMUTES,
            [("missing", "t")],
        ),
        ("example (a b : Nat) : a + b = b + a := by omega", COMMUTES, [("missing", "t")]),
        ("theorem t (a b : Nat) : a + b = a + b := rfl", COMMUTES, [("type", "t")]),
        ("theorem t (a b : Int) : a + b = b + a := by omega", COMMUTES, [("type", "t")]),
        (
            "theorem t (a b : Nat) (h : a = b) : a + b = b + a := by omega",
            COMMUTES,
            [("type", "t")],
        ),
        (
            "instance : Add Nat := ⟨fun _ _ => 0⟩\ntheorem t (a b : Nat) : a + b = b + a := rfl",
            COMMUTES,
            [("type", "t")],
        ),
        (
            'local infix:65 (priority := high) " + " => fun (_ _ : Nat) => 0\n'
            "theorem t (a b : Nat) : a + b = b + a := rfl",
            COMMUTES,
            [("type", "t")],
        ),
        (SMALL.replace("1, by sorry", "2, by decide"), SMALL, [("value", "small")]),
        ("axiom t (a b : Nat) : a + b = b + a", COMMUTES, [("kind", "t")]),
        ("def t (a b : Nat) : a + b = b + a := by omega", COMMUTES, [("kind", "t")]),
        ("axiom n : Nat\ntheorem foo : n + 17 = 34 := sorry", HOLE, [("kind", "n")]),
        (
            "def n : Int := 17\ntheorem foo : n + 17 = 34 := rfl",
            HOLE,
            [("type", "foo"), ("type", "n")],
        ),
        (SQUARE.replace("n * n", "n + n"), SQUARE, [("value", "square")]),
        (SQUARE.replace("= 4", "= 5"), SQUARE, [("type", "Root.mk")]),
        (
            "theorem same {α : Type} (a : α) : a = a := rfl",
            POLYMORPHIC,
            [("universes", "same")],
        ),
        (
            CHOSEN.replace(
                "Classical.choose exists_zero",
                "(fun _ => 0) exists_zero",
            ),
            CHOSEN,
            [("value", "zero")],
        ),
    ],
)
def test_what_departs_from_the_reference_is_named(
    session: Session, source: str, reference: str, expected: list[tuple[str, str]]
) -> None:
    assert departures(session, source, reference) == expected


def test_a_constructor_left_out_is_a_departure(session: Session) -> None:
    reference = "inductive C | red | green\ntheorem t (c : C) : c = c := sorry\n"
    source = "inductive C | red\ntheorem t (c : C) : c = c := rfl\n"
    assert ("value", "C") in departures(session, source, reference)


def test_only_what_a_target_depends_on_is_fixed(session: Session) -> None:
    reference = "def unrelated := 3\n" + COMMUTES
    assert departures(session, "def unrelated := 4\n" + COMMUTES, reference) == []


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("theorem t : 1 = := sorry", "unexpected token"),
        ("example : 1 = 1 := sorry", "declares no theorem"),
        ("def given : Nat := 3", "declares no theorem"),
    ],
)
def test_a_reference_that_asks_for_nothing_is_an_error(
    session: Session, reference: str, said: str
) -> None:
    with pytest.raises(BadReferenceError, match=said):
        session.check(Check("theorem t : 1 = 1 := rfl", reference=reference))
    assert not session.spent


def test_a_reference_leaves_nothing_behind_for_the_source(session: Session) -> None:
    reference = "theorem helper : 1 = 2 := sorry\ntheorem t : 1 = 2 := sorry\n"
    report = session.check(Check("theorem t : 1 = 2 := helper", reference=reference))
    assert report.has_errors


def test_many_references_in_turn_each_count_for_their_own_source(session: Session) -> None:
    for round_ in range(2):
        for number in range(12):
            reference = f"theorem t : {number} = {number} := sorry"
            source = f"theorem t : {number} = {number + round_} - {round_} := rfl"
            assert departures(session, source, reference) == []
            other = f"theorem t : {number + 1} = {number + 1} := rfl"
            assert departures(session, other, reference) == [("type", "t")]
