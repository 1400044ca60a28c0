"""The file of verdicts under what may happen to it: many writers, kills, damage, too much of it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cache_writer import SIZE, address_of, record_of

from numina_lean.check.cache import store as store_module
from numina_lean.check.cache.store import Store, StoreBusyError, StoreError

WRITER = Path(__file__).with_name("cache_writer.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "verdicts.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(path, SIZE)) as store:
        yield store


def start_writer(path: Path, name: str, count: int, threads: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(path), name, str(count), str(threads)],
        stdout=subprocess.PIPE,
        text=True,
    )


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def missing(path: Path, addresses: set[bytes]) -> set[bytes]:
    """Those under which there is no record, or another than was written."""
    with closing(Store(path, SIZE)) as store:
        return {address for address in addresses if store.get(address) != record_of(address)[0]}


def test_what_is_written_is_found_by_the_next_process(path: Path, store: Store) -> None:
    store.put(b"a", "proved", b"outcome", b"item")
    store.put(b"a", "proved", b"newer", b"item")
    with closing(Store(path, SIZE)) as other:
        assert (other.get(b"a"), other.get(b"b")) == (b"newer", None)


def test_only_its_owner_may_read_what_was_checked(path: Path, store: Store) -> None:
    store.put(b"a", "proved", b"outcome", b"item")
    assert {file.stat().st_mode & 0o077 for file in path.parent.glob("*.sqlite*-*")} == {0}
    assert path.stat().st_mode & 0o077 == 0


def test_many_threads_of_many_processes_write_at_once(path: Path) -> None:
    writers = [start_writer(path, f"process {number}", 150, 4) for number in range(4)]
    said = {bytes.fromhex(line) for writer in writers for line in writer.communicate()[0].split()}
    assert [writer.returncode for writer in writers] == [0] * 4
    assert len(said) == 4 * 4 * 150
    assert missing(path, said) == set()
    assert is_sound(path)


def test_a_writer_killed_at_any_moment_costs_nothing_that_was_written(path: Path) -> None:
    said: set[bytes] = set()
    for round in range(6):
        writers = [start_writer(path, f"{round} {number}", 10**6, 2) for number in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            said.add(bytes.fromhex(writer.stdout.readline()))
        time.sleep(0.01 * round)
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
        for writer in writers:
            # The last line may have been cut by the kill.
            lines = writer.communicate()[0].split()
            said |= {bytes.fromhex(line) for line in lines if len(line) == 64}
    assert len(said) > 100
    assert missing(path, said) == set()
    assert is_sound(path)


def test_two_processes_that_make_the_file_at_once_agree(path: Path) -> None:
    writers = [start_writer(path, str(number), 1, 1) for number in range(6)]
    said = {bytes.fromhex(writer.communicate()[0].strip()) for writer in writers}
    assert len(said) == 6
    assert missing(path, said) == set()


def test_the_file_keeps_to_its_size_and_to_what_was_used_last(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "TOUCH_INTERVAL", -1)
    now = time.time()
    addresses = [address_of("x", number) for number in range(2000)]
    size = 2**20
    with closing(Store(path, size)) as store:
        for number, address in enumerate(addresses):
            monkeypatch.setattr(time, "time", lambda number=number: now + number)
            store.put(address, "proved", os.urandom(1500), b"")
            if number % 50 == 0:
                assert store.get(addresses[0]) is not None
                store._touch()
        found = [store.get(address) is not None for address in addresses]
        assert store.statistics().bytes < size + store_module.LOG_SIZE
    assert path.stat().st_size <= size
    assert found[0]
    assert found[-300:] == [True] * 300
    assert found[1:1000] == [False] * 999


def test_a_use_outlives_the_process_that_made_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with closing(Store(path, SIZE)) as store:
        monkeypatch.setattr(time, "time", lambda: now - 10 * store_module.TOUCH_INTERVAL)
        store.put(b"a", "proved", b"", b"")
    with closing(Store(path, SIZE)) as store:
        monkeypatch.setattr(time, "time", lambda: now)
        store.get(b"a")
    with closing(Store(path, SIZE)) as store:
        assert store.statistics().last_used == int(now)


def test_a_smaller_size_gives_space_back_little_by_little(path: Path) -> None:
    with closing(Store(path, SIZE)) as store:
        for number in range(1000):
            store.put(address_of("x", number), "proved", os.urandom(5000), b"")
    large = path.stat().st_size
    with closing(Store(path, 2**20)) as store:
        for number in range(100):
            store.put(address_of("y", number), "proved", b"small", b"")
        assert store.get(address_of("y", 99)) == b"small"
    assert large > 4 * 2**20
    assert path.stat().st_size <= 2**20


def test_a_record_too_large_for_the_store_is_not_kept(path: Path) -> None:
    with closing(Store(path, 2**20)) as store:
        store.put(b"a", "proved", b"", os.urandom(2**20))
        assert store.get(b"a") is None


def test_clearing_drops_all_and_gives_the_space_back(path: Path, store: Store) -> None:
    for number in range(300):
        store.put(address_of("x", number), "proved", os.urandom(4000), b"")
    with closing(Store(path, SIZE)) as other:
        other.clear()
    assert store.statistics().verdicts.total() == 0
    assert path.stat().st_size < 2**16
    store.put(b"a", "proved", b"outcome", b"")
    assert store.get(b"a") == b"outcome"


def test_entries_are_all_records_and_statistics_count_them(store: Store) -> None:
    written = [(address_of("x", number), b"%d" % number, b"item") for number in range(700)]
    for address, outcome, item in written:
        store.put(address, "proved" if outcome != b"3" else "error", outcome, item)
    found = [(entry.address, entry.outcome, entry.item) for entry in store.entries()]
    assert found == written
    assert store.statistics().verdicts == {"proved": 699, "error": 1}


@pytest.mark.parametrize("content", [b"not a database", bytes(range(256)) * 64])
def test_a_file_that_is_no_database_is_set_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    Path(f"{path}-wal").write_bytes(b"of the broken one")
    with closing(Store(path, SIZE)) as store:
        store.put(b"a", "proved", b"outcome", b"")
        assert store.get(b"a") == b"outcome"
        assert store.set_aside is not None
        assert store.set_aside.read_bytes() == content
    with closing(Store(path, SIZE)) as store:
        assert (store.get(b"a"), store.set_aside) == (b"outcome", None)


def test_a_database_of_another_program_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        Store(path, SIZE)
    assert path.read_bytes() == before


def test_a_place_where_no_file_can_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/verdicts\.sqlite: "):
        Store(tmp_path / "file" / "verdicts.sqlite", SIZE)
    with pytest.raises(StoreError, match="unable to open"):
        Store(tmp_path, SIZE)


def test_damage_in_the_middle_is_an_error_never_a_wrong_record(path: Path) -> None:
    with closing(Store(path, SIZE)) as store:
        for number in range(500):
            address = address_of("x", number)
            store.put(address, "proved", *record_of(address))
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 40] = os.urandom(4096 * 37)
    path.write_bytes(data)
    with closing(Store(path, SIZE)) as store, pytest.raises(StoreError):
        for number in range(500):
            store.get(address_of("x", number))


def test_a_file_that_others_hold_for_long_is_busy_not_broken(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_TIMEOUT", 0.01)
    with closing(Store(path, SIZE)) as hasty, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            hasty.put(b"a", "proved", b"", b"")
        other.rollback()
        hasty.put(b"a", "proved", b"outcome", b"")
        assert store.get(b"a") == b"outcome"
