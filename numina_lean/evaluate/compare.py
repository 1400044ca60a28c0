"""Two evaluations, problem by problem: is the change from A to B real?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import lcm
from typing import Literal

import numpy as np

from numina_lean.errors import InputError
from numina_lean.evaluate.ballot import Reading, Rule
from numina_lean.evaluate.bootstrap import LEVEL, Interval, over_problems
from numina_lean.evaluate.folder import Manifest, SuiteRun
from numina_lean.evaluate.paired import McNemar, mcnemar, sign_flip
from numina_lean.evaluate.scores import Ballots, common_ballots, samples, votes

Verdict = Literal["better", "worse", "not shown"]


@dataclass(frozen=True, slots=True)
class Shift:
    """A problem on which the runs differ: the share of seeds whose vote is right, in A and B."""

    id: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A under one rule. `a` and `b`: shares of right votes, means over seeds.

    `interval`: of `difference` (b - a), by bootstrap over problems. `p`: of the permutation test
    over problems, two-sided. `by_seed`: McNemar's test for each seed that both have. `sample…`: the
    same of single samples. `wins` and `losses`: the largest shifts first.
    """

    rule: Rule
    problems: int
    a: float
    b: float
    difference: float
    interval: Interval
    p: float
    by_seed: Mapping[int, McNemar]
    sample_difference: float
    sample_interval: Interval
    wins: tuple[Shift, ...]
    losses: tuple[Shift, ...]

    @property
    def verdict(self) -> Verdict:
        """`not shown` where a difference as large would come by chance in more than 5 %."""
        if self.p > 1 - LEVEL:
            return "not shown"
        return "better" if self.difference > 0 else "worse"

    def record(self) -> dict[str, object]:
        return asdict(self) | {"verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class SuiteComparison:
    """`rules`: a comparison for each rule. `notes`: in what else the runs differ."""

    suite: str
    title: str
    rules: tuple[Comparison, ...]
    notes: tuple[str, ...]

    def record(self) -> dict[str, object]:
        return {
            "suite": self.suite,
            "title": self.title,
            "notes": list(self.notes),
            "rules": [each.record() for each in self.rules],
        }


def compare(a: Sequence[SuiteRun], b: Sequence[SuiteRun]) -> tuple[SuiteComparison, ...]:
    """The suites that both have. Raises `InputError` where there is none, or no common problem."""
    theirs = {run.manifest.suite: run for run in b}
    pairs = [(run, theirs[run.manifest.suite]) for run in a if run.manifest.suite in theirs]
    if not pairs:
        raise InputError(
            f"nothing to compare: A has {_names(a)}, B has {_names(b)}. Pass runs of one suite"
        )
    return tuple(_suite(*pair) for pair in pairs)


def _names(runs: Sequence[SuiteRun]) -> str:
    return ", ".join(run.manifest.suite for run in runs)


def _suite(a: SuiteRun, b: SuiteRun) -> SuiteComparison:
    name = a.manifest.suite
    for field in ("answer_mode", "modulus"):
        ours, others = getattr(a.manifest, field), getattr(b.manifest, field)
        if ours != others:
            raise InputError(
                f"{name}: answers were read with {field} {ours} in A and {others} in B. "
                "Evaluate one of them again, as the other"
            )
    same = _same_problems(a, b)
    readings = zip(a.manifest.readings, b.manifest.readings, strict=True)
    rules = tuple(
        found
        for ours, others in readings
        if (found := _comparison(ours.rule, _of(a, same, ours), _of(b, same, others))) is not None
    )
    if not rules:
        raise InputError(f"{name}: A and B have no problem in common that is finished in both")
    return SuiteComparison(name, a.manifest.title, rules, tuple(_notes(a, b, same)))


def _texts(run: SuiteRun) -> dict[str, tuple[str, str | None]]:
    return {
        each.id: (each.problem, each.reference)
        for solutions in run.seeds.values()
        for each in solutions
    }


def _same_problems(a: SuiteRun, b: SuiteRun) -> frozenset[str]:
    """The ids under which both have the same problem with the same answer."""
    ours, others = _texts(a), _texts(b)
    return frozenset(id for id, text in ours.items() if others.get(id) == text)


@dataclass(frozen=True, slots=True)
class _Side:
    seeds: tuple[int, ...]
    ballots: Ballots


def _of(run: SuiteRun, ids: frozenset[str], rule: Reading) -> _Side:
    found = common_ballots(run.seeds, rule)
    return _Side(tuple(run.seeds), {id: row for id, row in found.items() if id in ids})


def _comparison(rule: Rule, a: _Side, b: _Side) -> Comparison | None:
    """Of the problems that both have finished with all of their seeds; None where there are none"""
    both = [id for id in a.ballots if id in b.ballots]
    if not both:
        return None
    ballots_a, ballots_b = ({id: side.ballots[id] for id in both} for side in (a, b))
    votes_a, votes_b = votes(ballots_a), votes(ballots_b)
    before, after = votes_a.mean(axis=1), votes_b.mean(axis=1)
    single = samples(ballots_b).mean(axis=1) - samples(ballots_a).mean(axis=1)
    interval, sample_interval = over_problems(np.stack([after - before, single], axis=1))
    # In whole numbers: the sums of two sign patterns that are equal must be found equal.
    steps = np.rint((after - before) * lcm(len(a.seeds), len(b.seeds))).astype(int).tolist()
    shifts = [Shift(id, float(x), float(y)) for id, x, y in zip(both, before, after, strict=True)]
    shifts.sort(key=lambda each: -abs(each.b - each.a))
    return Comparison(
        rule=rule,
        problems=len(both),
        a=float(before.mean()),
        b=float(after.mean()),
        difference=float((after - before).mean()),
        interval=interval,
        p=sign_flip(steps),
        by_seed={
            seed: mcnemar(
                [row[a.seeds.index(seed)].right for row in ballots_a.values()],
                [row[b.seeds.index(seed)].right for row in ballots_b.values()],
            )
            for seed in a.seeds
            if seed in b.seeds
        },
        sample_difference=float(single.mean()),
        sample_interval=sample_interval,
        wins=tuple(each for each in shifts if each.b > each.a),
        losses=tuple(each for each in shifts if each.b < each.a),
    )


def _notes(a: SuiteRun, b: SuiteRun, same: frozenset[str]) -> Iterator[str]:
    ours, others = _texts(a), _texts(b)
    for name, ids in (("A", ours.keys() - others.keys()), ("B", others.keys() - ours.keys())):
        if ids:
            yield f"{len(ids)} problems are in {name} only."
    changed = len(ours.keys() & others.keys()) - len(same)
    if changed:
        yield f"{changed} problems have another text or answer in B than in A, and are left out."
    yield from _other_settings(a.manifest, b.manifest)


def _other_settings(a: Manifest, b: Manifest) -> Iterator[str]:
    for name in sorted(a.settings.keys() | b.settings.keys()):
        ours, others = a.settings.get(name, "unset"), b.settings.get(name, "unset")
        if ours != others:
            yield f"{name}: {ours} in A, {others} in B."
