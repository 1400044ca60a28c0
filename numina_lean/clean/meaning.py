"""Rows that are near a test problem in meaning: a paraphrase shares no run of ten words with it.

Each distinct text is embedded once, and compared with all test problems. Parts of the input are
done one by one, and those done are passed over in a later run.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from numina_lean.clean.embedder import Embedder, Vectors
from numina_lean.clean.held_out import HeldOut
from numina_lean.clean.settings import Settings
from numina_lean.clean.table import Input
from numina_lean.corpus.files import write_atomically

NEAREST = {"digest": pl.UInt64, "problem": pl.Int64, "distance": pl.Float64}

_BATCH = 256


def find_near_in_meaning(
    signatures: pl.LazyFrame,
    gone: pl.Series,
    table: Input,
    held_out: HeldOut,
    embedder: Embedder,
    settings: Settings,
    folder: Path,
    advance: Callable[[int], None],
) -> pl.DataFrame:
    """Columns `row`, `problem`, `distance`: the rows, of those not `gone`, that are nearer to a
    test problem than the settings allow, with the nearest. `advance` is told of rows embedded."""
    asked = to_embed(signatures, gone, settings)
    firsts = asked.unique("digest", keep="first", maintain_order=True)
    digests = dict(firsts.select("row", "digest").iter_rows())
    tests = _test_vectors(held_out, embedder, folder / "test.npy")
    for part in table.parts((settings.field,)):
        place = folder / f"near-{part.number:06}.parquet"
        rows = [row for row in range(part.first, part.first + part.rows.num_rows) if row in digests]
        if rows and not place.exists():
            texts = part.texts(settings.field)
            chosen = {row: texts[row - part.first] for row in rows}
            found = _nearest(chosen, digests, tests, embedder, settings.distance)
            write_atomically(place, found.write_parquet)
        advance(len(rows))
    parts = sorted(folder.glob("near-*.parquet"))
    near = pl.concat([pl.DataFrame(schema=NEAREST), *map(pl.read_parquet, parts)])
    return asked.join(near, on="digest").select("row", "problem", "distance").sort("row")


def to_embed(signatures: pl.LazyFrame, gone: pl.Series, settings: Settings) -> pl.DataFrame:
    """`row` and `digest` of the rows to compare, in order."""
    frame = signatures.filter(pl.col("tokens") > 0, ~pl.col("row").is_in(gone.implode()))
    if settings.embed_rows == "candidates":
        frame = frame.filter(pl.col("same_numbers"))
    return frame.select("row", "digest").sort("row").collect()


def _test_vectors(held_out: HeldOut, embedder: Embedder, path: Path) -> Vectors:
    if not path.exists():
        texts = [problem.text for problem in held_out.problems]
        vectors = embedder.embed(texts)

        def write(temporary: Path) -> None:
            with temporary.open("wb") as stream:
                np.save(stream, vectors)

        write_atomically(path, write)
    stored: Vectors = np.load(path)
    return stored


def _nearest(
    texts: dict[int, str],
    digests: dict[int, int],
    tests: Vectors,
    embedder: Embedder,
    distance: float,
) -> pl.DataFrame:
    rows = list(texts)
    found = []
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        alike = embedder.embed([texts[row] for row in batch]) @ tests.T
        nearest = alike.argmax(axis=1)
        for row, problem, cosine in zip(
            batch, nearest.tolist(), alike.max(axis=1).tolist(), strict=True
        ):
            if 1 - cosine < distance:
                found.append((digests[row], problem, max(0.0, 1 - cosine)))
    return pl.DataFrame(found, schema=NEAREST, orient="row")
