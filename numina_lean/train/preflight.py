"""What a run will do, before it does: data, template, steps, memory, time."""

import math
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from numina_lean.errors import InputError
from numina_lean.train.hardware import Choice, Hardware
from numina_lean.train.memory import Memory, Shape, estimate
from numina_lean.train.prepare import Survey, load_packed
from numina_lean.train.recipe import SftRecipe
from numina_lean.train.template import PROBLEM, SOLUTION
from numina_lean.train.tokens import IGNORED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PREFLIGHT = "preflight.json"
_GIB = 2**30
_ROOM = 0.9
"""Share of a GPU's memory that an estimate may take: the rest is for what it does not count."""


class Preflight(BaseModel):
    """`memory`: bytes on a device by what they are for. `block`: the first block, decoded; in
    `masked` what the loss does not see of it is left out. `hours`: None where no throughput is
    known. `warnings`: what a person should look at before the run.
    """

    model_config = ConfigDict(frozen=True)

    recipe: SftRecipe
    survey: Survey
    hardware: str
    precision: str
    attention: str
    parameters: int
    memory: dict[str, int]
    accumulation: int
    steps_an_epoch: int
    steps: int
    tokens_a_step: float
    hours: float | None
    block: str
    masked: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a preflight is made for: so many processes, and the tokens a second of them together,
    where that is known.
    """

    hardware: Hardware
    choice: Choice
    processes: int
    tokens_a_second: float | None = None


def preflight(
    recipe: SftRecipe,
    survey: Survey,
    shape: Shape,
    tokenizer: "PreTrainedTokenizerBase",
    folder: Path,
    plan: Plan,
) -> Preflight:
    """Raises `InputError` where the run cannot work: ids beyond the model's vocabulary, a global
    batch that does not divide.
    """
    if survey.largest_id >= shape.vocabulary:
        raise InputError(
            f"{recipe.model}: its tokenizer makes the id {survey.largest_id}, and its vocabulary "
            f"has {shape.vocabulary}: they do not belong together"
        )
    accumulation = recipe.accumulation_for(plan.processes)
    an_epoch = steps_an_epoch(survey.blocks, recipe, plan.processes)
    steps = recipe.max_steps or math.ceil(an_epoch * recipe.num_epochs)
    memory = estimate(shape, recipe, plan.processes, plan.choice.precision)
    a_step = survey.tokens_kept / an_epoch
    rate = plan.tokens_a_second
    block, masked = _decoded(folder, tokenizer)
    return Preflight(
        recipe=recipe,
        survey=survey,
        hardware=_hardware(plan.hardware),
        precision=plan.choice.precision,
        attention=plan.choice.attention,
        parameters=shape.parameters,
        memory=_parts(memory),
        accumulation=accumulation,
        steps_an_epoch=an_epoch,
        steps=steps,
        tokens_a_step=a_step,
        hours=steps * a_step / rate / 3600 if rate else None,
        block=block,
        masked=masked,
        warnings=tuple(_warnings(recipe, survey, memory, plan, block)),
    )


def steps_an_epoch(blocks: int, recipe: SftRecipe, processes: int) -> int:
    """Optimiser steps of an epoch, as the Trainer counts: the last may have fewer sequences."""
    batches = math.ceil(math.ceil(blocks / recipe.per_device_batch) / processes)
    return math.ceil(batches / recipe.accumulation_for(processes))


def _hardware(hardware: Hardware) -> str:
    if not hardware.gpus:
        return "no GPU: runs on the CPU"
    return f"{hardware.gpus} x {hardware.name}, {hardware.memory / _GIB:.0f} GiB"


def _parts(memory: Memory) -> dict[str, int]:
    names: tuple[Literal["parameters", "gradients", "optimizer", "gathered", "activations"], ...]
    names = ("parameters", "gradients", "optimizer", "gathered", "activations")
    parts: dict[str, int] = {name: getattr(memory, name) for name in names}
    return parts | {"head": memory.head, "total": memory.total}


def _decoded(folder: Path, tokenizer: "PreTrainedTokenizerBase") -> tuple[str, str]:
    """The first block as text, and again without what the loss does not see."""
    row = load_packed(folder)[0]
    masked = ""
    pairs = zip(row["input_ids"], row["labels"], strict=True)
    for learnt, group in groupby(pairs, key=lambda pair: pair[1] != IGNORED):
        tokens = [token for token, _ in group]
        masked += str(tokenizer.decode(tokens)) if learnt else f"[{len(tokens)} tokens not learnt]"
    return str(tokenizer.decode(row["input_ids"])), masked


def _warnings(
    recipe: SftRecipe, survey: Survey, memory: Memory, plan: Plan, block: str
) -> list[str]:
    found = list(plan.choice.notes)
    left_out = survey.rows - survey.examples
    if left_out:
        reasons = ", ".join(f"{count} {fault}" for fault, count in sorted(survey.faults.items()))
        found.append(f"{left_out} rows left out ({reasons}). First: {survey.examples_of_faults[0]}")
    if survey.duplicates:
        found.append(f"{survey.duplicates} examples are duplicates of earlier ones")
    if survey.lost:
        share = survey.longer / survey.examples
        found.append(
            f"{survey.longer} examples ({share:.2%}) are longer than a block: {survey.lost} tokens "
            "are cut off, solutions lose their ends (--set packing=bfd_split keeps them)"
        )
    if recipe.packing == "wrapped":
        found.append("packing wrapped: examples of a block see what stands before them")
    if not (PROBLEM in block and SOLUTION in block):
        found.append("the first block does not have both marks of the template: look at it")
    if plan.hardware.gpus and memory.total > _ROOM * plan.hardware.memory:
        found.append(
            f"about {memory.total / _GIB:.0f} GiB a GPU are wanted, and there are "
            f"{plan.hardware.memory / _GIB:.0f}: pass more --processes, or a smaller "
            "--set per_device_batch=N with as much more --set accumulation=N"
        )
    if plan.processes > max(1, plan.hardware.gpus) and plan.hardware.gpus:
        found.append(f"{plan.processes} processes, and {plan.hardware.gpus} GPUs")
    return found
