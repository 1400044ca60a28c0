"""Which engine a command gets, and what this machine has of each."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.embedded.engine import EmbeddedEngine
from numina_lean.lean.embedded.install import installed
from numina_lean.lean.engine import Check, Engine, HeaderError, SessionError
from numina_lean.lean.native.engine import SETUP_COMMAND, NativeEngine
from numina_lean.lean.native.layout import find_layout
from numina_lean.lean.project import find_project
from numina_lean.lean.report import EngineName, LeanInfo
from numina_lean.lean.source import Header
from numina_lean.sandbox.bubblewrap import SandboxError, find_bubblewrap

EMBEDDED_SETUP_COMMAND = "numina-lean setup --engine embedded"

_PROBE = Check("theorem probe : 1 + 1 = 2 := rfl", timeout=60.0)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What became of trying one engine.

    `problem` is None when it proved a theorem just now, in `seconds`, its start included; else
    it says what is wrong, and `remedy` is the command that mends it. `lean` is None where
    nothing is installed. `location` is where the engine is, or would be. `sandbox` is what it is
    confined by, or would be, or why there is nothing that could.
    """

    engine: EngineName
    location: Path | None
    sandbox: str
    lean: LeanInfo | None = None
    seconds: float | None = None
    problem: str | None = None
    remedy: str | None = None

    @property
    def works(self) -> bool:
        return self.problem is None


def choose_engine(
    name: Literal["auto", "embedded", "native"], *, unsafe_no_sandbox: bool = False
) -> Engine:
    """The engine called `name`; `auto` takes the native one where it is built.

    `unsafe_no_sandbox` lets the native one run without the sandbox that it needs.
    Starts nothing and fetches nothing. Raises `EngineUnavailableError` with the command that
    gets what is missing.
    """
    if name == "native" or (name == "auto" and not find_layout().missing()):
        return NativeEngine.find(unsafe_no_sandbox=unsafe_no_sandbox)
    installation = installed()
    if installation is None:
        raise EngineUnavailableError(
            f"the embedded Lean is not set up. Run: {EMBEDDED_SETUP_COMMAND}"
        )
    return EmbeddedEngine(installation, find_project().sources)


def diagnose(*, unsafe_no_sandbox: bool = False) -> tuple[Diagnosis, ...]:
    """Try both engines for real: start each that is there, and have it prove a theorem."""
    installation = installed()
    embedded = Diagnosis(
        "embedded",
        None if installation is None else installation.root,
        "Node's permission model",
        remedy=EMBEDDED_SETUP_COMMAND,
    )
    sandbox = "none: not wanted" if unsafe_no_sandbox else _bubblewrap()
    native = Diagnosis("native", find_layout().root, sandbox, remedy=SETUP_COMMAND)
    return tuple(_try(each, unsafe_no_sandbox) for each in (embedded, native))


def _bubblewrap() -> str:
    try:
        return f"bubblewrap {find_bubblewrap().version}"
    except SandboxError as error:
        return f"none: {error}"


def _try(found: Diagnosis, unsafe_no_sandbox: bool) -> Diagnosis:
    """What `found` says, and what became of the engine."""
    try:
        engine = choose_engine(found.engine, unsafe_no_sandbox=unsafe_no_sandbox)
    except EngineUnavailableError as error:
        return replace(found, problem=str(error))
    started = time.monotonic()
    problem = _probe(engine)
    seconds = time.monotonic() - started
    remedy = None if problem is None else found.remedy
    return replace(found, lean=engine.lean, seconds=seconds, problem=problem, remedy=remedy)


def _probe(engine: Engine) -> str | None:
    """What went wrong with a theorem that every Lean proves; None when nothing did."""
    try:
        session = engine.start(Header())
    except (EngineUnavailableError, SessionError, HeaderError) as error:
        return f"it does not start: {error}"
    try:
        report = session.check(_PROBE)
    except SessionError as error:
        return f"it starts, and then: {error}"
    finally:
        session.close()
    proved = [d.name for d in report.declarations if not d.axioms]
    if report.has_errors or proved != ["probe"]:
        return "it starts, but does not prove that 1 + 1 = 2"
    return None
