"""`numina-lean corpus diff`: what two corpora differ in."""

import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.check.output import visible
from numina_lean.corpus.diff import Differences, TableDifferences, differences
from numina_lean.corpus.folder import open_folder

_SHOWN = 50
_LONGEST = 400


def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="A corpus.", show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another one.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Say it as one JSON object.")] = False,
) -> None:
    """Say which rows only one of two corpora has, and what changed in the others.

    Content is compared: not times, package versions, the order of rows or the cut into shards.
    Rows are the same by uuid, which stands for a problem and a statement of it; losses by problem,
    sample, round and stage.

    \b
    Exit codes:
      0  the same content
      1  some difference
      2  bad usage, or no corpus

    \b
    Examples:
      numina-lean corpus diff out/before out/after
      numina-lean corpus diff out/before out/after --json | jq .data.fields
    """
    found = differences(a, b)
    if as_json:
        typer.echo(json.dumps(_record(found), indent=2, ensure_ascii=False, default=str))
    else:
        _show(found)
    for path in (a, b):
        if open_folder(path).unfinished():
            typer.echo(f"note: {path} has rows in its journal that no shard has yet", err=True)
    raise typer.Exit(1 if found else 0)


def _record(found: Differences) -> dict[str, object]:
    return {
        "same": not found,
        "reordered": found.reordered,
        "data": _table(found.data),
        "rejected": _table(found.rejected),
        "restated": found.restated,
    }


def _table(table: TableDifferences) -> dict[str, object]:
    changes = [
        {"key": each.key, "fields": {name: list(pair) for name, pair in each.fields.items()}}
        for each in table.changes
    ]
    return asdict(table) | {"changes": changes}


def _show(found: Differences) -> None:
    lines = found.lines()
    for line in islice(lines, _SHOWN):
        short = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
        typer.echo(visible(short))
    more = sum(1 for _ in lines)
    if more:
        typer.echo(f"and {more} more lines: --json has all")
    for name, table in (("data", found.data), ("rejected", found.rejected)):
        fields = ", ".join(f"{field} {rows}" for field, rows in table.fields.items())
        typer.echo(
            f"{name}: {table.same} the same, {len(table.only_a)} only in A, "
            f"{len(table.only_b)} only in B, {table.changed} changed"
            + (f" ({fields})" if fields else "")
        )
    if found.restated:
        typer.echo(f"{len(found.restated)} problems have other statements in A than in B")
