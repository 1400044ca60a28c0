"""The published table of 1.5: its columns, in its order."""

import pyarrow as pa

from numina_lean.build.v15.row import Labelled

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("problem", pa.string()),
    ("solution", pa.string()),
    ("answer", pa.string()),
    ("problem_type", pa.string()),
    ("question_type", pa.string()),
    ("source", pa.string()),
    ("synthetic", pa.bool_()),
    ("problem_is_valid", pa.string()),
    ("solution_is_valid", pa.string()),
]
SCHEMA = pa.schema(_COLUMNS)


def published(row: Labelled) -> dict[str, object]:
    """The row as the table has it."""
    return {name: getattr(row, name) for name in SCHEMA.names}
