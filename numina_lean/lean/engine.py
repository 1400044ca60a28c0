"""The one small interface that every Lean is driven through.

An `Engine` is an installed Lean: it knows its versions and which modules it has, and starts
`Session`s. A `Session` is one live Lean process that has loaded one header and answers checks,
one at a time, each in a copy of the header's environment that is dropped afterwards.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from numina_lean.lean.report import Evidence, LeanInfo, Message, Report, Ruling
from numina_lean.lean.source import Header

DEFAULT_HEARTBEATS = 200_000
"""Lean's own default of `maxHeartbeats`, in its unit (thousands of small allocations)."""


@dataclass(frozen=True, slots=True)
class Check:
    """A source to elaborate on top of a session's header.

    `body` is what `split_header` left of the source, so that positions are the source's own.
    `timeout` is in seconds of wall time. `heartbeats` is the initial `maxHeartbeats` (a source
    may set its own; the timeout holds all the same). `output_limit` bounds the characters of
    messages and goals that come back. `goals` and `axioms` switch off the parts of the report
    that cost time.

    `reference` is the body of another source, on the same header, that this one has to keep to;
    the report then rules on it. `evidence` asks for the constants in the report instead of a
    ruling on them, for another process to judge.
    """

    body: str
    timeout: float = 60.0
    heartbeats: int = DEFAULT_HEARTBEATS
    goals: bool = True
    axioms: bool = True
    output_limit: int = 200_000
    reference: str | None = None
    evidence: bool = False


class SessionError(Exception):
    """A session cannot go on. The caller kills it and starts another; other sessions are fine."""


class CheckTimeoutError(SessionError):
    """The check passed its timeout. `alive` says whether the session can still be used."""

    def __init__(self, message: str, *, alive: bool) -> None:
        super().__init__(message)
        self.alive = alive


CrashCause = Literal["exit", "fault", "unknown"]
"""Who ended a process that crashed, as far as can be told.

`exit`: the source asked the process to end. `fault`: the process said that it broke, or died of
a signal that programs bring on themselves. `unknown`: it was killed or its pipes were closed, by
nobody knows whom: perhaps nothing that the source did.
"""


class SessionCrashedError(SessionError):
    """The process died, was killed, or answered what is not an answer, while checking.

    `out_of_memory` is set where the process said so itself.
    """

    def __init__(
        self, message: str, *, out_of_memory: bool = False, cause: CrashCause = "unknown"
    ) -> None:
        super().__init__(message)
        self.out_of_memory = out_of_memory
        self.cause: CrashCause = cause


class BadReferenceError(Exception):
    """The reference of a check does not elaborate. `messages` are Lean's errors about it."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        super().__init__(messages[0].text.partition("\n")[0] if messages else "reference rejected")
        self.messages = messages


class HeaderError(Exception):
    """The header itself does not elaborate. `messages` are Lean's, in the header's coordinates."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        super().__init__("; ".join(message.text for message in messages) or "header rejected")
        self.messages = messages


class Session(Protocol):
    """One live Lean process with one header. Used by one thread at a time.

    `kill` alone may be called from another thread; the check under way then raises
    `SessionCrashedError`.
    """

    @property
    def header(self) -> Header: ...

    @property
    def pid(self) -> int: ...

    @property
    def spent(self) -> bool:
        """Whether the process is gone or unfit for another check."""
        ...

    def check(self, check: Check) -> Report:
        """Elaborate `check.body` and report.

        Raises `CheckTimeoutError`, `SessionCrashedError`, and `BadReferenceError` for a
        `check.reference` that Lean finds an error in.
        """
        ...

    def judge(
        self, evidence: Evidence, reference: Evidence | None = None, *, timeout: float = 60.0
    ) -> Ruling:
        """Replay `evidence` through the kernel over this session's imports, and rule on it.

        Runs no code of the source, so the session is as good afterwards as before. Raises
        `CheckTimeoutError`, `SessionCrashedError`. Only where `Engine.judges`.
        """
        ...

    def resident_bytes(self) -> int:
        """Resident memory of the process and its children; 0 when it is gone."""
        ...

    def kill(self) -> None:
        """End the process at once (SIGKILL) and reap it. Harmless when it is gone."""
        ...

    def close(self) -> None:
        """`kill`, then give back the pipes. For the thread that uses the session."""
        ...


class Engine(Protocol):
    """An installed Lean."""

    @property
    def lean(self) -> LeanInfo: ...

    @property
    def judges(self) -> bool:
        """Whether its sessions replay evidence of one another (`Session.judge`)."""
        ...

    def missing_modules(self, header: Header) -> tuple[str, ...]:
        """The imported modules that this engine does not have, in order, without starting it."""
        ...

    def modules_digest(self, header: Header) -> str:
        """What changes when a module of our own project that `header` imports changes.

        Empty where it imports none: all other modules are those of the pinned versions in `lean`.
        """
        ...

    def start(self, header: Header) -> Session:
        """Start a process and load `header`.

        Raises `HeaderError` when Lean refuses the header, `SessionError` when the process
        dies or does not get ready, `EngineUnavailableError` when the installation is gone.
        """
        ...
