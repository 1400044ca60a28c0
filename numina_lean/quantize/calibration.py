"""TIR solutions as token ids, for calibration and for comparison.

Reads tables with `messages`, or `problem` and `solution` (else `trajectory`), as JSON lines or
parquet, a file or a folder of them; the model's chat template spells them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numina_lean.errors import InputError
from numina_lean.tables import Row, jsonl_rows, parquet_rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_KINDS = (".jsonl", ".parquet")
_SHORTEST = 10
"""Tokens of a sample; GPTQModel leaves out shorter ones."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A problem with its solution."""

    problem: str
    solution: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Samples to calibrate with, and others to compare with."""

    calibration: tuple[Sample, ...]
    held_out: tuple[Sample, ...]


def choose(data: Path, count: int, held_out: int, seed: int) -> Chosen:
    """So many rows at random, the same for the same seed; where there are not enough, calibration
    has them first. Raises `InputError` where there is none.
    """
    rng = random.Random(seed)
    wanted = count + held_out
    kept: list[Sample] = []
    for number, sample in enumerate(read_samples(data)):  # Vitter's algorithm R
        if number < wanted:
            kept.append(sample)
        elif (place := rng.randrange(number + 1)) < wanted:
            kept[place] = sample
    if not kept:
        raise InputError(
            f"--calibration {data}: no row with messages, or with problem and solution"
        )
    rng.shuffle(kept)
    return Chosen(tuple(kept[:count]), tuple(kept[count:]))


def read_samples(data: Path) -> Iterator[Sample]:
    """The rows that have both texts. Raises `InputError`."""
    if data.is_file() and data.suffix in _KINDS:
        files = [data]
    else:
        files = sorted(path for path in data.rglob("*") if path.suffix in _KINDS)
    if not files:
        raise InputError(f"--calibration {data}: no .jsonl or .parquet file")
    for file in files:
        yield from (sample for row in _rows(file) if (sample := _sample(row)) is not None)


def _rows(file: Path) -> Iterator[Row]:
    if file.suffix == ".parquet":
        from numina_lean.tables import parquet_columns

        wanted = {"messages", "problem", "solution", "trajectory"}
        yield from parquet_rows(file, [name for name in parquet_columns(file) if name in wanted])
        return
    with file.open("rb") as stream:
        yield from jsonl_rows(stream)


def _sample(row: Row) -> Sample | None:
    problem = row.fields.get("problem")
    solution = row.fields.get("solution", row.fields.get("trajectory"))
    messages = row.fields.get("messages")
    if isinstance(messages, list):
        problem, solution = _said(messages, "user"), _said(messages, "assistant")
    if not isinstance(problem, str) or not isinstance(solution, str):
        return None
    sound = [text.encode(errors="replace").decode().strip() for text in (problem, solution)]
    return Sample(*sound) if all(sound) else None


def _said(messages: list[Any], role: str) -> object:
    said = [each.get("content") for each in messages if isinstance(each, dict)
            and each.get("role") == role]  # fmt: skip
    return said[-1] if said else None


def token_ids(
    samples: tuple[Sample, ...], tokenizer: "PreTrainedTokenizerBase", longest: int
) -> list[list[int]]:
    """The samples as the model's chat template spells them, cut at `longest` tokens; those that are
    too short to calibrate with are left out.
    """
    found = []
    for sample in samples:
        turns = [{"role": "user", "content": sample.problem},
                 {"role": "assistant", "content": sample.solution}]  # fmt: skip
        text = tokenizer.apply_chat_template(turns, tokenize=False)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"][:longest]
        if len(ids) >= _SHORTEST:
            found.append(list(ids))
    return found
