"""Official solutions in the place of found ones: olympiads, rebuilt from `olympiads_ref`.

A row of `olympiads` that is a near-duplicate of a reference (`problems.duplicates`: the same
numbers, and nearly the same text) becomes a row of `olympiads_ref`, with the reference's text and
solution. References that no row matched are rows of their own, after all others. So each problem
is there once, and nothing depends on how often the build is run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from numina_lean.build.stage import Rejected
from numina_lean.problems.duplicates import Kept
from numina_lean.problems.fingerprint import fingerprint
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow

REBUILT, REFERENCE = "olympiads", "olympiads_ref"


class References:
    """The references, looked up by a problem's text."""

    def __init__(self, rows: Sequence[Problem]) -> None:
        self._rows = tuple(replace(row, source=REFERENCE) for row in rows)
        self._kept = Kept()
        for number, row in enumerate(self._rows):
            self._kept.keep(number, fingerprint(row.problem))

    def __len__(self) -> int:
        return len(self._rows)

    def match(self, row: Problem) -> int | None:
        """The number of the reference that `row` repeats."""
        found = self._kept.match(fingerprint(row.problem))
        return None if found is None else found.number

    def rebuilt(self, row: Problem, number: int) -> Problem:
        """`row` as the reference has it. Its id stays; a type that it had, too."""
        reference = self._rows[number]
        return replace(
            row,
            problem=reference.problem,
            solution=reference.solution or row.solution,
            answer=reference.answer or ("" if reference.solution else row.answer),
            source=REFERENCE,
        )

    def unmatched(self, taken: frozenset[int]) -> Iterator[Problem]:
        return (row for number, row in enumerate(self._rows) if number not in taken)


def rebuild(
    rows: Iterable[Problem | BrokenRow], references: References
) -> Iterator[Problem | Rejected]:
    """All rows with references in their places; one reference takes one row, the first.

    A later row with the same reference is `repeated`.
    """
    taken: set[int] = set()
    for row in rows:
        if isinstance(row, BrokenRow):
            yield Rejected("unreadable", row.detail, id=row.id)
            continue
        number = references.match(row) if row.source == REBUILT else None
        if number is None:
            yield row
        elif number in taken:
            yield Rejected("repeated", f"the reference {number} has a row already", id=row.id)
        else:
            taken.add(number)
            yield references.rebuilt(row, number)
    yield from references.unmatched(frozenset(taken))
