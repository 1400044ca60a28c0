"""What the samples of one problem say, as one rule reads them: all that statistics look at.

Three rules read an answer. `strict`: as the integer that it is. `literal`: as Python's `int` or
`float` does, and strictly where Python reads nothing; it is the rule that the AIMO validation sets
were made by, and it takes base-n numerals for what they are not (`2112_6` for 21126). `equality`:
any answer, by `answers.equality`. A reference that Python takes for another integer than it is, is
none by the strict rule: such rows are in the sets by mistake.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from numina_lean.answers.integer import integer, python_integer
from numina_lean.solve.procedure import AnswerMode, Weights
from numina_lean.solve.solution import Sample, Solution

Rule = Literal["strict", "literal", "equality"]
RULES: dict[AnswerMode, tuple[Rule, ...]] = {
    "integer": ("strict", "literal"),
    "general": ("equality",),
}
"""The rules by which the answers of a mode are read."""

MISSING = frozenset({"failed", "stopped"})
"""Samples that did not come to their end: they are absent, not wrong."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How answers are read: a rule, and the modulus and weights of the procedure."""

    rule: Rule
    modulus: int | None = None
    weights: Weights = "equal"


@dataclass(frozen=True, slots=True)
class Ballot:
    """The samples that ended, by sample number.

    `keys`: the class of each one's answer, None where it gave none. `target`: the class of the
    right answer; None where no sample has it. `weights`: what each one's vote counts, 0 or more.
    """

    id: str
    keys: tuple[str | None, ...]
    weights: tuple[float, ...]
    target: str | None

    @property
    def correct(self) -> int:
        """How many samples are right."""
        return 0 if self.target is None else self.keys.count(self.target)

    @property
    def right(self) -> bool:
        """Whether the vote of all samples is right."""
        return self.target is not None and winner(self.keys, self.weights) == self.target


def ballot(solution: Solution, reading: Reading) -> Ballot | None:
    """The samples of `solution`; None where the rule reads no answer in its reference."""
    if solution.reference is None or not reads(solution.reference, reading):
        return None
    samples = sorted(
        (each for each in solution.samples if each.ended not in MISSING),
        key=lambda each: each.sample,
    )
    weights = _weights(solution, samples, reading)
    if reading.rule == "literal":
        keys = tuple(
            literal(each.answer, reading.modulus)
            if each.ended == "answered" and each.answer is not None
            else None
            for each in samples
        )
        target = literal(solution.reference, reading.modulus)
    else:
        keys = tuple(each.key for each in samples)
        target = next((each.key for each in samples if each.correct), None)
    return Ballot(solution.id, keys, weights, target if target in keys else None)


def reads(reference: str, reading: Reading) -> bool:
    """Whether the rule reads an answer in `reference`."""
    match reading.rule:
        case "equality":
            return bool(reference.strip())
        case "literal":
            return literal(reference, reading.modulus) is not None
        case "strict":
            value = integer(reference)
            taken_for = python_integer(reference)
            mistaken = taken_for is not None and taken_for != value
            return _reduced(value, reading.modulus) is not None and not mistaken


def literal(answer: str, modulus: int | None) -> str | None:
    """The class of an answer by the literal rule. What the strict rule reads, it reads as well."""
    value = python_integer(answer)
    return _reduced(integer(answer) if value is None else value, modulus)


def winner(keys: Sequence[str | None], weights: Sequence[float]) -> str | None:
    """The class of the largest weight; of equal ones, the one that comes first.

    The rule of `solve.vote`. A class without weight wins nothing.
    """
    sums: dict[str, float] = {}
    for key, weight in zip(keys, weights, strict=True):
        if key is not None:
            sums[key] = sums.get(key, 0.0) + weight
    best = max(sums, key=lambda key: round(sums[key], 9), default=None)
    return best if best is not None and sums[best] > 0 else None


def _reduced(value: int | None, modulus: int | None) -> str | None:
    if value is None or modulus is None:
        return None if value is None else str(value)
    return str(value % modulus) if value >= 0 else None


def _weights(solution: Solution, samples: Sequence[Sample], reading: Reading) -> tuple[float, ...]:
    """What each sample counted in the vote that was held: its own weight, times the factor that a
    referee gave to its class. A class that the vote does not list was vetoed.
    """
    own = [1.0 / (1 + each.failures) if reading.weights == "clean" else 1.0 for each in samples]
    sums: dict[str, float] = {}
    for each, weight in zip(samples, own, strict=True):
        if each.key is not None:
            sums[each.key] = sums.get(each.key, 0.0) + weight
    held = dict(solution.votes)
    factors = {key: round(held.get(key, 0.0) / total, 9) for key, total in sums.items()}
    return tuple(
        weight * (1.0 if each.key is None else factors[each.key])
        for each, weight in zip(samples, own, strict=True)
    )
