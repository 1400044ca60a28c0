"""What the deterministic gates catch of mutants, and what they lose of true pairs, by class.

Takes the pairs of the shared `formal_pairs.jsonl` that core Lean elaborates (as they are, or with
its own number types for mathlib's) for right, and mutants of them for wrong, at most `--most` of
each class and half. Mutants that are faithful after all are thrown out and counted. Rules were made
on the half `dev`; the half `held_out` was only measured.

    python benchmarks/gates_on_pairs.py [FILE] [--most N] [--jobs N] [--json FILE] [--show]
"""

import argparse
import json
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from rich.console import Console

from numina_lean.calibrate.labelled import from_pairs, mutated, sampled
from numina_lean.calibrate.measure import examine_rows
from numina_lean.calibrate.mutations import LISTED
from numina_lean.calibrate.pairs import core_pairs
from numina_lean.calibrate.report import report_fields, show_report
from numina_lean.cli.checker import open_checker
from numina_lean.gates.gate import Bench
from numina_lean.lean.discover import choose_engine

STARTED = time.perf_counter()
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "formal_pairs.jsonl"


def counted(console: Console, total: int) -> Callable[[], None]:
    """Says now and then how many of `total` are done."""
    number = count(1)

    def done() -> None:
        at = next(number)
        if at % 100 == 0 or at == total:
            console.print(f"{at} of {total} after {time.perf_counter() - STARTED:.0f} s")

    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--most", type=int, default=30, help="mutants of each class and half")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--no-cache", action="store_true")
    parser.add_argument("--show", action="store_true", help="list the mutants that pass")
    options = parser.parse_args()
    with options.file.open(encoding="utf-8") as lines:
        right = list(from_pairs(core_pairs(map(json.loads, lines))))
    console = Console(width=120, highlight=False)
    with open_checker(
        choose_engine("embedded"), options.jobs, no_cache=options.no_cache, tell=console.print
    ) as checker:
        bench = Bench(checker, "core", options.timeout)
        examined = examine_rows(right, bench, options.jobs + 2, counted(console, len(right)))
        judged = [each.row for each in examined if each.left_out is None]
        wrong = [row for row in sampled(mutated(judged), options.most) if not row.right]
        examined += examine_rows(wrong, bench, options.jobs + 2, counted(console, len(wrong)))
    show_report(console, examined, tuple(map(str, LISTED)), passed=options.show)
    console.print(f"{time.perf_counter() - STARTED:.0f} s")
    if options.json:
        options.json.write_text(json.dumps(report_fields(examined), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
