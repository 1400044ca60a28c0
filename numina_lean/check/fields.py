"""Which fields of a table's row hold the Lean source, the id and the reference."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from numina_lean.errors import InputError

CODE_FIELDS = ("code", "lean_code", "formal_statement", "formal")
"""Where a row's Lean source is looked for when no field is named; the first one it has."""

ID_FIELDS = ("id", "custom_id", "uuid", "problem_id", "name")
"""Likewise for a row's id."""

_NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Fields:
    """The names of the fields that hold a row's Lean source, its id, and its reference.

    Of the first two, None means to look for them; of the last, that rows have none. Raises
    `InputError` for a source that is its own reference.
    """

    code: str | None = None
    id: str | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        if self.code is not None and self.code == self.reference:
            raise InputError(f'"{self.code}": both --code-field and --against. Name another field')

    def code_in(self, names: Container[str]) -> str | None:
        """The field among `names` that holds the Lean source."""
        if self.code is not None:
            return _first((self.code,), names)
        # A source found to be its own reference would always keep to it.
        return _first([name for name in CODE_FIELDS if name != self.reference], names)

    def id_in(self, names: Container[str]) -> str | None:
        """The field among `names` that holds the id."""
        return _first(ID_FIELDS if self.id is None else (self.id,), names)

    def missing_code(self, place: str, names: Sequence[str]) -> str:
        """What to tell a user whose rows have `names` and no Lean source."""
        return _missing(place, self.code or CODE_FIELDS[0], names, "--code-field")

    def missing_reference(self, place: str, names: Sequence[str]) -> str:
        """What to tell a user whose rows have `names` and no reference."""
        return _missing(place, str(self.reference), names, "--against")

    def require_in(self, place: str, rows: Sequence[Sequence[str]]) -> None:
        """Raise `InputError` if none of `rows`, given by their names, has the fields wanted."""
        if not rows:
            return
        if all(self.code_in(names) is None for names in rows):
            raise InputError(self.missing_code(place, rows[0]))
        if self.id is not None and all(self.id not in names for names in rows):
            raise InputError(_missing(place, self.id, rows[0], "--id-field"))
        if self.reference is not None and all(self.reference not in names for names in rows):
            raise InputError(self.missing_reference(place, rows[0]))


def _first(wanted: Sequence[str], names: Container[str]) -> str | None:
    return next((field for field in wanted if field in names), None)


def _missing(place: str, field: str, names: Sequence[str], option: str) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN]) or "none"
    more = ", …" if len(names) > _NAMES_SHOWN else ""
    return f'{place}: no field "{field}" (found: {shown}{more}). Pass {option} NAME'
