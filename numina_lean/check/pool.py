"""N Lean processes that answer a stream of checks, whatever the checks do to them."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from types import TracebackType

from numina_lean.check.verdict import Item, Outcome
from numina_lean.lean.engine import Engine


class Pool:
    """A context manager. Every submitted item gets exactly one `Outcome`; none raises."""

    def __init__(self, engine: Engine, *, jobs: int = 2) -> None:
        raise NotImplementedError

    def __enter__(self) -> "Pool":
        raise NotImplementedError

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        raise NotImplementedError

    def submit(self, item: Item) -> Future[Outcome]:
        raise NotImplementedError

    def check(self, item: Item) -> Outcome:
        """Blocking; may be called from many threads."""
        raise NotImplementedError

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Outcomes in input order, holding a bounded number of items at a time."""
        raise NotImplementedError
