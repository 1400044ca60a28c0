"""A recipe in the Trainer's words: what `TrainingArguments` and TRL's configurations are given."""

import os
from pathlib import Path
from typing import Any

from numina_lean.train.hardware import Choice, Hardware
from numina_lean.train.launch import deepspeed_file
from numina_lean.train.recipe import Recipe, Reporter
from numina_lean.train.run import CHECKPOINTS

_OPTIMIZERS = {"adamw": "adamw_torch"}


def training_arguments(
    recipe: Recipe,
    folder: Path,
    processes: int,
    reporter: Reporter,
    hardware: Hardware,
    choice: Choice,
) -> dict[str, Any]:
    """The arguments that every trainer of TRL takes, for a run in `folder`."""
    deepspeed = deepspeed_file(folder, recipe, processes)
    together = _join_on_cpu() if deepspeed and not hardware.gpus else {}
    return together | {
        "output_dir": str(folder / CHECKPOINTS),
        "run_name": recipe.name,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": recipe.schedule,
        "warmup_steps": recipe.warmup_ratio,  # below 1, the Trainer takes it for a share of all
        "num_train_epochs": recipe.num_epochs,
        "max_steps": recipe.max_steps or -1,
        "per_device_train_batch_size": recipe.per_device_batch,
        "gradient_accumulation_steps": recipe.accumulation_for(processes),
        "optim": _OPTIMIZERS[recipe.optimizer],
        "adam_beta1": recipe.adam_betas[0],
        "adam_beta2": recipe.adam_betas[1],
        "adam_epsilon": recipe.adam_epsilon,
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "bf16": choice.precision == "bf16",
        # accelerate takes it for "no DeepSpeed", which finds the CPU by itself.
        "use_cpu": not hardware.gpus and deepspeed is None,
        "activation_checkpointing": recipe.gradient_checkpointing,
        "activation_checkpointing_kwargs": {"use_reentrant": recipe.checkpointing_reentrant},
        "seed": recipe.seed,
        "logging_steps": recipe.logging_steps,
        "logging_first_step": True,
        "save_strategy": "steps",
        "save_steps": recipe.save_steps,
        "save_total_limit": recipe.keep,
        "report_to": reporter,
        "disable_tqdm": True,
        "deepspeed": deepspeed,
    }


def _join_on_cpu() -> dict[str, Any]:
    """Have the processes of a run on CPUs know of each other, and the Trainer take that over.

    accelerate 1.15 has no backend for DeepSpeed on CPUs. Left alone it takes each process for the
    only one, and each would train on all of the data.
    """
    from accelerate import PartialState

    os.environ["ACCELERATE_USE_DEEPSPEED"] = "true"
    PartialState(backend="gloo")
    return {"accelerator_config": {"use_configured_state": True}}
