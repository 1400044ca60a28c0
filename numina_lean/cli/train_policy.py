"""What `train kto` and `train grpo` share: a run whose data is prepared, to its end."""

from collections.abc import Callable
from typing import TypeVar

import typer

from numina_lean.cli.progress import progress_bar
from numina_lean.train.launch import launch, write_launch_files
from numina_lean.train.metrics import OnStep, read_metrics
from numina_lean.train.recipe import Recipe
from numina_lean.train.run import MODEL, Run, last_checkpoint

R = TypeVar("R", bound=Recipe)


def train_policy(
    run: Run[R],
    train: Callable[[Run[R], OnStep | None], None],
    worker: str,
    told: str,
    *,
    gpus: bool,
) -> None:
    """Train in this process, or in as many of `worker` as the run has.

    Says what the metric `told` was in the first and the last line that has it.
    """
    run.write()
    if (run.folder / MODEL).is_dir():
        typer.echo(f"{run.folder / MODEL} is there already: nothing to do")
        return
    checkpoint = last_checkpoint(run.folder)
    if checkpoint:
        typer.echo(f"going on from {checkpoint.name}", err=True)
    with progress_bar("steps", None) as bar:
        shown = 0

        def on_step(done: int, total: int) -> None:
            nonlocal shown
            bar.advance(done - shown)
            shown = done

        if run.processes == 1:
            train(run, on_step)
        else:
            write_launch_files(run.folder, run.recipe, run.processes, gpus=gpus)
            launch(run.folder, gpus=gpus, worker=worker, on_step=on_step)
    rows = read_metrics(run.folder)
    values = [row[told] for row in rows if told in row]
    change = f", {told} {values[0]:.4f} to {values[-1]:.4f}" if values else ""
    typer.echo(f"trained {rows[-1]['step'] if rows else 0} steps{change}: {run.folder / MODEL}")
