"""From what Lean said to what it means: the closed set of verdicts, decided in one place."""

import re
from dataclasses import dataclass
from enum import StrEnum

from numina_lean.lean.engine import DEFAULT_HEARTBEATS
from numina_lean.lean.report import Declaration, LeanInfo, Message, Mismatch, Report, Sorry

STANDARD_AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})
"""The axioms that Lean and mathlib themselves rest on; every other one makes a cheat."""

SORRY_AXIOM = "sorryAx"


class Verdict(StrEnum):
    """What a check comes to. `proved` and `statement` are the only ones that may enter a corpus."""

    PROVED = "proved"
    """No error, no sorry, nothing but the standard axioms."""
    STATEMENT = "statement"
    """Compiles, and rests on sorry, standard axioms apart."""
    ERROR = "error"
    """Lean reports an error, or there is nothing to judge."""
    TIMEOUT = "timeout"
    """Passed its time or heartbeat limit."""
    CRASHED = "crashed"
    """Killed two processes, each of its own."""
    REJECTED = "rejected"
    """Compiles but cheats: `reason` says how."""
    NEEDS_MATHLIB = "needs_mathlib"
    """Imports modules that this engine does not have; nothing was elaborated."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a source may do and still be accepted.

    `axioms`: what it may rest on, `sorryAx` apart. `strict` forbids syntax that runs code or
    changes syntax, whatever comes of it.
    """

    axioms: frozenset[str] = STANDARD_AXIOMS
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to check: a whole Lean source, header included.

    `timeout` in seconds of wall time, hard; `heartbeats` the initial `maxHeartbeats`. `reference`
    is another whole source, of statements that this one has to keep to.
    """

    id: str
    source: str
    timeout: float = 60.0
    heartbeats: int = DEFAULT_HEARTBEATS
    reference: str | None = None
    policy: Policy = Policy()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one answer that each `Item` gets.

    `reason` is a short code that refines the verdict, or None where the verdict says it all;
    `detail` one line for a person. `header_hash` is `Header.digest`. `seconds` is the wall
    time of the check that counted, queueing excluded. `replayed` says that the kernel took the
    declarations once more, in a process that ran no code of the source. `mismatches` are the
    ways in which it departs from the item's reference. `cached` says that an earlier check of the
    same item is answered with, whose `seconds` they are.
    """

    id: str
    verdict: Verdict
    lean: LeanInfo
    header_hash: str
    seconds: float
    reason: str | None = None
    detail: str | None = None
    messages: tuple[Message, ...] = ()
    sorries: tuple[Sorry, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    missing_modules: tuple[str, ...] = ()
    truncated: bool = False
    replayed: bool = False
    mismatches: tuple[Mismatch, ...] = ()
    cached: bool = False

    @property
    def errors(self) -> tuple[Message, ...]:
        return tuple(message for message in self.messages if message.severity == "error")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the reason code and the line that explain it."""

    verdict: Verdict
    reason: str | None = None
    detail: str | None = None


COMPILER_AXIOMS = frozenset({"Lean.ofReduceBool", "Lean.ofReduceNat", "Lean.trustCompiler"})
"""What `native_decide` and its kin rest on: the compiler, not the kernel."""

UNAUDITED = "unaudited"
"""Stands among a declaration's axioms where the engine could not look: never `proved`."""

UNSAFE = "unsafe"
"""Stands among the axioms of a declaration marked `unsafe`: the kernel lets it prove anything."""

HEARTBEATS_KIND = "runtime.maxHeartbeats"
HEARTBEATS_TEXT = "(deterministic) timeout"
DEEP_RECURSION_KIND = "runtime.deepRecursion"
KERNEL_BYPASS = re.compile(r"skipKernelTC")
"""The option that adds declarations unchecked.

A macro can spell it otherwise: the embedded engine therefore leaves it without effect, too.
"""
NATIVE_CODE = re.compile(r"\bextern\b")
"""The attribute by which a source gets at the engine's own machine code, types unchecked."""


def judge(report: Report, source: str) -> Judgement:
    """Decide what a finished check of `source` means.

    Fails closed: what cannot be audited, or declares nothing, is not `proved`. Reason codes:
    `heartbeats`, `deep_recursion`, `nothing_declared`, `kernel_check_skipped`, `native_code`,
    `native_decide`, `axiom`, `unaudited`, `unsafe`, `hidden_sorry`.
    """
    errors = [message for message in report.messages if message.severity == "error"]
    if errors:
        return _judge_errors(errors)
    if not report.declarations:
        return Judgement(Verdict.ERROR, "nothing_declared", "the source declares nothing to judge")
    if KERNEL_BYPASS.search(source):
        return Judgement(
            Verdict.REJECTED, "kernel_check_skipped", "names debug.skipKernelTC, even if unused"
        )
    if NATIVE_CODE.search(source):
        return Judgement(Verdict.REJECTED, "native_code", "names extern, even if unused")
    axioms = {axiom for declared in report.declarations for axiom in declared.axioms}
    foreign = sorted(axioms - STANDARD_AXIOMS - {SORRY_AXIOM})
    if foreign:
        return Judgement(Verdict.REJECTED, _cheat(foreign), f"rests on {', '.join(foreign)}")
    if report.sorries:
        return Judgement(Verdict.STATEMENT)
    if SORRY_AXIOM in axioms:
        return Judgement(Verdict.REJECTED, "hidden_sorry", "rests on sorryAx without saying sorry")
    return Judgement(Verdict.PROVED)


def _judge_errors(errors: list[Message]) -> Judgement:
    detail = errors[0].text.partition("\n")[0]
    if all(_is_heartbeats(message) for message in errors):
        return Judgement(Verdict.TIMEOUT, "heartbeats", detail)
    deep = any(message.kind == DEEP_RECURSION_KIND for message in errors)
    return Judgement(Verdict.ERROR, "deep_recursion" if deep else None, detail)


def _is_heartbeats(message: Message) -> bool:
    return message.kind == HEARTBEATS_KIND or message.text.startswith(HEARTBEATS_TEXT)


def _cheat(foreign: list[str]) -> str:
    for mark in (UNAUDITED, UNSAFE):
        if mark in foreign:
            return mark
    return "native_decide" if COMPILER_AXIOMS.issuperset(foreign) else "axiom"
