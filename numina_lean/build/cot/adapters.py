"""Which reader reads a source, and the seeds that synthetic rows are made from."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from numina_lean.build.cot.competition_math import read_math
from numina_lean.build.cot.forum import read_forum
from numina_lean.build.cot.gsm8k import read_gsm8k
from numina_lean.build.cot.orca import read_orca
from numina_lean.build.cot.papers import read_papers
from numina_lean.build.cot.row import CotRow
from numina_lean.build.cot.sources import SEED_FORMS, Form, Source
from numina_lean.build.cot.wiki import read_wiki
from numina_lean.build.stage import Rejected

Reader = Callable[[str, Path], Iterator[CotRow | Rejected]]

_READERS: dict[Form, Reader] = {
    "competition_math": read_math,
    "gsm8k": read_gsm8k,
    "orca": read_orca,
    "forum": read_forum,
    "wiki": read_wiki,
    "papers": read_papers,
}


def read_source(source: Source, path: Path, samples: int = 1) -> Iterator[CotRow | Rejected]:
    """The rows of a source as it lies at `path`; of a synthetic one, `samples` copies of each seed,
    which a model is to vary.

    Raises `InputError` where nothing there has the source's form.
    """
    if source.form != "seeds":
        yield from _READERS[source.form](source.name, path)
        return
    for seed in _READERS[SEED_FORMS[source.name]](source.name, path):
        if isinstance(seed, Rejected):
            yield seed
            continue
        for variant in range(samples):
            yield replace(
                seed, id=f"{seed.id}#{variant}", seed=seed.id, variant=variant, answer=None,
                given=False, proof=False, images=(),
            )  # fmt: skip
