"""`numina-lean train mmos`: the single-turn baseline."""

from pathlib import Path
from typing import Annotated

import typer

from numina_lean.cli.train_sft import (
    DryOption,
    ModelOption,
    OutputOption,
    ProcessesOption,
    PushOption,
    RateOption,
    ReportOption,
    SetOption,
    fine_tune,
)
from numina_lean.train.examples import Columns
from numina_lean.train.mmos import ROWS, write_single_turns


def mmos(
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="TIR tables, with messages, or problem and solution."),
    ],
    output: OutputOption,
    recipe: Annotated[
        str, typer.Option(metavar="NAME", help="7b-mmos, or a YAML file.")
    ] = "7b-mmos",
    model: ModelOption = None,
    set_: SetOption = None,
    processes: ProcessesOption = None,
    report_to: ReportOption = "none",
    push_to_hub: PushOption = None,
    dry_run: DryOption = False,
    tokens_per_second: RateOption = None,
) -> None:
    """The MMOS baseline: fine-tune on solutions of one program that prints the answer.

    TIR rows are put into MMOS's single-turn form (those with several programs, or whose program
    does not print the answer, are left out; programs of one problem that differ in names alone
    count once). The rows go to OUTPUT/data, the run is OUTPUT/run, its model OUTPUT/run/model.

    \b
    Exit codes:
      0    trained, or --dry-run is done
      2    bad usage, data or recipe; or the training failed
      130  interrupted

    \b
    Examples:
      numina-lean train mmos --data data/tir --output out/mmos --dry-run
      numina-lean train mmos --data data/tir --output out/mmos --processes 8
    """
    count, left_out = write_single_turns(data, output / "data")
    told = ", ".join(f"{number:,} {reason}" for reason, number in left_out.most_common())
    typer.echo(f"{count:,} rows in single-turn form" + (f"; left out: {told}" if told else ""))
    plan = (processes, report_to, push_to_hub, dry_run, tokens_per_second)
    rows = output / "data" / ROWS
    fine_tune("mmos", rows, output / "run", recipe, model, set_, Columns(), *plan)
