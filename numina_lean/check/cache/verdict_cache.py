"""Outcomes of earlier checks, looked up by what was checked. Never the cause of a failed check.

Whatever is wrong with the file costs the cache and nothing else: it is said once, and every lookup
after that finds nothing.
"""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from numina_lean.check.cache.address import Addresses
from numina_lean.check.cache.place import cache_file, cache_size
from numina_lean.check.cache.record import DamagedRecordError, pack, pack_item, unpack
from numina_lean.check.cache.store import Store, StoreBusyError, StoreError
from numina_lean.check.verdict import UNAUDITED, Item, Outcome, Verdict
from numina_lean.lean.engine import Engine

_ALWAYS = {Verdict.PROVED, Verdict.STATEMENT, Verdict.REJECTED, Verdict.ERROR}
# About this machine or this moment: a Lean that could not look, a library half installed, a stack
# as deep as the system allows.
_PASSING = {UNAUDITED, "header", "deep_recursion", "internal"}
_HEARTBEATS = "heartbeats"


def reproducible(outcome: Outcome) -> bool:
    """Whether another check of the same item would come to the same.

    Not for crashes, wall-clock timeouts and what is found in the engine's installation.
    """
    if outcome.verdict is Verdict.TIMEOUT:
        return outcome.reason == _HEARTBEATS
    return outcome.verdict in _ALWAYS and outcome.reason not in _PASSING


class VerdictCache:
    """A context manager. Used by many threads; the file is shared with other processes."""

    def __init__(
        self,
        engine: Engine,
        tell: Callable[[str], None],
        *,
        path: Path | None = None,
        size: int | None = None,
    ) -> None:
        """Verdicts of `engine`. `tell` is given each of the few lines that a user should see.

        `path` and `size` (bytes) are by default those of `numina_lean.check.cache.place`, which
        raises `InputError`.
        """
        self._addresses = Addresses(engine)
        self._tell = tell
        self._store: Store | None = None
        path, size = path or cache_file(), size or cache_size()
        try:
            self._store = Store(path, size)
        except StoreError as error:
            tell(f"note: no cache of verdicts: {error}")
            return
        if self._store.set_aside is not None:
            tell(f"note: {path} was no cache of verdicts; it is now {self._store.set_aside.name}")

    def __enter__(self) -> "VerdictCache":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lookups find nothing afterwards."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def lookup(self, item: Item) -> Outcome | None:
        """What an earlier check of the same came to, as the outcome of `item`."""
        return self.find(self.address(item), item.id)

    def store(self, item: Item, outcome: Outcome) -> None:
        """Keep `outcome`, if it is reproducible, for whoever checks the same as `item`."""
        if self._store is None or not reproducible(outcome):
            return
        address = self.address(item)
        try:
            records = pack(address, outcome), pack_item(address, item)
        except ValueError:  # text that is no Unicode
            return
        if self._addresses.still_holds(item):
            self._put(address, outcome.verdict, *records)

    def address(self, item: Item) -> bytes:
        """The same for two items exactly if a check of either is one of the other."""
        return self._addresses.of(item)

    def find(self, address: bytes, id: str) -> Outcome | None:
        """`lookup` by address; the outcome is given as that of an item called `id`."""
        store = self._store
        if store is None:
            return None
        try:
            data = store.get(address)
            return None if data is None else unpack(address, data, id)
        except (DamagedRecordError, StoreBusyError):
            return None
        except StoreError as error:
            self._give_up(store, error)
            return None

    def _put(self, address: bytes, verdict: Verdict, outcome: bytes, item: bytes) -> None:
        store = self._store
        if store is None:
            return
        try:
            store.put(address, verdict.value, outcome, item)
        except StoreBusyError:
            return
        except StoreError as error:
            self._give_up(store, error)

    def _give_up(self, store: Store, error: StoreError) -> None:
        if self._store is store:
            self._store = None
            self._tell(
                f"note: going on without the cache of verdicts: {error}. "
                "If it is broken, numina-lean cache clear mends it"
            )
