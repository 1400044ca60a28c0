"""Every row of an input tested, compared, ranked and drawn: the making of a plan.

A row passes the tests of a single problem (`criteria`); then exact and near repetitions are taken
away, among the rows and against held-out problems; then each stratum's quota is drawn, hardest
first, with a share at random if that is asked. The plan is a function of the rows and the
settings. Apart from rows that repeat an id, it does not depend on the order of the rows.

What is kept of a row is its decision and its fingerprint, some kilobytes; not its text.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from numina_lean.problems.criteria import examine, question_type
from numina_lean.problems.difficulty import SOURCE_DIFFICULTY, difficulty
from numina_lean.problems.duplicates import Kept, Match
from numina_lean.problems.fingerprint import Fingerprint, fingerprint
from numina_lean.problems.multiple_choice import MULTIPLE_CHOICE, without_options
from numina_lean.problems.plan import (
    DRAW,
    DUPLICATES,
    HELD_OUT,
    READ,
    Decision,
    HeldOut,
    Plan,
    Settings,
    StratumCount,
)
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.problems.skipped import Skipped, Unselected
from numina_lean.problems.strata import quotas, stratum

Precedence = tuple[bool, float, int, str, int]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row that passed the tests of a single problem. `precedence` sorts the better first."""

    decision: Decision
    print: Fingerprint
    precedence: Precedence


class InputDigest:
    """A digest of rows in their order, so that two passes over an input can be compared."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, row: Problem | BrokenRow) -> None:
        parts = (
            (row.id, row.problem, row.answer, row.solution, row.source)
            if isinstance(row, Problem)
            else (row.id, row.detail)
        )
        lengths = ",".join(map(str, map(len, parts)))
        self._hash.update(f"{lengths}\0{''.join(parts)}".encode("utf-8", "replace"))

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def make_plan(
    rows: Iterable[Problem | BrokenRow], settings: Settings, held_out: Sequence[HeldOut] = ()
) -> Plan:
    """Decide on every row. `held_out` are the problems that none may be near."""
    decisions: list[Decision] = []
    candidates: list[_Candidate] = []
    digest = InputDigest()
    for position, row in enumerate(rows):
        digest.add(row)
        decision, candidate = _tested(position, row, settings)
        decisions.append(decision)
        if candidate is not None:
            candidates.append(candidate)
    passed = _distinct(candidates, settings, held_out)
    strata = _draw(passed, settings)
    return Plan(settings, decisions, strata, digest.hexdigest())


def held_out(problem: Problem) -> HeldOut:
    """A problem to keep away from, compared without its options, as rows are."""
    return HeldOut(problem.id, fingerprint(without_options(problem.problem)))


def _tested(
    position: int, row: Problem | BrokenRow, settings: Settings
) -> tuple[Decision, _Candidate | None]:
    if isinstance(row, BrokenRow):
        broken = Unselected.BROKEN_ROW
        return Decision(position, row.id, READ, broken, row.detail), None
    test, outcome = examine(row, settings.limits)
    decision = Decision(
        position,
        row.id,
        test,
        stratum=stratum(row, settings.limits.weights) or "",
        score=difficulty(row, settings.limits.highest_level),
    )
    if isinstance(outcome, Skipped):
        decision.reason, decision.detail = outcome.reason, outcome.detail
        return decision, None
    text = outcome.problem
    if question_type(outcome) == MULTIPLE_CHOICE:
        text = without_options(text)
    return decision, _Candidate(decision, fingerprint(text), _precedence(position, row, outcome))


def _precedence(position: int, row: Problem, outcome: Problem) -> Precedence:
    """Which of rows that repeat each other is kept: the least.

    One that was asked without options, then one of the source that is hardest (in NuminaMath
    also the better curated), then the longer solution, then the lesser id.
    """
    rewritten = outcome.problem is not row.problem
    curated = SOURCE_DIFFICULTY.get(row.source, 0.0)
    return rewritten, -curated, -len(row.solution), row.id, position


def _distinct(
    candidates: list[_Candidate], settings: Settings, held_out: Sequence[HeldOut]
) -> list[_Candidate]:
    """The candidates that repeat none that is kept; the others get their reason."""
    apart, kept = Kept(settings.near, cautious=False), Kept(settings.near)
    for number, each in enumerate(held_out):
        apart.keep(number, each.print)
    names: dict[int, str] = {}
    positions: dict[str, int] = {}
    passed = []
    for candidate in sorted(candidates, key=lambda each: each.precedence):
        decision = candidate.decision
        if match := apart.match(candidate.print):
            decision.test, decision.reason = HELD_OUT, Unselected.HELD_OUT
            decision.similarity = round(match.similarity, 4)
            decision.detail = f"repeats the held-out problem {held_out[match.number].name}"
        elif match := kept.match(candidate.print):
            reason = Unselected.DUPLICATE if match.exact else Unselected.NEAR_DUPLICATE
            _repeats(decision, match, reason, f"repeats {names[match.number]}")
        elif decision.id in positions:
            same = Match(positions[decision.id], 0.0, exact=False)
            _repeats(decision, same, Unselected.DUPLICATE, "another problem has the same id")
        else:
            names[decision.position] = decision.id
            positions[decision.id] = decision.position
            kept.keep(decision.position, candidate.print)
            passed.append(candidate)
    return passed


def _repeats(decision: Decision, match: Match, reason: Unselected, detail: str) -> None:
    decision.test, decision.reason, decision.detail = DUPLICATES, reason, detail
    decision.kept, decision.similarity = match.number, round(match.similarity, 4)


def _draw(passed: list[_Candidate], settings: Settings) -> dict[str, StratumCount]:
    strata: dict[str, list[Decision]] = {}
    for candidate in passed:
        strata.setdefault(candidate.decision.stratum, []).append(candidate.decision)
    weights = settings.limits.weights
    available = {name: len(strata.get(name, ())) for name in weights}
    target = sum(available.values()) if settings.target is None else settings.target
    quota = quotas(target, weights, available)
    counts = {}
    for name, members in sorted(strata.items()):
        members.sort(key=lambda each: (-(each.score or 0), _lot(each, settings.seed)))
        _draw_stratum(members, quota[name], settings)
        scores = [each.score or 0 for each in members if each.reason is None]
        counts[name] = StratumCount(
            weights[name], len(members), quota[name], len(scores),
            min(scores, default=None), max(scores, default=None),
        )  # fmt: skip
    return counts


def _draw_stratum(members: list[Decision], quota: int, settings: Settings) -> None:
    """Mark what is not drawn of `members`, which are ranked already."""
    at_random = round(quota * settings.random_share)
    first, rest = members[: quota - at_random], members[quota - at_random :]
    by_lot = sorted(rest, key=lambda each: _lot(each, settings.seed))
    drawn = {each.position for each in (*first, *by_lot[:at_random])}
    for rank, decision in enumerate(members, start=1):
        decision.rank, decision.test = rank, DRAW
        if decision.position not in drawn:
            decision.reason = Unselected.NOT_DRAWN
            decision.detail = f"rank {rank} of {len(members)}, and {quota} are drawn"


def _lot(decision: Decision, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}\0{decision.id}".encode("utf-8", "replace")).digest()[:16]
