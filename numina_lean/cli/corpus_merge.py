"""`numina-lean corpus merge`: several corpora as one."""

from pathlib import Path
from typing import Annotated

import typer

from numina_lean.corpus.merge import merge as merge_corpora


def merge(
    corpora: Annotated[
        list[Path], typer.Argument(metavar="A B…", help="The corpora.", show_default=False)
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="The new folder.")],
    mix_profiles: Annotated[
        bool,
        typer.Option("--mix-profiles", help="Let statements for core Lean and for mathlib mix."),
    ] = False,
) -> None:
    """Merge corpora, each statement once, also where it is called otherwise.

    Of several rows with the same statement the better one is kept: with a proof before without;
    accepted by the pinned Lean before others; agreed with by more candidates; earlier. The others
    are in rejected/, at the stage duplicate. Attempts of provers are added up.

    \b
    Examples:
      numina-lean corpus merge out/may out/june --output out/all
      numina-lean corpus merge out/core out/mathlib --output out/all --mix-profiles
    """
    done = merge_corpora(corpora, output, mix_profiles=mix_profiles)
    typer.echo(
        f"{done.rows} statements, {done.losses} losses in {output}: {done.repeated} rows said what "
        f"another one says, {done.beaten} lost to a better one"
    )
