"""`numina-lean train grpo`: reinforcement learning with a reward that is verified."""

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
from numina_lean.train.grpo import (
    WORKER,
    GrpoRecipe,
    Verified,
    open_reward,
    prepare_questions,
    train_grpo,
)
from numina_lean.train.hardware import find_hardware
from numina_lean.train.recipe import load_recipe
from numina_lean.train.run import Run


def grpo(
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Tables with problem and answer, or formal_statement."),
    ],
    output: OutputOption,
    reward: Annotated[
        Verified | None,
        typer.Option(help="What is verified.", show_default="the recipe's"),
    ] = None,
    recipe: Annotated[
        str, typer.Option(metavar="NAME", help="7b-grpo, or a YAML file.")
    ] = "7b-grpo",
    model: ModelOption = None,
    set_: SetOption = None,
    processes: ProcessesOption = None,
    report_to: ReportOption = "none",
    push_to_hub: PushOption = None,
) -> None:
    """GRPO or RLOO: sample solutions, verify each, and make right ones more likely.

    Rewards: answer (the final answer is the row's; programs are run in the sandbox, and an output
    that they do not print earns nothing), lean (the completion proves the row's formal_statement,
    checked by Lean with the statement as reference).

    \b
    Exit codes:
      0    trained
      2    bad usage, data or recipe; or the training failed
      3    no Lean, or no sandbox for programs
      130  interrupted

    \b
    Examples:
      numina-lean train grpo --reward answer --data problems.jsonl --model out/tir/model \\
        --output out/grpo
      numina-lean train grpo --reward lean --data corpus/data --model prover --output out/grpo
      numina-lean train grpo --data problems.jsonl --output out/rloo --set algorithm=rloo
    """
    overrides = [*(set_ or ()), *([f"model={model}"] if model else [])]
    overrides += [f"reward={reward}"] if reward else []
    told = load_recipe(recipe, GrpoRecipe, overrides)
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
    with open_reward(told):
        pass  # without a Lean or a sandbox the run ends here, not at its first batch
    with RunFolder(output, run.settings | {"data": str(data.absolute())}, "training run"):
        asked, passed_over = prepare_questions(data, told.reward, output)
        typer.echo(f"{asked:,} problems; {passed_over:,} rows passed over")
        train_policy(run, train_grpo, WORKER, "reward", gpus=bool(hardware.gpus))
