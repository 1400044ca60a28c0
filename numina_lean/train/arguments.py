"""A recipe in the Trainer's words: what `TrainingArguments` and TRL's configurations are given."""

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
    return {
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
        "use_cpu": not hardware.gpus,
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
        "deepspeed": deepspeed_file(folder, recipe, processes),
    }
