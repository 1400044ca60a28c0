"""An engine in memory that does what the sources say, and records what it was asked; for tests.

Words of a body, each optional:
  error         Lean finds an error in it
  hang          no answer until the session is killed
  late          past the timeout, and killed for it
  exit, fault, hungry, vanish   the process dies: as the source asked, of itself, out of memory, or
                for no reason that anybody knows
  vanish<N>     so, but only the first N times
  garbled       what comes back is no answer
A header with the import `Refused`, or with both `Here` and `There`, is refused; one with `Absent`
is missing; one with `Down` makes the start fail.
"""

import itertools
import re
import threading
from collections import Counter
from dataclasses import dataclass, field

from numina_lean.lean.engine import (
    BadReferenceError,
    Check,
    CheckTimeoutError,
    CrashCause,
    HeaderError,
    SessionCrashedError,
)
from numina_lean.lean.metaprogram import Reach, reach
from numina_lean.lean.report import (
    Declaration,
    Evidence,
    LeanInfo,
    Message,
    Position,
    Report,
    Ruling,
)
from numina_lean.lean.source import Header

THEOREM = Declaration("t", "theorem", ())
MEBIBYTE = 1 << 20
_CAUSES: dict[str, CrashCause] = {"exit": "exit", "fault": "fault", "vanish": "unknown"}


def error(text: str) -> Message:
    return Message("error", text, Position(1, 0))


@dataclass(frozen=True)
class Asked:
    """One thing that a session was asked: `what` is check, check+reference, evidence or judge."""

    session: int
    imports: tuple[str, ...]
    what: str
    body: str = ""


class ScriptedSession:
    def __init__(self, engine: "ScriptedEngine", header: Header, number: int) -> None:
        self.header = header
        self.number = number
        self.pid = 0
        self.resident = 100 * MEBIBYTE
        self.ended = threading.Event()
        self._engine = engine
        self._ran_code = False

    @property
    def spent(self) -> bool:
        return self._ran_code or self.ended.is_set()

    def check(self, check: Check) -> Report:
        assert not self._ran_code, "a session that ran code of a source was used again"
        what = "evidence" if check.evidence else "check+reference" if check.reference else "check"
        self._engine.record(self, what, check.body)
        self._misbehave(check.body)
        if check.reference is not None and "error" in check.reference:
            raise BadReferenceError((error("unknown identifier"),))
        self._ran_code = reach(self.header.imports, check.body) > Reach.NONE
        if "error" in check.body:
            return Report((error("no"),), (), (), 0.01)
        evidence = Evidence(self.header.imports, check.body) if check.evidence else None
        ruling = None
        if self._engine.judges or self._engine.compares:
            ruling = Ruling((THEOREM,), mismatches=() if check.reference else None)
        ruled = None if check.evidence or self._ran_code else ruling
        return Report((), (), (THEOREM,), 0.01, ruling=ruled, evidence=evidence)

    def judge(
        self, evidence: Evidence, reference: Evidence | None = None, *, timeout: float = 60.0
    ) -> Ruling:
        assert not self._ran_code, "a session that ran code of a source judges"
        self._engine.record(self, "judge", evidence.constants)
        return Ruling((THEOREM,), mismatches=None if reference is None else ())

    def resident_bytes(self) -> int:
        return 0 if self.ended.is_set() else self.resident

    def kill(self) -> None:
        self.ended.set()

    def close(self) -> None:
        self.kill()

    def _misbehave(self, body: str) -> None:
        if self.ended.is_set():
            raise SessionCrashedError("it was gone before")
        if "hang" in body:
            self.ended.wait()
            raise SessionCrashedError("killed")
        if "garbled" in body:
            raise ValueError("no JSON")
        if "late" in body:
            self.kill()
            raise CheckTimeoutError("too late", alive=False)
        if "hungry" in body:
            self.kill()
            raise SessionCrashedError("out of memory", out_of_memory=True)
        death = re.search(r"(exit|fault|vanish)(\d*)", body)
        if death and (not death[2] or self._engine.deaths[body] < int(death[2])):
            self._engine.deaths[body] += 1
            self.kill()
            raise SessionCrashedError("it died", cause=_CAUSES[death[1]])


@dataclass(eq=False)
class ScriptedEngine:
    """`judges` as `Engine.judges`; `compares`: rules on references within the one process."""

    judges: bool = True
    compares: bool = False
    lean: LeanInfo = field(default_factory=lambda: LeanInfo("embedded", "4.0.0", None))
    asked: list[Asked] = field(default_factory=list)
    sessions: list[ScriptedSession] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)
    starting: threading.Event | None = None
    attempts: int = 0

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def missing_modules(self, header: Header) -> tuple[str, ...]:
        return tuple(module for module in header.imports if module == "Absent")

    def modules_digest(self, header: Header) -> str:
        return ""

    def start(self, header: Header) -> ScriptedSession:
        """Waits for `starting` where that is set."""
        self.attempts += 1
        if self.starting is not None:
            self.starting.wait()
        if "Refused" in header.imports or {"Here", "There"} <= set(header.imports):
            raise HeaderError((error("refused"),))
        if "Down" in header.imports:
            raise SessionCrashedError("it did not get ready", cause="fault")
        session = ScriptedSession(self, header, next(self._numbers))
        self.sessions.append(session)
        return session

    def record(self, session: ScriptedSession, what: str, body: str) -> None:
        self.asked.append(Asked(session.number, session.header.imports, what, body))
