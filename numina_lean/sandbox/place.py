"""Where a server runs, and what can be seen from there: a cell, or the bare machine.

On the bare machine, each program closes the door behind itself (Landlock); the server, which runs
no line of a program, has the files of whoever started it.
"""

import importlib.util
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from numina_lean.sandbox.bubblewrap import Bubblewrap, Cell
from numina_lean.sandbox.inside.folder import Folder
from numina_lean.sandbox.limits import Limits

_LIBRARIES = ("numpy", "sympy", "scipy", "networkx", "mpmath")
_INSIDE = Path(__file__).parent / "inside"
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from inside.server import main; del sys.path[0]; main()"
)
# Where libraries lie, and what they read of the system; nothing of anybody's own.
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime")
# Of a Python's folder, which may lie in a home.
_OF_A_PREFIX = ("bin", "lib", "lib64", "pyvenv.cfg")
_ONE_THREAD = ("OPENBLAS", "OMP", "MKL", "NUMEXPR", "BLIS")
_IN_A_CELL = "/program"
"""Its private folder; not `/tmp`, in which Python itself may lie."""

_MORE_PROCESSES = 64
"""Of the cell besides one program's threads."""


@dataclass(frozen=True, slots=True)
class Place:
    """How to start a server. `folder` is what its programs may write to, if it is on the host's
    disk, and is to be left with `leave`.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    folder: Path | None

    def leave(self) -> None:
        """Remove its folder, whatever is in it. The server must have ended. Raises `OSError`."""
        if self.folder is not None and self.folder.exists():
            Folder(str(self.folder), whole=False).empty()
            self.folder.rmdir()


def cell(bubblewrap: Bubblewrap, limits: Limits) -> Place:
    """A cell of its own namespaces, its folder in memory."""
    environment = _environment(_IN_A_CELL)
    readable = tuple(Path(path) for path in readable_paths())
    described = Cell(
        readable,
        environment,
        tmp=_IN_A_CELL,
        tmp_bytes=limits.tmp_bytes,
        file_bytes=limits.file_bytes,
        processes=limits.threads + _MORE_PROCESSES,
    )
    command = _command(limits, _IN_A_CELL, cell=True)
    return Place(bubblewrap.command(command, described), {}, None)


def bare(limits: Limits) -> Place:
    """This machine as it is, with a new folder among its temporary files."""
    folder = tempfile.mkdtemp(prefix="numina-lean-program-")
    return Place(_command(limits, folder, cell=False), _environment(folder), Path(folder))


def readable_paths() -> tuple[str, ...]:
    """The files and folders that Python and the libraries need, besides the system's."""
    found = {
        form
        for path in (*_of_python(), *_of_libraries(), _INSIDE)
        for form in (path, path.resolve())
        if path.exists()
    }
    return tuple(sorted(str(path) for path in found if found.isdisjoint(path.parents)))


def _of_python() -> Iterator[Path]:
    for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix):
        for name in _OF_A_PREFIX:
            yield Path(prefix) / name
    yield Path(sys.executable)


def _of_libraries() -> Iterator[Path]:
    """The folders that the libraries were installed into."""
    for name in _LIBRARIES:
        found = importlib.util.find_spec(name)
        if found is not None and found.origin is not None:
            yield Path(found.origin).parent.parent


def _command(limits: Limits, folder: str, *, cell: bool) -> tuple[str, ...]:
    settings = {
        "limits": asdict(limits),
        "folder": folder,
        "whole": cell,
        "cell": cell,
        "readable": [*_SYSTEM, *_SYSTEM_FILES, *readable_paths()],
        "libraries": [str(path) for path in dict.fromkeys(_of_libraries())],
    }
    python = (sys.executable, "-I", "-B", "-X", "utf8")
    return (*python, "-c", _START, str(_INSIDE.parent), json.dumps(settings))


def _environment(folder: str) -> dict[str, str]:
    """All of it; a program sees nothing of the caller's."""
    return {
        "HOME": folder,
        "TMPDIR": folder,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MALLOC_ARENA_MAX": "2",  # each reserves address space, which is bounded
        **{f"{library}_NUM_THREADS": "1" for library in _ONE_THREAD},
    }
