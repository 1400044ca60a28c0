"""What a suite came to under one rule: each problem's values seed by seed, and their means.

Four kinds of value, each between 0 and 1 for one problem and seed:

- `vote`: whether the vote over all samples is right;
- `sample`: the share of its samples that are right;
- `maj@k`: see `majority`;
- `pass@k`: the chance that k of its samples have a right one among them, by the unbiased estimator
  1 - C(n - c, k) / C(n, k) of M. Chen et al., Evaluating large language models trained on code
  (2021), where c of n samples are right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from numina_lean.evaluate.ballot import Ballot, Reading, Rule, ballot
from numina_lean.evaluate.bootstrap import Interval, Table, over_problems, over_seeds
from numina_lean.evaluate.majority import is_exact, majority
from numina_lean.solve.solution import Solution


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over problems and seeds. `deviation`: the sample standard deviation (n - 1) of the
    seeds' means; it and `over_seeds` are None for one seed.
    """

    mean: float
    by_seed: tuple[float, ...]
    deviation: float | None
    over_problems: Interval
    over_seeds: Interval | None


Ballots = Mapping[str, tuple[Ballot, ...]]
"""Of each problem, by its id, the ballots: one for each seed, in the order of the seeds."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The means over `problems`. `majority` and `passing` for each k of `ks`. `exact`: maj@k was
    counted, not drawn.
    """

    rule: Rule
    problems: tuple[str, ...]
    ks: tuple[int, ...]
    exact: bool
    vote: Estimate
    sample: Estimate
    majority: tuple[Estimate, ...]
    passing: tuple[Estimate, ...]


def scores(seeds: Mapping[int, Sequence[Solution]], reading: Reading) -> Scores | None:
    """The means over the problems that every seed has; None where there are none.

    Curves go up to the number of samples that each of them has: what is missing is not wrong.
    """
    ballots = common_ballots(seeds, reading)
    if not ballots:
        return None
    flat = [each for row in ballots.values() for each in row]
    ks = curve(min(len(each.keys) for each in flat))
    majorities = np.array([[majority(each, ks) for each in row] for row in ballots.values()])
    passes = np.array(
        [
            [[passing(len(each.keys), each.correct, k) for k in ks] for each in row]
            for row in ballots.values()
        ]
    )
    curves = [table[:, :, i] for table in (majorities, passes) for i in range(len(ks))]
    vote, sample, *means = estimates([votes(ballots), samples(ballots), *curves])
    return Scores(
        rule=reading.rule,
        problems=tuple(ballots),
        ks=ks,
        exact=all(is_exact(each) for each in flat),
        vote=vote,
        sample=sample,
        majority=tuple(means[: len(ks)]),
        passing=tuple(means[len(ks) :]),
    )


def common_ballots(seeds: Mapping[int, Sequence[Solution]], reading: Reading) -> Ballots:
    """Of the problems that every seed has and the rule reads, in the first seed's order. A problem
    of which no sample ended is not there.
    """
    columns = [
        {
            each.id: found
            for each in solutions
            if (found := ballot(each, reading)) is not None and found.keys
        }
        for solutions in seeds.values()
    ]
    first, *rest = columns or [{}]
    return {
        id: (found, *(column[id] for column in rest))
        for id, found in first.items()
        if all(id in column for column in rest)
    }


def votes(ballots: Ballots) -> Table:
    """1 where the vote is right, else 0: a row a problem, a column a seed."""
    return np.array([[float(each.right) for each in row] for row in ballots.values()])


def samples(ballots: Ballots) -> Table:
    """The shares of samples that are right: a row a problem, a column a seed."""
    return np.array([[each.correct / len(each.keys) for each in row] for row in ballots.values()])


def curve(most: int) -> tuple[int, ...]:
    """The k of a curve: the powers of two below `most`, and `most`."""
    return (*(2**i for i in range(most.bit_length()) if 2**i < most), most)


def passing(n: int, correct: int, k: int) -> float:
    """pass@k where `correct` of `n` samples are right. Raises `ValueError` for k outside 1 … n."""
    if not 1 <= k <= n:
        raise ValueError(f"pass@{k} cannot be had from {n} samples")
    return 1.0 - comb(n - correct, k) / comb(n, k)


def estimates(layers: Sequence[Table]) -> list[Estimate]:
    """The mean of each layer (a row a problem, a column a seed), all with the same resamples."""
    problems = over_problems(np.stack([layer.mean(axis=1) for layer in layers], axis=1))
    by_seed = np.stack([layer.mean(axis=0) for layer in layers], axis=1)
    seeds = over_seeds(by_seed)
    return [
        Estimate(
            mean=float(layer.mean()),
            by_seed=tuple(float(mean) for mean in by_seed[:, i]),
            deviation=float(by_seed[:, i].std(ddof=1)) if len(by_seed) > 1 else None,
            over_problems=problems[i],
            over_seeds=None if seeds is None else seeds[i],
        )
        for i, layer in enumerate(layers)
    ]
