"""Where the parts of a native installation lie, and which of them are not there.

Nothing is started here: `lean` and `lake` of elan's `bin` would fetch a missing toolchain, so
the toolchain's own folder is looked at and used.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from numina_lean.lean.native import pins
from numina_lean.lean.project import LeanProject, find_project


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one installation. `elan` is elan's home folder."""

    project: LeanProject
    elan: Path

    @property
    def root(self) -> Path:
        return self.project.root

    @property
    def toolchain(self) -> Path:
        return self.elan / "toolchains" / pins.LEAN_TOOLCHAIN.replace("/", "--").replace(":", "---")

    @property
    def lake(self) -> Path:
        return self.toolchain / "bin" / "lake"

    @property
    def repl_folder(self) -> Path:
        return self.root / ".lake" / "repl"

    @property
    def repl(self) -> Path:
        return self.repl_folder / ".lake" / "build" / "bin" / "repl"

    @property
    def mathlib(self) -> Path:
        return self.root / ".lake" / "packages" / "mathlib"

    def library_folders(self) -> tuple[Path, ...]:
        """The folders that Lean 4.15 searches for `.olean` files here: see `environment`."""
        packages = sorted((self.root / ".lake" / "packages").glob("*/.lake/build/lib"))
        return (self.toolchain / "lib" / "lean", self.root / ".lake" / "build" / "lib", *packages)

    def environment(self) -> dict[str, str]:
        """What tells the REPL where Lean and the libraries are, as `lake env` would.

        Lake itself is not run: it reads the whole project and writes into it.
        """
        system_library, *libraries = self.library_folders()
        return {
            "LEAN_SYSROOT": str(self.toolchain),
            "LEAN_PATH": os.pathsep.join(str(folder) for folder in libraries),
            "LD_LIBRARY_PATH": f"{system_library}{os.pathsep}{self.toolchain / 'lib'}",
        }

    def missing(self) -> tuple[str, ...]:
        """What keeps the engine from running, as phrases; empty when everything is there."""
        compiled = Path(".lake/build/lib")
        wanted = {
            f"the toolchain {pins.LEAN_TOOLCHAIN}": self.lake,
            "a Lake project": self.root / "lakefile.lean",
            "mathlib's compiled modules": self.mathlib / compiled / "Mathlib.olean",
            "its own compiled modules": self.root / compiled / "NuminaLean" / "Prelude.olean",
            "the REPL": self.repl,
        }
        gone = [phrase for phrase, path in wanted.items() if not path.is_file()]
        return (*gone, *self._strangers())

    def _strangers(self) -> list[str]:
        """Checkouts that are there, but at another commit than the pinned one."""
        pinned = {self.mathlib: pins.MATHLIB_REVISION, self.repl_folder: pins.REPL_REVISION}
        found = {folder: head(folder) for folder in pinned}
        return [
            f"{folder.name} at {pinned[folder][:8]} (it is at {revision[:8]})"
            for folder, revision in found.items()
            if revision is not None and revision != pinned[folder]
        ]


def find_layout() -> Layout:
    """The installation that belongs to this Python package; its parts may not exist."""
    home = os.environ.get("ELAN_HOME")
    return Layout(find_project(), Path(home) if home else Path.home() / ".elan")


def head(checkout: Path) -> str | None:
    """The commit that a git checkout stands at, read from its files; None when it is none."""
    try:
        content = (checkout / ".git" / "HEAD").read_text().strip()
        if content.startswith("ref: "):
            content = (checkout / ".git" / content.removeprefix("ref: ")).read_text().strip()
    except OSError:
        return None
    return content
