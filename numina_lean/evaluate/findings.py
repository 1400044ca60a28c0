"""What a report says of a suite: scores by each rule, each seed's totals, problems, and notes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from numina_lean.evaluate.ballot import Reading, Rule, ballot
from numina_lean.evaluate.bootstrap import DRAWS, LEVEL, SEED
from numina_lean.evaluate.folder import Manifest, SuiteRun
from numina_lean.evaluate.majority import DRAWS as SUBSETS
from numina_lean.evaluate.scores import Scores, scores
from numina_lean.solve.solution import Solution
from numina_lean.solve.summary import summary_of

_MANY_SEEDS = 10


@dataclass(frozen=True, slots=True)
class Cast:
    """The vote on a problem with one seed. `right`: by each rule that judges it."""

    seed: int
    answer: str | None
    votes: tuple[tuple[str, float], ...]
    abstained: int
    right: Mapping[Rule, bool]


@dataclass(frozen=True, slots=True)
class ProblemFindings:
    """A problem and its votes. `share`: of all its samples, those that are right by each rule that
    judges it.
    """

    id: str
    text: str
    reference: str | None
    share: Mapping[Rule, float]
    casts: tuple[Cast, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """`scores`: by the rules that judge any problem. `totals`: `solve.summary` of each seed.
    `endings`: the share of samples that ended so. `notes`: what a reader has to know.
    """

    manifest: Manifest
    scores: Mapping[Rule, Scores]
    totals: Mapping[int, Mapping[str, object]]
    endings: Mapping[str, float]
    problems: tuple[ProblemFindings, ...]
    notes: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """It as JSON has it."""
        return {
            **self.manifest.model_dump(),
            "seeds": list(self.totals),
            "rules": {rule: _record(found) for rule, found in self.scores.items()},
            "by_seed": [{"seed": seed, **totals} for seed, totals in self.totals.items()],
            "endings": dict(self.endings),
            "notes": list(self.notes),
            "problems": [asdict(each) for each in self.problems],
        }


def findings(run: SuiteRun) -> Findings:
    """What the solutions of a suite come to."""
    made = {reading.rule: scores(run.seeds, reading) for reading in run.manifest.readings}
    judged = {rule: found for rule, found in made.items() if found is not None}
    endings: Counter[str] = Counter()
    for solutions in run.seeds.values():
        for each in solutions:
            endings += each.endings()
    return Findings(
        manifest=run.manifest,
        scores=judged,
        totals={seed: summary_of(solutions) for seed, solutions in run.seeds.items()},
        endings={how: n / endings.total() for how, n in endings.most_common()},
        problems=tuple(_problems(run)),
        notes=tuple(_notes(run, judged)),
    )


def method() -> dict[str, object]:
    """How the intervals of all findings were made."""
    return {
        "intervals": "percentile bootstrap",
        "level": LEVEL,
        "draws": DRAWS,
        "seed": SEED,
        "over_problems": "problems drawn with replacement, each with the mean of its seeds",
        "over_seeds": "seeds drawn with replacement, each with the mean of its problems",
    }


def _problems(run: SuiteRun) -> Iterator[ProblemFindings]:
    by_id: dict[str, list[tuple[int, Solution]]] = {}
    for seed, solutions in run.seeds.items():
        for each in solutions:
            by_id.setdefault(each.id, []).append((seed, each))
    for found in by_id.values():
        yield _problem(found, run.manifest.readings)


def _problem(found: Sequence[tuple[int, Solution]], readings: Sequence[Reading]) -> ProblemFindings:
    casts: list[Cast] = []
    samples: Counter[Rule] = Counter()
    correct: Counter[Rule] = Counter()
    for seed, solution in found:
        ballots = {each.rule: ballot(solution, each) for each in readings}
        read = {rule: each for rule, each in ballots.items() if each is not None}
        right = {rule: each.right for rule, each in read.items()}
        casts.append(Cast(seed, solution.answer, solution.votes, solution.abstained, right))
        samples.update({rule: len(each.keys) for rule, each in read.items()})
        correct.update({rule: each.correct for rule, each in read.items()})
    first = found[0][1]
    share = {rule: correct[rule] / n if n else 0.0 for rule, n in samples.items()}
    return ProblemFindings(first.id, first.problem, first.reference, share, tuple(casts))


def _notes(run: SuiteRun, judged: Mapping[Rule, Scores]) -> Iterator[str]:
    manifest = run.manifest
    if manifest.rows != manifest.expected:
        yield (
            f"The published set has {manifest.expected} rows, {manifest.source} has "
            f"{manifest.rows}: figures do not compare with published ones."
        )
    if manifest.broken:
        yield f"{manifest.broken} rows are no problems with an answer, and are left out."
    widest = list(judged.values())[-1] if judged else None
    if widest is None:
        yield "No problem was finished with every seed: there is nothing to average."
        return
    yield from _about_problems(run, widest, judged.get("strict"))
    yield from _about_samples(run, widest)
    if len(run.seeds) == 1:
        yield "One seed: nothing is known of the spread over seeds."
    elif len(run.seeds) < _MANY_SEEDS:
        yield (
            f"Intervals over {len(run.seeds)} seeds are too narrow: there are few values to draw. "
            "Look at the standard deviation beside them."
        )
    if {0.0, 1.0} & {widest.vote.mean}:
        yield "All votes came to the same: their interval has no width, which is no certainty."


def _about_problems(run: SuiteRun, widest: Scores, strict: Scores | None) -> Iterator[str]:
    seen = {each.id for solutions in run.seeds.values() for each in solutions}
    missing = len(seen) - len(widest.problems)
    if missing:
        yield (
            f"{missing} of {len(seen)} problems are not finished with every seed, and are left out."
        )
    strictly = 0 if strict is None else len(strict.problems)
    if widest.rule == "literal" and strictly < len(widest.problems):
        yield (
            f"{len(widest.problems) - strictly} answers are no integers as they stand "
            "(numerals of another base, which Python reads as other numbers): the strict rule "
            "leaves these problems out, the literal one takes what Python reads."
        )


def _about_samples(run: SuiteRun, widest: Scores) -> Iterator[str]:
    most = widest.ks[-1]
    if most < run.manifest.samples:
        early = sum(each.early for solutions in run.seeds.values() for each in solutions)
        yield (
            f"Curves end at k = {most}, for some problem has no more samples of "
            f"{run.manifest.samples} ({early} votes were decided early, and what still ran was "
            "stopped). Samples that ended first are not like all: take the curves with care, or "
            "run with --early never."
        )
    if not widest.exact:
        yield (
            f"maj@k is drawn where votes weigh differently: {SUBSETS} subsets for each problem, "
            "seed and k."
        )


def _record(found: Scores) -> dict[str, object]:
    ks = found.ks
    return {
        "problems": len(found.problems),
        "vote": asdict(found.vote),
        "sample": asdict(found.sample),
        "maj": {str(k): asdict(each) for k, each in zip(ks, found.majority, strict=True)},
        "pass": {str(k): asdict(each) for k, each in zip(ks, found.passing, strict=True)},
        "maj_is_exact": found.exact,
    }
