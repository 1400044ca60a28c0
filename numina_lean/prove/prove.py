"""Search for a proof of a statement, of its negation, or of a contradiction in its hypotheses.

Every proof found is a whole Lean source that the checker has called `proved`, held to the statement
as its reference, and printed by the same structure that the corpus row is written from. What no
tactic of the portfolio proves is left open: no verdict on its truth follows from that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.prove.binders import has_hypotheses
from numina_lean.prove.instances import counterexample_proof
from numina_lean.prove.portfolio import NEGATION, QUICK, VACUOUS, Tactic, portfolio
from numina_lean.translate.statement import Profile, Statement

_MOST_CRASHES = 2
_COUNTEREXAMPLE = "counterexample"


class Checker(Protocol):
    """What a search needs of a `numina_lean.check.pool.Pool`."""

    def check(self, item: Item) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One proof that was tried. `source` is the whole Lean source."""

    tactic: str
    source: str
    outcome: Outcome

    @property
    def succeeded(self) -> bool:
        return self.outcome.verdict is Verdict.PROVED


@dataclass(frozen=True, slots=True)
class Search:
    """The attempts in order; the last one succeeded, or none did."""

    attempts: tuple[Attempt, ...]

    @property
    def proof(self) -> Attempt | None:
        """The attempt that succeeded."""
        return self.attempts[-1] if self.attempts and self.attempts[-1].succeeded else None

    @property
    def seconds(self) -> float:
        """Time inside Lean over all attempts."""
        return sum(attempt.outcome.seconds for attempt in self.attempts)


def prove(
    statement: Statement,
    checker: Checker,
    *,
    profile: Profile,
    timeout: float,
    quickly: bool = False,
) -> Search:
    """Try the profile's portfolio in order, or `quickly` its head alone.

    `timeout`: seconds of wall time for each tactic.
    """
    entries = portfolio(profile)[: QUICK[profile] if quickly else None]
    candidates = (
        (tactic, statement.source(proof))
        for tactic in entries
        for proof in tactic.proofs(statement)
    )
    return _search(statement.name, statement.source(), candidates, checker, timeout)


def refute(statement: Statement, checker: Checker, *, timeout: float) -> Search:
    """Try to prove that `statement` is false: by its negation, then by a counterexample."""
    candidates = [
        (tactic, statement.negation(proof))
        for tactic in NEGATION
        for proof in tactic.proofs(statement)
    ]
    counterexample = counterexample_proof(statement)
    if counterexample is not None:
        tactic = Tactic(_COUNTEREXAMPLE, counterexample, heartbeats=40_000)
        candidates.append((tactic, statement.negation(counterexample)))
    return _search(f"{statement.name}_negated", statement.negation(), candidates, checker, timeout)


def contradict(statement: Statement, checker: Checker, *, timeout: float) -> Search:
    """Try to prove that the hypotheses of `statement` contradict each other: it would say nothing.

    A statement without hypotheses among its binders is not tried.
    """
    candidates = (
        (tactic, statement.source(proof))
        for tactic in (VACUOUS if has_hypotheses(statement) else ())
        for proof in tactic.proofs(statement)
    )
    return _search(f"{statement.name}_vacuous", statement.source(), candidates, checker, timeout)


def _search(
    name: str,
    reference: str,
    candidates: Iterable[tuple[Tactic, str]],
    checker: Checker,
    timeout: float,
) -> Search:
    attempts: list[Attempt] = []
    crashes = 0
    for tactic, source in candidates:
        item = Item(
            id=f"{name}:{tactic.name}",
            source=source,
            timeout=timeout,
            heartbeats=tactic.heartbeats,
            reference=reference,
        )
        attempt = Attempt(tactic.name, source, checker.check(item))
        attempts.append(attempt)
        crashes += attempt.outcome.verdict is Verdict.CRASHED
        if attempt.succeeded or crashes == _MOST_CRASHES:
            break
    return Search(tuple(attempts))
