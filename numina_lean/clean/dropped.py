"""The evidence for each row that goes: why, and what it was compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import polars as pl
import pyarrow as pa

from numina_lean.clean.held_out import HeldOut
from numina_lean.clean.repeats import Repeats
from numina_lean.clean.settings import Settings
from numina_lean.clean.table import Input, Part


class Reason(StrEnum):
    """Why a row goes, in the order in which it is asked."""

    NGRAM = "ngram"
    """It shares a run of words with a test problem, and its source is not exempt."""
    EMBEDDING = "embedding"
    """It is nearer to a test problem than the least distance."""
    EXACT_DUPLICATE = "exact_duplicate"
    """It has the tokens of a row that is kept."""
    NEAR_DUPLICATE = "near_duplicate"
    """It has nearly the tokens, and the numbers, of a row that is kept."""


_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("row", pa.int64()),             # its number in the input, from 0
    ("id", pa.string()),
    ("source", pa.string()),
    ("reason", pa.string()),
    ("match_row", pa.int64()),       # the row kept in its place; null for a test problem
    ("match_id", pa.string()),
    ("match_suite", pa.string()),    # the set of the test problem; null for a row
    ("match_text", pa.string()),     # the first run of words shared; null but for `ngram`
    ("match_runs", pa.int64()),      # how many runs are shared
    ("similarity", pa.float64()),    # Jaccard, of duplicates
    ("distance", pa.float64()),      # cosine, of `embedding`
    ("cluster", pa.int64()),         # the first row of the cluster, of duplicates
    ("text", pa.string()),           # what was compared
]  # fmt: skip
DROPPED_SCHEMA = pa.schema(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known of a row that goes. `match` is a row, or the number of a test problem."""

    reason: Reason
    match: int
    text: str | None = None
    runs: int | None = None
    similarity: float | None = None
    distance: float | None = None
    cluster: int | None = None


def contaminated(grams: pl.DataFrame, exempt: pl.Series) -> dict[int, Loss]:
    """The rows with a run of a test problem that are not among the rows `exempt`."""
    lost = grams.filter(~pl.col("row").is_in(exempt.implode()))
    return {
        row: Loss(Reason.NGRAM, problem, text=text, runs=runs)
        for row, problem, text, runs in lost.iter_rows()
    }


def near_in_meaning(found: pl.DataFrame) -> dict[int, Loss]:
    return {
        row: Loss(Reason.EMBEDDING, problem, distance=distance)
        for row, problem, distance in found.iter_rows()
    }


def repeated(found: Repeats) -> dict[int, Loss]:
    return {
        row: Loss(
            Reason.EXACT_DUPLICATE if exact else Reason.NEAR_DUPLICATE,
            match,
            similarity=similarity,
            cluster=cluster,
        )
        for row, match, exact, similarity, cluster in found.rows.iter_rows()
    }


class Evidence:
    """Writes losses out as lines of `DROPPED_SCHEMA`."""

    def __init__(
        self, losses: dict[int, Loss], table: Input, held_out: HeldOut, settings: Settings
    ) -> None:
        self._losses = losses
        self._held_out = held_out
        self._settings = settings
        kept = {loss.match for loss in losses.values() if _is_of_row(loss)}
        self._ids = {
            row: name
            for part in table.parts(_id_columns(settings))
            for row, name in _ids(part, settings)
            if row in kept
        }

    def of_part(self, part: Part) -> list[dict[str, object]]:
        """The losses among the rows of a part, in order."""
        texts = part.texts(self._settings.field)
        sources = part.texts(self._settings.source_field)
        return [
            self._line(row, name, sources[row - part.first], texts[row - part.first])
            for row, name in _ids(part, self._settings)
            if row in self._losses
        ]

    def _line(self, row: int, name: str, source: str, text: str) -> dict[str, object]:
        loss = self._losses[row]
        match: dict[str, object]
        if _is_of_row(loss):
            match = {"match_row": loss.match, "match_id": self._ids[loss.match]}
        else:
            problem = self._held_out.problems[loss.match]
            match = {"match_id": problem.id, "match_suite": problem.suite}
        return {
            "row": row, "id": name, "source": source, "reason": loss.reason.value,
            "match_text": loss.text, "match_runs": loss.runs, "similarity": loss.similarity,
            "distance": loss.distance, "cluster": loss.cluster, "text": text, **match,
        }  # fmt: skip


def _is_of_row(loss: Loss) -> bool:
    return loss.reason in (Reason.EXACT_DUPLICATE, Reason.NEAR_DUPLICATE)


def _id_columns(settings: Settings) -> tuple[str, ...]:
    return (settings.id_field, "uuid", settings.field)


def _ids(part: Part, settings: Settings) -> Iterator[tuple[int, str]]:
    """Each row's number and its id: its own, else its `uuid`, else file and place in the file."""
    own, uuids = part.texts(settings.id_field), part.texts("uuid")
    for at, (one, other) in enumerate(zip(own, uuids, strict=True)):
        yield part.first + at, one or other or f"{part.source.given.name}:{part.within + at}"
