"""What answers items with outcomes: a pool, or something that stands before one."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Protocol

from numina_lean.check.verdict import Item, Outcome


class Checker(Protocol):
    """One `Outcome` for each `Item`. All but `check_all` may be called from many threads."""

    def submit(self, item: Item) -> Future[Outcome]: ...

    def cancel(self, future: Future[Outcome]) -> bool:
        """Drop the check of `future`, one that was given here, if nobody else waits for it.

        Whether that was still possible; the future then raises `CancelledError`.
        """
        ...

    def check(self, item: Item) -> Outcome:
        """Submit `item` and wait for its outcome."""
        ...

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Outcomes in input order; `items` is read only so far ahead."""
        ...
