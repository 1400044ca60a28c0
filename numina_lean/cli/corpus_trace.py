"""`numina-lean corpus trace`: tactic states and premises, by LeanDojo."""

from pathlib import Path
from typing import Annotated

import typer

from numina_lean.corpus.dojo import trace as trace_corpus


def trace(
    corpus: Annotated[Path, typer.Argument(metavar="DIR", help="The corpus.", show_default=False)],
    output: Annotated[Path, typer.Option(metavar="FILE", help="The parquet file to write.")],
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the Lean library goes that is traced.",
            show_default="FILE.work",
        ),
    ] = None,
) -> None:
    """Trace the proofs of a corpus with LeanDojo: the state before and after each tactic, premises.

    Needs native Lean, git, a network for Lake's first build, and the extra dojo, which is for
    Python 3.11. All rows have to be confirmed by the pinned Lean.

    \b
    Examples:
      numina-lean corpus recheck out/core --engine native --output out/pinned
      numina-lean corpus trace out/pinned --output out/traces.parquet
    """
    done = trace_corpus(corpus, output, work or output.with_name(f"{output.name}.work"))
    typer.echo(f"{done.theorems} theorems of {done.rows} rows, {done.tactics} tactics: {output}")
