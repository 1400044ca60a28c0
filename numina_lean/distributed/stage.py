"""What is done to a part, as Ray does not see it: rows in, rows out, on one machine."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from numina_lean.distributed.parts import Part

Rows = Iterable[Mapping[str, object]]


class Stage(Protocol):
    """One for each machine, with whatever it holds there (processes). Many threads call it."""

    def __call__(self, part: Part) -> Rows:
        """The rows that come of `part`, in order. Called again for a part that was lost."""
        ...

    def label(self, row: Mapping[str, object]) -> str:
        """What `row` counts as, in the summary of a run."""
        ...


OpenStage = Callable[[int], AbstractContextManager[Stage]]
"""Opens the stage with so many processes. Can be pickled: it is sent to every machine."""


@dataclass(frozen=True, slots=True)
class PartDone:
    """Part `number` is written; how many rows it has of each label."""

    number: int
    counts: Counter[str]
