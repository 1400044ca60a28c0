"""`numina-lean corpus export`: a corpus as a Lean library."""

from pathlib import Path
from typing import Annotated

import typer

from numina_lean.corpus.export import export as export_corpus

_SHOWN = 20


def export(
    corpus: Annotated[Path, typer.Argument(metavar="DIR", help="The corpus.", show_default=False)],
    output: Annotated[
        Path,
        typer.Option(metavar="LEAN_DIR", help="The Lean project to write, new or not."),
    ],
) -> None:
    """Write a corpus as a Lean library: one module a shard, with Lake files that pin its Lean.

    Each statement is in a namespace of its own, with its problem as documentation and with its
    proof where it has one. The same corpus gives the same files. `lake build` compiles them with
    the Lean that lean-toolchain names; `numina-lean build lean` does it without Lake.

    \b
    Examples:
      numina-lean corpus export out/demo --output out/lean
      numina-lean build lean out/lean
    """
    done = export_corpus(corpus, output)
    for line in done.left_out[:_SHOWN]:
        typer.echo(f"note: left out {line}", err=True)
    if len(done.left_out) > _SHOWN:
        typer.echo(f"note: and {len(done.left_out) - _SHOWN} more rows", err=True)
    if done.unchecked:
        typer.echo(
            f"note: {done.unchecked} rows were not checked by {done.toolchain}, which the library "
            "is for: numina-lean corpus recheck",
            err=True,
        )
    typer.echo(
        f"{done.rows} statements, {done.proved} with a proof, in {done.modules} modules "
        f"({done.alone} of a single statement) for {done.toolchain}: {output}. "
        f"Run: numina-lean build lean {output}"
    )
