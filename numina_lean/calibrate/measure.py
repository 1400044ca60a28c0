"""Gates run over labelled statements, and what each of them caught and lost."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from numina_lean.calibrate.genuine import unfit
from numina_lean.calibrate.intervals import Share
from numina_lean.calibrate.labelled import Labelled
from numina_lean.check.verdict import Verdict
from numina_lean.gates.compile import statement_item
from numina_lean.gates.gate import Bench, GateName, Ruling, Subject
from numina_lean.gates.order import DETERMINISTIC, examine_all

PROVING: frozenset[GateName] = frozenset({"vacuity", "refutation"})
"""Gates whose objection is a proof: what they object to is wrong, whatever its label says."""
PROVING_CODES = frozenset({"counterexample", "contradictory_hypotheses", "numeral_type"})
"""Findings of the lint that are exact: worked out, or proved by a tactic."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A labelled statement with the rulings of all gates; or why it was left out.

    `left_out` is a code: of `genuine.Unfit`, `unreadable`, or `not_judged` for one that does not
    elaborate.
    """

    row: Labelled
    rulings: tuple[Ruling, ...] = ()
    left_out: str | None = None

    @property
    def objections(self) -> tuple[Ruling, ...]:
        return tuple(ruling for ruling in self.rulings if not ruling.passed)

    @property
    def caught(self) -> bool:
        return bool(self.objections)

    @property
    def shown_wrong(self) -> Ruling | None:
        """The objection that is a proof, if there is one."""
        for ruling in self.objections:
            exact = ruling.gate == "lint" and ruling.reason in PROVING_CODES
            if ruling.gate in PROVING or exact:
                return ruling
        return None


def examine_rows(
    rows: Sequence[Labelled], bench: Bench, threads: int, done: Callable[[], None]
) -> list[Examined]:
    """Every row examined, in order; `done` is called after each, from a thread of its own."""

    def one(row: Labelled) -> Examined:
        try:
            return examine_row(row, bench)
        finally:
            done()

    with ThreadPoolExecutor(threads, thread_name_prefix="calibrate") as pool:
        return list(pool.map(one, rows))


def examine_row(row: Labelled, bench: Bench) -> Examined:
    """One row: left out if it does not elaborate or is no mutant, else put to every gate."""
    if not row.readable:
        return Examined(row, left_out="unreadable")
    if row.mutant is not None:
        reason = unfit(row.mutant, bench)
        if reason is not None:
            return Examined(row, left_out=str(reason))
    subject = Subject(row.problem, row.statement)
    outcome = bench.checker.check(statement_item(subject, bench))
    if outcome.verdict is not Verdict.STATEMENT:
        return Examined(row, left_out="not_judged")
    return Examined(row, examine_all(subject, bench))


@dataclass(frozen=True, slots=True)
class Figures:
    """What gates come to over some rows.

    `caught`: wrong ones objected to; `lost`: right ones objected to; `lost_unproved`: those of them
    that no proof shows to be wrong after all. `precision`: of what was objected to, the wrong ones.
    """

    caught: Share
    lost: Share
    lost_unproved: Share
    precision: Share


def figures(examined: Iterable[Examined], gate: GateName | None = None) -> Figures:
    """The figures of one gate by itself, or of all together. Rows that were left out don't count.

    Rows labelled right that a proof shows to be wrong count as lost, and not in `lost_unproved`,
    whose total they are not in either.
    """
    wrong = right = caught = lost = shown = lost_unproved = 0
    for each in examined:
        if each.left_out is not None:
            continue
        stopped = [ruling for ruling in each.objections if gate in (None, ruling.gate)]
        if not each.row.right:
            wrong += 1
            caught += bool(stopped)
            continue
        right += 1
        lost += bool(stopped)
        if each.shown_wrong is not None:
            shown += 1
        else:
            lost_unproved += bool(stopped)
    return Figures(
        Share(caught, wrong),
        Share(lost, right),
        Share(lost_unproved, right - shown),
        Share(caught, caught + lost),
    )


def by_fault(examined: Iterable[Examined]) -> dict[str, list[Examined]]:
    """Wrong rows that were examined, by their fault, in order of the faults' names."""
    found: dict[str, list[Examined]] = {}
    for each in examined:
        if not each.row.right and each.left_out is None:
            found.setdefault(each.row.fault, []).append(each)
    return dict(sorted(found.items()))


def first_gates(examined: Iterable[Examined]) -> Counter[GateName]:
    """How many rows each gate was the first to stop."""
    return Counter(each.objections[0].gate for each in examined if each.caught)


def left_out(examined: Iterable[Examined]) -> Counter[str]:
    """How many rows were left out, by reason."""
    return Counter(each.left_out for each in examined if each.left_out is not None)


GATES: tuple[GateName, ...] = tuple(name for name, _ in DETERMINISTIC)
