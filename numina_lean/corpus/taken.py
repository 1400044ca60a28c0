"""Rows taken over from another corpus, as they are or as losses of this one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numina_lean.corpus.folder import Row, provenance
from numina_lean.corpus.journal import Record
from numina_lean.corpus.row import LOSS_SCHEMA, Stage


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What came of row `position` of the other corpus, which has the id `id`."""

    position: int
    id: str
    rows: tuple[Row, ...] = ()
    losses: tuple[Row, ...] = ()

    def record(self) -> Record:
        """The row as the journal keeps it."""
        return {
            "position": self.position,
            "id": self.id,
            "rows": list(self.rows),
            "losses": list(self.losses),
        }


def as_loss(row: Mapping[str, Any], stage: Stage, reason: str, detail: str) -> Row:
    """A row of the corpus as one of the side table, with all that it has a column for."""
    everything = {**row, **provenance(row)}
    values = {name: everything.get(name) for name in LOSS_SCHEMA.names}
    return {**values, "stage": stage, "reason": reason, "detail": detail}
