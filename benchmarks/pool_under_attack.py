"""2,000 checks in one go while things go wrong: what came back, in what order, at what memory.

    python benchmarks/pool_under_attack.py [--items 2000] [--jobs 2]

Among ordinary statements one item loops for ever, one prints 20 MB, and midway one Lean process is
killed from outside. Prints one line of JSON with the verdicts, whether the order was kept, the
seconds taken, and the largest resident size of this process and of any Lean process. Exits 1
unless every item has one outcome, the right one, in order.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections import Counter

import psutil

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.discover import choose_engine

ENDLESS = "partial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0"
FLOOD = (
    "def twice : Nat → String → String\n  | 0, s => s\n  | n + 1, s => twice n (s ++ s)\n"
    '#eval IO.println (twice 21 "0123456789")'
)


def statement(index: int) -> str:
    return (
        f"theorem t{index} (a b : Nat) (h : a < b) : a + {index} < b + {index} := by\n"
        f"  {'sorry' if index % 2 else 'omega'}"
    )


class Watch(threading.Thread):
    """Samples resident sizes, and kills the oldest Lean process once, when told to."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = 0
        self.lean = 0
        self.over = threading.Event()

    def run(self) -> None:
        me = psutil.Process()
        while not self.over.wait(0.2):
            self.own = max(self.own, me.memory_info().rss)
            for child in me.children():
                try:
                    self.lean = max(self.lean, child.memory_info().rss)
                except psutil.Error:
                    continue

    @staticmethod
    def kill_one() -> None:
        os.kill(psutil.Process().children()[0].pid, signal.SIGKILL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    count = options.items
    sources = [statement(index) for index in range(count)]
    sources[count // 4] = ENDLESS
    sources[count // 3] = FLOOD
    items = [Item(str(index), source, timeout=10.0) for index, source in enumerate(sources)]
    expected = [Verdict.STATEMENT if index % 2 else Verdict.PROVED for index in range(count)]
    expected[count // 4] = Verdict.TIMEOUT
    expected[count // 3] = Verdict.PROVED

    watch = Watch()
    watch.start()
    started = time.monotonic()
    outcomes = []
    with Pool(choose_engine("embedded"), jobs=options.jobs) as pool:
        for outcome in pool.check_all(items):
            outcomes.append(outcome)
            if len(outcomes) == count // 2:
                watch.kill_one()
    seconds = time.monotonic() - started
    watch.over.set()
    watch.join()

    wrong = [o.id for o, want in zip(outcomes, expected, strict=True) if o.verdict is not want]
    in_order = [outcome.id for outcome in outcomes] == [item.id for item in items]
    print(
        json.dumps(
            {
                "items": count,
                "outcomes": len(outcomes),
                "in_order": in_order,
                "wrong": wrong,
                "verdicts": Counter(str(outcome.verdict) for outcome in outcomes),
                "cut_output": sum(outcome.truncated for outcome in outcomes),
                "seconds": round(seconds, 1),
                "largest_mib": {"this": watch.own >> 20, "lean": watch.lean >> 20},
            }
        )
    )
    return 0 if in_order and not wrong and len(outcomes) == count else 1


if __name__ == "__main__":
    sys.exit(main())
