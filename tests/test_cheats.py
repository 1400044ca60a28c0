"""What tries to pass for a proof, and is none."""

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.engine import Check, Engine
from numina_lean.lean.source import Header

pytestmark = pytest.mark.lean

FINE = "theorem fine : True := trivial\n"


@pytest.mark.parametrize(
    "wrapped",
    [
        "#guard_msgs (drop all) in\nexample : 1 < 2 := by native_decide",
        "#guard_msgs (drop all) in\nexample : 1 = 2 := by decide",
        'macro "made" : command => `(example : 1 < 2 := by native_decide)\nmade',
        'macro "made" : command => `(mutual example : 1 < 2 := by native_decide end)\nmade',
        "macro_rules | `(command| example : $t := rfl) => "
        "`(command| example : $t := by native_decide)\nexample : 1 < 2 := rfl",
    ],
)
def test_an_example_that_cannot_be_audited_is_rejected(pool: Pool, wrapped: str) -> None:
    outcome = pool.check(Item("wrapped", FINE + wrapped))
    assert (outcome.verdict, outcome.reason) == (Verdict.REJECTED, "unaudited")


def test_an_example_that_uses_macros_is_still_audited(pool: Pool) -> None:
    source = 'macro "made" : tactic => `(tactic| trivial)\nopen Nat in\nexample : True := by made'
    assert pool.check(Item("plain", source)).verdict is Verdict.PROVED


@pytest.mark.parametrize("keyword", ["unsafe def bad", "unsafe example"])
def test_what_is_unsafe_proves_nothing(pool: Pool, keyword: str) -> None:
    source = f"unsafe def one : 1 = 2 := one\n{keyword} : 1 = 2 := one"
    outcome = pool.check(Item("unsafe", source))
    assert (outcome.verdict, outcome.reason) == (Verdict.REJECTED, "unsafe")


def test_a_partial_function_is_not_held_for_unsafe(pool: Pool) -> None:
    source = FINE + "partial def f (n : Nat) : Nat := f (n + 1)"
    assert pool.check(Item("partial", source)).verdict is Verdict.PROVED


def test_the_kernel_checks_even_where_a_macro_spells_the_option_that_bypasses_it(
    pool: Pool,
) -> None:
    source = """\
open Lean in
macro "bypass" : command => do
  let option := mkIdent (Name.str `debug ("skip" ++ "KernelTC"))
  `(command| set_option $option true)
bypass
theorem bad : 1 = 2 := by decide +kernel
"""
    assert pool.check(Item("bypass", source)).verdict is Verdict.ERROR


def test_no_name_can_stand_for_another(pool: Pool) -> None:
    source = """\
open Lean in
macro "cheat" : command => do
  let name := mkIdent (Name.str .anonymous "a b».«c d")
  `(axiom $name : 1 = 2)
cheat
theorem «a b».«c d» : True := trivial
"""
    outcome = pool.check(Item("names", source))
    assert outcome.verdict is Verdict.REJECTED
    assert len({declared.name for declared in outcome.declarations}) == 3


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        ((), "#eval (IO.sleep 1 : IO Unit)"),
        (("Lean",), 'elab "nothing" : command => pure ()\n' + FINE),
    ],
)
def test_a_process_that_ran_code_of_a_source_serves_no_other(
    engine: Engine, imports: tuple[str, ...], body: str
) -> None:
    session = engine.start(Header(imports))
    try:
        assert not session.check(Check(body)).has_errors
        assert session.spent
    finally:
        session.close()


def test_a_process_that_ran_no_code_of_a_source_goes_on(engine: Engine) -> None:
    session = engine.start(Header())
    try:
        session.check(Check("-- Evaluate externally.\n" + FINE))
        assert not session.spent
    finally:
        session.close()


def test_a_name_of_native_code_is_a_cheat_whatever_it_is_used_for(pool: Pool) -> None:
    source = FINE + '@[extern "x"] opaque Lean.Elab.Command.mkState : Nat → Nat'
    outcome = pool.check(Item("extern", source))
    assert (outcome.verdict, outcome.reason) == (Verdict.REJECTED, "native_code")
