"""A checker that checks nothing twice while it lives: for a few checks that belong together.

Several gates ask the same of one statement. The cache of verdicts answers that too, where there is
one; this keeps nothing on the disk.
"""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace

from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Item, Outcome


class Remembered:
    """`checker`, with the futures of all items so far. Used by several threads.

    An outcome that is given again has the id of the item that asked and the seconds of the check.
    """

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._lock = threading.Lock()
        self._futures: dict[Item, Future[Outcome]] = {}

    def submit(self, item: Item) -> Future[Outcome]:
        """The same future for items that differ in their ids only: its outcome has the first's."""
        key = replace(item, id="")
        with self._lock:
            future = self._futures.get(key)
            if future is None:
                future = self._futures[key] = self._checker.submit(item)
        return future

    def cancel(self, future: Future[Outcome]) -> bool:
        """Never: somebody else may wait for it."""
        return False

    def check(self, item: Item) -> Outcome:
        """The outcome under the item's own id."""
        return replace(self.submit(item).result(), id=item.id)

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Outcomes in input order."""
        return map(self.check, items)
