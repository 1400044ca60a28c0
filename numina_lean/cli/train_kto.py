"""`numina-lean train kto`: learn from solutions that are known to be right or wrong."""

from pathlib import Path
from typing import Annotated

import typer

from numina_lean.cli.train_policy import train_policy
from numina_lean.cli.train_sft import (
    ModelOption,
    OutputOption,
    ProcessesOption,
    PushOption,
    ReportOption,
    SetOption,
    quieten,
    require_training,
)
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.train.hardware import find_hardware
from numina_lean.train.kto import WORKER, KtoRecipe, prepare_labelled, train_kto
from numina_lean.train.kto_traces import read_traces
from numina_lean.train.recipe import load_recipe
from numina_lean.train.run import Run


def kto(
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Tables with problem, trajectory or solution, correct."),
    ],
    output: OutputOption,
    problems: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE",
            help="What --data was drawn for, where that is a traces.jsonl of build tir or "
            "solve-informal: its problems and answers.",
        ),
    ] = None,
    recipe: Annotated[str, typer.Option(metavar="NAME", help="7b-kto, or a YAML file.")] = "7b-kto",
    model: ModelOption = None,
    set_: SetOption = None,
    processes: ProcessesOption = None,
    report_to: ReportOption = "none",
    push_to_hub: PushOption = None,
) -> None:
    """KTO: move a model towards right solutions and away from wrong ones.

    Each row is one solution and its label; no pairs are needed. A run that was interrupted goes on
    from its last checkpoint when the same command is given again. The model is left in
    OUTPUT/model, what was logged (rewards/chosen, rewards/rejected, rewards/margins, kl) in
    OUTPUT/metrics.jsonl.

    \b
    Exit codes:
      0    trained
      2    bad usage, data or recipe; or the training failed
      130  interrupted

    \b
    Examples:
      numina-lean train kto --data samples.jsonl --model out/tir/model --output out/kto
      numina-lean train kto --data out/tir/traces.jsonl --problems math.jsonl --output out/kto
      numina-lean train kto --data samples.jsonl --model out/tir/model --output out/kto \\
        --processes 8 --set beta=0.2
    """
    overrides = [*(set_ or ()), *([f"model={model}"] if model else [])]
    told = load_recipe(recipe, KtoRecipe, overrides)
    require_training()
    hardware = find_hardware()
    quieten(gpus=bool(hardware.gpus))
    run = Run(
        recipe=told,
        folder=output.absolute(),
        processes=processes or max(1, hardware.gpus),
        reporter=report_to,
        push_to=push_to_hub,
    )
    told.accumulation_for(run.processes)
    settings = run.settings | {"data": str(data.absolute()), "problems": str(problems)}
    with RunFolder(output, settings, "training run"):
        found = None if problems is None else read_traces(data, problems)
        counts = prepare_labelled(data, output, found)
        typer.echo(
            f"{counts.right:,} right and {counts.wrong:,} wrong solutions; "
            f"{counts.passed_over:,} rows passed over"
        )
        train_policy(run, train_kto, WORKER, "rewards/margins", gpus=bool(hardware.gpus))
