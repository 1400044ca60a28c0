"""A pool that checks nothing twice: what the cache has is answered from it, repeats wait for one.

Every item gets its one outcome as from the pool underneath, with `cached` set where no check of its
own was made.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from numina_lean.check.cache.verdict_cache import VerdictCache
from numina_lean.check.checker import Checker
from numina_lean.check.pool import WINDOW
from numina_lean.check.verdict import Item, Outcome


@dataclass(slots=True)
class _Flight:
    """A check under way, and who waits for it: ids and futures, who asked first at the front."""

    item: Item
    askers: list[tuple[str, Future[Outcome]]]
    check: Future[Outcome] | None = None


class CachedPool:
    """`pool` with `cache` before it; both are open for as long as this is used.

    The methods are those of `numina_lean.check.pool.Pool` and may be called from many threads.
    """

    def __init__(self, pool: Checker, cache: VerdictCache) -> None:
        self._pool = pool
        self._cache = cache
        self._lock = threading.Lock()
        self._flights: dict[bytes, _Flight] = {}

    def submit(self, item: Item) -> Future[Outcome]:
        """A future that is done already if the cache has the outcome."""
        address = self._cache.address(item)
        future: Future[Outcome] = Future()
        outcome = self._cache.find(address, item.id)
        if outcome is not None:
            future.set_result(outcome)
            return future
        with self._lock:
            flight = self._flights.get(address)
            first = flight is None
            if flight is None:
                flight = self._flights[address] = _Flight(item, [])
            flight.askers.append((item.id, future))
        if first:
            self._start(address, flight)
        future.add_done_callback(partial(self._left, address, flight))
        return future

    def cancel(self, future: Future[Outcome]) -> bool:
        """Leave `future`, one that was given here. A check that nobody waits for is ended."""
        return future.cancel()

    def check(self, item: Item) -> Outcome:
        """Submit `item` and wait for its outcome."""
        return self.submit(item).result()

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Outcomes in input order, reading at most `WINDOW` items ahead."""
        pending: deque[Future[Outcome]] = deque()
        for item in items:
            pending.append(self.submit(item))
            while pending and (len(pending) >= WINDOW or pending[0].done()):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _start(self, address: bytes, flight: _Flight) -> None:
        try:
            flight.check = self._pool.submit(flight.item)
        except BaseException as error:
            check: Future[Outcome] = Future()
            check.set_exception(error)
            self._landed(address, flight, check)
            raise
        flight.check.add_done_callback(partial(self._landed, address, flight))

    def _landed(self, address: bytes, flight: _Flight, check: Future[Outcome]) -> None:
        """Give all askers what the check came to; called in the thread that made it."""
        error = None if check.cancelled() else check.exception()
        outcome = None if check.cancelled() or error else check.result()
        try:
            if outcome is not None:  # kept before it is forgotten: nobody misses both
                self._cache.store(flight.item, outcome)
        finally:
            with self._lock:
                self._forget(address, flight)
            for number, (id, future) in enumerate(flight.askers):
                if check.cancelled():
                    future.cancel()
                if not future.set_running_or_notify_cancel():
                    continue
                if outcome is None:
                    future.set_exception(error)
                else:
                    future.set_result(replace(outcome, id=id, cached=True) if number else outcome)

    def _left(self, address: bytes, flight: _Flight, future: Future[Outcome]) -> None:
        """End a check that nobody waits for any more."""
        if not future.cancelled():
            return
        with self._lock:
            alone = all(asker.cancelled() for _, asker in flight.askers)
            if alone:
                self._forget(address, flight)
        if alone and flight.check is not None:
            self._pool.cancel(flight.check)

    def _forget(self, address: bytes, flight: _Flight) -> None:
        if self._flights.get(address) is flight:
            del self._flights[address]
