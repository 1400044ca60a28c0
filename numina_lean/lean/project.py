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
    """`root`: the folder where `lake` runs; it may not exist yet.

    `sources` is the folder of `NuminaLean.lean`, `lake_files` that of Lake's three files: what
    this installation came with, wherever `root` is.
    """

    root: Path
    sources: Path
    lake_files: Path


def find_project() -> LeanProject:
    """The project of this installation."""
    checkout = _PACKAGE.parent
    packaged = _PACKAGE / _SOURCES
    if all((checkout / name).is_file() for name in LAKE_FILES):
        found = LeanProject(checkout, checkout / _SOURCES, checkout)
    else:
        data = platformdirs.user_data_path("numina-lean", appauthor=False)
        found = LeanProject(data / "lake", packaged, packaged)
    chosen = os.environ.get(PROJECT_VARIABLE)
    if not chosen:
        return found
    root = Path(chosen).expanduser().resolve()
    return LeanProject(root, found.sources, found.lake_files)


def copy_project(project: LeanProject) -> None:
    """Bring Lake's files and the sources to `project.root`, unless it is where they are.

    Files that are the same already are left alone, so that Lake does not build them again.
    """
    if project.root == project.lake_files:
        return
    copies = {project.lake_files / name: project.root / name for name in LAKE_FILES}
    for source in project.sources.rglob("*.lean"):
        if source.name not in LAKE_FILES:
            copies[source] = project.root / _SOURCES / source.relative_to(project.sources)
    for source, target in copies.items():
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
