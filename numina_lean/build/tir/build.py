"""The TIR build from rows to the published table."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from numina_lean.build.kept import Kept
from numina_lean.build.manifest import StageCounts
from numina_lean.build.run import BuildRun
from numina_lean.build.stage import AskingStage, Rejected, Stage, flat
from numina_lean.build.tir.card import card
from numina_lean.build.tir.dataset import SCHEMA, published, write_table
from numina_lean.build.tir.row import SAMPLED, VALUE_PROBLEM, Sampled
from numina_lean.build.tir.sample import Plan, Sampler
from numina_lean.build.tir.select import select
from numina_lean.build.tir.yields import Yield, yields
from numina_lean.corpus.files import write_text_atomically
from numina_lean.problems.fingerprint import fingerprint
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow

PROBLEM = flat(Problem)
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class TirReport:
    """`rows` of the table; `postponed` problems are left for another run."""

    rows: int
    yields: tuple[Yield, ...]
    stages: tuple[StageCounts, ...]
    postponed: int

    def fields(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "rows": self.rows,
            "passes": [each.fields() for each in self.yields],
            "stages": {each.stage: each.kept for each in self.stages},
            "postponed": self.postponed,
        }


async def build_tir(
    run: BuildRun,
    problems: Iterable[Problem | BrokenRow],
    sampler: Sampler,
    *,
    flight: int,
) -> TirReport:
    """Take `problems` through all stages, `flight` of them at a time at the model.

    What is finished is published, also where a model failed the rest. Raises what
    `Sampler.sample` raises.
    """
    rows = run.read("read", distinct(problems), PROBLEM)
    chosen = run.apply(Stage("select", select, VALUE_PROBLEM), rows)
    drawn = await run.apply_async(
        AskingStage("sample", sampler.sample, SAMPLED), chosen, flight=flight
    )
    kept = run.apply(Stage("keep", solved, SAMPLED), drawn)
    return _publish(run, len(chosen) - len(drawn), drawn, kept, sampler.plan)


def distinct(problems: Iterable[Problem | BrokenRow]) -> Iterator[Problem | Rejected]:
    """Each text once; and ids that come again get a number, for traces are found by them."""
    texts: set[bytes] = set()
    ids: Counter[str] = Counter()
    for row in problems:
        if isinstance(row, BrokenRow):
            yield Rejected("unreadable", row.detail, id=row.id)
            continue
        text = fingerprint(row.problem).text
        if text in texts:
            yield Rejected("repeated", "the text of an earlier row", id=row.id)
            continue
        texts.add(text)
        ids[row.id] += 1
        yield row if ids[row.id] == 1 else _renamed(row, f"{row.id}#{ids[row.id]}")


def solved(row: Sampled) -> Sampled | Rejected:
    """A problem with a solution; else the fate that most of its samples had."""
    if row.solutions:
        return row
    fates = Counter(attempt.fate for attempt in row.attempts)
    (fate, count), *_ = fates.most_common(1)
    return Rejected(fate, f"{count} of {len(row.attempts)} samples; the reference is {row.answer}")


def _renamed(row: Problem, name: str) -> Problem:
    return replace(row, id=name)


def _publish(
    run: BuildRun, postponed: int, drawn: Kept[Sampled], kept: Kept[Sampled], plan: Plan
) -> TirReport:
    written = write_table(
        run.path, (record for _, row in kept for record in published(row)), SCHEMA
    )
    found = yields((row for _, row in drawn), plan.passes)
    report = TirReport(
        sum(len(row.solutions) for _, row in kept), tuple(found), tuple(run.counts()), postponed
    )
    text = card(
        run.path.resolve().name, report.rows, found, report.stages,
        printed=plan.executed == "printed",
    )  # fmt: skip
    write_text_atomically(run.path / CARD, text)
    run.finish(written, {"rows": report.rows, "passes": [each.fields() for each in found]})
    return report
