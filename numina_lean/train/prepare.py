"""From tables of examples to the packed blocks that a run reads, once a run folder.

What is left in the folder: `packed/`, a dataset on the disk that every process of the run maps, and
`survey.json`, what was seen on the way. A folder that has both is not filled again.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.train.examples import Columns, Defect, Example, data_files, read_examples
from numina_lean.train.packing import pack
from numina_lean.train.recipe import SftRecipe
from numina_lean.train.tokens import tokenize

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

PACKED = "packed"
SURVEY = "survey.json"
_BATCH = 512
"""Examples that are tokenised together."""

_SHOWN = 5
"""Defects that the survey names."""


class Survey(BaseModel):
    """What the data is. `lengths`: tokens of an example at percentiles, its end-of-text included.

    `longer`: examples of more than `block_size` tokens. `faults`: rows left out, by reason, the
    first few of them in `examples_of_faults`. `duplicates`: examples whose text came before.
    `useful`: share of the blocks' room that has tokens; `lost`: tokens cut off; `labels`: tokens
    that the loss sees.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: tuple[str, ...]
    rows: int
    examples: int
    faults: dict[str, int]
    examples_of_faults: tuple[str, ...]
    duplicates: int
    tokens: int
    labels: int
    lengths: dict[str, int]
    longer: int
    block_size: int
    blocks: int
    useful: float
    lost: int
    largest_id: int

    @property
    def tokens_kept(self) -> int:
        """Those that an epoch reads."""
        return self.tokens - self.lost


def prepare(
    data: Path,
    columns: Columns,
    recipe: SftRecipe,
    tokenizer: "PreTrainedTokenizerBase",
    folder: Path,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Survey:
    """Tokenise and pack what is in `data`; `on_rows` is told of rows as they are read.

    Raises `InputError` where no example is found, or a file cannot be read.
    """
    if (folder / SURVEY).is_file() and (folder / PACKED).is_dir():
        return Survey.model_validate_json((folder / SURVEY).read_text(encoding="utf-8"))
    import datasets

    work = folder / "tokens"
    for left_behind in (work, folder / PACKED):
        shutil.rmtree(left_behind, ignore_errors=True)
    work.mkdir(parents=True)
    files = data_files(data)
    writer = _Writer(recipe, tokenizer, work / "tokens.arrow")
    try:
        for file in files:
            writer.add(read_examples(file, columns), on_rows)
    finally:
        writer.close()
    if not writer.lengths:
        raise InputError(
            f"{data}: no example to train on among {writer.rows} rows. "
            + (f"First: {writer.named[0]}" if writer.named else "The files are empty")
        )
    packed, survey = _packed(datasets.Dataset.from_file(str(writer.path)), writer, recipe, files)
    packed.save_to_disk(str(folder / PACKED))
    shutil.rmtree(work)
    write_text_atomically(folder / SURVEY, survey.model_dump_json(indent=2) + "\n")
    return survey


def load_packed(folder: Path) -> "Dataset":
    """The blocks that `prepare` left in the folder."""
    import datasets

    loaded = datasets.load_from_disk(str(folder / PACKED))
    assert isinstance(loaded, datasets.Dataset)
    return loaded


def _packed(
    dataset: "Dataset", writer: "_Writer", recipe: SftRecipe, files: Sequence[Path]
) -> tuple["Dataset", Survey]:
    from datasets import disable_progress_bars

    disable_progress_bars()
    packed, fill = pack(dataset, recipe.block_size, recipe.packing)
    lengths = np.array(writer.lengths)
    marks = {"min": 0, "median": 50, "p90": 90, "p99": 99, "max": 100}
    survey = Survey(
        files=tuple(str(file) for file in files),
        rows=writer.rows,
        examples=len(lengths),
        faults=dict(writer.faults),
        examples_of_faults=tuple(writer.named),
        duplicates=writer.duplicates,
        tokens=int(lengths.sum()),
        labels=writer.labels,
        lengths={
            name: int(np.percentile(lengths, at, method="nearest")) for name, at in marks.items()
        },
        longer=int((lengths > recipe.block_size).sum()),
        block_size=recipe.block_size,
        blocks=fill.blocks,
        useful=fill.useful,
        lost=fill.lost,
        largest_id=writer.largest,
    )
    return packed, survey


class _Writer:
    """Examples into an Arrow file of token ids and labels, and what is counted on the way."""

    def __init__(self, recipe: SftRecipe, tokenizer: "PreTrainedTokenizerBase", path: Path) -> None:
        import pyarrow as pa

        self.path = path
        self.rows = self.labels = self.duplicates = self.largest = 0
        self.lengths: list[int] = []
        self.faults: Counter[str] = Counter()
        self.named: list[str] = []
        self._seen: set[bytes] = set()
        self._loss = recipe.loss
        self._tokenizer = tokenizer
        numbers = pa.list_(pa.int32())
        self._schema = pa.schema({"input_ids": numbers, "labels": numbers})
        self._file = pa.OSFile(str(path), "wb")
        self._stream = pa.ipc.new_stream(self._file, self._schema)

    def add(self, rows: Iterator[Example | Defect], on_rows: Callable[[int], None]) -> None:
        while batch := list(islice(rows, _BATCH)):
            good = [row for row in batch if isinstance(row, Example)]
            for defect in batch:
                if isinstance(defect, Defect):
                    self.faults[defect.fault] += 1
                    if len(self.named) < _SHOWN:
                        self.named.append(f"{defect.place}: {defect.detail}")
            self.rows += len(batch)
            if good:
                self._write(good)
            on_rows(len(batch))

    def close(self) -> None:
        self._stream.close()
        self._file.close()

    def _write(self, examples: list[Example]) -> None:
        import pyarrow as pa

        found = tokenize(self._tokenizer, examples, self._loss)
        for example in examples:
            digest = hashlib.blake2b(repr(example.turns).encode(), digest_size=16).digest()
            self.duplicates += digest in self._seen
            self._seen.add(digest)
        self.lengths.extend(len(one.ids) for one in found)
        self.largest = max(self.largest, *(max(one.ids) for one in found))
        self.labels += sum(label >= 0 for one in found for label in one.labels)
        columns = [[one.ids for one in found], [one.labels for one in found]]
        self._stream.write_batch(
            pa.record_batch(
                [pa.array(column, pa.list_(pa.int32())) for column in columns], schema=self._schema
            )
        )
