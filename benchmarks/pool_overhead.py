"""What the pool costs and what it brings: against a bare loop, one process, and cold processes.

    python benchmarks/pool_overhead.py [--checks 50] [--runs 15]

Small statements, three comparisons, each with both sides in turn in every run, after a warm-up:
a loop over one session of the engine against a pool of one process; that pool against one of two;
a process started for each check against the pool of two. Prints the medians over the runs and their
ratio. Bars: at most 1.05 times the loop's time, at least 1.8 times the checks of one process (on
two idle cores), at least 50 times those of cold processes. Covers the embedded engine, no cache.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Check, Engine, Session
from numina_lean.lean.source import Header, split_header

STATEMENT = "theorem t{i} (a b : Nat) (h : a < b) : a + {i} < b + {i} := by omega"
WARM_UP = 150
"""Checks before anything is timed: a process gets faster over its first hundred."""
COLD = 5
"""Cold processes that are timed, seconds each, in the first of the runs."""


def sources(count: int) -> list[str]:
    return [STATEMENT.format(i=i) for i in range(count)]


def bare(session: Session, texts: list[str]) -> None:
    for text in texts:
        session.check(Check(split_header(text)[1]))


def pooled(pool: Pool, texts: list[str]) -> None:
    items = [Item(str(i), text) for i, text in enumerate(texts)]
    verdicts = {outcome.verdict for outcome in pool.check_all(items)}
    assert verdicts == {Verdict.PROVED}, verdicts


def cold(engine: Engine, text: str) -> None:
    session = engine.start(Header())
    session.check(Check(text))
    session.close()


def seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=int, default=50)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    engine, texts = choose_engine("embedded"), sources(options.checks)

    loop, one, two, started = [], [], [], []
    # No spares: they would start while the clock runs.
    with Pool(engine, jobs=1, spares=0) as single, Pool(engine, jobs=2, spares=0) as double:
        session = engine.start(Header())
        bare(session, sources(WARM_UP))
        pooled(single, sources(WARM_UP))
        pooled(double, sources(2 * WARM_UP))
        for _ in range(options.runs):
            loop.append(seconds(lambda: bare(session, texts)) / options.checks)
            one.append(seconds(lambda: pooled(single, texts)) / options.checks)
            two.append(seconds(lambda: pooled(double, texts)) / options.checks)
            if len(started) < COLD:
                started.append(seconds(lambda: cold(engine, texts[0])))
        session.close()

    for name, times in (
        ("bare loop, one process", loop),
        ("pool, one process", one),
        ("pool, two processes", two),
        ("cold process per check", started),
    ):
        low, high = 1000 * min(times), 1000 * max(times)
        print(f"{name:24} {1000 * median(times):8.1f} ms a check  ({low:.1f} to {high:.1f})")
    print(f"pool / bare loop: {median(one) / median(loop):.3f} of the time (bar 1.05)")
    print(f"two processes / one: {median(one) / median(two):.2f} times the checks (bar 1.8)")
    print(f"pool of two / cold: {median(started) / median(two):.0f} times the checks (bar 50)")


if __name__ == "__main__":
    main()
