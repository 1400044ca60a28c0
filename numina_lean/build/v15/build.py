"""The 1.5 build from rows to the published table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from numina_lean.build.kept import Kept
from numina_lean.build.manifest import StageCounts
from numina_lean.build.run import BuildRun
from numina_lean.build.stage import AskingStage, Stage, flat
from numina_lean.build.tir.dataset import write_table
from numina_lean.build.v15.asking import Asker
from numina_lean.build.v15.card import card
from numina_lean.build.v15.classify import classify
from numina_lean.build.v15.counts import Counts
from numina_lean.build.v15.dataset import SCHEMA, published
from numina_lean.build.v15.references import References, rebuild
from numina_lean.build.v15.row import LABELLED, Labelled
from numina_lean.corpus.files import write_text_atomically
from numina_lean.models.model import Model
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow

PROBLEM = flat(Problem)
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class V15Report:
    """`postponed` rows are left for another run, as the model did not answer."""

    counts: Counts
    stages: tuple[StageCounts, ...]
    postponed: int

    def fields(self) -> dict[str, object]:
        """As JSON has it."""
        return self.counts.fields() | {"postponed": self.postponed}


async def build_v15(
    run: BuildRun,
    rows: Iterable[Problem | BrokenRow],
    references: References,
    model: Model | None,
    *,
    flight: int,
) -> V15Report:
    """Take `rows` through all stages; those no rule was sure of through `model`, if there is one.

    What is finished is published, also where the model failed the rest. Raises
    `ModelUnavailableError`.
    """
    read = run.read("read", rebuild(rows, references), PROBLEM)
    labelled = run.apply(Stage("classify", classify, LABELLED), read)
    final = labelled
    if model is not None:
        asker = AskingStage("ask", Asker(model).ask, LABELLED)
        final = await run.apply_async(asker, labelled, flight=flight)
    return _publish(run, final, len(labelled) - len(final), None if model is None else model.name)


def _publish(run: BuildRun, rows: Kept[Labelled], postponed: int, model: str | None) -> V15Report:
    counts = Counts()
    written = write_table(run.path, map(published, counts.passing(_all(rows))), SCHEMA)
    stages = tuple(run.counts())
    text = card(run.path.resolve().name, counts, stages, model)
    write_text_atomically(run.path / CARD, text)
    run.finish(written, {"counts": counts.fields()})
    return V15Report(counts, stages, postponed)


def _all(rows: Kept[Labelled]) -> Iterator[Labelled]:
    return (row for _, row in rows)
