"""Which answer the traces of a problem give: classes of equal answers, counted.

Ties go to the class whose first member has the lowest sample number, so that the winner does not
depend on which trace ended first.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from numina_lean.solve.procedure import Procedure
from numina_lean.solve.trace import Trace

Key = str
Classify = Callable[[str], Key | None]
"""The name of the class that an answer belongs to; None for what is no answer in this mode."""


@dataclass(frozen=True, slots=True)
class Class:
    """Equal answers. `answer` is how the class is written; `samples` are its traces, ascending."""

    answer: str
    weight: float
    samples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """The classes, the winner first. `abstained`: traces that ended without an answer."""

    classes: tuple[Class, ...] = ()
    abstained: int = 0

    @property
    def winner(self) -> str | None:
        return self.classes[0].answer if self.classes else None

    @property
    def lead(self) -> float:
        """By how much the winner's weight exceeds the second's."""
        weights = [each.weight for each in self.classes[:2]]
        return weights[0] - (weights[1] if len(weights) == 2 else 0.0) if weights else 0.0


def weight(trace: Trace, procedure: Procedure) -> float:
    """What a trace counts, in (0, 1]."""
    return 1.0 if procedure.weights == "equal" else 1.0 / (1 + trace.failures)


def vote(
    traces: Iterable[Trace],
    procedure: Procedure,
    classify: Classify,
    factors: Mapping[Key, float] | None = None,
) -> Vote:
    """Count the traces that have ended, whatever their order.

    `factors` multiply the weights of a class, 0 for a veto: a class without weight is left out.
    """
    members: dict[Key, list[Trace]] = {}
    abstained = 0
    for trace in sorted(traces, key=lambda each: each.sample):
        answered = trace.ended == "answered" and trace.answer is not None
        key = classify(trace.answer) if answered and trace.answer is not None else None
        if key is None:
            abstained += trace.ended not in (None, "stopped")
        else:
            members.setdefault(key, []).append(trace)
    classes = [
        Class(
            key,
            sum(weight(each, procedure) for each in found) * (factors or {}).get(key, 1.0),
            tuple(each.sample for each in found),
        )
        for key, found in members.items()
    ]
    classes = [each for each in classes if each.weight > 0]
    classes.sort(key=lambda each: (-each.weight, each.samples[0]))
    return Vote(tuple(classes), abstained)


def decided(votes: Vote, left: float, procedure: Procedure) -> bool:
    """Whether the winner is settled, where what is still to end weighs `left` at most.

    `certain`: even if all of them agreed on another answer. `likely`: also where, given the votes
    of the two largest classes, the winner's is the more frequent with probability `confidence`,
    under a uniform prior (Aggarwal et al., "Let's sample step by step: adaptive-consistency for
    efficient reasoning and coding with LLMs", EMNLP 2023).
    """
    if left == 0:
        return True
    if procedure.early == "never" or not votes.classes:
        return False
    if votes.lead > left:
        return True
    if procedure.early == "certain":
        return False
    first, second = (*(each.weight for each in votes.classes[:2]), 0.0)[:2]
    return more_frequent(first, second) >= procedure.confidence


def more_frequent(first: float, second: float) -> float:
    """P(p > ½) for p ~ Beta(first + 1, second + 1); fractions of a vote are rounded down."""
    a, b = math.floor(first), math.floor(second)
    n = a + b + 1
    return sum(math.comb(n, k) for k in range(a + 1)) / (1 << n)
