"""Compiles the modules of a folder on an engine, each after those it imports.

Nothing is written: an engine session elaborates the imported modules of the folder from source
and then the module itself. Sessions are kept for modules with the same imports.

Does not cover: modules that need compiled code of another one (an `initialize` whose value is
read at import, precompiled modules); these need `lake build`.
"""

import threading
import time
from collections.abc import Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

from numina_lean.lean.engine import Check, Engine, HeaderError, Session, SessionError
from numina_lean.lean.report import Message, Position
from numina_lean.lean.source import Header, is_blank, split_header
from numina_lean.library.modules import Module, in_order, place_of_import, read_source
from numina_lean.library.settings import ProjectSettings

Status = Literal["built", "error", "needs_mathlib", "blocked"]
"""`blocked`: a module that it imports, directly or not, has an error."""

MATHLIB_PACKAGES = frozenset(
    {"Mathlib", "Batteries", "Aesop", "Qq", "ProofWidgets", "Plausible"}
    | {"LeanSearchClient", "ImportGraph", "Cli"}
)
"""The roots of the modules that come with mathlib."""

_SAME_PRIVATE_NAME = "Unknown constant `_private."


@dataclass(frozen=True, slots=True)
class Built:
    """What became of one module. `detail` explains a status that no message explains."""

    module: Module
    status: Status
    messages: tuple[Message, ...] = ()
    detail: str | None = None
    seconds: float = 0.0

    @property
    def passable(self) -> bool:
        return self.status in ("built", "needs_mathlib")


def build_modules(
    engine: Engine,
    modules: Mapping[str, Module],
    settings: ProjectSettings,
    *,
    jobs: int = 1,
    timeout: float = 600.0,
) -> Generator[Built, None, None]:
    """One `Built` for each of `modules`, as they get ready; a module after all that it imports.

    `timeout` is in seconds for a module.
    Raises `InputError` for modules that import each other in a circle, `EngineUnavailableError`.
    """
    sorter = in_order(modules)
    done: dict[str, Built] = {}
    # Left in reverse: an interrupt ends the sessions first, then the workers that use them.
    with ThreadPoolExecutor(jobs) as workers, _Sessions(engine) as sessions:
        compiler = _Compiler(sessions, settings, timeout)
        running: set[Future[Built]] = set()
        while sorter.is_active():
            for name in sorted(sorter.get_ready()):
                settled = _settled(engine, modules, modules[name], done)
                if settled is None:
                    running.add(workers.submit(compiler.compile, modules[name]))
                else:
                    known: Future[Built] = Future()
                    known.set_result(settled)
                    running.add(known)
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for built in sorted((each.result() for each in finished), key=_name):
                done[built.module.name] = built
                sorter.done(built.module.name)
                yield built


def _name(built: Built) -> str:
    return built.module.name


def _settled(
    engine: Engine, modules: Mapping[str, Module], module: Module, done: Mapping[str, Built]
) -> Built | None:
    """What is known of `module` without elaborating it, its imports being `done`."""
    ours = [done[name] for name in module.imports if name in modules]
    bad = [built.module.name for built in ours if built.status in ("error", "blocked")]
    # A name in guillemets cannot be told to the engine: the module is there, but not to import.
    foreign = tuple(name for name in module.imports if name not in modules or "«" in name)
    missing = engine.missing_modules(Header(foreign))
    unknown = [name for name in missing if name.partition(".")[0] not in MATHLIB_PACKAGES]
    if unknown:
        source = read_source(module.path)
        what = "neither the project nor this Lean has it"
        messages = tuple(
            Message("error", f"unknown module {name}: {what}", place_of_import(source, name))
            for name in unknown
        )
        return Built(module, "error", messages)
    if bad:
        return Built(module, "blocked", detail=f"imports {', '.join(bad)}")
    behind = [built.module.name for built in ours if built.status == "needs_mathlib"]
    if missing or behind:
        detail = f"needs {', '.join(missing)}" if missing else f"imports {', '.join(behind)}"
        return Built(module, "needs_mathlib", detail=detail)
    return None


class _Compiler:
    def __init__(self, sessions: "_Sessions", settings: ProjectSettings, timeout: float) -> None:
        self._sessions = sessions
        self._settings = settings
        self._timeout = timeout

    def compile(self, module: Module) -> Built:
        started = time.monotonic()
        header, body = split_header(read_source(module.path))
        header = Header(header.imports, self._settings.preamble)
        heartbeats = self._settings.heartbeats
        # After a header, Lean's parser takes no blank text for the end of the file.
        body = "" if is_blank(body) else body
        check = Check(body, self._timeout, heartbeats, goals=False, axioms=False)
        detail = None
        messages: tuple[Message, ...]
        try:
            session = self._sessions.take(header)
            try:
                report = session.check(check)
            finally:
                self._sessions.give(session)
        except HeaderError as error:
            messages = tuple(_at_beginning(message) for message in error.messages)
        except SessionError as error:
            messages = (Message("error", f"Lean stopped: {error}", Position(1, 0)),)
        else:
            messages = report.messages
            detail = _explained(messages, report.truncated)
        failed = any(message.severity == "error" for message in messages)
        seconds = time.monotonic() - started
        return Built(module, "error" if failed else "built", messages, detail, seconds)


def _explained(messages: tuple[Message, ...], truncated: bool) -> str | None:
    if any(_SAME_PRIVATE_NAME in message.text for message in messages):
        return (
            "a module that it imports has a private declaration of the same name, which this "
            "engine cannot keep apart: rename one, or use --engine native"
        )
    return "more messages were cut off" if truncated else None


def _at_beginning(message: Message) -> Message:
    """A message about the imported modules together, which has no place in this one."""
    return Message("error", f"its imports do not go together: {message.text}", Position(1, 0))


class _Sessions:
    """Live sessions, of which some wait for a module with their header. All end with the block."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._live: set[Session] = set()
        self._idle: list[Session] = []
        self._closing = False

    def __enter__(self) -> "_Sessions":
        return self

    def __exit__(self, *error: object) -> None:
        """What is elaborated just now is cut off; its worker closes the session."""
        with self._lock:
            self._closing = True
            busy = self._live - set(self._idle)
        for session in busy:
            session.kill()
        for session in self._idle:
            session.close()

    def take(self, header: Header) -> Session:
        """A session with `header`: one that waits, or a new one in the place of another."""
        with self._lock:
            fitting = [each for each in self._idle if each.header == header and not each.spent]
            chosen = fitting[0] if fitting else None
            surplus = chosen or (self._idle[0] if self._idle else None)
            if surplus is not None:
                self._idle.remove(surplus)
        if chosen is not None:
            return chosen
        if surplus is not None:
            self._end(surplus)
        session = self._engine.start(header)
        with self._lock:
            self._live.add(session)
            closing = self._closing
        if closing:
            session.kill()
        return session

    def give(self, session: Session) -> None:
        with self._lock:
            kept = not (session.spent or self._closing)
            if kept:
                self._idle.append(session)
        if not kept:
            self._end(session)

    def _end(self, session: Session) -> None:
        with self._lock:
            self._live.discard(session)
        session.close()
