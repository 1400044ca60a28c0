"""`numina-lean train cot` and `train tir`: the two stages of supervised fine-tuning."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.cli.progress import progress_bar
from numina_lean.cli.train_report import show_preflight
from numina_lean.corpus.files import write_text_atomically
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.errors import InputError
from numina_lean.train.examples import Columns
from numina_lean.train.hardware import choose, find_hardware
from numina_lean.train.launch import launch, write_launch_files
from numina_lean.train.memory import load_shape
from numina_lean.train.metrics import OnStep, read_metrics
from numina_lean.train.preflight import PREFLIGHT, Plan, Preflight, preflight
from numina_lean.train.prepare import prepare
from numina_lean.train.recipe import Reporter, SftRecipe, Stage, load_recipe
from numina_lean.train.run import MODEL, Run, last_checkpoint
from numina_lean.train.sft import train
from numina_lean.train.tokens import load_tokenizer

_NEEDED = ("torch", "transformers", "trl", "accelerate", "datasets")

RecipeOption = Annotated[
    str, typer.Option(metavar="NAME", help="7b-cot, 7b-tir, 72b-cot, 72b-tir, or a YAML file.")
]
DataOption = Annotated[
    Path,
    typer.Option(metavar="DIR", help="Tables with messages, or with problem and solution."),
]
OutputOption = Annotated[
    Path, typer.Option(metavar="DIR", help="Where the run is kept, and gone on with.")
]
ModelOption = Annotated[
    str | None,
    typer.Option(metavar="PATH", help="What to start from, in place of the recipe's model."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Another value in the recipe; repeatable."),
]
ProcessesOption = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Processes, one a GPU.", show_default="all GPUs, or 1"),
]
ReportOption = Annotated[
    Reporter, typer.Option("--report-to", help="Who is told of the loss, beside metrics.jsonl.")
]
PushOption = Annotated[
    str | None,
    typer.Option("--push-to-hub", metavar="REPO", help="Upload the model at the end: owner/name."),
]
DryOption = Annotated[
    bool, typer.Option("--dry-run", help="Prepare the data, say what would be done, and stop.")
]
RateOption = Annotated[
    float | None,
    typer.Option(metavar="N", min=0.001, help="Of all devices together, to say how long it takes."),
]
ProblemOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The problem's column; messages are not read.")
]
SolutionOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The solution's column; messages are not read.")
]


def cot(
    data: DataOption,
    output: OutputOption,
    recipe: RecipeOption = "7b-cot",
    model: ModelOption = None,
    set_: SetOption = None,
    processes: ProcessesOption = None,
    report_to: ReportOption = "none",
    push_to_hub: PushOption = None,
    dry_run: DryOption = False,
    tokens_per_second: RateOption = None,
    problem_field: ProblemOption = None,
    solution_field: SolutionOption = None,
) -> None:
    """Stage 1: fine-tune a base model on chain-of-thought solutions.

    Before a run it says what the data is, shows a packed block as the model reads it, and
    estimates memory and steps. A run that was interrupted goes on from its last checkpoint when the
    same command is given again. The model is left in OUTPUT/model, what was logged in
    OUTPUT/metrics.jsonl.

    \b
    Exit codes:
      0    trained, or --dry-run is done
      2    bad usage, data or recipe; or the training failed
      130  interrupted

    \b
    Examples:
      numina-lean train cot --recipe 7b-cot --data data/cot --output out/cot --dry-run
      numina-lean train cot --recipe 7b-cot --data data/cot --output out/cot --processes 8
      numina-lean train cot --data data/cot --output out/cot --set lr=1e-5 --set loss=assistant
    """
    columns = _columns(problem_field, solution_field)
    plan = (processes, report_to, push_to_hub, dry_run, tokens_per_second)
    fine_tune("cot", data, output, recipe, model, set_, columns, *plan)


def tir(
    data: DataOption,
    output: OutputOption,
    recipe: RecipeOption = "7b-tir",
    model: ModelOption = None,
    set_: SetOption = None,
    processes: ProcessesOption = None,
    report_to: ReportOption = "none",
    push_to_hub: PushOption = None,
    dry_run: DryOption = False,
    tokens_per_second: RateOption = None,
    problem_field: ProblemOption = None,
    solution_field: SolutionOption = None,
) -> None:
    """Stage 2: fine-tune the stage-1 model on solutions that reason in words and run Python.

    As stage 1 in all else: see numina-lean train cot --help.

    \b
    Exit codes:
      0    trained, or --dry-run is done
      2    bad usage, data or recipe; or the training failed
      130  interrupted

    \b
    Examples:
      numina-lean train tir --model out/cot/model --data data/tir --output out/tir --processes 8
      numina-lean train tir --recipe 72b-tir --data data/tir --output out/tir --dry-run
    """
    columns = _columns(problem_field, solution_field)
    plan = (processes, report_to, push_to_hub, dry_run, tokens_per_second)
    fine_tune("tir", data, output, recipe, model, set_, columns, *plan)


def require_training(reporter: Reporter = "none") -> None:
    """Raises `InputError` where a package that training needs, or who is told of it, is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(f"training needs {', '.join(missing)}: pip install 'numina-lean[train]'")
    if reporter != "none" and find_spec(reporter) is None:
        raise InputError(f"--report-to {reporter} needs its package: pip install {reporter}")


def _columns(problem: str | None, solution: str | None) -> Columns:
    if problem is None and solution is None:
        return Columns()
    return Columns(problem or "problem", solution or "solution", messages=None)


def fine_tune(
    stage: Stage,
    data: Path,
    output: Path,
    name: str,
    model: str | None,
    changes: list[str] | None,
    columns: Columns,
    processes: int | None,
    reporter: Reporter,
    push_to: str | None,
    dry_run: bool,
    rate: float | None,
) -> None:
    """A run of that stage, from data to model. Raises `InputError` and what training raises."""
    overrides = [*(changes or ()), *([f"model={model}"] if model else [])]
    recipe = load_recipe(name, SftRecipe, overrides)
    if recipe.stage != stage:
        raise InputError(f"recipe {name} is for train {recipe.stage}: pass another --recipe")
    require_training(reporter)
    hardware = find_hardware()
    quieten(gpus=bool(hardware.gpus))
    run = Run(
        recipe=recipe,
        folder=output.absolute(),
        processes=processes or max(1, hardware.gpus),
        reporter=reporter,
        push_to=push_to,
    )
    recipe.accumulation_for(run.processes)
    settings = run.settings | {"data": str(data.absolute()), "columns": str(columns)}
    with RunFolder(output, settings, "training run"):
        plan = Plan(hardware, choose(recipe, hardware), run.processes, rate)
        report = _prepared(run, data, columns, plan)
        show_preflight(report, output)
        if not dry_run:
            _train(run, report, gpus=bool(hardware.gpus))


def _prepared(run: Run[SftRecipe], data: Path, columns: Columns, plan: Plan) -> Preflight:
    tokenizer = load_tokenizer(run.recipe.model)
    shape = load_shape(run.recipe.model)
    with progress_bar("rows", None) as bar:
        survey = prepare(data, columns, run.recipe, tokenizer, run.folder, bar.advance)
    report = preflight(run.recipe, survey, shape, tokenizer, run.folder, plan)
    write_text_atomically(run.folder / PREFLIGHT, report.model_dump_json(indent=2) + "\n")
    run.write()
    return report


def _train(run: Run[SftRecipe], report: Preflight, *, gpus: bool) -> None:
    if (run.folder / MODEL).is_dir():
        typer.echo(f"{run.folder / MODEL} is there already: nothing to do")
        return
    checkpoint = last_checkpoint(run.folder)
    if checkpoint:
        typer.echo(f"going on from {checkpoint.name}", err=True)
    with progress_bar("steps", report.steps) as bar:
        shown = 0

        def on_step(done: int, total: int) -> None:
            nonlocal shown
            bar.advance(done - shown)
            shown = done

        _run(run, on_step, gpus=gpus)
    losses = [row["loss"] for row in read_metrics(run.folder) if "loss" in row]
    told = f", loss {losses[0]:.4f} to {losses[-1]:.4f}" if losses else ""
    typer.echo(f"trained {report.steps} steps{told}: {run.folder / MODEL}")


def _run(run: Run[SftRecipe], on_step: OnStep, *, gpus: bool) -> None:
    if run.processes == 1:
        train(run, on_step)
        return
    write_launch_files(run.folder, run.recipe, run.processes, gpus=gpus)
    launch(run.folder, gpus=gpus, on_step=on_step)


def quieten(*, gpus: bool) -> None:
    """Libraries say on standard error what `metrics.jsonl` and the bar have."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if not gpus:
        os.environ.setdefault("DS_ACCELERATOR", "cpu")
