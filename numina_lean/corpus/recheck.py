"""A corpus checked once more by another Lean: what holds there is confirmed, the rest set apart.

Rows of the new folder are accepted, as they are in it, by the Lean that rechecked them, and say so
(`provenance.confirmations`). A statement that it does not accept goes to the side table, at the
stage `recheck`; so does a proof that it does not accept, and its row stays, without a proof. Rows
that this Lean cannot judge, for want of mathlib, stay as they are. What the old side table has is
taken over. A run that was killed goes on where it stopped.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.folder import Folder, Row, open_folder, provenance
from numina_lean.corpus.row import Confirmation
from numina_lean.corpus.taken import TakenOver, as_loss
from numina_lean.errors import EngineUnavailableError


class Result(StrEnum):
    """What became of a row."""

    CONFIRMED = "confirmed"
    UNPROVED = "proof not accepted"
    """Its statement is confirmed."""
    REFUSED = "statement not accepted"
    UNJUDGED = "not judged: needs mathlib"


_ENGINE_GONE = frozenset({"engine_start", "engine_unavailable"})
_AT_ONCE = 16
"""Rows that are recorded together: each time costs the disk a sync."""


@dataclass(frozen=True, slots=True)
class _Pending:
    position: int
    row: Row


def recheck(
    source: Path,
    corpus: Corpus,
    checker: Checker,
    *,
    timeout: float,
    advance: Callable[[], None] = lambda: None,
) -> Counter[Result]:
    """Check the rows of the folder `source` that `corpus` does not have yet, and finish it.

    Returns what became of these rows; those of earlier runs are not among them. `timeout`: seconds
    of wall time for a check. `advance` is called for each row. Raises `InputError` for what is no
    corpus, `EngineUnavailableError` when the engine is gone.
    """
    folder = open_folder(source, ("uuid", "formal_statement", "formal_proof"))
    done: Counter[Result] = Counter()
    pending: deque[_Pending] = deque()
    waiting: list[TakenOver] = []

    def items() -> Iterator[Item]:
        for position, row in enumerate(folder.rows()):
            if corpus.is_finished(position, str(row["uuid"])):
                advance()
                continue
            pending.append(_Pending(position, row))
            yield from _items(row, timeout)

    outcomes = checker.check_all(items())
    for statement in outcomes:
        current = pending.popleft()
        proof = next(outcomes) if current.row.get("formal_proof") else None
        result, finished = _judge(current, statement, proof)
        done[result] += 1
        advance()
        waiting.append(finished)
        if len(waiting) == _AT_ONCE:
            corpus.record(waiting)
            waiting = []
    corpus.record(waiting)
    _take_losses(folder, corpus)
    corpus.flush()
    return done


def _items(row: Row, timeout: float) -> Iterator[Item]:
    statement = str(row["formal_statement"])
    yield Item(f"{row['uuid']}:statement", statement, timeout)
    if row.get("formal_proof"):
        yield Item(f"{row['uuid']}:proof", row["formal_proof"], timeout, reference=statement)


def _judge(
    pending: _Pending, statement: Outcome, proof: Outcome | None
) -> tuple[Result, TakenOver]:
    """What becomes of a row whose statement and proof came to this."""
    _require_engine(statement)
    row = pending.row
    kept: tuple[Row, ...] = ()
    lost: tuple[Row, ...] = ()
    if statement.verdict is Verdict.NEEDS_MATHLIB:
        result, kept = Result.UNJUDGED, (row,)
    elif statement.verdict is not Verdict.STATEMENT:
        result, lost = Result.REFUSED, (_loss(row, "statement", statement),)
    elif proof is None:
        result, kept = Result.CONFIRMED, (_confirmed(row, statement),)
    else:
        _require_engine(proof)
        if proof.verdict is Verdict.PROVED:
            result, kept = Result.CONFIRMED, (_confirmed(row, proof),)
        else:
            result, kept = Result.UNPROVED, (_confirmed(_without_proof(row), statement),)
            lost = (_loss(row, "proof", proof),)
    return result, TakenOver(pending.position, str(row["uuid"]), kept, lost)


def _require_engine(outcome: Outcome) -> None:
    """An outcome that speaks of the engine says nothing about the row."""
    if outcome.reason in _ENGINE_GONE:
        raise EngineUnavailableError(f"the engine is gone: {outcome.detail or outcome.reason}")


def _confirmed(row: Row, outcome: Outcome) -> Row:
    """The row with `outcome` among its confirmations, unless it was made with that very Lean."""
    details = provenance(row)
    lean = outcome.lean
    this = (lean.engine, lean.lean_version, lean.mathlib_revision)
    names = ("engine", "lean_version", "mathlib_revision")
    if tuple(details.get(name) for name in names) == this:
        return row
    others = [
        each
        for each in details.get("confirmations") or ()
        if tuple(each[name] for name in names) != this
    ]
    confirmation = Confirmation(*this, str(outcome.verdict), outcome.seconds)
    return {**row, "provenance": {**details, "confirmations": [*others, asdict(confirmation)]}}


def _without_proof(row: Row) -> Row:
    """The row as a statement alone."""
    details = {**provenance(row), "verdict": str(Verdict.STATEMENT), "tactic": None}
    return {**row, "formal_proof": None, "provenance": details}


def _loss(row: Row, part: str, outcome: Outcome) -> Row:
    """The row as a loss: `statement_error`, `proof_timeout`, and what Lean said."""
    errors = (error.text.partition("\n")[0] for error in outcome.errors)
    said = outcome.detail or next(errors, "") or outcome.reason or ""
    lean = outcome.lean
    detail = f"{lean.engine} {lean.lean_version}: {said}"
    return as_loss(row, "recheck", f"{part}_{outcome.verdict}", detail)


def _take_losses(folder: Folder, corpus: Corpus) -> None:
    """Take over the old side table, behind the rows."""
    first = folder.data.count()
    batch: list[TakenOver] = []
    for number, loss in enumerate(folder.losses(), start=first):
        problem = str(loss.get("problem_id"))
        if not corpus.is_finished(number, problem):
            batch.append(TakenOver(number, problem, losses=(loss,)))
        if len(batch) == _AT_ONCE:
            corpus.record(batch)
            batch = []
    corpus.record(batch)
