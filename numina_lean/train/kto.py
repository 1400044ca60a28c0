"""KTO on solutions that are known to be right or wrong, with TRL's `KTOTrainer`.

Ethayarajh et al. 2024, arXiv 2402.01306. As a module (`python -m numina_lean.train.kto DIR`) it is
what each process of a run with several executes.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError, NuminaError
from numina_lean.tables import Row, jsonl_rows, parquet_rows
from numina_lean.train.arguments import training_arguments
from numina_lean.train.examples import data_files
from numina_lean.train.hardware import choose, find_hardware
from numina_lean.train.metrics import OnStep, metrics_callback
from numina_lean.train.recipe import Recipe
from numina_lean.train.run import RUN, Run
from numina_lean.train.sft import finish, load_model
from numina_lean.train.template import CHAT_TEMPLATE
from numina_lean.train.tokens import load_tokenizer

LABELLED = "labelled.jsonl"
"""In the run's folder: what is learnt from."""
WORKER = "numina_lean.train.kto"

TEMPLATE_WITH_END = CHAT_TEMPLATE.replace(
    "message['content'] + '\n' }}{% endif %}", "message['content'] + '\n' + eos_token }}{% endif %}"
)
"""For training alone: a solution ends in the end-of-text token, as in fine-tuning."""
_COLUMNS = ("problem", "trajectory", "solution", "correct")


class KtoRecipe(Recipe):
    """`beta`: how near to the reference model the policy is kept. `max_length` tokens: what is
    longer is cut. `balance`: `undesirable` weighs wrong solutions so that right and wrong ones
    weigh as much as each other (the paper's equation 8); `none` leaves each at 1.
    """

    stage: Literal["kto"]
    beta: float = Field(default=0.1, gt=0)
    max_length: int = Field(default=2048, gt=1)
    balance: Literal["undesirable", "none"] = "undesirable"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A solution of a problem, right or wrong."""

    problem: str
    solution: str
    right: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What a data set came to. `passed_over`: rows without a problem, a solution or a label."""

    right: int
    wrong: int
    passed_over: int


def read_labelled(path: Path) -> Iterator[Labelled | None]:
    """The rows under `path`: `problem`, `trajectory` (else `solution`) and `correct`; None for a
    row that lacks one. Raises `InputError`.
    """
    for file in data_files(path):
        if file.suffix == ".parquet":
            yield from map(_labelled, parquet_rows(file, _present(file)))
            continue
        with file.open("rb") as stream:
            yield from map(_labelled, jsonl_rows(stream))


def _present(file: Path) -> list[str]:
    from numina_lean.tables import parquet_columns

    return [name for name in parquet_columns(file) if name in _COLUMNS]


def _labelled(row: Row) -> Labelled | None:
    problem, right = row.fields.get("problem"), row.fields.get("correct")
    solution = row.fields.get("trajectory", row.fields.get("solution"))
    if not isinstance(problem, str) or not isinstance(solution, str) or not isinstance(right, bool):
        return None
    texts = tuple(text.encode(errors="replace").decode().strip() for text in (problem, solution))
    return Labelled(texts[0], texts[1], right) if all(texts) else None


def prepare_labelled(
    data: Path, folder: Path, found: Iterable[Labelled | None] | None = None
) -> Counts:
    """Leave the labelled solutions in the run's folder, right and wrong ones taking turns.

    They are read from `data`, or are `found` there.

    KTO estimates how far it has moved from the pairs of one batch: a batch of one kind alone would
    mislead it. Raises `InputError` where one of the two kinds is missing.
    """
    rows = list(read_labelled(data) if found is None else found)
    kept = [row for row in rows if row is not None]
    right = [row for row in kept if row.right]
    wrong = [row for row in kept if not row.right]
    if not right or not wrong:
        raise InputError(
            f"{data}: {len(right)} right and {len(wrong)} wrong solutions of {len(rows)} rows. KTO "
            "needs both: rows with problem, trajectory (or solution), and correct: true or false"
        )
    # By their relative places, so that the rarer kind is spread over all of the data.
    places = [(at / len(kind), row) for kind in (right, wrong) for at, row in enumerate(kind)]
    mixed = [row for _, row in sorted(places, key=lambda place: place[0])]
    lines = (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in mixed)
    write_text_atomically(folder / LABELLED, "".join(lines))
    return Counts(len(right), len(wrong), len(rows) - len(kept))


def train_kto(run: Run[KtoRecipe], on_step: OnStep | None = None) -> None:
    """Train on what `prepare_labelled` left, from the run's last checkpoint on.

    Leaves the model in `model/`. Raises `InputError` where the model cannot be loaded.
    """
    from datasets import Dataset
    from trl import KTOConfig, KTOTrainer

    recipe, hardware = run.recipe, find_hardware()
    choice = choose(recipe, hardware)
    tokenizer = load_tokenizer(recipe.model)
    tokenizer.chat_template = TEMPLATE_WITH_END
    settings = training_arguments(recipe, run.folder, run.processes, run.reporter, hardware, choice)
    rows = _stored(run.folder)
    arguments = KTOConfig(
        **settings,
        beta=recipe.beta,
        max_length=recipe.max_length,
        undesirable_weight=_undesirable_weight(rows, recipe),
        dataloader_pin_memory=bool(hardware.gpus),
    )
    trainer = KTOTrainer(
        model=load_model(run, choice, tokenizer),
        args=arguments,
        train_dataset=Dataset.from_list([_as_turns(row) for row in rows]),
        processing_class=tokenizer,
        callbacks=[metrics_callback(run.folder, on_step)],
    )
    tokenizer.chat_template = CHAT_TEMPLATE  # what the model is saved with
    finish(run, trainer, choice)


def _stored(folder: Path) -> list[Labelled]:
    lines = (folder / LABELLED).read_text(encoding="utf-8").splitlines()
    return [Labelled(**json.loads(line)) for line in lines]


def _as_turns(row: Labelled) -> dict[str, object]:
    return {
        "prompt": [{"role": "user", "content": row.problem}],
        "completion": [{"role": "assistant", "content": row.solution}],
        "label": row.right,
    }


def _undesirable_weight(rows: list[Labelled], recipe: KtoRecipe) -> float:
    if recipe.balance == "none":
        return 1.0
    right = sum(row.right for row in rows)
    return right / (len(rows) - right)


if __name__ == "__main__":
    try:
        told = (Path(sys.argv[1]) / RUN).read_text(encoding="utf-8")
        train_kto(Run[KtoRecipe].model_validate_json(told))
    except NuminaError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
