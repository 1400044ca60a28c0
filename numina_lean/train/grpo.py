"""Reinforcement learning with a verifiable reward, with TRL's GRPO and RLOO trainers.

GRPO: Shao et al. 2024, arXiv 2402.03300; RLOO: Ahmadian et al. 2024, arXiv 2402.14740. Samples are
one turn long. As a module (`python -m numina_lean.train.grpo DIR`) it is what each process of a run
with several executes; each has Lean processes or sandbox workers of its own.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from numina_lean.check.pool import Pool
from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError, NuminaError
from numina_lean.lean.discover import choose_engine
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.tables import Row, jsonl_rows, parquet_columns, parquet_rows
from numina_lean.train.arguments import training_arguments
from numina_lean.train.examples import data_files
from numina_lean.train.hardware import choose, find_hardware
from numina_lean.train.metrics import OnStep, metrics_callback
from numina_lean.train.recipe import Recipe
from numina_lean.train.reward import AnswerReward, LeanReward, Reward, can_be_rewarded
from numina_lean.train.run import RUN, Run
from numina_lean.train.sft import finish, load_model
from numina_lean.train.tokens import load_tokenizer

Verified = Literal["answer", "lean"]

QUESTIONS = "questions.jsonl"
"""In the run's folder: what is asked, and what the answers are held to."""
WORKER = "numina_lean.train.grpo"

_COLUMN: dict[Verified, str] = {"answer": "answer", "lean": "formal_statement"}
_NO_VALUE = frozenset({"", "proof", "notfound"})
"""Answers of NuminaMath-1.5 that nothing can be compared with."""
_ASKED_IN_LEAN = "Complete the following Lean 4 code:\n\n```lean4\n{statement}\n```"


class GrpoRecipe(Recipe):
    """`samples` completions of up to `max_tokens` are drawn of each problem at `temperature`; the
    batch counts completions. `beta` weighs the distance from the reference model; 0 keeps none.
    `loss`: of TRL's GRPO; RLOO has one of its own. `check_seconds` bounds each verification, of
    which `jobs` run at a time in each process.
    """

    stage: Literal["grpo"]
    algorithm: Literal["grpo", "rloo"] = "grpo"
    reward: Verified = "answer"
    samples: int = Field(default=8, ge=2)
    max_tokens: int = Field(default=1024, gt=0)
    temperature: float = Field(default=1.0, gt=0)
    beta: float = Field(default=0.0, ge=0)
    loss: Literal["grpo", "dr_grpo", "dapo", "bnpo"] = "dapo"
    check_seconds: float = Field(default=60.0, gt=0)
    jobs: int = Field(default=2, gt=0)

    @model_validator(mode="after")
    def _whole_groups(self) -> Self:
        if self.global_batch % self.samples:
            raise ValueError(
                f"a global batch of {self.global_batch} completions does not hold whole groups of "
                f"{self.samples} samples"
            )
        return self


def prepare_questions(data: Path, reward: Verified, folder: Path) -> tuple[int, int]:
    """Leave what is asked in the run's folder; how many there are, and how many rows were not
    used: they lack the text or what it is held to. Raises `InputError` where none is left.
    """
    rows = list(_rows(data, ("problem", "formal_statement", _COLUMN[reward])))
    kept = [question for row in rows if (question := _question(row, reward)) is not None]
    if not kept:
        needed = "problem and answer" if reward == "answer" else "formal_statement"
        raise InputError(f"{data}: none of {len(rows)} rows has {needed}. Pass another --data")
    lines = (json.dumps(question, ensure_ascii=False) + "\n" for question in kept)
    write_text_atomically(folder / QUESTIONS, "".join(lines))
    return len(kept), len(rows) - len(kept)


def _rows(data: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    for file in data_files(data):
        if file.suffix == ".parquet":
            present = [name for name in parquet_columns(file) if name in columns]
            yield from parquet_rows(file, present)
            continue
        with file.open("rb") as stream:
            yield from jsonl_rows(stream)


def _question(row: Row, reward: Verified) -> dict[str, object] | None:
    problem, held_to = row.fields.get("problem"), row.fields.get(_COLUMN[reward])
    if not isinstance(held_to, str):
        return None
    if reward == "lean":
        if not can_be_rewarded(held_to):
            return None
        problem = _ASKED_IN_LEAN.format(statement=held_to.strip())
    elif held_to.strip().lower() in _NO_VALUE:
        return None
    if not isinstance(problem, str) or not problem.strip():
        return None
    asked, wanted = (text.encode(errors="replace").decode() for text in (problem, held_to))
    return {"prompt": [{"role": "user", "content": asked}], _COLUMN[reward]: wanted}


@contextmanager
def open_reward(recipe: GrpoRecipe) -> Iterator[Reward]:
    """The recipe's reward with its sandbox or its Lean. Raises what these raise at their start."""
    with ExitStack() as stack:
        if recipe.reward == "answer":
            sandbox = stack.enter_context(Sandbox(jobs=recipe.jobs))
            yield AnswerReward(sandbox, jobs=recipe.jobs, seconds=recipe.check_seconds)
        else:
            pool = stack.enter_context(Pool(choose_engine("auto"), jobs=recipe.jobs))
            yield LeanReward(pool, seconds=recipe.check_seconds)


def train_grpo(run: Run[GrpoRecipe], on_step: OnStep | None = None) -> None:
    """Train on what `prepare_questions` left, from the run's last checkpoint on.

    Leaves the model in `model/`. Raises `InputError` where the model cannot be loaded, and what
    the reward raises when nothing can be verified any more.
    """
    from datasets import Dataset

    recipe, hardware = run.recipe, find_hardware()
    choice = choose(recipe, hardware)
    tokenizer = load_tokenizer(recipe.model)
    settings = training_arguments(recipe, run.folder, run.processes, run.reporter, hardware, choice)
    lines = (run.folder / QUESTIONS).read_text(encoding="utf-8").splitlines()
    kind, arguments = _trainer(recipe, settings | {"dataloader_pin_memory": bool(hardware.gpus)})
    with open_reward(recipe) as reward:
        trainer = kind(
            model=load_model(run, choice, tokenizer),
            reward_funcs=reward,
            args=arguments,
            train_dataset=Dataset.from_list([json.loads(line) for line in lines]),
            processing_class=tokenizer,
            callbacks=[metrics_callback(run.folder, on_step)],
        )
        finish(run, trainer, choice)


def _trainer(recipe: GrpoRecipe, settings: dict[str, Any]) -> tuple[Any, Any]:
    """The trainer's class and its configuration."""
    from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

    shared = settings | {
        "num_generations": recipe.samples,
        "max_completion_length": recipe.max_tokens,
        "temperature": recipe.temperature,
        "beta": recipe.beta,
    }
    if recipe.algorithm == "rloo":
        return RLOOTrainer, RLOOConfig(**shared)
    return GRPOTrainer, GRPOConfig(**shared, loss_type=recipe.loss)


if __name__ == "__main__":
    try:
        told = (Path(sys.argv[1]) / RUN).read_text(encoding="utf-8")
        train_grpo(Run[GrpoRecipe].model_validate_json(told))
    except NuminaError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
