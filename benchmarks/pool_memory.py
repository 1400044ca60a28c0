"""Resident memory over many checks: at the end against where it stood after the first few hundred.

    python benchmarks/pool_memory.py [--checks 10000] [--after 500] [--runs 3] [--jobs 2]

Ordinary statements, a mix of proofs, sorries, errors and definitions, with a new name each. Each
run has a pool of its own; what counts is the resident size of all its processes, its spare
included, after `--after` checks and after the last. Prints both medians over the runs, the ratio,
this program's own size at both moments, and the processes replaced, by cause. Bar: 1.3.
"""

import argparse
import sys
import time
from statistics import median

import psutil

from numina_lean.check.pool import Pool
from numina_lean.check.tally import PoolStatistics
from numina_lean.check.verdict import Item
from numina_lean.lean.discover import choose_engine

MEBIBYTE = 1 << 20
KINDS = (
    "theorem t{i} (a b : Nat) (h : a < b) : a + {i} < b + {i} := by omega",
    "theorem t{i} (p q : Prop) (hp : p) (hq : q) : q ∧ p := ⟨hq, hp⟩",
    "theorem t{i} : {i} = {i} + 1 := by sorry",
    "theorem t{i} (xs : List Nat) : (xs ++ [{i}]).length = xs.length + 1 := by simp",
    "def f{i} (n : Nat) : Nat := n + {i}\ntheorem t{i} : f{i} 1 = 1 + {i} := rfl",
    "theorem t{i} : {i} = {i} + 1 := rfl",
    "inductive T{i} | a | b (n : Nat)\ntheorem t{i} (x : T{i}) : x = x := rfl",
)


def items(count: int) -> list[Item]:
    return [Item(str(i), KINDS[i % len(KINDS)].format(i=i)) for i in range(count)]


def own_bytes() -> int:
    return int(psutil.Process().memory_info().rss)


def settled(pool: Pool) -> PoolStatistics:
    """The statistics once the spare is there, so that both moments count the same processes."""
    while pool.statistics().spares == 0:
        time.sleep(0.05)
    return pool.statistics()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--after", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    engine = choose_engine("embedded")
    early, late, own_early, own_late, rates = [], [], [], [], []
    for run in range(options.runs):
        checks = items(options.checks)
        with Pool(engine, jobs=options.jobs) as pool:
            for _ in pool.check_all(checks[: options.after]):
                pass
            early.append(settled(pool).resident_bytes)
            own_early.append(own_bytes())
            started = time.perf_counter()
            for done, _ in enumerate(pool.check_all(checks[options.after :]), options.after + 1):
                if done % 500 == 0:
                    held = pool.statistics().resident_bytes // MEBIBYTE
                    print(f"\rrun {run + 1}: {done}, {held} MiB ", end="", file=sys.stderr)
            rates.append((options.checks - options.after) / (time.perf_counter() - started))
            last = settled(pool)
            late.append(last.resident_bytes)
            own_late.append(own_bytes())
            print(f"\rrun {run + 1}: replaced {last.restarts or 'none'}", file=sys.stderr)

    for name, first, then in (("engines", early, late), ("this program", own_early, own_late)):
        print(
            f"{name}: {median(first) / MEBIBYTE:.0f} MiB after {options.after}, "
            f"{median(then) / MEBIBYTE:.0f} MiB after {options.checks}"
        )
    ratios = [then / first for first, then in zip(early, late, strict=True)]
    print(f"engines, ratio: {median(ratios):.2f}, at most {max(ratios):.2f} (bar 1.3)")
    print(f"{median(rates):.0f} checks a second")


if __name__ == "__main__":
    main()
