"""`numina-lean export`: a corpus as Lean modules."""

from pathlib import Path
from typing import Annotated

import typer

from numina_lean.corpus.export import PART_ROWS
from numina_lean.corpus.export import export as export_corpus

_SHOWN = 20


def export(
    corpus: Annotated[
        Path,
        typer.Argument(
            metavar="CORPUS", help="The folder that formalize wrote.", show_default=False
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The Lean project to write into, new or not."),
    ],
    part_rows: Annotated[
        int, typer.Option(metavar="N", min=1, help="Statements of one module, at most.")
    ] = PART_ROWS,
) -> None:
    """Write a corpus as Lean modules, which `numina-lean build` compiles.

    Each statement is in a namespace of its own, under the text of its problem, with its proof
    where it has one. The same corpus gives the same files: NuminaCorpus/Part00000.lean and on.
    In a checkout, --output lean_project puts them where Lake's target NuminaCorpus finds them.

    \b
    Examples:
      numina-lean export out/demo --output out/lean
      numina-lean build out/lean
    """
    done = export_corpus(corpus, output, part_rows=part_rows)
    for line in done.left_out[:_SHOWN]:
        typer.echo(f"note: left out {line}", err=True)
    if len(done.left_out) > _SHOWN:
        typer.echo(f"note: and {len(done.left_out) - _SHOWN} more rows", err=True)
    typer.echo(
        f"{done.rows} statements, {done.proved} with a proof, in {done.parts} modules "
        f"({done.alone} of a single statement): {output}. Run: numina-lean build {output}"
    )
