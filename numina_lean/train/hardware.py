"""What a run computes on, and what becomes of a recipe's wishes there."""

from dataclasses import dataclass
from typing import Literal

from numina_lean.train.recipe import Attention, Recipe


@dataclass(frozen=True, slots=True)
class Hardware:
    """The GPUs here; `memory`: bytes of the smallest. `flash`: FlashAttention 2 is installed."""

    gpus: int
    name: str
    memory: int
    bf16: bool
    flash: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What the run computes in, and a line for each wish that is not met, or met elsewhere."""

    precision: Literal["bf16", "float32"]
    attention: Attention
    notes: tuple[str, ...]


def find_hardware() -> Hardware:
    """What torch sees here."""
    import torch
    from transformers.utils.import_utils import is_flash_attn_2_available

    if not torch.cuda.is_available():
        return Hardware(0, "CPU", 0, bf16=False, flash=False)
    found = [torch.cuda.get_device_properties(at) for at in range(torch.cuda.device_count())]
    smallest = min(found, key=lambda one: one.total_memory)
    return Hardware(
        len(found),
        smallest.name,
        smallest.total_memory,
        bf16=bool(torch.cuda.is_bf16_supported()),
        flash=bool(is_flash_attn_2_available()),
    )


def choose(recipe: Recipe, hardware: Hardware) -> Choice:
    """How the recipe runs on that hardware."""
    notes = []
    precision: Literal["bf16", "float32"] = "float32" if recipe.precision == "float32" else "bf16"
    if recipe.precision == "bf16" and not hardware.bf16:
        precision = "float32"
        where = "no GPU here" if not hardware.gpus else f"{hardware.name} has no bfloat16"
        notes.append(f"{where}: float32 in place of bf16 (--set precision=bf16_always insists)")
    attention = recipe.attention
    if attention == "flash_attention_2" and not (hardware.gpus and hardware.flash):
        attention = "sdpa"
        where = "no GPU here" if not hardware.gpus else "flash-attn is not installed"
        notes.append(
            f"{where}: sdpa in place of FlashAttention 2. Packed examples are kept apart by a "
            "block-diagonal mask instead, with the same result, in time and memory that grow with "
            "the square of a micro-batch's tokens"
        )
    return Choice(precision, attention, tuple(notes))
