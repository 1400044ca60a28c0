"""Percentile bootstrap intervals, seeded: the same numbers give the same interval.

Two are kept apart, for they answer two questions. Over problems: how much would the mean differ
with other problems of this kind? Over seeds: how much would it differ if the same run were made
again? Method: B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. From
few seeds the second is too narrow (with n of them by about sqrt((n - 1) / n)), and where all values
are the same an interval has no width: neither says that nothing could change.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]

LEVEL = 0.95
DRAWS = 10_000
SEED = 0
_CELLS = 4_000_000
"""Of the counts that are held in memory at once."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def over_problems(columns: Table, *, draws: int = DRAWS, seed: int = SEED) -> list[Interval]:
    """Intervals of the means of columns, whose rows (problems) are drawn with replacement.

    All columns with the same draws, so that a column of differences is a paired bootstrap.
    Raises `ValueError` where there are no rows.
    """
    problems = len(columns)
    if not problems:
        raise ValueError("no problem to draw")
    random = np.random.default_rng(seed)
    chunk = max(1, _CELLS // problems)
    chances = np.full(problems, 1.0 / problems)
    means = [
        random.multinomial(problems, chances, size=min(chunk, draws - done)) @ columns / problems
        for done in range(0, draws, chunk)
    ]
    return _percentiles(np.concatenate(means))


def over_seeds(columns: Table, *, draws: int = DRAWS, seed: int = SEED) -> list[Interval] | None:
    """The same of rows that are seeds; None where there is only one."""
    seeds = len(columns)
    if seeds < 2:
        return None
    picked = np.random.default_rng(seed).integers(seeds, size=(draws, seeds))
    return _percentiles(columns[picked].mean(axis=1))


def _percentiles(means: Table) -> list[Interval]:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]
