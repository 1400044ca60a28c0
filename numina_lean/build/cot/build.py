"""The whole of a CoT build: sources through the stages into a data set with its card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from numina_lean.build.cot.adapters import read_source
from numina_lean.build.cot.asking import Asker
from numina_lean.build.cot.card import write_card
from numina_lean.build.cot.dataset import SHARD_ROWS, Written, write_dataset
from numina_lean.build.cot.model_stages import ModelStages, Realign, check
from numina_lean.build.cot.row import COT_ROW, CotRow
from numina_lean.build.cot.sources import Source
from numina_lean.build.kept import Kept
from numina_lean.build.manifest import StageCounts
from numina_lean.build.run import BuildRun
from numina_lean.build.stage import AskingStage, Rejected, Stage
from numina_lean.models.model import Model

BUILD = "cot"


@dataclass(frozen=True, slots=True)
class Part:
    """A source as it lies on the disk. `samples`: rows made from each seed of a synthetic one."""

    source: Source
    paths: tuple[Path, ...]
    samples: int = 1


@dataclass(frozen=True, slots=True)
class CotPlan:
    """`model`: its name, for the record; None for a build without. `flight`: rows at the model at
    a time. `limit`: rows of each part, at most.
    """

    parts: tuple[Part, ...]
    model: str | None = None
    tries: int = 3
    realign: Realign = "recipe"
    seed: int = 42
    max_tokens: int = 8192
    flight: int = 64
    limit: int | None = None
    test: int = 0
    shard_rows: int = SHARD_ROWS
    license: str = "unknown"

    @property
    def paths(self) -> list[Path]:
        return list(dict.fromkeys(path for part in self.parts for path in part.paths))

    def settings(self) -> dict[str, str]:
        """What decides the rows. The size of shards and of the test split may change later."""
        return {
            "sources": "; ".join(
                f"{part.source.name} × {part.samples}: {', '.join(map(str, part.paths))}"
                for part in self.parts
            ),
            "model": self.model or "none",
            "tries": str(self.tries),
            "realign": self.realign,
            "seed": str(self.seed),
            "max_tokens": str(self.max_tokens),
            "limit": str(self.limit),
        }


@dataclass(frozen=True, slots=True)
class Built:
    """`postponed`: rows that a model did not answer for, which another run takes up."""

    written: Written
    stages: Sequence[StageCounts]

    @property
    def postponed(self) -> int:
        return sum(stage.postponed for stage in self.stages)


async def build_cot(run: BuildRun, plan: CotPlan, model: Model | None) -> Built:
    """Take the plan's sources through all stages, and write the data set into the run's folder.

    Raises `InputError` where a source has no file of its form, `ModelUnavailableError` where the
    model is gone; the same call then goes on.
    """
    asker = None if model is None else Asker(model, plan.tries, plan.seed, plan.max_tokens)
    stages = ModelStages(asker, plan.realign)
    rows: Kept[CotRow] = run.read("read", _rows(plan), COT_ROW)
    for name, work in (
        ("vary", stages.vary), ("translate", stages.translate), ("solve", stages.solve),
        ("realign", stages.realign), ("box", stages.box),
    ):  # fmt: skip
        rows = await run.apply_async(AskingStage(name, work, COT_ROW), rows, flight=plan.flight)
    rows = run.apply(Stage("check", check, COT_ROW), rows)
    written = write_dataset(run.path, rows, plan.test, plan.shard_rows)
    counts = run.counts()
    card = write_card(run.path, written, counts, plan.settings(), plan.license)
    run.finish([*written.files, card], {"rows": written.rows})
    return Built(written, counts)


def _rows(plan: CotPlan) -> Iterator[CotRow | Rejected]:
    for part in plan.parts:
        taken = 0
        for path in part.paths:
            for row in read_source(part.source, path, part.samples):
                if plan.limit is not None and taken >= plan.limit:
                    break
                taken += 1
                yield row
