"""`numina-lean train`: models from data sets."""

import typer

from numina_lean.cli.train_grpo import grpo
from numina_lean.cli.train_kto import kto
from numina_lean.cli.train_mmos import mmos
from numina_lean.cli.train_sft import cot, tir

train = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@train.callback()
def _train() -> None:
    """Train models on NuminaMath-style data sets, with the published recipes.

    Example: numina-lean train cot --recipe 7b-cot --data data/cot --output out/cot
    """


for command in (cot, tir, kto, grpo, mmos):
    train.command()(command)
