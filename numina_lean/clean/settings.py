"""What decides which rows go."""

from dataclasses import dataclass
from typing import Literal

from numina_lean.clean.held_out import GRAM
from numina_lean.problems.duplicates import NEAR

EmbedRows = Literal["all", "candidates"]

DISTANCE = 0.15
"""The cosine distance to a test problem below which a row goes, as published."""

EXEMPT = ("synthetic_math", "synthetic_amc", "math")
"""Sources whose rows may share runs of words with test problems, as published: synthetic rows, and
`math`, which in NuminaMath is the train split of MATH."""

PRIORITY = (
    "math", "gsm8k", "amc_aime", "olympiads_ref", "olympiads", "number_theory", "inequalities",
    "cn_contest", "aops_forum", "cn_k12", "*", "orca_math", "synthetic_math", "synthetic_amc",
)  # fmt: skip
"""Of repeated rows, that of the earliest source is kept; `*` is all sources not named."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`field` is the column compared. `gram` is in words, `near` a Jaccard similarity, `distance` a
    cosine distance. `exempt_synthetic` also exempts rows whose own column `synthetic` says so.

    `embedder` is a name of `embedder.load`, or None: then nothing is compared by meaning.
    """

    field: str = "problem"
    source_field: str = "source"
    id_field: str = "id"
    near: float = NEAR
    gram: int = GRAM
    exempt: tuple[str, ...] = EXEMPT
    exempt_synthetic: bool = True
    priority: tuple[str, ...] = PRIORITY
    embedder: str | None = None
    embed_rows: EmbedRows = "all"
    distance: float = DISTANCE

    def rank(self, source: str) -> int:
        """The place of a source in the order of those whose rows are kept; the least is kept."""
        for name in (source, "*"):
            if name in self.priority:
                return self.priority.index(name)
        return len(self.priority)
