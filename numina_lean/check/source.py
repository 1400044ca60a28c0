"""A Lean source to check, as it was found in a file or a table's row; or why there is none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from numina_lean.check.fields import Fields
from numina_lean.tables import Row


@dataclass(frozen=True, slots=True)
class Source:
    """A Lean source. `origin` is where it was read: a path, or `path:row`.

    `reference` is that of its row, where rows have one.
    """

    id: str
    origin: str
    text: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Defect:
    """An input that no Lean source could be read from. `detail` names the place and the cause."""

    id: str
    origin: str
    detail: str


def printable(text: str) -> str:
    """`text` with what UTF-8 cannot say (a lone surrogate, from a file name) written as `\\u…`."""
    return text.encode("utf-8", "backslashreplace").decode()


def sources(
    rows: Iterable[Row], name: str, unit: Literal["line", "row"], fields: Fields
) -> Iterator[Source | Defect]:
    """One for each of `rows`, in order. `name` is that of the table, `unit` what it calls a row."""
    for row in rows:
        origin = f"{name}:{row.number}"
        place = f"{name} {unit} {row.number}"
        if row.defect is not None:
            yield Defect(origin, origin, f"{place}: {row.defect}")
            continue
        id_field = fields.id_in(row.fields)
        id_ = (_id(row.fields[id_field]) if id_field is not None else None) or origin
        texts = _texts(row, place, fields)
        if isinstance(texts, str):
            yield Defect(id_, origin, texts)
        else:
            yield Source(id_, origin, *texts)


def _texts(row: Row, place: str, fields: Fields) -> tuple[str, str | None] | str:
    """The source of a row and its reference; or what is wrong with them, in a line."""
    names = tuple(row.fields)
    code = fields.code_in(names)
    if code is None:
        return fields.missing_code(place, names)
    if fields.reference is not None and fields.reference not in names:
        return fields.missing_reference(place, names)
    for field in (code, fields.reference):
        wrong = None if field is None else _wrong_text(row.fields[field])
        if wrong is not None:
            return f'{place}: field "{field}" {wrong}'
    reference = None if fields.reference is None else str(row.fields[fields.reference])
    return str(row.fields[code]), reference


def _id(value: object) -> str | None:
    """An id as text; None for what identifies nothing."""
    if isinstance(value, str):
        return printable(value) or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _wrong_text(text: object) -> str | None:
    if text is None:
        return "is null, not text"
    if not isinstance(text, str):
        return f"is {type(text).__name__}, not text"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"is not valid Unicode (lone surrogate at character {error.start + 1})"
    return None
