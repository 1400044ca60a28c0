"""What each pass came to: problems in, problems with a solution, and why the others have none."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from numina_lean.build.tir.row import Sampled


@dataclass(slots=True)
class Yield:
    """Of pass `number`: problems `taken` and `kept`; `fates` counts its samples."""

    number: int
    taken: int = 0
    kept: int = 0
    fates: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        return self.kept / self.taken if self.taken else 0.0

    def fields(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "pass": self.number,
            "taken": self.taken,
            "kept": self.kept,
            "share": round(self.share, 6),
            "samples": dict(sorted(self.fates.items())),
        }


def yields(rows: Iterable[Sampled], passes: int) -> list[Yield]:
    """The yields of all passes, those that nothing was left for among them."""
    found = {number: Yield(number) for number in range(1, passes + 1)}
    for row in rows:
        numbers = {attempt.number for attempt in row.attempts}
        for number in numbers:
            found[number].taken += 1
            found[number].fates.update(
                attempt.fate for attempt in row.attempts if attempt.number == number
            )
        if row.solutions:
            found[max(numbers)].kept += 1
    return list(found.values())
