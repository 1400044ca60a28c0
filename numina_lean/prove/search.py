"""Search without a model: the portfolio and proofs made for a statement, in a learnt order.

The proofs of `METHODS` come from a reading of the statement's text (`context`), never from its
name or from a list of statements: each is a scheme that fits any statement of its shape. What is
found is Lean text after the statement's own `:=`, and the checker holds it to the statement as its
reference. So a wrong reading can cost time and no more.
"""

from collections.abc import Iterator

from numina_lean.check.verdict import Item, Verdict
from numina_lean.prove import boxes, gcds, modular, sequences, witnesses
from numina_lean.prove.order import Statistics, ordered
from numina_lean.prove.portfolio import Tactic, portfolio
from numina_lean.prove.prove import Attempt, Checker, Search
from numina_lean.translate.statement import Profile, Statement

SECONDS = 20.0
"""What a statement may take inside Lean, all attempts together."""

METHODS = (
    Tactic("linear_gcd", gcds.linear_gcd, heartbeats=40_000),
    Tactic("impossible_remainders", modular.impossible, heartbeats=100_000),
    Tactic("closed_form", sequences.closed_form, heartbeats=60_000),
    Tactic("identities", witnesses.identities, heartbeats=40_000),
    Tactic("cofactor", witnesses.cofactor, heartbeats=80_000),
    Tactic("small_witnesses", witnesses.numbers, heartbeats=40_000),
    Tactic("nearby_witnesses", witnesses.terms, heartbeats=40_000),
    Tactic("periods", modular.periods, heartbeats=60_000),
    Tactic("divisors", boxes.divisors, heartbeats=100_000),
    Tactic("box", boxes.box, heartbeats=100_000),
    Tactic("cases", boxes.cases, heartbeats=60_000),
    Tactic("casts", sequences.casts, heartbeats=40_000),
    Tactic("chain", sequences.chain, heartbeats=100_000),
    Tactic("iteration", sequences.iteration, heartbeats=100_000),
    Tactic("rewriting", sequences.rewriting, heartbeats=400_000),
)
"""What is tried beside the portfolio, on Lean's own library. `modular`'s and `box`'s proofs use
`grind`, which came after Lean 4.15."""

_MOST_CRASHES = 2


def tactics(profile: Profile) -> tuple[Tactic, ...]:
    """The portfolio, and the methods of this module where the profile has what they need."""
    return (*portfolio(profile), *METHODS) if profile == "core" else portfolio(profile)


def search(
    statement: Statement,
    checker: Checker,
    *,
    profile: Profile,
    statistics: Statistics,
    timeout: float = SECONDS,
    seconds: float = SECONDS,
) -> Search:
    """Try everything there is, what promises most proofs a second first.

    `timeout` is for each attempt, `seconds` for all of them, both of Lean's time. The order, and
    so what is found, follows from `statistics` and the statement alone, as long as neither limit
    is met.
    """
    attempts: list[Attempt] = []
    left, crashes = seconds, 0
    for tactic, source in _candidates(statement, profile, statistics):
        item = Item(
            id=f"{statement.name}:{tactic.name}",
            source=source,
            timeout=min(timeout, left),
            heartbeats=tactic.heartbeats,
            reference=statement.source(),
        )
        outcome = checker.check(item)
        attempts.append(Attempt(tactic.name, source, outcome))
        crashes += outcome.verdict is Verdict.CRASHED
        left -= outcome.seconds
        if attempts[-1].succeeded or crashes == _MOST_CRASHES or left <= _LEAST_LEFT:
            break
    return Search(tuple(attempts))


_LEAST_LEFT = 0.1
"""Seconds in which no attempt is worth its start."""


def _candidates(
    statement: Statement, profile: Profile, statistics: Statistics
) -> Iterator[tuple[Tactic, str]]:
    for tactic in ordered(tactics(profile), statement, statistics):
        for proof in tactic.proofs(statement):
            yield tactic, statement.source(proof)
