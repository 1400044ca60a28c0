"""The modules of a folder of Lean sources, and the order in which they can be compiled."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.lean.report import Position
from numina_lean.lean.source import split_header
from numina_lean.library.settings import LAKE_FILES

_PLAIN_PART = re.compile(r"[^\W\d][\w'!?]*")


@dataclass(frozen=True, slots=True)
class Module:
    """A Lean file under the name that others import it by. `imports` as it writes them."""

    name: str
    path: Path
    imports: tuple[str, ...]


def find_modules(folder: Path) -> dict[str, Module]:
    """The modules under `folder` by name, sorted; hidden folders and Lake files are none.

    Raises `InputError` where there is none, or one cannot be read.
    """
    found = sorted(_modules(folder), key=lambda module: module.name)
    modules = {module.name: module for module in found}
    if not modules:
        raise InputError(f"{folder}: no .lean file in it")
    return modules


def _modules(folder: Path) -> Iterator[Module]:
    for path in folder.rglob("*.lean"):
        inner = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inner.parts)
        if hidden or inner.name in LAKE_FILES or not path.is_file():
            continue
        parts = inner.with_suffix("").parts
        name = ".".join(part if _PLAIN_PART.fullmatch(part) else f"«{part}»" for part in parts)
        yield Module(name, path, split_header(read_source(path))[0].imports)


def read_source(path: Path) -> str:
    """The text of a Lean file. Raises `InputError`."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error


def in_order(modules: Mapping[str, Module]) -> TopologicalSorter[str]:
    """A sorter, prepared, that hands out the modules after those they import.

    Raises `InputError` with the way round where modules import each other in a circle.
    """
    graph = {
        name: [imported for imported in module.imports if imported in modules]
        for name, module in modules.items()
    }
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle: list[str] = list(reversed(error.args[1]))
        first = modules[circle[0]]
        way = " imports ".join(circle)
        raise InputError(f"{first.path}: modules import each other: {way}") from error
    return sorter


def closure(modules: Mapping[str, Module], names: Iterable[str]) -> dict[str, Module]:
    """The modules `names` and all that they import, directly or not."""
    reached: dict[str, Module] = {}
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in modules and name not in reached:
            reached[name] = modules[name]
            todo += modules[name].imports
    return {name: reached[name] for name in sorted(reached)}


def place_of_import(source: str, name: str) -> Position:
    """Where `source` imports `name`; its beginning where that is not to be found."""
    found = re.search(rf"\bimport\s+(?:all\s+)?({re.escape(name)})(?![\w.])", source)
    if found is None:
        return Position(1, 0)
    before = source[: found.start(1)]
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n") - 1)
