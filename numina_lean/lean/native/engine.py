"""The native engine: Lean v4.15.0 with mathlib, behind the REPL, at the commits in `pins`."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.native import pins
from numina_lean.lean.native.layout import Layout, find_layout
from numina_lean.lean.native.session import NativeSession
from numina_lean.lean.report import LeanInfo
from numina_lean.lean.source import Header
from numina_lean.sandbox.bubblewrap import (
    UNSAFE_OPTION,
    Bubblewrap,
    Cell,
    SandboxError,
    find_bubblewrap,
)

SETUP_COMMAND = "numina-lean setup --engine native"


@dataclass(frozen=True)
class NativeEngine:
    """`command` starts a REPL in `folder`; modules are looked up in `library_folders`."""

    command: tuple[str, ...]
    folder: Path
    library_folders: tuple[Path, ...]

    @classmethod
    def find(cls, layout: Layout | None = None, *, unsafe_no_sandbox: bool = False) -> Self:
        """The installed engine, confined to what it reads; `unsafe_no_sandbox`: not confined.

        Raises `EngineUnavailableError` naming what is missing, a sandbox included: what it is to
        check is code that runs while it is checked.
        """
        layout = layout or find_layout()
        missing = layout.missing()
        if missing:
            raise EngineUnavailableError(
                f"the native engine in {layout.root} lacks {', '.join(missing)}. "
                f"Run: {SETUP_COMMAND}"
            )
        program = (str(layout.repl),)
        if unsafe_no_sandbox:
            settings = [f"{name}={value}" for name, value in layout.environment().items()]
            command: tuple[str, ...] = ("env", *settings, *program)
        else:
            command = _bubblewrap().command(program, _cell(layout))
        return cls(command, layout.root, layout.library_folders())

    @property
    def lean(self) -> LeanInfo:
        return LeanInfo("native", pins.LEAN_VERSION, pins.MATHLIB_REVISION)

    @property
    def judges(self) -> bool:
        # Where the header imports Lean, as mathlib does; elsewhere there is no evidence to judge.
        return True

    def missing_modules(self, header: Header) -> tuple[str, ...]:
        return tuple(module for module in header.imports if not self._has(module))

    def modules_digest(self, header: Header) -> str:
        # Lake writes the file of a module anew when it, or a module that it imports, has changed.
        own = self.folder / ".lake" / "build" / "lib"
        files = [own / _olean(module) for module in header.imports]
        states = [f"{path} {path.stat().st_mtime_ns}" for path in files if path.is_file()]
        return hashlib.sha256("\n".join(states).encode()).hexdigest() if states else ""

    def start(self, header: Header) -> NativeSession:
        return NativeSession.start(self.command, self.folder, header)

    def _has(self, module: str) -> bool:
        return any((folder / _olean(module)).is_file() for folder in self.library_folders)


def _bubblewrap() -> Bubblewrap:
    try:
        return find_bubblewrap()
    except SandboxError as error:
        raise EngineUnavailableError(
            f"the native engine runs the code that it checks, and there is no sandbox for it: "
            f"{error}. Or use --engine embedded, or, for sources that you trust, {UNSAFE_OPTION}"
        ) from error


def _cell(layout: Layout) -> Cell:
    """What the REPL reads: Lean, the compiled modules, and itself."""
    readable = (layout.toolchain, *layout.library_folders(), layout.repl)
    threads = os.environ.get("LEAN_NUM_THREADS")
    passed_on = {"LEAN_NUM_THREADS": threads} if threads else {}
    return Cell(readable, {"LANG": "C.UTF-8", **passed_on, **layout.environment()})


def _olean(module: str) -> Path:
    parts = [part.strip("«»") for part in module.split(".")]
    return Path(*parts[:-1], f"{parts[-1]}.olean")
