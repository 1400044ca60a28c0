"""What each kind of report comes to."""

import pytest

from numina_lean.check.verdict import Verdict, judge
from numina_lean.lean.report import Declaration, Message, Position, Report, Severity, Sorry

HERE = Position(1, 0)


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
    judgement = judge(_report("Classical.choice", "Quot.sound", "propext"), "")
    assert (judgement.verdict, judgement.reason) == (Verdict.PROVED, None)


def test_a_visible_sorry_makes_a_statement() -> None:
    assert judge(_report("sorryAx", sorries=1), "").verdict is Verdict.STATEMENT


def test_a_sorry_that_no_declaration_rests_on_is_still_no_proof() -> None:
    assert judge(_report(sorries=1), "").verdict is Verdict.STATEMENT


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
    judgement = judge(_report(*axioms), "")
    assert (judgement.verdict, judgement.reason) == (Verdict.REJECTED, reason)


def test_a_cheat_outweighs_a_visible_sorry() -> None:
    assert judge(_report("mine", "sorryAx", sorries=1), "").verdict is Verdict.REJECTED


def test_an_error_outweighs_everything() -> None:
    report = _report("mine", messages=(_message("error", "first\nsecond"),))
    judgement = judge(report, "")
    assert (judgement.verdict, judgement.detail) == (Verdict.ERROR, "first")


def test_warnings_and_infos_do_no_harm() -> None:
    messages = (_message("warning"), _message("info"), _message("trace"))
    assert judge(_report(messages=messages), "").verdict is Verdict.PROVED


def test_running_out_of_heartbeats_is_a_timeout_unless_something_else_is_wrong() -> None:
    tagged = _message("error", kind="runtime.maxHeartbeats")
    untagged = _message("error", "(deterministic) timeout at `whnf`, maximum number of …")
    assert judge(_report(messages=(tagged, untagged)), "").reason == "heartbeats"
    other = judge(_report(messages=(tagged, _message("error"))), "")
    assert (other.verdict, other.reason) == (Verdict.ERROR, None)


def test_nothing_declared_is_nothing_proved() -> None:
    judgement = judge(_report(declarations=0), "-- theorem")
    assert (judgement.verdict, judgement.reason) == (Verdict.ERROR, "nothing_declared")


def test_naming_the_kernel_bypass_is_enough_to_be_rejected() -> None:
    judgement = judge(_report(), "set_option debug.skipKernelTC true in theorem x : 1 = 2 := rfl")
    assert (judgement.verdict, judgement.reason) == (Verdict.REJECTED, "kernel_check_skipped")
