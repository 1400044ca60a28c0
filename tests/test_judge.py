"""What each kind of report comes to."""

from dataclasses import replace

import pytest

from numina_lean.check.verdict import Item, Policy, Verdict, declarations, forbidden, judge
from numina_lean.lean.metaprogram import Reach
from numina_lean.lean.report import (
    Declaration,
    Message,
    Mismatch,
    Position,
    Report,
    Ruling,
    Severity,
    Sorry,
)

HERE = Position(1, 0)
ITEM = Item("x", "theorem x : True := trivial")
AGAINST = Item("x", ITEM.source, reference=ITEM.source)


def _report(
    *axioms: str,
    messages: tuple[Message, ...] = (),
    sorries: int = 0,
    declarations: int = 1,
) -> Report:
    declared = tuple(Declaration(f"x{i}", "theorem", axioms) for i in range(declarations))
    return Report(messages, (Sorry("⊢ p", HERE),) * sorries, declared, 0.01)


def _message(severity: Severity, text: str = "no", kind: str | None = None) -> Message:
    return Message(severity, text, HERE, kind=kind)


def test_standard_axioms_alone_make_a_proof() -> None:
    judgement = judge(_report("Classical.choice", "Quot.sound", "propext"), ITEM)
    assert (judgement.verdict, judgement.reason) == (Verdict.PROVED, None)


def test_a_visible_sorry_makes_a_statement() -> None:
    assert judge(_report("sorryAx", sorries=1), ITEM).verdict is Verdict.STATEMENT


def test_a_sorry_that_no_declaration_rests_on_is_still_no_proof() -> None:
    assert judge(_report(sorries=1), ITEM).verdict is Verdict.STATEMENT


@pytest.mark.parametrize(
    ("axioms", "reason"),
    [
        (("sorryAx",), "hidden_sorry"),
        (("Lean.ofReduceBool",), "native_decide"),
        (("Lean.ofReduceBool", "Lean.trustCompiler"), "native_decide"),
        (("mine",), "axiom"),
        (("Lean.ofReduceBool", "mine"), "axiom"),
        (("unaudited",), "unaudited"),
        (("unsafe",), "unsafe"),
    ],
)
def test_every_other_axiom_is_a_cheat(axioms: tuple[str, ...], reason: str) -> None:
    judgement = judge(_report(*axioms), ITEM)
    assert (judgement.verdict, judgement.reason) == (Verdict.REJECTED, reason)


def test_a_cheat_outweighs_a_visible_sorry() -> None:
    assert judge(_report("mine", "sorryAx", sorries=1), ITEM).verdict is Verdict.REJECTED


def test_an_error_outweighs_everything() -> None:
    report = _report("mine", messages=(_message("error", "first\nsecond"),))
    judgement = judge(report, ITEM)
    assert (judgement.verdict, judgement.detail) == (Verdict.ERROR, "first")


def test_warnings_and_infos_do_no_harm() -> None:
    messages = (_message("warning"), _message("info"), _message("trace"))
    assert judge(_report(messages=messages), ITEM).verdict is Verdict.PROVED


def test_running_out_of_heartbeats_is_a_timeout_unless_something_else_is_wrong() -> None:
    tagged = _message("error", kind="runtime.maxHeartbeats")
    untagged = _message("error", "(deterministic) timeout at `whnf`, maximum number of …")
    assert judge(_report(messages=(tagged, untagged)), ITEM).reason == "heartbeats"
    other = judge(_report(messages=(tagged, _message("error"))), ITEM)
    assert (other.verdict, other.reason) == (Verdict.ERROR, None)


def test_nothing_declared_is_nothing_proved() -> None:
    judgement = judge(_report(declarations=0), ITEM)
    assert (judgement.verdict, judgement.reason) == (Verdict.ERROR, "nothing_declared")


def test_naming_the_kernel_bypass_is_enough_to_be_rejected() -> None:
    source = "set_option debug.skipKernelTC true in theorem x : 1 = 2 := rfl"
    judgement = judge(_report(), Item("x", source))
    assert (judgement.verdict, judgement.reason) == (Verdict.REJECTED, "kernel_check_skipped")


X = Declaration("x", "theorem", ())
KEPT = Ruling((X,), mismatches=())


def _ruled(ruling: Ruling | None, *, reach: Reach = Reach.NONE) -> Report:
    return replace(_report(), ruling=ruling, reach=reach)


@pytest.mark.parametrize(
    ("report", "item", "reason"),
    [
        (replace(_report(), exited=True), ITEM, "early_exit"),
        (replace(_report(declarations=0), exited=True), ITEM, "early_exit"),
        (_ruled(Ruling((X,), refusal="x: declaration type mismatch")), ITEM, "kernel_refused"),
        (_ruled(Ruling((X,), "no", ())), AGAINST, "kernel_refused"),
        (_ruled(Ruling((X,), None, (Mismatch("type", "x", ""),))), AGAINST, "reference_mismatch"),
        (_ruled(None), AGAINST, "unsafe_metaprogram"),
        (_ruled(Ruling((X,))), AGAINST, "unsafe_metaprogram"),
        (_ruled(None, reach=Reach.CODE), ITEM, "unsafe_metaprogram"),
        (_ruled(Ruling((X,)), reach=Reach.META), ITEM, "unsafe_metaprogram"),
        (_ruled(Ruling((Declaration("x", "theorem", ("mine",)),))), ITEM, "axiom"),
    ],
)
def test_a_cheat_that_only_a_ruling_shows_is_rejected(
    report: Report, item: Item, reason: str
) -> None:
    judgement = judge(report, item)
    assert (judgement.verdict, judgement.reason) == (Verdict.REJECTED, reason)


@pytest.mark.parametrize(
    ("report", "item"),
    [
        (_ruled(Ruling((X,))), ITEM),
        (_ruled(KEPT), AGAINST),
        (_ruled(Ruling((X,)), reach=Reach.CODE), ITEM),
        (_ruled(KEPT, reach=Reach.META), AGAINST),
    ],
)
def test_what_a_ruling_clears_is_proved(report: Report, item: Item) -> None:
    assert judge(report, item).verdict is Verdict.PROVED


def test_a_statement_of_which_code_may_have_edited_the_meaning_is_no_statement() -> None:
    report = replace(_report("sorryAx", sorries=1), ruling=Ruling((X,)), reach=Reach.META)
    assert judge(report, ITEM).reason == "unsafe_metaprogram"


def test_a_ruling_supersedes_what_the_process_said_but_for_what_it_could_not_audit() -> None:
    claimed = (Declaration("claimed", "theorem", ()), Declaration("gap", "opaque", ("unaudited",)))
    report = replace(_report(), declarations=claimed, ruling=Ruling((X,)))
    assert [declared.name for declared in declarations(report)] == ["x", "gap"]
    assert judge(report, ITEM).reason == "unaudited"


def test_a_policy_widens_the_axioms_but_not_the_marks_of_what_was_not_audited() -> None:
    item = replace(ITEM, policy=Policy(axioms=frozenset({"mine", "unaudited"})))
    assert judge(_report("mine"), item).verdict is Verdict.PROVED
    assert judge(_report("propext"), item).reason == "axiom"
    assert judge(_report("unaudited"), item).reason == "unaudited"


@pytest.mark.parametrize(
    "body", ["#eval 1", 'macro "m" : tactic => `(tactic| rfl)', 'notation "ℤ₂" => Nat']
)
def test_a_strict_policy_forbids_by_the_text_alone(body: str) -> None:
    assert forbidden(Policy(), (), body) is None
    judgement = forbidden(Policy(strict=True), (), body)
    assert judgement is not None
    assert judgement.reason == "unsafe_metaprogram"


def test_a_strict_policy_lets_plain_mathematics_through() -> None:
    assert forbidden(Policy(strict=True), (), "theorem x (a : Nat) : a = a := by simp") is None
