"""How fast a second run over the same statements is answered from the cache of verdicts.

A first run checks N small statements, no two alike, with an empty cache; each later run opens the
cache anew and asks for all of them through `CachedPool.check_all`. Bar: 5,000 items/s. The same
through the command, reading JSON lines and writing them, is printed beside it, start included.
Needs no data. Does not cover a cache shared by several machines.

    python benchmarks/cached_recheck.py [--statements N] [--runs N] [--jobs N]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from numina_lean.check.cache.cached_pool import CachedPool
from numina_lean.check.cache.place import FILE_VARIABLE
from numina_lean.check.cache.verdict_cache import VerdictCache
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Engine

BAR = 5_000


def statements(count: int) -> list[Item]:
    """Proofs, statements left open and errors in turn."""
    forms = (
        "theorem t{0} (a b : Nat) (h : a = b + {0}) : b ≤ a := by omega",
        "theorem t{0} (n : Nat) (h : n % {0} = 1) : ∃ k, n = {0} * k + 1 := by sorry",
        "theorem t{0} : {0} + 1 = {0} := rfl",
    )
    return [Item(f"s{number}", forms[number % 3].format(number + 2)) for number in range(count)]


def timed_run(
    engine: Engine, items: Sequence[Item], path: Path, jobs: int
) -> tuple[float, list[Outcome]]:
    """Seconds from before the cache is opened until the last outcome, and the outcomes."""
    started = time.perf_counter()
    with (
        VerdictCache(engine, sys.stderr.write, path=path) as cache,
        Pool(engine, jobs=jobs) as pool,
    ):
        outcomes = list(CachedPool(pool, cache).check_all(items))
        return time.perf_counter() - started, outcomes


def timed_command(items: Sequence[Item], folder: Path, cache: Path) -> float:
    """Seconds of `numina-lean check` over `items` as a table, written to a file."""
    rows = folder / "rows.jsonl"
    lines = [json.dumps({"id": item.id, "code": item.source}) for item in items]
    rows.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "numina_lean", "check", str(rows), "--engine", "embedded"]
    started = time.perf_counter()
    subprocess.run(
        [*command, "--output", str(folder / "verdicts.jsonl")],
        env={**os.environ, FILE_VARIABLE: str(cache)},
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--statements", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    engine = choose_engine("embedded")
    items = statements(options.statements)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "verdicts.sqlite"
        first, outcomes = timed_run(engine, items, cache, options.jobs)
        assert not any(outcome.cached for outcome in outcomes)
        times = []
        for _ in range(options.runs):
            seconds, again = timed_run(engine, items, cache, options.jobs)
            assert all(outcome.cached for outcome in again)
            assert [each.verdict for each in again] == [each.verdict for each in outcomes]
            times.append(seconds)
        command = median(timed_command(items, Path(folder), cache) for _ in range(options.runs))
        size = cache.stat().st_size

    again_rate, first_rate = len(items) / median(times), len(items) / first
    print(f"{len(items)} statements, {options.jobs} processes; cache {size / 2**20:.1f} MiB")
    print(f"first run:  {first:7.2f} s, {first_rate:8.1f} items/s")
    print(
        f"second run: {median(times):7.3f} s, {again_rate:8.0f} items/s (median of {options.runs})"
    )
    print(f"ratio:      {again_rate / first_rate:7.0f}")
    print(f"command:    {command:7.2f} s, {len(items) / command:8.0f} items/s, start included")
    print(f"bar of {BAR} items/s: {'met' if again_rate >= BAR else 'MISSED'}")


if __name__ == "__main__":
    main()
