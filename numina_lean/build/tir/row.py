"""Rows of the TIR build: a problem that asks for a value, and what came of sampling it."""

from dataclasses import asdict, dataclass

from numina_lean.build.stage import Form, Record, flat
from numina_lean.build.tir.verdict import Fate


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """`answer`: the reference, a value. `source`: where the problem is from, where it is known."""

    id: str
    problem: str
    answer: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sample of one pass (passes count from 1), and what became of it."""

    number: int
    sample: int
    fate: Fate
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A problem after its passes. `solutions`: texts of the samples that were kept, each once;
    none where all passes failed.
    """

    id: str
    problem: str
    answer: str
    source: str
    attempts: tuple[Attempt, ...]
    solutions: tuple[str, ...]


def _sampled(record: Record) -> Sampled:
    return Sampled(
        record["id"], record["problem"], record["answer"], record["source"],
        tuple(Attempt(**each) for each in record["attempts"]), tuple(record["solutions"]),
    )  # fmt: skip


VALUE_PROBLEM: Form[ValueProblem] = flat(ValueProblem)
SAMPLED: Form[Sampled] = Form(asdict, _sampled)
"""How the rows are written in journals."""
