"""`manifest.json`: what a prepared Lean consists of, to tell a whole one from a damaged one.

It is written last, so that a folder without it was never finished.
"""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST = "manifest.json"
READ_ONLY = 0o444
_READ_SIZE = 1 << 20


class Entry(BaseModel):
    """A prepared file: `path` within the installation, with `/` on every system."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    sha256: str


class Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str
    """npm's `name@version`."""
    integrity: str
    slim_format: int
    modules: int
    """The library's `.olean` files, and their bytes."""
    modules_bytes: int
    files: tuple[Entry, ...]


def write_file(root: Path, path: str, chunks: Iterable[bytes | memoryview]) -> Entry:
    """Write a new read-only file `root / path` and describe it. Raises `OSError`."""
    target = root.joinpath(*path.split("/"))
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    target.chmod(READ_ONLY)
    return Entry(path=path, size=size, sha256=digest.hexdigest())


def write_manifest(root: Path, manifest: Manifest) -> None:
    write_file(root, MANIFEST, [manifest.model_dump_json(indent=0).encode()])


def read_manifest(root: Path) -> Manifest | None:
    """None if there is none, or one that is not ours."""
    try:
        return Manifest.model_validate_json((root / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def misfits(root: Path, manifest: Manifest) -> Iterator[str]:
    """One line for each file that is missing or has another size. Reads no file."""
    for entry in manifest.files:
        try:
            status = (root / entry.path).stat()
        except (FileNotFoundError, NotADirectoryError):
            yield f"{root / entry.path}: missing"
            continue
        if not stat.S_ISREG(status.st_mode) or status.st_size != entry.size:
            yield f"{root / entry.path}: {status.st_size} bytes, not {entry.size}"


def damages(root: Path, manifest: Manifest) -> Iterator[str]:
    """`misfits`, then one line for each file with another content, or that is not of ours."""
    yield from misfits(root, manifest)
    expected = {entry.path: entry for entry in manifest.files}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_dir() or name == MANIFEST:
            continue
        entry = expected.get(name)
        if entry is None:
            yield f"{path}: does not belong here"
        elif path.stat().st_size == entry.size and _sha256(path) != entry.sha256:
            yield f"{path}: its content was changed"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_SIZE):
            digest.update(block)
    return digest.hexdigest()
