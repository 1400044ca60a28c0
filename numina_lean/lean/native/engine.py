"""The native engine: Lean v4.15.0 with mathlib, behind the REPL, at the commits in `pins`."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.native import pins
from numina_lean.lean.native.layout import Layout, find_layout
from numina_lean.lean.native.session import NativeSession
from numina_lean.lean.report import LeanInfo
from numina_lean.lean.source import Header

SETUP_COMMAND = "numina-lean setup --engine native"


@dataclass(frozen=True)
class NativeEngine:
    """`command` starts a REPL in `folder`; modules are looked up in `library_folders`."""

    command: tuple[str, ...]
    folder: Path
    library_folders: tuple[Path, ...]

    @classmethod
    def find(cls, layout: Layout | None = None) -> Self:
        """The installed engine. Raises `EngineUnavailableError` naming what is missing."""
        layout = layout or find_layout()
        missing = layout.missing()
        if missing:
            raise EngineUnavailableError(
                f"the native engine in {layout.root} lacks {', '.join(missing)}. "
                f"Run: {SETUP_COMMAND}"
            )
        command = (str(layout.lake), "env", str(layout.repl))
        return cls(command, layout.root, layout.library_folders())

    @property
    def lean(self) -> LeanInfo:
        return LeanInfo("native", pins.LEAN_VERSION, pins.MATHLIB_REVISION)

    @property
    def judges(self) -> bool:
        return False

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


def _olean(module: str) -> Path:
    parts = [part.strip("«»") for part in module.split(".")]
    return Path(*parts[:-1], f"{parts[-1]}.olean")
