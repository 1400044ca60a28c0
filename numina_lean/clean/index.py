"""The first pass: each row's signature, and its runs of words that test problems have.

A part of the input gives two files, the second written when the first is whole; a part that has its
second file is done and is passed over in a later run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from numina_lean.clean.held_out import HeldOut
from numina_lean.clean.settings import Settings
from numina_lean.clean.signature import signatures
from numina_lean.clean.table import Input, Part
from numina_lean.clean.words import Reader
from numina_lean.corpus.files import write_atomically

GRAMS = {"row": pl.Int64, "problem": pl.Int64, "text": pl.String, "runs": pl.Int64}
_FILLED = ("solution", "answer")


@dataclass(frozen=True, slots=True)
class Index:
    """The folder of what the first pass found."""

    folder: Path

    def signatures(self) -> pl.LazyFrame:
        """A line a row: `row`, the columns of `Signatures.table`, `rank` (of its source), `filled`
        (how many of solution and answer it has), `exempt`, and
        `same_numbers` (as some test problem)."""
        return pl.scan_parquet(self.folder / "rows-*.parquet")

    def grams(self) -> pl.DataFrame:
        """The columns `GRAMS`: rows with a run of a test problem, exempt ones too, in order."""
        return pl.read_parquet(self.folder / "grams-*.parquet").sort("row")

    def has(self, part: int) -> bool:
        return self._rows(part).exists()

    def add(self, part: int, rows: pl.DataFrame, grams: pl.DataFrame) -> None:
        """Keep what was found in a part."""
        write_atomically(self.folder / f"grams-{part:06}.parquet", grams.write_parquet)
        write_atomically(self._rows(part), rows.write_parquet)

    def _rows(self, part: int) -> Path:
        return self.folder / f"rows-{part:06}.parquet"


def index_rows(
    table: Input,
    held_out: HeldOut,
    settings: Settings,
    folder: Path,
    advance: Callable[[int], None],
) -> Index:
    """Go over all rows. `advance` is told of each part's rows once they are on the disk."""
    index = Index(folder)
    reader = Reader()
    columns = (settings.field, settings.source_field, "synthetic", *_FILLED)
    done = 0
    for part in table.parts(columns, skip=index.has):
        index.add(part.number, *_look_at(part, reader, held_out, settings))
        advance(part.rows.num_rows)
        done += part.rows.num_rows
    advance(table.rows - done)
    return index


def _look_at(
    part: Part, reader: Reader, held_out: HeldOut, settings: Settings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    texts = reader.read(part.texts(settings.field))
    found = signatures(texts)
    sources = part.texts(settings.source_field)
    rows = found.table().with_columns(
        row=pl.Series(range(part.first, part.first + len(sources)), dtype=pl.Int64),
        rank=pl.Series([settings.rank(source) for source in sources], dtype=pl.Int32),
        filled=_filled(part),
        exempt=pl.Series(
            [
                source in settings.exempt or (settings.exempt_synthetic and synthetic == "true")
                for source, synthetic in zip(
                    sources, map(str.lower, part.texts("synthetic")), strict=True
                )
            ],
            dtype=pl.Boolean,
        ),
        same_numbers=pl.Series(held_out.has_numbers_of(found.number_set)),
    )
    grams = [
        (part.first + match.row, match.problem, match.text, match.runs)
        for match in held_out.matches(texts.words)
    ]
    return rows, pl.DataFrame(grams, schema=GRAMS, orient="row")


def _filled(part: Part) -> pl.Series:
    each = [[bool(text.strip()) for text in part.texts(column)] for column in _FILLED]
    return pl.Series([sum(flags) for flags in zip(*each, strict=True)], dtype=pl.Int8)
