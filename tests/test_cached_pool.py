"""The pool that checks nothing twice: what is answered from where, and what is never kept."""

import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from numina_lean.check.cache.cached_pool import CachedPool
from numina_lean.check.cache.verdict_cache import VerdictCache, reproducible
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.engine import Engine
from numina_lean.lean.native.engine import NativeEngine

ENGINE = NativeEngine(("false",), Path("/nowhere"), ())
PROOF = "theorem t : 1 + 1 = 2 := rfl"
ENDLESS = "partial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0"


class Bench:
    """A pool whose checks end when the test says so. `asked` are the items that reached it."""

    def __init__(self) -> None:
        self.asked: list[Item] = []
        self.checks: list[Future[Outcome]] = []

    def submit(self, item: Item) -> Future[Outcome]:
        self.asked.append(item)
        self.checks.append(Future())
        return self.checks[-1]

    def cancel(self, future: Future[Outcome]) -> bool:
        return future.cancel()

    def finish(self, number: int, verdict: Verdict, reason: str | None = None) -> None:
        check = self.checks[number]
        if check.set_running_or_notify_cancel():
            check.set_result(outcome(self.asked[number].id, verdict, reason))


def outcome(id: str, verdict: Verdict = Verdict.PROVED, reason: str | None = None) -> Outcome:
    return Outcome(id, verdict, ENGINE.lean, "0" * 64, 0.25, reason=reason)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "verdicts.sqlite"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def cache(path: Path, told: list[str]) -> Iterator[VerdictCache]:
    with VerdictCache(ENGINE, told.append, path=path) as cache:
        yield cache


@pytest.mark.parametrize(
    ("verdict", "reason", "kept"),
    [
        (Verdict.PROVED, None, True),
        (Verdict.STATEMENT, None, True),
        (Verdict.REJECTED, "axiom", True),
        (Verdict.REJECTED, "unaudited", False),
        (Verdict.ERROR, None, True),
        (Verdict.ERROR, "reference", True),
        (Verdict.ERROR, "header", False),
        (Verdict.ERROR, "deep_recursion", False),
        (Verdict.TIMEOUT, "heartbeats", True),
        (Verdict.TIMEOUT, "wall_clock", False),
        (Verdict.CRASHED, None, False),
        (Verdict.CRASHED, "memory", False),
        (Verdict.CRASHED, "engine_unavailable", False),
        (Verdict.CRASHED, "internal", False),
        (Verdict.NEEDS_MATHLIB, None, False),
    ],
)
def test_only_what_another_check_would_repeat_is_kept(
    cache: VerdictCache, verdict: Verdict, reason: str | None, kept: bool
) -> None:
    item, found = Item("a", PROOF), outcome("a", verdict, reason)
    assert reproducible(found) == kept
    cache.store(item, found)
    assert cache.lookup(item) == (replace(found, cached=True) if kept else None)


def test_an_outcome_is_given_to_whoever_asks_in_their_name(cache: VerdictCache) -> None:
    cache.store(Item("a", PROOF), outcome("a"))
    assert cache.lookup(Item("b", PROOF)) == replace(outcome("b"), cached=True)
    assert cache.lookup(Item("a", PROOF + " ")) is None


def test_text_that_is_no_unicode_is_looked_up_and_not_kept(cache: VerdictCache) -> None:
    item = Item("a", "\ud800")
    cache.store(item, outcome("a", Verdict.ERROR))
    assert cache.lookup(item) is None


def test_repeats_in_flight_wait_for_one_check(cache: VerdictCache) -> None:
    bench = Bench()
    pool = CachedPool(bench, cache)
    futures = [pool.submit(Item(str(number), PROOF)) for number in range(5)]
    other = pool.submit(Item("other", PROOF + " "))
    assert [item.id for item in bench.asked] == ["0", "other"]
    bench.finish(0, Verdict.PROVED)
    assert [(future.result().id, future.result().cached) for future in futures] == [
        ("0", False), ("1", True), ("2", True), ("3", True), ("4", True),
    ]  # fmt: skip
    assert not other.done()
    assert pool.submit(Item("5", PROOF)).result().cached
    assert len(bench.asked) == 2


def test_repeats_share_a_timeout_and_the_next_is_checked_again(cache: VerdictCache) -> None:
    bench = Bench()
    pool = CachedPool(bench, cache)
    first, second = (pool.submit(Item(id, PROOF)) for id in "ab")
    bench.finish(0, Verdict.TIMEOUT, "wall_clock")
    assert (first.result().verdict, second.result().verdict) == (Verdict.TIMEOUT,) * 2
    pool.submit(Item("c", PROOF))
    assert len(bench.asked) == 2


def test_a_check_is_ended_when_all_who_waited_for_it_have_gone(cache: VerdictCache) -> None:
    bench = Bench()
    pool = CachedPool(bench, cache)
    first, second = (pool.submit(Item(id, PROOF)) for id in "ab")
    assert pool.cancel(first)
    assert not bench.checks[0].cancelled()
    assert pool.cancel(second)
    assert bench.checks[0].cancelled()
    third = pool.submit(Item("c", PROOF))
    bench.finish(1, Verdict.PROVED)
    assert (third.result().id, third.result().cached) == ("c", False)


def test_who_stays_gets_the_outcome_when_the_first_has_gone(cache: VerdictCache) -> None:
    bench = Bench()
    pool = CachedPool(bench, cache)
    first, second = (pool.submit(Item(id, PROOF)) for id in "ab")
    pool.cancel(first)
    bench.finish(0, Verdict.PROVED)
    assert second.result(timeout=1).id == "b"


def test_a_check_cancelled_by_the_pool_is_cancelled_for_all(cache: VerdictCache) -> None:
    bench = Bench()
    pool = CachedPool(bench, cache)
    futures = [pool.submit(Item(id, PROOF)) for id in "ab"]
    bench.checks[0].cancel()
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(timeout=1)


def test_a_pool_that_fails_fails_all_and_the_next_attempt_starts_anew(cache: VerdictCache) -> None:
    bench = Bench()
    pool = CachedPool(bench, cache)
    futures = [pool.submit(Item(id, PROOF)) for id in "ab"]
    bench.checks[0].set_exception(OSError("gone"))
    for future in futures:
        with pytest.raises(OSError, match="gone"):
            future.result(timeout=1)
    pool.submit(Item("c", PROOF))
    assert len(bench.asked) == 2


def test_outcomes_come_in_input_order_whichever_is_cached(cache: VerdictCache) -> None:
    bench = Bench()
    pool = CachedPool(bench, cache)
    for number in (1, 3, 4):
        cache.store(Item("", f"{PROOF} -- {number}"), outcome(""))

    def items() -> Iterator[Item]:
        for number in range(5):
            yield Item(str(number), f"{PROOF} -- {number}")
        for check in (1, 0):
            bench.finish(check, Verdict.PROVED)

    outcomes = list(pool.check_all(items()))
    assert [each.id for each in outcomes] == list("01234")
    assert [each.cached for each in outcomes] == [False, True, False, True, True]


def test_items_are_read_as_they_are_answered(cache: VerdictCache) -> None:
    cache.store(Item("", PROOF), outcome(""))
    read: list[int] = []

    def items() -> Iterator[Item]:
        for number in range(10):
            read.append(number)
            yield Item(str(number), PROOF)

    answers = CachedPool(Bench(), cache).check_all(items())
    assert next(answers).id == "0"
    assert read == [0]


@pytest.mark.parametrize("content", [b"rubbish", b""])
def test_a_file_that_is_no_cache_costs_one_note_at_most(
    path: Path, told: list[str], content: bytes
) -> None:
    path.write_bytes(content)
    with VerdictCache(ENGINE, told.append, path=path) as cache:
        cache.store(Item("a", PROOF), outcome("a"))
        assert cache.lookup(Item("a", PROOF)) is not None
    assert len(told) == (1 if content else 0)


def test_a_file_of_another_program_costs_the_cache_and_one_note(
    path: Path, told: list[str]
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with VerdictCache(ENGINE, told.append, path=path) as cache:
        cache.store(Item("a", PROOF), outcome("a"))
        assert cache.lookup(Item("a", PROOF)) is None
    assert told == [f"note: no cache of verdicts: {path}: belongs to another program"]


def test_a_cache_damaged_in_mid_run_costs_the_cache_and_one_note(
    path: Path, told: list[str]
) -> None:
    items = [Item(str(number), f"{PROOF} -- {number}") for number in range(500)]
    with VerdictCache(ENGINE, told.append, path=path) as cache:
        for item in items:
            cache.store(item, outcome(item.id))
    data = path.read_bytes()
    path.write_bytes(data[:8192] + os.urandom(len(data) - 8192))
    bench = Bench()
    with VerdictCache(ENGINE, told.append, path=path) as cache:
        pool = CachedPool(bench, cache)
        futures = [pool.submit(item) for item in items]
        for number in range(len(bench.asked)):
            bench.finish(number, Verdict.PROVED)
        assert [future.result().id for future in futures] == [item.id for item in items]
    assert len(bench.asked) == len(items)
    assert len(told) == 1
    assert "numina-lean cache clear" in told[0]


def test_a_module_that_changed_in_mid_run_spoils_no_later_run(tmp_path: Path) -> None:
    module = tmp_path / ".lake" / "build" / "lib" / "Own.olean"
    module.parent.mkdir(parents=True)
    module.write_bytes(b"")
    engine = NativeEngine(("false",), tmp_path, (module.parent,))
    item = Item("a", f"import Own\n{PROOF}")

    def open_cache() -> VerdictCache:
        return VerdictCache(engine, lambda line: None, path=tmp_path / "verdicts.sqlite")

    with open_cache() as cache:
        assert cache.lookup(item) is None
        os.utime(module, ns=(1, 1))
        cache.store(item, outcome("a"))
        assert cache.lookup(item) is None
    with open_cache() as cache:
        assert cache.lookup(item) is None
        cache.store(item, outcome("a"))
        assert cache.lookup(item) is not None


@pytest.mark.lean
def test_a_process_is_freed_when_nobody_waits_for_its_check(
    pool: Pool, cache: VerdictCache
) -> None:
    cached = CachedPool(pool, cache)
    done = pool.statistics().done
    futures = [cached.submit(Item(id, ENDLESS, timeout=120.0)) for id in "ab"]
    while pool.statistics().busy == 0:
        time.sleep(0.01)
    assert cached.cancel(futures[0])
    assert pool.statistics().busy == 1
    assert cached.cancel(futures[1])
    while pool.statistics().busy:
        time.sleep(0.01)
    assert pool.statistics().done == done  # it came to no outcome, not even a timeout


@pytest.mark.lean
def test_a_second_run_says_the_same_and_needs_no_lean(
    engine: Engine, pool: Pool, path: Path, told: list[str]
) -> None:
    sources = [
        PROOF,
        "theorem t (n : Nat) : n + 0 = n := by sorry",
        "theorem t : 1 + 1 = 3 := rfl",
        "axiom a : 1 = 2\ntheorem t : 1 = 2 := a",
        PROOF,
        "theorem t (n : Nat) : n = 0 := by simp_arith at *",
        "",
    ]
    items = [Item(str(number), source) for number, source in enumerate(sources)]
    with VerdictCache(engine, told.append, path=path) as cache:
        first = list(CachedPool(pool, cache).check_all(items))
    with VerdictCache(engine, told.append, path=path) as cache:
        bench = Bench()
        second = list(CachedPool(bench, cache).check_all(items))
    assert [each.verdict.value for each in first[:4]] == [
        "proved",
        "statement",
        "error",
        "rejected",
    ]
    assert [each.cached for each in first] == [False] * 4 + [True] + [False] * 2
    assert second == [replace(each, cached=True) for each in first]
    assert (bench.asked, told) == ([], [])
