"""`numina-lean corpus show`: rows of a corpus, for a person."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from numina_lean.check.output import visible
from numina_lean.corpus.folder import Row, open_folder
from numina_lean.corpus.pick import pick_any, pick_by_id, pick_by_number
from numina_lean.corpus.pinned import lean_versions
from numina_lean.errors import InputError

_LEAN = ("formal_statement", "formal_proof")
_PROSE = ("problem", "answer")
_LAST = ("completion", "rulings")


def show(
    corpus: Annotated[Path, typer.Argument(metavar="DIR", help="The corpus.", show_default=False)],
    id: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="A uuid or its beginning, or the id of a problem.",
            show_default=False,
        ),
    ] = None,
    row: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="The row with this number, from 1.")
    ] = None,
    random: Annotated[bool, typer.Option("--random", help="Some row.")] = False,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Makes --random the same each time.")
    ] = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Of what was lost on the way, not of the corpus.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write each row as one line of JSON.")
    ] = False,
) -> None:
    """Show a row: its problem, its statement, its proof, where it is from and what gates said.

    Without an id, a number or --random it is the first one. A problem may have several rows.

    \b
    Examples:
      numina-lean corpus show out/demo --random
      numina-lean corpus show out/demo problem-17
      numina-lean corpus show out/demo --rejected --row 3 --json
    """
    if (id is not None) + (row is not None) + random > 1:
        raise InputError("pass one of ID, --row and --random")
    folder = open_folder(corpus)
    table = folder.rejected if rejected else folder.data
    found: Iterable[Row]
    if id is not None:
        found = pick_by_id(table, id)
    else:
        found = [pick_any(table, seed) if random else pick_by_number(table, row or 1)]
    for each in found:
        if as_json:
            typer.echo(json.dumps(each, ensure_ascii=False))
        else:
            _show(each)


def _show(row: Row) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for part in _parts(row):
        console.print(part)


def _parts(row: Row) -> Iterator[RenderableType]:
    details = {**row, **(row.get("provenance") or {})}
    name = str(row.get("uuid") or f"{row.get('problem_id')}: lost at {row.get('stage')}")
    yield Rule(visible(name), align="left")
    for column in _PROSE:
        if row.get(column):
            yield from _titled(column, Text(visible(str(row[column]))))
    for column in _LEAN:
        if row.get(column):
            lean = Syntax(visible(str(row[column])).rstrip(), "lean4", background_color="default")
            yield from _titled(column.replace("_", " "), lean)
    if details.get("completion"):
        yield from _titled("completion", Text(visible(str(details["completion"]))))
    yield from _rulings(details.get("rulings"))
    yield from _titled("provenance", Text("\n".join(_fields(details))))


def _titled(title: str, content: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold")
    yield content


def _fields(details: Mapping[str, Any]) -> Iterator[str]:
    shown = {*_PROSE, *_LEAN, *_LAST, "uuid", "provenance", "confirmations"}
    for name, value in details.items():
        if name not in shown and value not in (None, ""):
            yield visible(f"{name}: {value}")
    if "confirmations" in details:
        yield f"accepted by Lean: {', '.join(lean_versions(details))}"


def _rulings(text: object) -> Iterator[RenderableType]:
    """What the gates said, a line each; the text itself where it is no list of rulings."""
    if not isinstance(text, str) or text in ("", "[]"):
        return
    try:
        rulings = json.loads(text)
        lines = [_ruling(each) for each in rulings]
    except (ValueError, TypeError, AttributeError):
        lines = [text]
    yield from _titled("gates", Text(visible("\n".join(lines))))


def _ruling(ruling: Mapping[str, Any]) -> str:
    said = "passed" if ruling.get("passed") else f"lost: {ruling.get('reason')}"
    detail = f" ({ruling['detail']})" if ruling.get("detail") else ""
    evidence = ruling.get("evidence")
    shown = f" {json.dumps(evidence, ensure_ascii=False)}" if evidence else ""
    return f"{ruling.get('gate')}: {said}{detail}{shown}"
