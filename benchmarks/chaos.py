"""5,000 checks while Lean processes are killed and their pipes closed at random, once a second.

    python benchmarks/chaos.py [--items 5000] [--jobs 2] [--interval 1.0]

Among ordinary statements of four verdicts, one in a hundred runs code of its own, runs for ever,
ends its process, or fills its memory. Prints one line of JSON: outcomes by verdict, the blows, the
restarts by cause, seconds, and the items whose outcome is not the right one. Exits 1 unless every
item has one outcome, the right one, in order. `tests/test_chaos.py` does the same on a small scale.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter

import psutil

from numina_lean.check.pool import MEBIBYTE, Limits, Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.discover import choose_engine

LIMITS = Limits(ceiling=1200 * MEBIBYTE, growth=240 * MEBIBYTE)
KINDS = (
    ("theorem t{i} : {i} + 1 = 1 + {i} := by omega", Verdict.PROVED),
    ("theorem t{i} : {i} = {i} + 1 := sorry", Verdict.STATEMENT),
    ("theorem t{i} : {i} = {i} + 1 := rfl", Verdict.ERROR),
    ("axiom a{i} : {i} = 0\ntheorem t{i} : {i} = 0 := a{i}", Verdict.REJECTED),
)
CODE = 'macro "close" : tactic => `(tactic| omega)\ntheorem t{i} : {i} = {i} := by close'
ENDLESS = "-- {i}\npartial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0"
EXIT = "-- {i}\n#eval (IO.Process.exit 0 : IO Unit)"
HUNGRY = "-- {i}\n" + "\n".join(f"#eval (Array.replicate 300000000 {n}).size" for n in range(2))
MISDEEDS = (
    (CODE, Verdict.PROVED),
    (ENDLESS, Verdict.TIMEOUT),
    (EXIT, Verdict.CRASHED),
    (HUNGRY, Verdict.CRASHED),
)


def items(count: int, *, misdeed_every: int) -> list[tuple[Item, Verdict]]:
    """`count` items with the verdict that each has to get."""
    made = []
    for i in range(count):
        kind, verdict = KINDS[i % len(KINDS)]
        if i % misdeed_every == misdeed_every - 1:
            kind, verdict = MISDEEDS[i // misdeed_every % len(MISDEEDS)]
        timeout = 2.0 if kind == ENDLESS else 120.0
        made.append((Item(str(i), kind.format(i=i), timeout=timeout), verdict))
    return made


KILLS = 0.75
"""The share of the blows that are kills; the others close a pipe."""


class Chaos:
    """Each `blow` kills a Lean of this process, or closes a pipe of `pool`; counted in `blows`."""

    def __init__(self, pool: Pool, *, seed: int = 0) -> None:
        self.blows: Counter[str] = Counter()
        self._pool = pool
        self._random = random.Random(seed)

    def blow(self) -> None:
        if self._random.random() < KILLS:
            self._kill()
        else:
            self._close_pipe()

    def _kill(self) -> None:
        """Kill any process with a Lean in it: at work, idle, spare or just getting ready."""
        lean = [child.pid for child in psutil.Process().children() if _is_lean(child)]
        if lean:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._random.choice(sorted(lean)), signal.SIGKILL)
                self.blows["killed"] += 1

    def _close_pipe(self) -> None:
        """Put /dev/null in the place of our end of a pipe: that closes it and frees no number."""
        held = [worker.process for worker in self._pool._workers]
        sessions = [process.session for process in held if process is not None]
        if not sessions:
            return
        session = self._random.choice(sessions)
        null = os.open(os.devnull, os.O_RDWR)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # it has just been closed
            ends = [session._answers, session._process.stdin.fileno()]  # type: ignore[attr-defined]
            end = self._random.choice(ends)
            if end >= 0:
                os.dup2(null, end)
                self.blows["pipe closed"] += 1
        os.close(null)


def _is_lean(process: psutil.Process) -> bool:
    try:
        return any(word.endswith("main.cjs") for word in process.cmdline())
    except psutil.Error:
        return False


def every(seconds: float, chaos: Chaos, over: threading.Event) -> None:
    while not over.wait(seconds):
        chaos.blow()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between two blows")
    options = parser.parse_args()

    wanted = items(options.items, misdeed_every=100)
    over = threading.Event()
    started = time.monotonic()
    outcomes = []
    with Pool(choose_engine("embedded"), jobs=options.jobs, limits=LIMITS) as pool:
        chaos = Chaos(pool)
        blows = threading.Thread(target=every, args=(options.interval, chaos, over), daemon=True)
        blows.start()
        for outcome in pool.check_all(item for item, _ in wanted):
            outcomes.append(outcome)
            if len(outcomes) % 100 == 0:
                print(f"\r{len(outcomes)}/{options.items}", end="", file=sys.stderr, flush=True)
        over.set()
        blows.join()
        restarts = pool.statistics().restarts
    print(file=sys.stderr)
    wrong = [
        f"{outcome.id}: {outcome.verdict}, not {verdict}: {outcome.detail}"
        for outcome, (_, verdict) in zip(outcomes, wanted, strict=True)
        if outcome.verdict is not verdict
    ]
    in_order = [outcome.id for outcome in outcomes] == [item.id for item, _ in wanted]
    report = {
        "items": options.items,
        "outcomes": len(outcomes),
        "in_order": in_order,
        "wrong": wrong,
        "verdicts": Counter(str(outcome.verdict) for outcome in outcomes),
        "blows": chaos.blows,
        "restarts": restarts,
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(report))
    return 0 if in_order and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
