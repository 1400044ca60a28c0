"""What a training run is: the numbers that decide its outcome, read from YAML.

`Recipe` has what every run has; a stage with more to say has a class of its own (`SftRecipe` here)
and a YAML file in `recipes/`. Does not cover where data comes from and where the run writes, which
the command line says, nor how many processes run it: the global batch stays the recipe's whatever
their number.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from numina_lean.errors import InputError

Stage = Literal["cot", "tir", "kto", "grpo", "mmos"]
Precision = Literal["bf16", "bf16_always", "float32"]
Attention = Literal["flash_attention_2", "sdpa", "eager"]
Schedule = Literal["cosine", "linear", "constant", "constant_with_warmup"]
Optimizer = Literal["adamw"]
Reporter = Literal["none", "wandb", "tensorboard"]
Packing = Literal["bfd", "bfd_split", "wrapped", "none"]
Loss = Literal["full", "assistant"]

_SHORT = {"lr": "learning_rate", "epochs": "num_epochs"}
"""Names that `--set` also takes."""


class Recipe(BaseModel):
    """The numbers of a run. A field that is not named here is refused, by name.

    `model`: a folder, or a name on the Hub. `global_batch` sequences make a step. `max_steps`,
    where it is given, ends the run before its epochs do. `precision`: `bf16` where the hardware has
    it, else float32, and the run says which. `attention`: sdpa in place of flash_attention_2 where
    that is not installed. `zero_stage`: of DeepSpeed, where more than one process runs; 0 is plain
    data parallelism. `save_steps`: optimiser steps between checkpoints, of which the last `keep`
    stay.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    stage: Stage
    model: str
    learning_rate: float = Field(gt=0)
    schedule: Schedule = "cosine"
    warmup_ratio: float = Field(default=0.0, ge=0, lt=1)
    num_epochs: float = Field(gt=0)
    max_steps: int | None = Field(default=None, gt=0)
    per_device_batch: int = Field(gt=0)
    devices: int = Field(gt=0)
    accumulation: int = Field(gt=0)
    optimizer: Optimizer = "adamw"
    adam_betas: tuple[float, float] = (0.9, 0.999)
    adam_epsilon: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, ge=0)
    precision: Precision = "bf16"
    attention: Attention = "flash_attention_2"
    zero_stage: int = Field(default=3, ge=0, le=3)
    gradient_checkpointing: bool = True
    checkpointing_reentrant: bool = False
    seed: int = 42
    logging_steps: int = Field(default=5, gt=0)
    save_steps: int = Field(default=500, gt=0)
    keep: int = Field(default=2, gt=0)

    @property
    def global_batch(self) -> int:
        """Sequences of a step, over all devices."""
        return self.per_device_batch * self.devices * self.accumulation

    def accumulation_for(self, processes: int) -> int:
        """Micro-batches that each of so many processes adds up, for the recipe's global batch.

        Raises `InputError` where no whole number does.
        """
        together = self.per_device_batch * processes
        if self.global_batch % together:
            raise InputError(
                f"recipe {self.name}: a global batch of {self.global_batch} (per_device_batch x "
                f"devices x accumulation) does not divide into {processes} processes x "
                f"{self.per_device_batch} sequences. Pass another --processes, or --set these"
            )
        return self.global_batch // together


class SftRecipe(Recipe):
    """Supervised fine-tuning: tokens of a sequence, how examples share it, what the loss sees.

    `packing`: TRL's best-fit decreasing (`bfd` cuts what is longer than a block, `bfd_split` goes
    on with it in another), `wrapped` (the examples one after another, cut at every block, as the
    published runs had it), or `none`. `loss`: `full`, every token; `assistant`, those of the
    solutions and their end.
    """

    stage: Literal["cot", "tir", "mmos"]
    block_size: int = Field(gt=1)
    packing: Packing = "bfd"
    loss: Loss = "full"

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if self.packing == "wrapped" and self.loss == "assistant":
            # A block that is all problem would have no token to learn from.
            raise ValueError("loss assistant needs packing bfd, bfd_split or none, not wrapped")
        return self


R = TypeVar("R", bound=Recipe)


def recipe_names() -> tuple[str, ...]:
    """The recipes that come with the package."""
    folder = files("numina_lean.train") / "recipes"
    names = (entry.name for entry in folder.iterdir())
    stems = (name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))
    return tuple(sorted(stem for stem in stems if not stem.startswith("accelerate")))


def load_recipe(name: str, kind: type[R], overrides: Iterable[str] = ()) -> R:
    """The recipe of that name, or in that YAML file, with `NAME=VALUE` in place of its own.

    Raises `InputError`: no such recipe, not YAML, a field that is not one, a value of a wrong type.
    """
    values = dict(_read(name))
    changes = dict(_change(override, kind) for override in overrides)
    try:
        return kind.model_validate(values | changes)
    except ValidationError as error:
        raise InputError(f"recipe {name}: {_complaint(error, kind)}") from error


def dump_recipe(recipe: Recipe) -> str:
    """The recipe as YAML that `load_recipe` reads back as the same."""
    return yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False)


def _read(name: str) -> Mapping[str, object]:
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise InputError(f"recipe {name}: no such file")
        text = path.read_text(encoding="utf-8", errors="replace")
    elif name in recipe_names():
        text = (files("numina_lean.train") / "recipes" / f"{name}.yaml").read_text("utf-8")
    else:
        raise InputError(
            f"no recipe {name!r}: pass one of {', '.join(recipe_names())}, or a YAML file"
        )
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"recipe {name}: not YAML ({_one_line(str(error))})") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise InputError(f"recipe {name}: not a list of names with values")
    return values


def _change(override: str, kind: type[Recipe]) -> tuple[str, object]:
    name, equals, text = override.partition("=")
    name = name.strip()
    name = _SHORT.get(name, name)
    if not equals or name not in kind.model_fields:
        raise InputError(
            f"--set {override}: not NAME=VALUE with a name of the recipe "
            f"({', '.join(kind.model_fields)})"
        )
    try:
        return name, yaml.safe_load(text)
    except yaml.YAMLError:
        return name, text


def _complaint(error: ValidationError, kind: type[Recipe]) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        return f"no field {place!r}{more}. Fields: {', '.join(kind.model_fields)}"
    if first["type"] == "missing":
        return f"field {place!r} is missing{more}"
    told = _one_line(first["msg"].removeprefix("Value error, "))
    found = f", not {str(first['input'])[:60]!r}" if place else ""
    return f"{place or 'fields'}: {told[:1].lower()}{told[1:]}{found}{more}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
