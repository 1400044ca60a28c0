"""The Lake files of an exported library: which Lean it is for, and which mathlib.

A library that needs mathlib is for the pinned Lean and mathlib, with the manifest of this project.
One in core Lean is for the Lean that accepts most of its rows, the pinned one if it accepts as
many; a version before its release (`4.28.0-pre`) is asked for as the release, for which there is a
toolchain.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.lean.native import pins
from numina_lean.lean.project import find_project
from numina_lean.library.build import MATHLIB_PACKAGES

LAKEFILE = "lakefile.toml"
_MARK = "# Written by `numina-lean corpus export`, which writes it anew."
_RELEASE = re.compile(r"\d+\.\d+\.\d+")
_LAKEFILE = """\
{mark}
name = "numina_corpus"
defaultTargets = ["{library}"]

# Lean's default binds an undeclared variable silently: a wrong statement would compile.
[leanOptions]
autoImplicit = false
{requires}
[[lean_lib]]
name = "{library}"
globs = ["{library}.+"]

[[lean_lib]]
name = "NuminaLean"
globs = ["NuminaLean.+"]
"""
_REQUIRES = """
[[require]]
name = "mathlib"
git = "https://github.com/leanprover-community/mathlib4"
rev = "{revision}"
"""


@dataclass(frozen=True, slots=True)
class Lake:
    """What a library is built with: the version of its Lean, and the toolchain's name."""

    lean_version: str
    toolchain: str


def refuse_foreign(target: Path) -> None:
    """Raises `InputError` where the folder has Lake files that are not ours."""
    path = target / LAKEFILE
    ours = not path.exists() or path.read_text(encoding="utf-8").startswith(_MARK)
    if not ours or (target / "lakefile.lean").exists():
        raise InputError(f"{target}: is a Lake project of its own. Pass another --output")


def write_lake_files(
    target: Path, library: str, imports: Iterable[str], versions: Counter[str]
) -> Lake:
    """Write `lakefile.toml`, `lean-toolchain` and, with mathlib, `lake-manifest.json`.

    `versions` counts the rows that each Lean accepts.
    """
    needs_mathlib = any(module.partition(".")[0] in MATHLIB_PACKAGES for module in imports)
    lake = _lake(needs_mathlib, versions)
    requires = _REQUIRES.format(revision=pins.MATHLIB_REVISION) if needs_mathlib else ""
    text = _LAKEFILE.format(mark=_MARK, library=library, requires=requires)
    write_text_atomically(target / LAKEFILE, text)
    write_text_atomically(target / "lean-toolchain", f"{lake.toolchain}\n")
    _write_manifest(target / "lake-manifest.json", needs_mathlib)
    return lake


def _lake(needs_mathlib: bool, versions: Counter[str]) -> Lake:
    most = max(versions.values(), default=0)
    pinned = Lake(pins.LEAN_VERSION, pins.LEAN_TOOLCHAIN)
    if needs_mathlib or versions[pins.LEAN_VERSION] == most:
        return pinned
    version = next(version for version, rows in versions.items() if rows == most)
    release = _RELEASE.match(version)
    return Lake(version, f"leanprover/lean4:v{release[0]}") if release else pinned


def _write_manifest(path: Path, needs_mathlib: bool) -> None:
    """Pin what mathlib itself needs, as this project does; nothing where there is no mathlib."""
    if not needs_mathlib:
        path.unlink(missing_ok=True)
        return
    ours = find_project().lake_files / path.name
    manifest = json.loads(ours.read_text(encoding="utf-8")) | {"name": "numina_corpus"}
    write_text_atomically(path, f"{json.dumps(manifest, indent=1)}\n")
