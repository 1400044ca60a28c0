"""How much longer items wait when a process is killed or times out, with a spare and without.

    python benchmarks/pool_recovery.py [--runs 5]

A pool of one process. Killed: the process is killed from outside in mid-check; extra wait is what
the item took beyond the time until the kill and an undisturbed check. Timed out: an endless item
with a timeout of a second; extra wait is what the next item, queued behind it, took from there
beyond an undisturbed check. Both pools take turns; medians and the longest are printed. Bar: at
most 1 s with a spare. Each run waits until the spare is there.
"""

import argparse
import os
import signal
import threading
import time
from statistics import median

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.discover import choose_engine

SLOW = (
    "theorem t : 1 + 1 = 2 := by\n"
    + "  have : (List.range 60).length = 60 := by decide\n" * 40
    + "  rfl"
)
ENDLESS = "partial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0"
TIMEOUT = 1.0
CALM = 5
"""Undisturbed checks whose median is the usual time."""


def timed(pool: Pool) -> float:
    started = time.perf_counter()
    assert pool.check(Item("slow", SLOW)).verdict is Verdict.PROVED
    return time.perf_counter() - started


def after_a_kill(pool: Pool) -> float:
    """Extra seconds of an item whose process is killed halfway."""
    usual = median(timed(pool) for _ in range(CALM))
    process = pool._workers[0].process
    assert process is not None
    killer = threading.Timer(usual / 2, os.kill, (process.session.pid, signal.SIGKILL))
    killer.start()
    seconds = timed(pool)
    assert pool._workers[0].process is not process, "it was over before it was killed"
    return max(0.0, seconds - usual / 2 - usual)


def after_a_timeout(pool: Pool) -> float:
    """Extra seconds of the item that waits behind one that times out."""
    usual = median(timed(pool) for _ in range(CALM))
    endless = pool.submit(Item("endless", ENDLESS, timeout=TIMEOUT))
    behind = pool.submit(Item("behind", SLOW))
    assert endless.result().verdict is Verdict.TIMEOUT
    started = time.perf_counter()
    assert behind.result().verdict is Verdict.PROVED
    return max(0.0, time.perf_counter() - started - usual)


def await_spare(pool: Pool) -> None:
    while pool.statistics().spares == 0:
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    engine = choose_engine("embedded")
    found: dict[str, list[float]] = {}
    with Pool(engine, jobs=1) as with_spare, Pool(engine, jobs=1, spares=0) as without:
        timed(with_spare), timed(without)
        timed(with_spare), timed(without)
        for _ in range(options.runs):
            for name, measure in (("killed", after_a_kill), ("timed out", after_a_timeout)):
                await_spare(with_spare)
                found.setdefault(f"{name}, spare", []).append(measure(with_spare))
                await_spare(with_spare)  # else it would start while the other side is timed
                found.setdefault(f"{name}, no spare", []).append(measure(without))
    for name, times in found.items():
        print(f"{name:20} {median(times):6.2f} s longer, at most {max(times):.2f} s")
    for name in ("killed", "timed out"):
        ratio = median(found[f"{name}, no spare"]) / max(median(found[f"{name}, spare"]), 0.01)
        print(f"{name}: {ratio:.1f} times as long without a spare")
    worst = max(max(times) for name, times in found.items() if name.endswith(", spare"))
    print(f"longest with a spare: {worst:.2f} s (bar 1.0)")


if __name__ == "__main__":
    main()
