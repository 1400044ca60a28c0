"""From what Lean said to what it means: the closed set of verdicts, decided in one place."""

from dataclasses import dataclass
from enum import StrEnum

from numina_lean.lean.report import Declaration, LeanInfo, Message, Report, Sorry

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
class Item:
    """One thing to check: a whole Lean source, header included.

    `timeout` in seconds of wall time, hard; `heartbeats` the initial `maxHeartbeats`.
    """

    id: str
    source: str
    timeout: float = 60.0
    heartbeats: int = 200_000
    goals: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one answer that each `Item` gets.

    `reason` is a short code that refines the verdict, or None where the verdict says it all;
    `detail` one line for a person. `header_hash` is `Header.digest`. `seconds` is the wall
    time of the check that counted, queueing excluded.
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

    @property
    def errors(self) -> tuple[Message, ...]:
        return tuple(message for message in self.messages if message.severity == "error")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the reason code and the line that explain it."""

    verdict: Verdict
    reason: str | None = None
    detail: str | None = None


def judge(report: Report) -> Judgement:
    """Decide what a finished check means. Fails closed: what cannot be audited is not `proved`."""
    raise NotImplementedError(report)
