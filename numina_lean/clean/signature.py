"""What rows are compared by: digests of their tokens, and keys that near rows share.

Keys are those of MinHash-LSH over distinct shingles of three tokens: 125 permutations (rensa) in 25
bands of 5 rows. Two rows of similarity s share a key with probability 1 - (1 - s^5)^25: 0.990 at
0.7, 0.9999 at 0.8, 0.54 at 0.5. A key also holds the decisive tokens (`problems.tokens`: numbers,
signs, "even", …), so that problems of one template which differ in numbers are never compared.

`number_set` is for `--embed-rows candidates`: a paraphrase has other words and other runs of words
than what it paraphrases, so that no key of MinHash keeps the two together and most other pairs
apart; but it has, as a rule, the same numbers.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rensa import RMinHash  # type: ignore[import-untyped]

from numina_lean.clean.ragged import (
    Hashes,
    Ragged,
    digests,
    factors,
    mixed,
    ragged,
    sums,
    windows,
)
from numina_lean.clean.words import Texts
from numina_lean.problems.fingerprint import SHINGLE

PERMUTATIONS = 125
BANDS, BAND_ROWS = 25, 5
_SEED = 42

BAND_COLUMNS = [f"band_{number:02}" for number in range(BANDS)]


@dataclass(frozen=True, slots=True)
class Signatures:
    """A value a row. `tokens` and `numbers` are counts; a row without tokens is not compared.

    `number_set` is a hash of the distinct numbers, in whatever order they come. `sketches` has the
    row's minima, `PERMUTATIONS` wide; those of a row of fewer than three tokens, which has no
    shingle, mean nothing.
    """

    digest: Hashes
    decisive: Hashes
    tokens: NDArray[np.int64]
    numbers: NDArray[np.int64]
    number_set: Hashes
    sketches: NDArray[np.uint64]

    @property
    def has_shingles(self) -> NDArray[np.bool_]:
        return self.tokens >= SHINGLE

    def bands(self) -> Hashes:
        """`BANDS` keys a row."""
        grouped = self.sketches.reshape(-1, BANDS, BAND_ROWS)
        keys = (grouped * factors(BAND_ROWS)).sum(axis=2, dtype=np.uint64)
        return mixed(keys + factors(BANDS)) + self.decisive[:, None]

    def table(self) -> pl.DataFrame:
        """The columns that duplicates are found by. Without shingles, bands are null."""
        keys = self.bands()
        table = pl.DataFrame(
            {"digest": self.digest, "decisive": self.decisive}
            | {"tokens": self.tokens, "numbers": self.numbers}
            | {name: keys[:, at] for at, name in enumerate(BAND_COLUMNS)}
        )
        short = pl.Series(~self.has_shingles)
        return table.with_columns(
            pl.when(short).then(None).otherwise(pl.col(name)).alias(name) for name in BAND_COLUMNS
        )


def signatures(texts: Texts) -> Signatures:
    """The signatures of texts, row by row."""
    tokens = texts.tokens
    flat, _ = windows(tokens, SHINGLE)
    return Signatures(
        digest=digests(tokens),
        decisive=mixed(sums(np.where(texts.decisive, tokens.values, 0), tokens.starts)),
        tokens=tokens.lengths(),
        numbers=sums(texts.numbers.astype(np.uint64), tokens.starts).astype(np.int64),
        number_set=_number_sets(texts),
        sketches=_sketches(flat),
    )


def _sketches(shingles: Ragged) -> NDArray[np.uint64]:
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles.values, shingles.starts.astype(np.uint64), PERMUTATIONS, _SEED
    )
    return np.array(matrix.to_rows(), dtype=np.uint64).reshape(-1, PERMUTATIONS)


def _number_sets(texts: Texts) -> Hashes:
    numbers = ragged(texts.tokens.values, texts.tokens.starts, texts.numbers)
    owners = numbers.owners()
    order = np.lexsort((numbers.values, owners))  # rows stay where they are
    values = numbers.values[order]
    new = np.ones(values.size, dtype=bool)
    new[1:] = (values[1:] != values[:-1]) | (owners[1:] != owners[:-1])
    distinct = ragged(values, numbers.starts, new)
    return mixed(sums(distinct.values, distinct.starts))
