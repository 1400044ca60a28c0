"""Rows of a table that somebody wants to see: by id, by number, or any one."""

import random
from collections.abc import Iterator

from numina_lean.corpus.folder import Row, provenance
from numina_lean.corpus.shards import ShardedTable
from numina_lean.errors import InputError

SHORTEST_PREFIX = 4
"""Characters of a uuid that are enough to ask for it by."""


def pick_by_id(table: ShardedTable, wanted: str) -> Iterator[Row]:
    """The rows with this uuid, or whose uuid begins so, or of the problem with this id.

    Raises `InputError` where there is none.
    """
    found = False
    for row in table.rows(table.schema.names):
        if _is_called(row, wanted):
            found = True
            yield row
    if not found:
        raise InputError(f"{table.folder}: no row {wanted}, neither as uuid nor as problem id")


def pick_by_number(table: ShardedTable, number: int) -> Row:
    """Row `number` of the table, from 1. Raises `InputError` where it ends before."""
    try:
        return table.row(number - 1, table.schema.names)
    except IndexError:
        raise InputError(f"{table.folder}: no row {number}: it has {table.count()}") from None


def pick_any(table: ShardedTable, seed: int | None) -> Row:
    """Some row, the same for the same `seed`. Raises `InputError` for an empty table."""
    count = table.count()
    if count == 0:
        raise InputError(f"{table.folder}: no rows")
    return pick_by_number(table, random.Random(seed).randrange(count) + 1)


def _is_called(row: Row, wanted: str) -> bool:
    uuid = str(row.get("uuid") or "")
    problem = row.get("problem_id") or provenance(row).get("problem_id")
    return wanted in (uuid, problem) or (len(wanted) >= SHORTEST_PREFIX and uuid.startswith(wanted))
