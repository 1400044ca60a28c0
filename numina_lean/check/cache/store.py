"""The file that verdicts are kept in: SQLite, shared by threads and processes.

In WAL mode a reader never waits for a writer, and each write is a transaction of its own: a
process killed at any moment costs the record that it was writing. When the file passes its size,
each write drops a few records that were not used for longest. Not for a network file system, on
which WAL mode does not work, nor across a fork.
"""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

APPLICATION_ID = 1853189238
"""Marks an SQLite file as ours, in `_SCHEMA`."""
BUSY_TIMEOUT = 5.0
"""Seconds that a write waits for those of others before it is given up."""
TOUCH_INTERVAL = 3600
"""Seconds in which uses of a record count as one: most lookups write nothing."""
LARGEST_SHARE = 64
"""A record may take one part in so many of the store's size."""
LOG_SIZE = 16 * 2**20
"""Bytes that SQLite's log may go on taking beside the file."""

_SCHEMA = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE verdicts (
    address BLOB PRIMARY KEY, used INTEGER NOT NULL, verdict TEXT NOT NULL,
    outcome BLOB NOT NULL, item BLOB NOT NULL
);
CREATE INDEX verdicts_by_use ON verdicts (used, verdict);
PRAGMA application_id = 1853189238;
COMMIT;
"""
_GET = "SELECT outcome, used FROM verdicts WHERE address = ?"
_PUT = "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)"
_TOUCH = "UPDATE verdicts SET used = ? WHERE address = ?"
_DROP = "DELETE FROM verdicts WHERE rowid IN (SELECT rowid FROM verdicts ORDER BY used LIMIT ?)"
_COUNT = "SELECT verdict, count(*), min(used), max(used) FROM verdicts GROUP BY verdict"
_NEXT = (
    "SELECT rowid, address, used, outcome, item FROM verdicts "
    "WHERE rowid > ? ORDER BY rowid LIMIT 256"
)
_DROPPED_AT_A_TIME = 32
_DROPS_A_WRITE = 4
_PAGES_GIVEN_BACK = 64
_TOUCHES_HELD = 1024

_NO_DATABASE = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class StoreError(Exception):
    """The file cannot be used. The message says why, in one line."""


class StoreBusyError(StoreError):
    """Others kept the file to themselves for `BUSY_TIMEOUT`. Nothing is lost but this call."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a store holds. `bytes` is the size of its files; times are seconds since 1970."""

    bytes: int
    verdicts: Counter[str]
    first_used: int | None
    last_used: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """The two records under an address: the outcome's and the item's."""

    address: bytes
    used: int
    outcome: bytes
    item: bytes


class Store:
    """An open store. Methods raise `StoreError`; unless busy, only `close` is of use then."""

    def __init__(self, path: Path, size: int) -> None:
        """Open the file, or make it. `size` in bytes: about what it may grow to.

        A file of that name that is no database, or a broken one, is renamed (`set_aside` is its
        new path) and replaced. One that belongs to another program is left alone.
        """
        self.path = path
        self.size = size
        self._reading, self._writing = threading.Lock(), threading.Lock()
        self._touched: set[bytes] = set()
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # it holds what the user checks
            self.set_aside = _prepare(path)
            # Two connections, so that no lookup waits for a write of another thread.
            self._reader, self._writer = _connect(path), _connect(path)

    def get(self, address: bytes) -> bytes | None:
        """The outcome's record, which counts as used now."""
        rows = self._read(_GET, (address,))
        if not rows:
            return None
        outcome, used = rows[0]
        if used < time.time() - TOUCH_INTERVAL:
            with self._reading:
                self._touched.add(address)
            if len(self._touched) >= _TOUCHES_HELD:
                self._touch()
        return bytes(outcome)

    def put(self, address: bytes, verdict: str, outcome: bytes, item: bytes) -> None:
        """Keep a record; one too large for the store's size is not kept."""
        if len(outcome) + len(item) <= self.size // LARGEST_SHARE:
            self._write(_PUT, [(address, int(time.time()), verdict, outcome, item)])
            self._shrink()

    def entries(self) -> Iterator[Entry]:
        """All records, oldest first; one that is written or dropped meanwhile may be among them."""
        last = 0
        while rows := self._read(_NEXT, (last,)):
            last = rows[-1][0]
            yield from (Entry(*row[1:]) for row in rows)

    def statistics(self) -> Statistics:
        counts = self._read(_COUNT)
        return Statistics(
            sum(file.stat().st_size for file in _files(self.path) if file.exists()),
            Counter({verdict: count for verdict, count, _, _ in counts}),
            min((first for _, _, first, _ in counts), default=None),
            max((last for _, _, _, last in counts), default=None),
        )

    def clear(self) -> None:
        """Drop all records and give their space back. Others may go on using the store."""
        self._write("DELETE FROM verdicts", [()])
        with _explained(self.path), self._writing:
            # As a script, because `execute` stops after the first page.
            self._writer.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with suppress(StoreError):
            self._touch()
        with self._reading, self._writing:
            self._reader.close()
            self._writer.close()

    def _touch(self) -> None:
        with self._reading:
            touched, self._touched = self._touched, set()
        now = int(time.time())
        if touched:
            self._write(_TOUCH, [(now, address) for address in touched])

    def _shrink(self) -> None:
        """Drop some records if the file is too large: a few at a time, so that nobody waits."""
        for _ in range(_DROPS_A_WRITE):
            with _explained(self.path), self._writing:
                pages, free, page_size = (
                    self._writer.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in ("page_count", "freelist_count", "page_size")
                )
                if pages * page_size <= self.size:
                    return
                if free:
                    self._writer.executescript(f"PRAGMA incremental_vacuum({_PAGES_GIVEN_BACK})")
            if (pages - free) * page_size > self.size:
                self._write(_DROP, [(_DROPPED_AT_A_TIME,)])

    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        with _explained(self.path), self._reading:
            return self._reader.execute(query, values).fetchall()

    def _write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """One transaction."""
        with _explained(self.path), self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                self._writer.executemany(statement, rows)
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise


def discard(path: Path) -> None:
    """Delete the file, broken or whole, and what was set aside. For a store that nobody uses."""
    for file in (*_files(path), *path.parent.glob(f"{path.name}.damaged-*")):
        file.unlink(missing_ok=True)


def _prepare(path: Path) -> Path | None:
    """Make `path` a store if it is none yet. Returns where a broken file was put."""
    if _state(path) == "ours":
        return None
    with FileLock(f"{path}.lock", timeout=BUSY_TIMEOUT):
        state = _state(path)
        if state == "ours":
            return None
        if state == "foreign":
            raise StoreError(f"{path}: belongs to another program")
        aside = None
        if state == "broken":
            aside = path.replace(path.with_name(f"{path.name}.damaged-{time.time_ns()}"))
            for companion in _files(path)[1:]:  # a new file may not take them for its own
                companion.unlink(missing_ok=True)
        with closing(_connect(path)) as connection:
            connection.executescript(_SCHEMA)
        return aside


def _state(path: Path) -> Literal["new", "ours", "foreign", "broken"]:
    try:
        with closing(_connect(path)) as connection:
            (mark,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        if _code(error) in _NO_DATABASE:
            return "broken"
        raise
    if mark == APPLICATION_ID:
        return "ours"
    return "foreign" if mark or tables else "new"


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    # NORMAL: a power cut may cost the last records, and no more; nothing waits for the disk.
    pragmas = ("synchronous = NORMAL", "cell_size_check = ON", f"journal_size_limit = {LOG_SIZE}")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def _files(path: Path) -> tuple[Path, Path, Path]:
    return path, Path(f"{path}-wal"), Path(f"{path}-shm")


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except Timeout as error:
        raise StoreBusyError(f"{path}: another process is setting it up") from error
    except sqlite3.Error as error:
        kind = StoreBusyError if _code(error) in _IN_USE else StoreError
        raise kind(f"{path}: {error}") from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
