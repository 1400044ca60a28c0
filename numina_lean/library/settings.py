"""Which sources a Lean project has and which options they are compiled with.

Reads a `lakefile.toml`, and of a `lakefile.lean` the plain forms (`srcDir := "…"` and a literal
`leanOptions`); a Lake file that computes them is beyond it. Without a Lake file the folder itself
holds the sources, and the options are Lean's own.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numina_lean.errors import InputError
from numina_lean.lean.engine import DEFAULT_HEARTBEATS

LAKE_FILES = ("lakefile.lean", "lakefile.toml")

_COMMENT = re.compile(r"--[^\n]*|/-.*?-/", re.DOTALL)
_SOURCE_FOLDER = re.compile(r'\bsrcDir\s*:=\s*"([^"]*)"')
_OPTIONS = re.compile(r"\bleanOptions\s*:=\s*#\[(.*?)\]", re.DOTALL)
_OPTION = re.compile(r"⟨\s*`([\w.]+)\s*,\s*(true|false|\d+)\s*⟩")
_OPTION_NAME = re.compile(r"[^\W\d][\w']*(\.[^\W\d][\w']*)*")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """`sources`: the folder that module names count from. `options`: name and value, as in Lean."""

    sources: Path
    options: tuple[tuple[str, str], ...] = ()

    @property
    def preamble(self) -> str:
        """The options as commands, Lean's default of `autoImplicit` among them.

        It is spelled out because our engines start from the other default.
        """
        options = {"autoImplicit": "true", **dict(self.options)}
        return "".join(f"set_option {name} {value}\n" for name, value in options.items())

    @property
    def heartbeats(self) -> int:
        return int(dict(self.options).get("maxHeartbeats", DEFAULT_HEARTBEATS))


def read_settings(folder: Path) -> ProjectSettings:
    """The settings of the project in `folder`.

    Raises `InputError` where the folder is none, its Lake file cannot be read, or names more
    than one folder of sources.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    for name in LAKE_FILES:
        path = folder / name
        if path.is_file():
            sources, options = _read(path)
            return ProjectSettings(_one_folder(path, sources), options)
    return ProjectSettings(folder)


def lake_options(path: Path) -> tuple[tuple[str, str], ...]:
    """The options in the Lake file at `path`. Raises `InputError`."""
    return _read(path)[1]


def _read(path: Path) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            return _from_toml(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    code = _COMMENT.sub(" ", text)
    options = [pair for block in _OPTIONS.findall(code) for pair in _OPTION.findall(block)]
    return _SOURCE_FOLDER.findall(code), _known(options)


def _from_toml(table: dict[str, Any]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    libraries = [each for each in table.get("lean_lib", []) if isinstance(each, dict)]
    package = str(table.get("srcDir", "."))
    folders = [str(Path(package) / str(each.get("srcDir", "."))) for each in libraries]
    options = table.get("leanOptions", {})
    pairs = _flat(options) if isinstance(options, dict) else ()
    return folders or [package], _known(list(pairs))


def _flat(options: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, bool):
            yield f"{prefix}{name}", str(value).lower()
        elif isinstance(value, int):
            yield f"{prefix}{name}", str(value)


def _known(options: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Without `weak.` options: Lean drops those that it does not know, and they only warn."""
    return tuple(
        (name, value)
        for name, value in dict(options).items()
        if _OPTION_NAME.fullmatch(name) and not name.startswith("weak.")
    )


def _one_folder(path: Path, sources: list[str]) -> Path:
    folders = sorted({(path.parent / name).resolve() for name in sources or ["."]})
    if len(folders) > 1:
        names = ", ".join(sorted(set(sources)))
        raise InputError(f"{path}: has several source folders ({names}). Pass one of them")
    if not folders[0].is_dir():
        raise InputError(f"{path}: its source folder {folders[0]} is not there")
    return folders[0]
