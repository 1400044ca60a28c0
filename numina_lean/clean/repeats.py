"""Repeated rows: the same tokens, or nearly the same with the same numbers.

Near-duplicates are found by the keys of `signature` and told by the exact similarity that `select`
uses (`problems.fingerprint.similarity`: Jaccard of shingles, 0 where decisive tokens or the names
of variables differ); a text with fewer than two numbers lacks that witness and must be twice as
near. Pairs that pass make clusters (union-find). Of a cluster the row is kept whose source comes
first in the priority, then that with more of solution and answer, then the first in the input; so
is every further row that is near none of those kept: each row that goes is near the very row kept
in its place, and no chain of likenesses takes it away.

Where more than `CROWD` rows share a key, each is compared with the `CROWD` best of them only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from numina_lean.clean.ragged import windows
from numina_lean.clean.settings import Settings
from numina_lean.clean.signature import BAND_COLUMNS
from numina_lean.clean.table import Input
from numina_lean.clean.words import Reader
from numina_lean.problems.fingerprint import SHINGLE, Fingerprint, similarity
from numina_lean.problems.tokens import bare, names

CROWD = 32
_FEW_NUMBERS = 2
_KEEP_ORDER = ("rank", "filled", "row")
_KEEP_DESCENDING = (False, True, False)

REPEATS = {
    "row": pl.Int64, "match_row": pl.Int64, "exact": pl.Boolean, "similarity": pl.Float64,
    "cluster": pl.Int64,
}  # fmt: skip
"""A row that goes, the row kept in its place, and the first row of its cluster as its name."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """`rows` has the columns `REPEATS`. `pairs` were compared, `near_pairs` of them are near."""

    rows: pl.DataFrame
    pairs: int
    near_pairs: int


def find_repeats(
    signatures: pl.LazyFrame,
    gone: pl.Series,
    table: Input,
    settings: Settings,
    advance: Callable[[int], None],
) -> Repeats:
    """The repetitions among the rows of `Index.signatures` that are not `gone`.

    `advance` is told of rows of the input as they are read a second time.
    """
    rows = (
        signatures.select("row", "digest", "decisive", "tokens", "rank", "filled")
        .filter(pl.col("tokens") > 0, ~pl.col("row").is_in(gone.implode()))
        .sort(_KEEP_ORDER, descending=_KEEP_DESCENDING)
        .with_columns(match_row=pl.col("row").first().over("digest", "decisive", "tokens"))
        .collect()
    )
    firsts = rows.filter(pl.col("row") == pl.col("match_row"))["row"]
    pairs = _candidates(signatures, firsts)
    near = _near(pairs, _fingerprints(pairs, table, settings, advance), settings.near)
    kept, clusters = _keep(firsts.to_list(), near)
    exact = rows.select("row", first="match_row").with_columns(
        pl.col("first").replace_strict(kept, default=pl.col("first")).alias("match_row"),
        pl.col("first").replace_strict(clusters, default=pl.col("first")).alias("cluster"),
    )
    alike = {(a, b): value for a, b, value in near} | {(b, a): value for a, b, value in near}
    gone_rows = exact.filter(pl.col("row") != pl.col("match_row")).sort("row")
    return Repeats(_evidence(gone_rows, alike), pairs.height, len(near))


def _evidence(gone: pl.DataFrame, alike: dict[tuple[int, int], float]) -> pl.DataFrame:
    lines = [
        (row, match, first == match, 1.0 if first == match else alike[first, match], cluster)
        for row, first, match, cluster in gone.select(
            "row", "first", "match_row", "cluster"
        ).iter_rows()
    ]
    return pl.DataFrame(lines, schema=REPEATS, orient="row")


def _candidates(signatures: pl.LazyFrame, firsts: pl.Series) -> pl.DataFrame:
    """Pairs `a`, `b` of rows that share a key; `a` is the one that would be kept."""
    order = pl.DataFrame({"row": firsts, "place": range(len(firsts))}).lazy()
    pairs = pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64})
    for band in BAND_COLUMNS:
        members = (
            signatures.select("row", key=band)
            .drop_nulls()
            .join(order, on="row")
            .filter(pl.len().over("key") > 1)
            .sort("place")
            .with_columns(within=pl.int_range(pl.len()).over("key"))
            .collect()
        )
        best = members.filter(pl.col("within") < CROWD)
        found = (
            best.lazy()
            .join(members.lazy(), on="key", suffix="_b")
            .filter(pl.col("within") < pl.col("within_b"))
            .select(a="row", b="row_b")
            .collect()
        )
        pairs = pl.concat([pairs, found]).unique()
    return pairs.sort("a", "b")


def _fingerprints(
    pairs: pl.DataFrame, table: Input, settings: Settings, advance: Callable[[int], None]
) -> dict[int, Fingerprint]:
    """What the rows of the pairs are compared by, read again from the input."""
    wanted = set(pairs["a"].to_list()) | set(pairs["b"].to_list())
    found: dict[int, Fingerprint] = {}
    reader = Reader()
    for part in table.parts((settings.field,)):
        rows = range(part.first, part.first + part.rows.num_rows)
        if inside := [row for row in rows if row in wanted]:
            texts = part.texts(settings.field)
            chosen = [texts[row - part.first] for row in inside]
            found.update(zip(inside, _prints(chosen, reader), strict=True))
        advance(len(rows))
    return found


def _prints(texts: Sequence[str], reader: Reader) -> list[Fingerprint]:
    """`problems.fingerprint` of many texts, but that a Chinese character is a token."""
    read = reader.read(texts)
    tokens = read.tokens
    shingles, _ = windows(tokens, SHINGLE)
    prints = []
    for number, text in enumerate(texts):
        own = slice(tokens.starts[number], tokens.starts[number + 1])
        values = tokens.values[own]
        prints.append(
            Fingerprint(
                text=values.tobytes(),
                decisive=np.sort(values[read.decisive[own]]).tobytes(),
                names=" ".join(names(bare(text))).encode(),
                shingles=np.unique(shingles.row(number)),
                length=values.size,
                numbers=int(read.numbers[own].sum()),
            )
        )
    return prints


def _near(
    pairs: pl.DataFrame, prints: dict[int, Fingerprint], near: float
) -> list[tuple[int, int, float]]:
    """The pairs that are near-duplicates, with their similarity."""
    found = []
    for a, b in pairs.iter_rows():
        few = min(prints[a].numbers, prints[b].numbers) < _FEW_NUMBERS
        alike = similarity(prints[a], prints[b])
        if alike >= ((1 + near) / 2 if few else near):
            found.append((a, b, alike))
    return found


def _keep(
    order: Sequence[int], near: Sequence[tuple[int, int, float]]
) -> tuple[dict[int, int], dict[int, int]]:
    """For each row in a cluster, the row kept in its place (maybe itself); and its cluster's name.

    `order` has the rows best first.
    """
    clusters = _UnionFind()
    neighbours: dict[int, list[tuple[int, float]]] = {}
    for a, b, alike in near:
        clusters.join(a, b)
        neighbours.setdefault(a, []).append((b, alike))
        neighbours.setdefault(b, []).append((a, alike))
    kept: dict[int, int] = {}
    for row in order:
        if row in neighbours:
            standing = [(alike, -other) for other, alike in neighbours[row]
                        if kept.get(other) == other]  # fmt: skip
            kept[row] = -max(standing)[1] if standing else row
    return kept, {row: clusters.root(row) for row in kept}


class _UnionFind:
    """Sets of rows, each named by its least row."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def root(self, row: int) -> int:
        while (above := self._above.setdefault(row, row)) != row:
            self._above[row] = self._above.setdefault(above, above)
            row = above
        return row

    def join(self, one: int, other: int) -> None:
        one, other = self.root(one), self.root(other)
        self._above[max(one, other)] = min(one, other)
