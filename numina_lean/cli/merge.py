"""`numina-lean merge`: several fine-tuned models made into one."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from numina_lean.cli.progress import progress_bar
from numina_lean.errors import InputError
from numina_lean.train.merge import Method, settings
from numina_lean.train.merge_files import MANIFEST, entries, merge_folders


def merge(
    models: Annotated[
        list[Path], typer.Argument(metavar="MODEL...", help="Folders of fine-tuned models.")
    ],
    base: Annotated[
        Path, typer.Option(metavar="FOLDER", help="The model that all were fine-tuned from.")
    ],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the merged model goes.")],
    method: Annotated[Method, typer.Option(help="How; see below.")] = "ties",
    weight: Annotated[
        list[float] | None,
        typer.Option(
            metavar="W", help="Of each model in turn, for linear and dare.", show_default="equal"
        ),
    ] = None,
    density: Annotated[
        float | None,
        typer.Option(
            metavar="D",
            help="The share of a task vector that TIES keeps, by magnitude over the whole model.",
            show_default="0.2 for ties, 1 for dare-ties",
        ),
    ] = None,
    drop: Annotated[
        float, typer.Option(metavar="P", help="The probability with which DARE drops an entry.")
    ] = 0.9,
    scale: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            help="What the merged task vector is multiplied with.",
            show_default="1, for warp 0.5",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of what DARE drops.")] = 42,
) -> None:
    """Merge fine-tuned models of one base, tensor by tensor.

    Methods: linear (mean of weights), dare (drop and rescale), ties (trim, elect sign, disjoint
    mean), dare-ties, warp (spherical interpolation of task vectors, then back towards the base by
    the scale). Tokenizer and configuration are the base's. Memory holds no more than the tensors
    of one name.

    \b
    Exit codes:
      0  merged
      2  bad usage, or models that do not fit each other

    \b
    Examples:
      numina-lean merge out/kto out/tir --base out/cot --output out/merged
      numina-lean merge a b --method dare-ties --drop 0.9 --base out/cot --output out/merged
      numina-lean merge a b c --method warp --scale 0.5 --base out/cot --output out/merged
    """
    if len(models) < 2 and method != "dare":
        raise InputError(f"one model cannot be merged by {method}. Name at least two")
    how = settings(
        method,
        len(models),
        weights=weight or (),
        density=density,
        drop=drop,
        scale=scale,
        seed=seed,
    )
    with progress_bar("merge", len(entries(base)), shown=True) as bar:
        count = merge_folders(base, models, how, output, advance=bar.advance)
    told = json.loads((output / MANIFEST).read_text("utf-8"))["settings"]
    console = Console(stderr=True, highlight=False, markup=False)
    kept = ", ".join(f"{name} {value}" for name, value in told.items())
    console.print(f"{output}: {count} tensors of {len(models)} models ({kept})", soft_wrap=True)
