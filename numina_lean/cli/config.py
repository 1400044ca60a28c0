"""Options out of a YAML file: its keys are the names of a command's options."""

import json
from pathlib import Path
from typing import Any

import typer
import yaml

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError

_SHOWN = 12
COMMAND_FILE = Path(".state") / "command.json"


def config_defaults(context: typer.Context, path: Path | None) -> Path | None:
    """A callback: what the file says takes the place of the options' defaults, flags win over it.

    Keys are option names with `-` or `_`. Raises `InputError` for what is no such file.
    """
    if path is None or context.resilient_parsing:
        return path
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"--config {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = str(error).replace("\n", " ")
        raise InputError(f"--config {path}: not YAML ({line})") from error
    if values is None:
        return path
    if not isinstance(values, dict):
        raise InputError(f"--config {path}: not a mapping from option names to values")
    _set_defaults(context, values, f"--config {path}")
    return path


def resumed_defaults(context: typer.Context, folder: Path | None) -> Path | None:
    """A callback: the options that the folder's last run was given, as defaults of this one."""
    if folder is None or context.resilient_parsing:
        return folder
    path = folder / COMMAND_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"--resume {folder}: no run to go on with ({error.strerror}: {path}). "
            "Pass the --output of an earlier run"
        ) from error
    except ValueError as error:
        raise InputError(f"--resume {folder}: {path} is damaged ({error})") from error
    if not isinstance(values, dict):
        raise InputError(f"--resume {folder}: {path} is damaged (not an object)")
    _set_defaults(context, values | {"output": str(folder)}, f"--resume {folder}")
    return folder


def save_command(context: typer.Context, folder: Path, *, leave_out: frozenset[str]) -> None:
    """Write what this run was given, its defaults apart, for `resumed_defaults`."""
    given = {
        name: _plain(value)
        for name, value in context.params.items()
        if name not in leave_out and _given(context, name)
    }
    text = json.dumps(given, indent=2, ensure_ascii=False)
    write_text_atomically(folder / COMMAND_FILE, f"{text}\n")


def _given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _set_defaults(context: typer.Context, values: dict[Any, Any], where: str) -> None:
    known = {each.name for each in context.command.params if each.name is not None}
    named = {str(key).replace("-", "_"): value for key, value in values.items()}
    for name in named:
        if name not in known:
            shown = ", ".join(sorted(known)[:_SHOWN])
            raise InputError(f"{where}: no option {name} (there are {shown}, …)")
    defaults = {name: _text(value) for name, value in named.items()}
    context.default_map = {**(context.default_map or {}), **defaults}


def _text(value: Any) -> Any:
    """A value as it would stand on the command line; lists are options given several times."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return value if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value
