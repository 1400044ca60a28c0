"""From what Lean said to what it means: the closed set of verdicts, decided in one place."""

import re
from dataclasses import dataclass
from enum import StrEnum

from numina_lean.lean.engine import DEFAULT_HEARTBEATS
from numina_lean.lean.metaprogram import Reach, reach, syntax_words
from numina_lean.lean.report import (
    Declaration,
    LeanInfo,
    Message,
    Mismatch,
    Report,
    Ruling,
    Sorry,
)
from numina_lean.lean.skeleton import skeleton

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
    """Took its process down: asked it to end, or killed two, each of its own."""
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


UNREADABLE = "unreadable"
"""The reason code of an input that no source could be read from; its verdict is `error`."""


def no_text(item: Item) -> Judgement | None:
    """What is said of an item that no UTF-8 can say: Lean would be given another text."""
    try:
        f"{item.source}{item.reference or ''}".encode()
    except UnicodeEncodeError:
        return Judgement(Verdict.ERROR, UNREADABLE, "has a lone surrogate, which is no character")
    return None


def forbidden(policy: Policy, imports: tuple[str, ...], body: str) -> Judgement | None:
    """What a strict policy says of a source by its text alone, before any of it runs."""
    if not policy.strict:
        return None
    words = syntax_words(body)
    if words:
        detail = f"a strict check allows no source that says {', '.join(words)}"
    elif reach(imports, body) > Reach.NONE:
        detail = "a strict check allows no source that runs code"
    else:
        return None
    return Judgement(Verdict.REJECTED, "unsafe_metaprogram", detail)


def judge(report: Report, item: Item) -> Judgement:
    """Decide what a finished check of `item` means.

    Fails closed: what cannot be audited, was not compared, or declares nothing, is not `proved`.
    `report.ruling` is taken for the word of a process that ran none of the source's code. Reason
    codes: `heartbeats`, `deep_recursion`, `nothing_declared`; of a rejection, the first that holds
    of `early_exit`, `kernel_check_skipped`, `native_code`, `unaudited`, `unsafe`, `native_decide`,
    `axiom`, `kernel_refused`, `reference_mismatch`, `unsafe_metaprogram`, `hidden_sorry`.
    """
    errors = [message for message in report.messages if message.severity == "error"]
    if errors:
        return _judge_errors(errors)
    declared = declarations(report)
    if not declared and not report.exited:
        return Judgement(Verdict.ERROR, "nothing_declared", "the source declares nothing to judge")
    axioms = {axiom for each in declared for axiom in each.axioms}
    cheat = (
        _cheat_by_text(report, item)
        or _cheat_by_axioms(axioms, item.policy)
        or _cheat_by_ruling(report.ruling)
        or _doubt(report, item)
    )
    if cheat is not None:
        return Judgement(Verdict.REJECTED, *cheat)
    if report.sorries:
        return Judgement(Verdict.STATEMENT)
    if SORRY_AXIOM in axioms:
        return Judgement(Verdict.REJECTED, "hidden_sorry", "rests on sorryAx without saying sorry")
    return Judgement(Verdict.PROVED)


def declarations(report: Report) -> tuple[Declaration, ...]:
    """What the source declares: by the ruling where there is one, else by its own process.

    A ruling knows of constants only; what the other could not audit stays listed beside them.
    """
    if report.ruling is None:
        return report.declarations
    unaudited = (each for each in report.declarations if UNAUDITED in each.axioms)
    return (*report.ruling.declarations, *unaudited)


_Cheat = tuple[str, str]
"""Reason code and detail."""


def _cheat_by_text(report: Report, item: Item) -> _Cheat | None:
    if report.exited:
        return "early_exit", "text stands behind #exit, which Lean does not read"
    code = skeleton(item.source) or item.source
    if KERNEL_BYPASS.search(code):
        return "kernel_check_skipped", "names debug.skipKernelTC, even if unused"
    if NATIVE_CODE.search(code):
        return "native_code", "names extern, even if unused"
    return None


def _cheat_by_ruling(ruling: Ruling | None) -> _Cheat | None:
    if ruling is None:
        return None
    if ruling.refusal is not None:
        return "kernel_refused", f"the kernel does not take it again: {ruling.refusal}"
    if ruling.mismatches:
        first = ruling.mismatches[0]
        return "reference_mismatch", f"{first.name}: {first.code}: {first.detail}"
    return None


def _cheat_by_axioms(axioms: set[str], policy: Policy) -> _Cheat | None:
    allowed = policy.axioms - {UNAUDITED, UNSAFE}
    foreign = sorted(axioms - allowed - {SORRY_AXIOM})
    return (_cheat_code(foreign), f"rests on {', '.join(foreign)}") if foreign else None


def _doubt(report: Report, item: Item) -> _Cheat | None:
    """What keeps a source from being accepted though nothing is found in it."""
    compared = report.ruling is not None and report.ruling.mismatches is not None
    if item.reference is not None and not compared:
        return "unsafe_metaprogram", "could not be compared with its reference"
    if report.reach > Reach.NONE and report.ruling is None:
        return "unsafe_metaprogram", "runs code, and no other process can judge what it declares"
    if report.reach is Reach.META and not compared:
        return "unsafe_metaprogram", "may edit what Lean takes in, and no reference holds it to it"
    return None


def _judge_errors(errors: list[Message]) -> Judgement:
    detail = errors[0].text.partition("\n")[0]
    if all(_is_heartbeats(message) for message in errors):
        return Judgement(Verdict.TIMEOUT, "heartbeats", detail)
    deep = any(message.kind == DEEP_RECURSION_KIND for message in errors)
    return Judgement(Verdict.ERROR, "deep_recursion" if deep else None, detail)


def _is_heartbeats(message: Message) -> bool:
    return message.kind == HEARTBEATS_KIND or message.text.startswith(HEARTBEATS_TEXT)


def _cheat_code(foreign: list[str]) -> str:
    for mark in (UNAUDITED, UNSAFE):
        if mark in foreign:
            return mark
    return "native_decide" if COMPILER_AXIOMS.issuperset(foreign) else "axiom"
