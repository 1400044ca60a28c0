"""What `--against` names: one reference for all sources, or a field of the rows.

A reference is a whole Lean source of statements that a checked source has to keep to.
"""

from dataclasses import dataclass
from pathlib import Path

from numina_lean.errors import InputError


@dataclass(frozen=True, slots=True)
class Against:
    """At most one of them is given."""

    reference: str | None = None
    field: str | None = None


def read_against(argument: str | None) -> Against:
    """A file if there is one of that name, or it ends in `.lean`. Raises `InputError`."""
    if argument is None:
        return Against()
    path = Path(argument)
    try:
        if path.suffix.lower() == ".lean" or path.is_file():
            return Against(reference=path.read_bytes().decode())
    except UnicodeDecodeError as error:
        raise InputError(f"--against {path}: not UTF-8 (byte {error.start + 1})") from error
    except OSError as error:
        raise InputError(f"--against {path}: {error.strerror}") from error
    if not argument.strip() or "/" in argument:
        raise InputError(f"--against {argument}: no such file, nor the name of a field")
    return Against(field=argument)
