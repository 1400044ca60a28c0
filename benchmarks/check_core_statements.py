"""Checks of real statements in core Lean: verdicts, and how long one process takes.

Reads the 175 rows of the shared `formal_pairs.jsonl` that need no mathlib (`core_only`, field
`core_statement`); or any JSON lines with these fields. Bars: at least 174 get `statement`, median
60 ms, whole run 25 s with one process; a process ready in 5 s, 700 MB resident. Covers the pool
and what is below it, not the command line.

    python benchmarks/check_core_statements.py [FILE] [--jobs N] [--engine NAME]
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from statistics import quantiles

import psutil

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.source import Header

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "formal_pairs.jsonl"
SLOWEST_SHOWN = 5


def core_statements(path: Path) -> list[Item]:
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Item(row["id"], row["core_statement"]) for row in rows if row.get("core_only")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--engine", choices=("auto", "embedded", "native"), default="embedded")
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"{options.file}: no such file")

    items = core_statements(options.file)
    engine = choose_engine(options.engine)
    started = time.perf_counter()
    session = engine.start(Header())
    ready, resident = time.perf_counter() - started, session.resident_bytes()
    session.close()
    started = time.perf_counter()
    with Pool(engine, jobs=options.jobs) as pool:
        outcomes = list(pool.check_all(items))
        seconds = time.perf_counter() - started
        used = max(child.memory_info().rss for child in psutil.Process().children())

    counts = Counter(outcome.verdict.value for outcome in outcomes)
    times = sorted(1_000 * outcome.seconds for outcome in outcomes)
    percentile = quantiles(times, n=100)
    lean = outcomes[0].lean
    print(
        f"{len(outcomes)} statements, {options.jobs} process(es), "
        f"{lean.engine} Lean {lean.lean_version}"
    )
    print(f"ready in {ready:.1f} s, {resident >> 20} MiB; {used >> 20} MiB at the end")
    print("verdicts:", ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))
    print(
        f"milliseconds: median {percentile[49]:.0f}, 90 % {percentile[89]:.0f}, "
        f"99 % {percentile[98]:.0f}, most {times[-1]:.0f}"
    )
    print(f"whole run: {seconds:.1f} s, start of the process included")
    for outcome in outcomes:
        if outcome.verdict is not Verdict.STATEMENT:
            print(f"  {outcome.verdict.value} {outcome.id}: {outcome.detail or outcome.reason}")
    print("slowest:")
    for outcome in sorted(outcomes, key=lambda each: -each.seconds)[:SLOWEST_SHOWN]:
        print(f"  {1_000 * outcome.seconds:.0f} ms {outcome.id}")


if __name__ == "__main__":
    main()
