"""What is told of a build: its inputs by content, versions, settings, and the counts of stages.

Nothing of it depends on when or in how many runs the build was made.
"""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from numina_lean import __version__
from numina_lean.corpus.files import sha256_of
from numina_lean.errors import InputError

_PACKAGES = ("datasets", "pyarrow", "sympy", "math-verify", "transformers", "torch", "vllm")


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file, or a folder with the files in it; `sha256` of a folder is that of its files' names
    and hashes, in order.
    """

    path: str
    sha256: str
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class StageCounts:
    """Rows of one stage: `taken` = `kept` + all of `rejected` + `postponed`. `review`: how many of
    the rejected are for a person.
    """

    stage: str
    taken: int
    kept: int
    rejected: dict[str, int]
    review: int
    postponed: int


def require_rows(stages: Sequence[StageCounts], folder: Path) -> None:
    """Raise `InputError` where the first stage could take nothing in: it was the wrong input."""
    read = stages[0]
    if not read.kept:
        reasons = ", ".join(f"{reason} {count}" for reason, count in read.rejected.items())
        raise InputError(
            f"{folder}: no row of the input could be read ({reasons or 'it has none'}). "
            f"See {folder / 'rejected.jsonl'}, and pass another INPUT or --source"
        )


def input_file(path: Path) -> InputFile:
    """What `path` holds. Raises `InputError` where there is nothing."""
    if path.is_file():
        return InputFile(str(path), sha256_of(path), 1, path.stat().st_size)
    if not path.is_dir():
        raise InputError(f"{path}: no such file or folder. Pass the path of a source")
    digest, files, size = hashlib.sha256(), 0, 0
    for each in files_of(path):
        files += 1
        size += each.stat().st_size
        digest.update(f"{each.relative_to(path).as_posix()}\0{sha256_of(each)}\n".encode())
    return InputFile(str(path), digest.hexdigest(), files, size)


def files_of(folder: Path) -> Iterable[Path]:
    """The files below a folder in the order of their paths; hidden ones are left out."""
    return sorted(
        path for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )  # fmt: skip


def versions() -> dict[str, str]:
    """Of this package, Python and the libraries that a build may use and that are installed."""
    found = {"numina-lean": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def manifest(
    build: str,
    settings: dict[str, str],
    inputs: Iterable[InputFile],
    stages: Iterable[StageCounts],
    outputs: Iterable[InputFile],
    facts: dict[str, object],
) -> dict[str, object]:
    """The content of manifest.json. `facts`: what one build tells besides."""
    return {
        "build": build,
        "versions": versions(),
        "settings": settings,
        "inputs": [asdict(each) for each in inputs],
        "stages": [asdict(each) for each in stages],
        "outputs": [asdict(each) for each in outputs],
    } | facts
