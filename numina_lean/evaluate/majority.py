"""maj@k: how often a vote of k samples is right, from a problem of which more were drawn.

The expected value over all subsets of k of the n samples, each as likely, with the tie rule of
`solve.vote`: of equal classes the one wins whose first member has the lowest sample number. Where
all votes weigh the same it is counted exactly; weighted votes, and more than `MOST_EXACT` samples,
are drawn.
"""

from functools import lru_cache
from math import comb
from random import Random

import numpy as np
import numpy.typing as npt

from numina_lean.evaluate.ballot import Ballot, winner

Polynomial = npt.NDArray[np.float64]

MOST_EXACT = 128
"""Samples up to which subsets are counted. The time grows with about the cube of them."""
DRAWS = 2000
"""Subsets that are drawn where they are not counted: a standard error of 0.011 or less."""

_ABSTAINS = -1


def majority(ballot: Ballot, ks: tuple[int, ...], *, seed: int = 0) -> tuple[float, ...]:
    """P(the vote of k samples is right) for each k of `ks`.

    Raises `ValueError` where a k is not in 1 … n.
    """
    n = len(ballot.keys)
    if any(not 1 <= k <= n for k in ks):
        raise ValueError(f"{ballot.id}: votes of {ks} samples cannot be had from {n}")
    if ballot.target is None:
        return (0.0,) * len(ks)
    if is_exact(ballot):
        return _counted(_pattern(ballot), ks)
    return _drawn(ballot, ks, seed)


def is_exact(ballot: Ballot) -> bool:
    """Whether `majority` counts, and draws nothing."""
    return len({weight for weight in ballot.weights if weight > 0}) <= 1 and (
        len(ballot.keys) <= MOST_EXACT
    )


def _pattern(ballot: Ballot) -> tuple[int, ...]:
    """The samples as classes: 0 the right one, 1, 2, … the others, -1 without a vote."""
    numbers = {ballot.target: 0}
    return tuple(
        _ABSTAINS if key is None or weight <= 0 else numbers.setdefault(key, len(numbers))
        for key, weight in zip(ballot.keys, ballot.weights, strict=True)
    )


@lru_cache(maxsize=4096)
def _counted(pattern: tuple[int, ...], ks: tuple[int, ...]) -> tuple[float, ...]:
    """The share of subsets that the class 0 wins.

    It wins with v votes, the first of them sample p, where each other class has fewer than v, or v
    that all come after p. For each v and p the subsets are counted by size with a generating
    function: a factor for each class, whose coefficient at x^c is in how many ways it can have c.
    """
    n = len(pattern)
    places: dict[int, list[int]] = {}
    for place, number in enumerate(pattern):
        places.setdefault(number, []).append(place)
    own = places.pop(0, [])
    idle = len(places.pop(_ABSTAINS, []))
    wins = dict.fromkeys(ks, 0.0)
    for votes in range(1, len(own) + 1):
        rivals = [found for found in places.values() if len(found) >= votes]
        others = sum(len(found) for found in places.values() if len(found) < votes)
        free = _binomials(idle + others)
        # How many of each rival come after the first vote: where it is the same, so is the product.
        firsts: dict[tuple[int, ...], int] = {}
        for index in range(len(own) - votes + 1):
            later = tuple(sum(place > own[index] for place in found) for found in rivals)
            ways = comb(len(own) - index - 1, votes - 1)
            firsts[later] = firsts.get(later, 0) + ways
        for later, ways in firsts.items():
            product = free
            for found, behind in zip(rivals, later, strict=True):
                product = np.convolve(product, _below(len(found), votes, behind))
            for k in ks:
                if 0 <= k - votes < len(product):
                    wins[k] += ways * float(product[k - votes])
    return tuple(min(1.0, wins[k] / comb(n, k)) for k in ks)


@lru_cache(maxsize=1024)
def _binomials(n: int) -> Polynomial:
    """(1 + x)^n."""
    return np.array([comb(n, c) for c in range(n + 1)], dtype=np.float64)


@lru_cache(maxsize=65536)
def _below(size: int, votes: int, later: int) -> Polynomial:
    """In how many ways a class of `size` stays behind one with `votes`, after whose first member
    it has `later`.
    """
    ways = [comb(size, c) for c in range(votes)]
    return np.array([*ways, comb(later, votes)], dtype=np.float64)


def _drawn(ballot: Ballot, ks: tuple[int, ...], seed: int) -> tuple[float, ...]:
    """The share of drawn subsets whose vote is right. Those of one draw lie in one another."""
    n = len(ballot.keys)
    random = Random(f"{seed}/{ballot.id}")
    wins = dict.fromkeys(ks, 0)
    for _ in range(DRAWS):
        order = random.sample(range(n), n)
        for k in ks:
            if k < n:
                wins[k] += _wins(ballot, sorted(order[:k]))
    return tuple(float(ballot.right) if k == n else wins[k] / DRAWS for k in ks)


def _wins(ballot: Ballot, samples: list[int]) -> bool:
    keys = [ballot.keys[sample] for sample in samples]
    return winner(keys, [ballot.weights[sample] for sample in samples]) == ballot.target
