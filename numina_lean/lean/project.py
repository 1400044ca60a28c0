"""Where our Lean sources are, and where Lake builds them.

In a checkout of the repository, the Lake project is the checkout itself. A wheel carries the
sources and Lake's three files as package data; Lake cannot build inside `site-packages`, so
there the project is a folder of its own in the user's data, which `copy_project` fills.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

LAKE_FILES = ("lakefile.lean", "lake-manifest.json", "lean-toolchain")
PROJECT_VARIABLE = "NUMINA_LEAN_PROJECT"
"""Environment variable that names another Lake root, to share one build among checkouts."""

_PACKAGE = Path(__file__).resolve().parents[1]
_SOURCES = "lean_project"


@dataclass(frozen=True, slots=True)
class LeanProject:
    """`root`: the folder where `lake` runs. `sources`: the folder of `NuminaLean.lean`.

    `original` holds what `root` is to be filled with, or is None when `root` is a checkout.
    """

    root: Path
    sources: Path
    original: Path | None = None


def find_project() -> LeanProject:
    """The project of this installation; `root` may not exist yet."""
    checkout = _PACKAGE.parent
    chosen = os.environ.get(PROJECT_VARIABLE)
    if all((checkout / name).is_file() for name in LAKE_FILES):
        found = LeanProject(checkout, checkout / _SOURCES)
    else:
        packaged = _PACKAGE / _SOURCES
        root = Path(platformdirs.user_data_dir("numina-lean")) / "lake"
        found = LeanProject(root, packaged, packaged)
    if not chosen:
        return found
    root = Path(chosen).expanduser().resolve()
    return LeanProject(root, found.sources, found.original)


def copy_project(project: LeanProject) -> None:
    """Bring Lake's files and the sources from the package to `project.root`, in Lake's layout.

    Files that are the same already are left alone, so that Lake does not build them again.
    """
    if project.original is None:
        return
    for source in sorted(project.original.rglob("*")):
        if not source.is_file():
            continue
        name = source.relative_to(project.original)
        target = project.root / (name if name.name in LAKE_FILES else Path(_SOURCES) / name)
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
