"""How hard a problem is likely to be, from what its row says: a number from 0 to 1.

    score = (0.60 (1 − solve rate) + 0.25 level + 0.15 source) / (sum of the weights of the known)

The solve rate is the share of tries that a model or people solved it in; the level is scaled from
1 … `highest_level` to 0 … 1; the source's figure is a prior for the collection, always known. What
a row does not have drops out of both sums. The weights are a judgement, not a fit: a measured rate
says most, a level that editors gave says less, where the problem comes from says least.
"""

import re

from numina_lean.problems.problem import Problem

SOLVE_RATE_WEIGHT = 0.60
LEVEL_WEIGHT = 0.25
SOURCE_WEIGHT = 0.15

HIGHEST_LEVEL = 5
"""The levels of MATH go from 1 to 5."""

SOURCE_DIFFICULTY = {
    "olympiads_ref": 0.95,
    "inequalities": 0.80,
    "number_theory": 0.80,
    "aops_forum": 0.75,
    "olympiads": 0.70,
    "cn_contest": 0.65,
    "amc_aime": 0.55,
    "math": 0.40,
    "synthetic_amc": 0.40,
    "cn_k12": 0.25,
    "synthetic_math": 0.25,
    "orca_math": 0.10,
    "gsm8k": 0.05,
}
"""Collections of NuminaMath from olympiads down to school."""

_UNKNOWN_SOURCE = 0.5
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def known_solve_rate(problem: Problem) -> float | None:
    """The solve rate where the row has one, and it is a share."""
    rate = problem.solve_rate
    return rate if rate is not None and 0 <= rate <= 1 else None


def difficulty(problem: Problem, highest_level: int = HIGHEST_LEVEL) -> float:
    """The score, rounded to six places so that it reads the same from every format."""
    score = SOURCE_WEIGHT * SOURCE_DIFFICULTY.get(problem.source, _UNKNOWN_SOURCE)
    weight = SOURCE_WEIGHT
    rate = known_solve_rate(problem)
    if rate is not None:
        score += SOLVE_RATE_WEIGHT * (1 - rate)
        weight += SOLVE_RATE_WEIGHT
    level = _level(problem.level, highest_level)
    if level is not None:
        score += LEVEL_WEIGHT * level
        weight += LEVEL_WEIGHT
    return round(score / weight, 6)


def _level(text: str, highest: int) -> float | None:
    """`Level 3`, `3` or `3.0` on a scale from 0 to 1; None for what has no number on the scale."""
    found = _NUMBER.search(text)
    if found is None:
        return None
    level = float(found[0])
    return (level - 1) / (highest - 1) if 1 <= level <= highest else None
