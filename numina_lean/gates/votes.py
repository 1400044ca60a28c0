"""How many votes should decide: a threshold from labelled votes that keeps a wanted precision.

Covers the choice and its intervals, exact (Clopper–Pearson), for the share of the labelled sample
or for another share of faithful statements. Does not ask anybody for votes.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labelled:
    """How a panel voted on a statement that is known to be faithful or not: `yes` of `asked`."""

    yes: int
    asked: int
    faithful: bool

    def __post_init__(self) -> None:
        if not 0 <= self.yes <= self.asked or self.asked < 1:
            raise ValueError(f"{self.yes} of {self.asked} votes")

    @property
    def share(self) -> float:
        return self.yes / self.asked


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `total`, and the interval that its true value is in with the given confidence."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The observed share; not a number where nothing was observed."""
        return self.hits / self.total if self.total else math.nan


@dataclass(frozen=True, slots=True)
class Choice:
    """What a threshold does on the labelled statements.

    `passed` is the share of faithful ones that pass (recall), `slipped` that of the others.
    `precision_low` is the lower bound of the share of faithful ones among those that pass, at the
    share of faithful ones that was asked for.
    """

    threshold: float
    passed: Rate
    slipped: Rate
    precision: float
    precision_low: float


def choose_threshold(
    votes: Iterable[Labelled],
    *,
    precision: float,
    confidence: float = 0.95,
    faithful_share: float | None = None,
) -> Choice | None:
    """The lowest threshold whose precision is at least `precision`, with that confidence.

    `faithful_share` is the share of faithful statements where the panel will work; without it,
    that of `votes` is taken for it. None where no threshold is good enough on so few labels.
    """
    labelled = list(votes)
    return next(
        (
            choice
            for choice in thresholds(labelled, confidence=confidence, faithful_share=faithful_share)
            if choice.precision_low >= precision
        ),
        None,
    )


def thresholds(
    votes: Sequence[Labelled], *, confidence: float = 0.95, faithful_share: float | None = None
) -> tuple[Choice, ...]:
    """Every threshold that makes a difference on `votes`, from the lowest on."""
    shares = sorted({each.share for each in votes if each.yes})
    return tuple(_choice(votes, share, confidence, faithful_share) for share in shares)


def _choice(
    votes: Sequence[Labelled], threshold: float, confidence: float, share: float | None
) -> Choice:
    good = [each for each in votes if each.faithful]
    bad = [each for each in votes if not each.faithful]
    passed = rate(sum(each.share >= threshold for each in good), len(good), confidence)
    slipped = rate(sum(each.share >= threshold for each in bad), len(bad), confidence)
    if share is None:
        found = rate(passed.hits, passed.hits + slipped.hits, confidence)
        return Choice(threshold, passed, slipped, found.value, found.low)
    value = _precision(passed.value, slipped.value, share)
    low = _precision(passed.low, slipped.high, share)
    return Choice(threshold, passed, slipped, value, low)


def _precision(passed: float, slipped: float, share: float) -> float:
    """The share of faithful statements among those that pass, by Bayes' rule."""
    accepted = share * passed + (1 - share) * slipped
    return share * passed / accepted if accepted else math.nan


def rate(hits: int, total: int, confidence: float = 0.95) -> Rate:
    """`hits` of `total` with its exact interval; of nothing, the whole of [0, 1]."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: _at_least(hits, total, p) - tail)
    high = 1.0 if hits == total else _solve(lambda p: tail - (1 - _at_least(hits + 1, total, p)))
    return Rate(hits, total, low, high)


def _at_least(hits: int, total: int, chance: float) -> float:
    """The probability of at least `hits` of `total`, each with that chance."""
    if chance <= 0.0 or chance >= 1.0:
        return float(hits == 0 or chance >= 1.0)
    log, log_not = math.log(chance), math.log1p(-chance)
    return math.fsum(
        math.exp(
            math.lgamma(total + 1)
            - math.lgamma(k + 1)
            - math.lgamma(total - k + 1)
            + k * log
            + (total - k) * log_not
        )
        for k in range(hits, total + 1)
    )


def _solve(rising: Callable[[float], float]) -> float:
    """Where a function that rises through 0 on [0, 1] does so."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
