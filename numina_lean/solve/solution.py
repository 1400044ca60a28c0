"""What came of one problem, as a row: the answer, the votes, and each sample in short."""

from collections import Counter
from dataclasses import asdict, dataclass

from numina_lean.problems.problem import Problem
from numina_lean.solve.classes import Classes
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.solver import Solved
from numina_lean.solve.trace import Ended

NO_REFERENCE = frozenset({"", "proof", "notfound"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One trace in short. `key` names the class of its answer; `correct` is None where no answer
    is known. `failures`: programs that did not end well, of `programs`.
    """

    sample: int
    ended: Ended
    answer: str | None
    key: str | None
    correct: bool | None
    programs: int
    failures: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Solution:
    """A row of `solutions.jsonl`. `answer` is the winner of the vote, None where nobody answered.

    `width` is how many samples were wanted; `samples` has those that ended by themselves.
    `abstained`: samples without an answer. `early`: the vote was decided before all were in.
    """

    id: str
    problem: str
    reference: str | None
    answer: str | None
    correct: bool | None
    width: int
    early: bool
    votes: tuple[tuple[str, float], ...]
    abstained: int
    samples: tuple[Sample, ...]
    tokens: int
    programs: int
    seconds: float
    source: str = ""

    def record(self) -> dict[str, object]:
        """The row as JSON has it."""
        return asdict(self)

    def endings(self) -> Counter[str]:
        return Counter(sample.ended for sample in self.samples)


def solution_of(solved: Solved, procedure: Procedure) -> Solution:
    """The row for what was solved. Compares with the reference: may take a moment."""
    problem = solved.problem
    classes = Classes(procedure)
    keys = {
        trace.sample: classes(trace.answer)
        for trace in solved.traces
        if trace.ended == "answered" and trace.answer is not None
    }
    winner = solved.votes.winner
    reference = reference_of(problem)
    target = None if reference is None else classes(reference)
    samples = tuple(
        Sample(
            sample=trace.sample,
            ended=trace.ended,
            answer=trace.answer,
            key=keys.get(trace.sample),
            correct=None if reference is None else _same(keys.get(trace.sample), target),
            programs=sum(turn.output is not None for turn in trace.turns),
            failures=trace.failures,
            tokens=trace.tokens,
        )
        for trace in solved.traces
        if trace.ended is not None and trace.ended != "stopped"
    )
    return Solution(
        id=problem.id,
        problem=problem.problem,
        reference=reference,
        answer=winner,
        correct=None if reference is None else _same(winner, target),
        width=procedure.samples,
        early=solved.early,
        votes=tuple((each.answer, each.weight) for each in solved.votes.classes),
        abstained=solved.votes.abstained,
        samples=samples,
        tokens=sum(trace.tokens for trace in solved.traces),
        programs=sum(sample.programs for sample in samples),
        seconds=round(solved.seconds, 3),
        source=problem.source,
    )


def reference_of(problem: Problem) -> str | None:
    """The known answer; None for what is no value."""
    return None if problem.answer.strip() in NO_REFERENCE else problem.answer


def _same(key: str | None, target: str | None) -> bool:
    return key is not None and key == target
