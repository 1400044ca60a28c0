"""One training run: its recipe, its folder, and what each of its processes must know.

DIR/run.json, recipe.yaml   what runs, as it was asked
DIR/packed/, survey.json    the data (`prepare`)
DIR/preflight.json          what was estimated (`preflight`)
DIR/checkpoints/            what a run goes on from
DIR/metrics.jsonl           what was logged, a line a time
DIR/model/                  the outcome: weights, tokenizer, chat template
DIR/.state/                 settings and lock
"""

from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.train.recipe import Recipe, Reporter, SftRecipe, dump_recipe

RUN = "run.json"
RECIPE = "recipe.yaml"
CHECKPOINTS = "checkpoints"
METRICS = "metrics.jsonl"
MODEL = "model"
_STATE = "trainer_state.json"
_FREE = ("name", "logging_steps", "save_steps", "keep")
"""Fields of a recipe that a run may go on with changed: they decide no weight."""

R = TypeVar("R", bound=Recipe)


class Run(BaseModel, Generic[R]):
    """What the processes of a run share. `folder` is absolute. `push_to`: a model on the Hub."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: R
    folder: Path
    processes: int = 1
    reporter: Reporter = "none"
    push_to: str | None = None

    def write(self) -> None:
        """Leave the run in its folder, for its processes and for people."""
        write_text_atomically(self.folder / RUN, self.model_dump_json(indent=2) + "\n")
        write_text_atomically(self.folder / RECIPE, dump_recipe(self.recipe))

    @property
    def settings(self) -> dict[str, str]:
        """What must stay the same for a run to go on in its folder."""
        values = self.recipe.model_dump(mode="json", exclude=set(_FREE))
        return {name: str(value) for name, value in values.items()} | {
            "processes": str(self.processes)
        }


def read_run(folder: Path) -> Run[SftRecipe]:
    """The run that `Run.write` left in the folder. Raises `InputError`."""
    path = folder / RUN
    try:
        return Run[SftRecipe].model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise InputError(f"{path}: no run that can be read") from error


def last_checkpoint(folder: Path) -> Path | None:
    """The latest whole checkpoint of the run in `folder`.

    The Trainer writes the state last: a checkpoint that a kill cut short has none.
    """
    found = {
        int(path.name.partition("-")[2]): path
        for path in (folder / CHECKPOINTS).glob("checkpoint-*")
        if path.name.partition("-")[2].isdecimal() and _is_whole(path)
    }
    return found[max(found)] if found else None


def _is_whole(checkpoint: Path) -> bool:
    state = checkpoint / _STATE
    return state.is_file() and state.read_text(encoding="utf-8").rstrip().endswith("}")
