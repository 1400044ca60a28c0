"""Reads the package's tarball in one pass, without ever holding its inner archive on the disk.

The library is an archive within the archive. Of it only `.olean` files are taken: nothing else
is loaded by an import at the exported level. Apple's `._*` files, folders, links and devices are
passed over; a path that leaves the target is refused.
"""

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from numina_lean.lean.embedded.manifest import Entry, write_file
from numina_lean.lean.embedded.package import UnexpectedPackageError
from numina_lean.lean.embedded.progress import Progress

_GLUE, _MODULE, _LIBRARY = "package/lean.js", "package/lean.wasm", "package/lean-lib.tar.gz"
_OLEAN = ".olean"
_APPLE_DOUBLE = "._"


class Unpacked(NamedTuple):
    glue: str
    module: bytes
    library: tuple[Entry, ...]


def unpack(tarball: Path, root: Path, library: PurePosixPath, progress: Progress) -> Unpacked:
    """Write the library's modules under `root / library`; return the rest.

    Raises `UnexpectedPackageError` if the tarball is not what it should be.
    """
    parts: dict[str, bytes] = {}
    modules: tuple[Entry, ...] = ()
    total = tarball.stat().st_size
    try:
        with tarball.open("rb") as raw:
            for name, content in _files(raw):
                if name == _LIBRARY:
                    entries = []
                    for entry in _library(content, root, library):
                        entries.append(entry)
                        progress("unpack", raw.tell(), total)
                    modules = tuple(entries)
                elif name in (_GLUE, _MODULE):
                    parts[name] = content.read()
                    progress("unpack", raw.tell(), total)
        return Unpacked(parts[_GLUE].decode("ascii"), parts[_MODULE], modules)
    except (tarfile.TarError, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise UnexpectedPackageError(f"the tarball cannot be read: {error}") from error
    except KeyError as error:
        raise UnexpectedPackageError(f"the tarball has no {error.args[0]}") from error


def _files(archive: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """The regular files of a gzipped tar, in its order; each must be read before the next."""
    with tarfile.open(fileobj=archive, mode="r|gz") as tar:
        for member in tar:
            if member.isreg():
                yield member.name, cast(IO[bytes], tar.extractfile(member))


def _library(archive: IO[bytes], root: Path, library: PurePosixPath) -> Iterator[Entry]:
    for name, content in _files(archive):
        path = PurePosixPath(name)
        if path.suffix != _OLEAN or path.name.startswith(_APPLE_DOUBLE):
            continue
        if path.is_absolute() or ".." in path.parts:
            raise UnexpectedPackageError(f"the library has a file outside of it: {name}")
        yield write_file(root, str(library / path), [content.read()])
