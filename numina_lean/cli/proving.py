"""The loop of `numina-lean prove`: rows of a corpus in, the same rows with more proofs out."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numina_lean
from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.cli.proving_input import Input, broken_loss
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.folder import Row, provenance
from numina_lean.corpus.row import RlData
from numina_lean.corpus.taken import TakenOver, as_loss
from numina_lean.formalize.model_source import BudgetSpentError
from numina_lean.models.model import ModelError
from numina_lean.prove.minimise import minimise
from numina_lean.prove.model import Answers, Prover, sample_proofs
from numina_lean.prove.order import Statistics, observed
from numina_lean.prove.prove import Search
from numina_lean.prove.search import search
from numina_lean.prove.sketch import Sketcher, prove_by_sketch
from numina_lean.translate.reading import UnreadableError, read_statement
from numina_lean.translate.statement import Profile, Statement

READ_AHEAD = 256
"""Rows between the oldest in flight and the newest."""

_MINIMISING_HEARTBEATS = 400_000


@dataclass(slots=True)
class Proving:
    """What is done with a row. `started_with` gives the order of the search for the whole run;
    `observed` grows.
    """

    checker: Checker
    started_with: Statistics
    seconds: float
    timeout: float
    shorten: bool = False
    recheck: bool = False
    prover: Prover | None = None
    sketcher: Sketcher | None = None
    observed: Statistics = field(default_factory=lambda: Statistics({}))

    async def row(self, position: int, row: Row) -> TakenOver:
        """The row as it was, or with a proof, or with what a prover model came to."""
        identity = str(row["uuid"])
        if "broken" in row:
            return TakenOver(position, identity, losses=(broken_loss(row, position),))
        if row.get("formal_proof"):
            if not self.recheck:
                return TakenOver(position, identity, (row,))
            item = self._item(row, str(row["formal_proof"]))
            outcome = await asyncio.to_thread(self.checker.check, item)
            if outcome.verdict is not Verdict.ERROR and outcome.verdict is not Verdict.REJECTED:
                return TakenOver(position, identity, (row,))
            loss = as_loss(row, "recheck", f"proof_{outcome.verdict}", outcome.detail or "")
            kept = await self._proved(_without_proof(row))
            return TakenOver(position, identity, (kept,), (loss,))
        return TakenOver(position, identity, (await self._proved(row),))

    async def _proved(self, row: Row) -> Row:
        text = str(row.get("formal_statement") or "")
        try:
            statement = read_statement(text)
        except UnreadableError:
            return row
        outcome = await asyncio.to_thread(self.checker.check, Item("statement", text, self.timeout))
        if outcome.verdict is not Verdict.STATEMENT:
            return row
        found = await asyncio.to_thread(self._search, statement, profile_of(row))
        self.observed += observed(statement, found)
        if found.proof is not None:
            tactic = found.proof.tactic
            return await self._with_proof(row, statement, found, tactic, found.proof.source, None)
        try:
            return await self._by_model(row, statement, found)
        except ModelError as error:  # of a single sample it does not get here
            raise BudgetSpentError(error.detail) from error

    def _search(self, statement: Statement, profile: Profile) -> Search:
        return search(
            statement,
            self.checker,
            profile=profile,
            statistics=self.started_with,
            timeout=self.timeout,
            seconds=self.seconds,
        )

    async def _by_model(self, row: Row, statement: Statement, found: Search) -> Row:
        if self.prover is None:
            return row
        problem = row.get("problem")
        answers = await sample_proofs(statement, self.prover, self.checker, problem=problem)
        source, tactic = None, self.prover.name
        if answers.proof is not None:
            source = answers.proof.source
        elif self.sketcher is not None:
            source = await prove_by_sketch(
                statement,
                self.sketcher,
                self.checker,
                profile=profile_of(row),
                statistics=self.started_with,
                problem=problem,
            )
            tactic = f"{self.sketcher.model.name} (steps)"
        if source is None:
            return with_answers(row, answers)
        return await self._with_proof(row, statement, found, tactic, source, answers)

    async def _with_proof(
        self,
        row: Row,
        statement: Statement,
        found: Search,
        tactic: str,
        source: str,
        answers: Answers | None,
    ) -> Row:
        """The row with the proof, if its own text, not our reading of it, accepts the proof."""
        if self.shorten:
            shorter = await asyncio.to_thread(
                minimise, source, statement, self.checker,
                timeout=self.timeout, heartbeats=_MINIMISING_HEARTBEATS,
            )  # fmt: skip
            source = shorter.source
        outcome = await asyncio.to_thread(self.checker.check, self._item(row, source))
        if outcome.verdict is not Verdict.PROVED:
            return row
        row = with_answers(row, answers) if answers is not None else row
        seconds = found.seconds + (answers.seconds if answers is not None else 0.0)
        attempts = len(found.attempts) + (len(answers.answers) if answers is not None else 0)
        return with_proof(row, source, tactic, attempts, seconds, outcome)

    def _item(self, row: Row, source: str) -> Item:
        reference = str(row["formal_statement"])
        return Item(f"{row['uuid']}:proof", source, self.timeout, reference=reference,
                    heartbeats=_MINIMISING_HEARTBEATS)  # fmt: skip


def profile_of(row: Mapping[str, object]) -> Profile:
    """What the row says, or what its statement imports."""
    said = provenance(row).get("profile")
    if said in ("core", "mathlib"):
        return "core" if said == "core" else "mathlib"
    return "mathlib" if "import Mathlib" in str(row.get("formal_statement")) else "core"


def with_proof(
    row: Row, source: str, tactic: str, attempts: int, seconds: float, outcome: Outcome
) -> Row:
    details = provenance(row)
    return {
        **row,
        "formal_proof": source,
        "provenance": {
            **details,
            "verdict": str(outcome.verdict),
            "tactic": tactic,
            "attempts": int(details.get("attempts") or 0) + attempts,
            "proof_seconds": float(details.get("proof_seconds") or 0.0) + seconds,
            "engine": details.get("engine") or outcome.lean.engine,
            "lean_version": details.get("lean_version") or outcome.lean.lean_version,
            "package_version": numina_lean.__version__,
        },
    }


def with_answers(row: Row, answers: Answers) -> Row:
    """The row with what the prover model's samples came to, added to what it has."""
    if not answers.asked:
        return row
    before = row.get("rl_data") or {}
    asked = int(before.get("n_proofs") or 0) + answers.asked
    correct = int(before.get("n_correct_proofs") or 0) + answers.correct
    return {**row, "rl_data": RlData(asked, correct).fields()}


def _without_proof(row: Row) -> Row:
    details = {**provenance(row), "verdict": str(Verdict.STATEMENT), "tactic": None}
    return {**row, "formal_proof": None, "provenance": details}


async def run(
    rows: Iterator[Row],
    corpus: Corpus,
    proving: Proving,
    *,
    concurrency: int,
    limit: int | None,
    stop: Callable[[], None],
    advance: Callable[[int], None],
    recorded: Callable[[], None],
) -> None:
    """Take the rows that `corpus` does not have yet through `proving`, `concurrency` at a time.

    `stop` is called where the loop is left by an exception, so that threads end; `recorded` after
    rows are kept.
    """
    todo = _todo(rows, corpus, limit, advance)
    flight: dict[asyncio.Task[TakenOver], int] = {}
    newest, more = -1, True
    try:
        while more or flight:
            while more and len(flight) < concurrency and _near(flight, newest):
                job = next(todo, None)
                if job is None:
                    more = False
                    break
                newest, row = job
                flight[asyncio.create_task(proving.row(newest, row))] = newest
            if flight:
                done, _ = await asyncio.wait(flight, return_when=asyncio.FIRST_COMPLETED)
                await _keep(done, corpus, advance)
                for task in done:
                    del flight[task]
                recorded()
    except BaseException:
        stop()
        raise
    finally:
        for task in flight:
            task.cancel()
        await asyncio.gather(*flight, return_exceptions=True)


async def _keep(
    done: set[asyncio.Task[TakenOver]], corpus: Corpus, advance: Callable[[int], None]
) -> None:
    """Record what is finished; then raise what failed."""
    failed = [task for task in done if task.exception() is not None]
    finished = [task.result() for task in done if task not in failed]
    await asyncio.to_thread(corpus.record, finished)
    advance(len(finished))
    for task in failed:
        task.result()


def _near(flight: Mapping[asyncio.Task[TakenOver], int], newest: int) -> bool:
    return not flight or newest - min(flight.values()) < READ_AHEAD


def _todo(
    rows: Iterator[Row], corpus: Corpus, limit: int | None, advance: Callable[[int], None]
) -> Iterator[tuple[int, Row]]:
    for position, row in enumerate(islice(rows, limit)):
        if corpus.is_finished(position, str(row["uuid"])):
            advance(1)
        else:
            yield position, row


def take_losses(source: Input, corpus: Corpus) -> None:
    """Take over the side table of a corpus, behind its rows."""
    first = source.count() or 0
    for number, loss in enumerate(source.losses(), start=first):
        problem = str(loss.get("problem_id"))
        if not corpus.is_finished(number, problem):
            corpus.record([TakenOver(number, problem, losses=(loss,))])
