"""What happens to one problem: samples, gates, repairs, judges, a choice of what is left, a proof.

Samples are drawn a few at a time and judged in their order: sample i is begun only while the
samples up to i - width leave the outcome open. So what is drawn, kept and lost is a function of the
answers and not of the order in which they came, and a run that is killed and gone on with gives the
same. What was begun beyond the sample that decides is cancelled, and leaves no row.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from numina_lean.corpus.corpus import Finished
from numina_lean.corpus.row import Loss
from numina_lean.formalize.rows import RowMaker
from numina_lean.formalize.source import Proposer, Source
from numina_lean.formalize.trial import Attempt, Trials
from numina_lean.gates.equivalence import Clustering, EquivalenceReason
from numina_lean.gates.gate import Ruling, Subject
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.problems.select import Skipped
from numina_lean.prove.prove import Search
from numina_lean.translate.statement import Statement
from numina_lean.translate.translator import Declined

BROKEN = "broken_row"
REPEATED = "repeated_statement"
KNOWN = "known_statement"

Judge = Callable[[Subject], Awaitable[Sequence[Ruling]]]
"""Takes a subject past the gates that ask a model, up to the first that it does not pass."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done for one problem.

    `width`: samples drawn at a time; `enough`: candidates past all gates that end the sampling;
    `tokens`: prompt and completion tokens of the generator after which no further sample is begun,
    None for no such limit.
    """

    width: int = 4
    enough: int = 3
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Formalizer:
    """Takes problems through the stages; used by many tasks at once.

    `canonical` gives the same key for statements that are the same up to names; `known` are keys of
    statements that need not be found again. `cluster` and `prove` block, and run in `threads`.
    `tell` is given the rulings of every attempt.
    """

    source: Source
    rows: RowMaker
    trials: Trials
    judge: Judge
    canonical: Callable[[Statement], bytes]
    cluster: Callable[[Sequence[Statement]], Clustering]
    prove: Callable[[Statement], Search]
    threads: Executor
    tell: Callable[[Sequence[Ruling]], None]
    effort: Effort = Effort()
    known: frozenset[bytes] = field(default=frozenset())

    def broken(self, position: int, row: BrokenRow) -> Finished:
        """What is kept of a row that could not be read."""
        loss = self.rows.unread(position, row.id, row.detail, BROKEN)
        return Finished(position, row.id, (), (loss,))

    def skipped(self, position: int, problem: Problem, why: Skipped) -> Finished:
        """What is kept of a problem that is not selected."""
        loss = self.rows.lost(position, problem, "select", str(why.reason), why.detail)
        return Finished(position, problem.id, (), (loss,))

    async def formalize(self, position: int, problem: Problem) -> Finished:
        """Take a selected problem through the rest. Raises as a `Proposer` does."""
        proposer = await self.source.open(problem)
        if isinstance(proposer, Declined):
            loss = self.rows.lost(position, problem, "translate", proposer.reason, proposer.detail)
            return Finished(position, problem.id, (), (loss,))
        attempts = await _Sampling(self, problem, proposer).run()
        return await self._choose(position, problem, attempts)

    async def _choose(
        self, position: int, problem: Problem, attempts: Sequence[Attempt]
    ) -> Finished:
        """The best of the candidates that are left, and losses for all other attempts."""
        for each in attempts:
            self.tell(each.rulings)
        left = [each for each in attempts if each.failure is None]
        losses = [self._loss(position, problem, each) for each in attempts if each.failure]
        if not left:
            return Finished(position, problem.id, (), tuple(losses))
        statements = [_statement(each) for each in left]
        loop = asyncio.get_running_loop()
        clustering = await loop.run_in_executor(self.threads, self.cluster, statements)
        chosen = left[clustering.chosen]
        agreeing = clustering.classes[0]
        for index, each in enumerate(left):
            if each is not chosen:
                ruled = each.ruled(_not_chosen(index in agreeing, chosen))
                losses.append(self._loss(position, problem, ruled))
        search = await loop.run_in_executor(self.threads, self.prove, _statement(chosen))
        row = self.rows.kept(position, problem, chosen, len(agreeing), search)
        return Finished(position, problem.id, (row,), tuple(losses))

    def _loss(self, position: int, problem: Problem, attempt: Attempt) -> Loss:
        failure = attempt.failure
        assert failure is not None
        return self.rows.lost(position, problem, *failure, attempt)


class _Sampling:
    """The samples of one problem under way."""

    def __init__(self, formalizer: Formalizer, problem: Problem, proposer: Proposer) -> None:
        self._formalizer = formalizer
        self._problem = problem
        self._proposer = proposer
        self._first: dict[bytes, int] = {}
        """Canonical key → the sample that first came to it."""
        self._tasks: list[asyncio.Task[tuple[Attempt, ...]]] = []
        self._named: list[asyncio.Event] = []
        """Of each sample: whether it is known to be the first with its key, or a repetition."""

    async def run(self) -> list[Attempt]:
        """All attempts of the samples up to the one that decides, in order."""
        attempts: list[Attempt] = []
        most = self._proposer.most
        try:
            for sample in range(most):
                for begun in range(
                    len(self._tasks), min(sample + self._formalizer.effort.width, most)
                ):
                    self._named.append(asyncio.Event())
                    self._tasks.append(asyncio.create_task(self._sample(begun)))
                attempts += await self._tasks[sample]
                if self._decided(attempts):
                    break
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return attempts

    async def _sample(self, sample: int) -> tuple[Attempt, ...]:
        *failed, last = await self._formalizer.trials.run(self._problem, self._proposer, sample)
        if sample:
            await self._named[sample - 1].wait()
        repeated = self._repetition(sample, last)
        self._named[sample].set()
        if repeated is not None:
            last = last.ruled(repeated)
        elif last.failure is None:
            subject = Subject(self._problem, _statement(last), sample)
            last = last.ruled(*await self._formalizer.judge(subject))
        return (*failed, last)

    def _repetition(self, sample: int, attempt: Attempt) -> Ruling | None:
        """The ruling against what an earlier sample, or an earlier run, came to as well."""
        if attempt.failure is not None:
            return None
        key = self._formalizer.canonical(_statement(attempt))
        first = self._first.setdefault(key, sample)
        if key in self._formalizer.known:
            detail = "a corpus that was passed as known has it"
            return Ruling("duplicate", passed=False, reason=KNOWN, detail=detail)
        if first == sample:
            return None
        detail = f"the same statement as sample {first}, up to names"
        return Ruling("duplicate", passed=False, reason=REPEATED, detail=detail)

    def _decided(self, attempts: Sequence[Attempt]) -> bool:
        effort = self._formalizer.effort
        if sum(each.failure is None for each in attempts) >= effort.enough:
            return True
        return effort.tokens is not None and sum(each.tokens for each in attempts) >= effort.tokens


def _statement(attempt: Attempt) -> Statement:
    assert attempt.proposal.statement is not None, "only what holds a statement gets so far"
    return attempt.proposal.statement


def _not_chosen(agrees: bool, chosen: Attempt) -> Ruling:
    detail = f"sample {chosen.proposal.sample} "
    detail += "says the same, more simply" if agrees else "has more candidates on its side"
    reason = EquivalenceReason.NOT_SIMPLEST if agrees else EquivalenceReason.OUTVOTED
    return Ruling("equivalence", passed=False, reason=reason, detail=detail)
