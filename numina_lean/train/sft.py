"""Supervised fine-tuning with TRL's `SFTTrainer`, in each process of a run."""

import shutil
from typing import TYPE_CHECKING, Any

from numina_lean.errors import InputError, first_line
from numina_lean.train.arguments import training_arguments
from numina_lean.train.hardware import Choice, choose, find_hardware
from numina_lean.train.launch import deepspeed_file
from numina_lean.train.metrics import OnStep, metrics_callback
from numina_lean.train.prepare import load_packed
from numina_lean.train.recipe import SftRecipe
from numina_lean.train.run import CHECKPOINTS, MODEL, R, Run, last_checkpoint
from numina_lean.train.tokens import load_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def train(run: Run[SftRecipe], on_step: OnStep | None = None) -> None:
    """Train on the blocks that `prepare` left in the run's folder, from its last checkpoint on.

    Leaves the model in `model/`. Raises `InputError` where the model cannot be loaded.
    """
    from transformers.utils.logging import disable_progress_bar
    from trl import SFTConfig, SFTTrainer

    disable_progress_bar()  # type: ignore[no-untyped-call]
    recipe, hardware = run.recipe, find_hardware()
    choice = choose(recipe, hardware)
    tokenizer = load_tokenizer(recipe.model)
    settings = training_arguments(recipe, run.folder, run.processes, run.reporter, hardware, choice)
    packed = recipe.packing != "none"
    # Made before the model: with ZeRO-3 it is what has the model's weights loaded in parts.
    arguments = SFTConfig(
        **settings,
        max_length=recipe.block_size,
        packing=packed,
        packing_strategy=recipe.packing if packed else "bfd",
        dataset_kwargs={"skip_prepare_dataset": True},
        dataloader_pin_memory=bool(hardware.gpus),
    )
    trainer = SFTTrainer(
        model=load_model(run, choice, tokenizer),
        args=arguments,
        train_dataset=load_packed(run.folder),
        processing_class=tokenizer,
        callbacks=[metrics_callback(run.folder, on_step)],
    )
    finish(run, trainer, choice)


def finish(run: Run[R], trainer: Any, choice: Choice) -> None:
    """Train from the run's last checkpoint to its end, and leave the model in `model/`."""
    _drop_trainers_printing(trainer)
    checkpoint = last_checkpoint(run.folder)
    if trainer.is_world_process_zero():
        _remove_torn(run, checkpoint.name if checkpoint else "")
    trainer.accelerator.wait_for_everyone()
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    _save(run, trainer, choice)


def load_model(
    run: Run[R], choice: Choice, tokenizer: "PreTrainedTokenizerBase"
) -> "PreTrainedModel":
    """The weights to start from. Adam needs them in float32; DeepSpeed keeps such copies itself."""
    import torch
    from transformers import AutoModelForCausalLM

    sharded = deepspeed_file(run.folder, run.recipe, run.processes) is not None
    dtype = torch.bfloat16 if sharded and choice.precision == "bf16" else torch.float32
    try:
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            run.recipe.model, dtype=dtype, attn_implementation=choice.attention
        )
    except Exception as error:  # what is wrong with a folder, each library says in its own way
        raise InputError(f"{run.recipe.model}: cannot be loaded: {first_line(error)}") from error
    # What its authors advise for sampling is not the new model's; it ends where the data does.
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    return model


def _drop_trainers_printing(trainer: Any) -> None:
    """The Trainer prints each log as a dict; `metrics.jsonl` has it."""
    from transformers.trainer_callback import PrinterCallback

    trainer.remove_callback(PrinterCallback)


def _remove_torn(run: Run[R], last: str) -> None:
    """Remove checkpoints later than the last whole one: they were cut short, and would be kept."""
    step = int(last.partition("-")[2] or 0)
    for path in (run.folder / CHECKPOINTS).glob("checkpoint-*"):
        number = path.name.partition("-")[2]
        if number.isdecimal() and int(number) > step:
            shutil.rmtree(path)


def _save(run: Run[R], trainer: Any, choice: Choice) -> None:
    """Leave the model in `model/`, in the precision it was trained in, and push it if asked."""
    import torch
    from transformers.utils.logging import disable_progress_bar

    if choice.precision == "bf16" and not trainer.is_deepspeed_enabled:
        trainer.model.to(torch.bfloat16)
    trainer.model.config.use_cache = True
    # The Hub's client has enabled it again, in accelerate's checkpoints.
    disable_progress_bar()  # type: ignore[no-untyped-call]
    trainer.save_model(str(run.folder / MODEL))
    if run.push_to and trainer.is_world_process_zero():
        from huggingface_hub import HfApi

        hub = HfApi()
        hub.create_repo(run.push_to, private=True, exist_ok=True)
        hub.upload_folder(repo_id=run.push_to, folder_path=str(run.folder / MODEL))
