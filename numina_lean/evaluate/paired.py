"""Whether two runs differ on the same problems, or only by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np


@dataclass(frozen=True, slots=True)
class McNemar:
    """`wins`: problems that only B has right; `losses`: that only A has. `p`: two-sided."""

    wins: int
    losses: int
    p: float


def mcnemar(a: Sequence[bool], b: Sequence[bool]) -> McNemar:
    """McNemar's exact test: the problems on which the runs differ are coin flips if neither is
    better (Q. McNemar, Psychometrika 12, 1947; exact form: the two-sided binomial test).

    Raises `ValueError` where the runs have not the same number of problems.
    """
    wins = sum(theirs and not ours for ours, theirs in zip(a, b, strict=True))
    losses = sum(ours and not theirs for ours, theirs in zip(a, b, strict=True))
    n = wins + losses
    tail = sum(comb(n, i) for i in range(min(wins, losses) + 1)) / 2**n
    return McNemar(wins, losses, min(1.0, 2 * tail))


def sign_flip(differences: Sequence[int]) -> float:
    """The two-sided p of the paired permutation test: in how large a share of all ways to choose
    the signs of `differences` the sum is at least as far from 0 as it is (R. A. Fisher, The Design
    of Experiments, 1935, §21). Exact: the distribution of the sum is built up one by one.

    For differences of -1, 0 and 1 it is McNemar's. Time: their number times the sum of their sizes.
    """
    sizes = [abs(each) for each in differences if each]
    total = sum(sizes)
    # shares[s]: how likely those with a plus sum to s; the signed sum is then 2 s - total.
    shares = np.zeros(total + 1)
    shares[0] = 1.0
    for size in sizes:
        shares *= 0.5
        shares[size:] += shares[: total + 1 - size].copy()
    sums = np.abs(2 * np.arange(total + 1) - total)
    return min(1.0, float(shares[sums >= abs(sum(differences))].sum()))
