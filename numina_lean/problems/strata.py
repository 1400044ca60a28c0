"""How many problems each source gives: shares of a target by weight, filled as far as they go."""

from collections.abc import Mapping
from fractions import Fraction

from numina_lean.problems.problem import Problem

DEFAULT_WEIGHTS: dict[str, float] = {
    "olympiads": 4,
    "aops_forum": 2,
    "cn_contest": 2,
    "olympiads_ref": 1,
    "amc_aime": 1,
    "inequalities": 1,
    "number_theory": 1,
}
"""The competition sources of NuminaMath 1.5: the three large ones more, but less than their size
(olympiads alone has most of the rows), so that the small curated ones are not drowned."""

OTHER = "other"
"""The stratum of all sources that have no weight of their own."""


def stratum(problem: Problem, weights: Mapping[str, float]) -> str | None:
    """The stratum that the problem is drawn from, or None where its source has no weight."""
    name = problem.source if problem.source in weights else OTHER
    return name if weights.get(name, 0) > 0 else None


def quotas(
    target: int, weights: Mapping[str, float], available: Mapping[str, int]
) -> dict[str, int]:
    """How many to take of each stratum of `available`: `target` in all, or all there are.

    A stratum with less than its share gives what it has, and the others share the rest by their
    weights; what is left of a share after whole numbers goes to the largest remainders, on equal
    remainders to the name that comes first.
    """
    open_strata = {name for name, count in available.items() if count > 0 and weights[name] > 0}
    left = min(target, sum(available[name] for name in open_strata))
    quota = dict.fromkeys(available, 0)
    while open_strata:
        total = sum(Fraction(weights[name]) for name in open_strata)
        shares = {name: left * Fraction(weights[name]) / total for name in open_strata}
        short = {name for name in open_strata if shares[name] >= available[name]}
        if not short:
            quota.update(_rounded(shares, left))
            break
        for name in short:
            quota[name] = available[name]
            left -= available[name]
        open_strata -= short
    return quota


def _rounded(shares: Mapping[str, Fraction], total: int) -> dict[str, int]:
    floors = {name: int(share) for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (floors[name] - shares[name], name))
    for name in by_remainder[: total - sum(floors.values())]:
        floors[name] += 1
    return floors
