"""kill -9 at random moments of `numina-lean formalize`: the corpus is that of an undisturbed run.

Runs the real command on the problems of `data/`, with a recording that has three samples for each:
the grammar's statement, the same under other names, and one that does not compile. Each run is
killed at a moment drawn from the time that an undisturbed one takes, every second one from the time
in which problems are finished; one that ends before is compared, and a new one begun. After the
last kill the command runs to its end. Prints each kill with what the folder held then, and the
differences between the two corpora, times apart.

    python benchmarks/kill_formalize.py [--kills N] [--seed N]
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from replays import write_replay

from numina_lean.check.cache.place import FILE_VARIABLE
from numina_lean.corpus.diff import differences
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import read_problems
from numina_lean.translate.rules.translator import RulesTranslator
from numina_lean.translate.translator import Declined

REPOSITORY = Path(__file__).resolve().parent.parent
PROBLEMS = REPOSITORY / "data" / "problems.jsonl"
SAMPLES = 3
COMMAND = [sys.executable, "-c", "from numina_lean.cli import main; main()", "formalize"]


def answer(problem: Problem, sample: int) -> str:
    found = RulesTranslator().translate(problem, profile="core", samples=1)
    if isinstance(found, Declined):
        return f"This I cannot state ({found.reason})."
    source = found[0].statement.source()
    texts = (source, source.replace("theorem ", "theorem other_"), source.replace(":=", "+ :="))
    return f"Here it is.\n```lean4\n{texts[sample]}```"


def command(folder: Path, replay: Path) -> list[str]:
    return [
        *COMMAND, str(PROBLEMS), "--output", str(folder), "--model", f"replay:{replay}",
        "--samples", str(SAMPLES), "--repairs", "0", "--jobs", "2", "--concurrency", "4",
    ]  # fmt: skip


def run(folder: Path, replay: Path, scratch: Path, cache: str, kill_after: float | None) -> bool:
    """Run the command, killed after so many seconds where that is given; whether it was."""
    environment = os.environ | {FILE_VARIABLE: str(scratch / cache)}
    with (scratch / "log").open("ab") as log:
        process = subprocess.Popen(
            command(folder, replay), cwd=REPOSITORY, env=environment, stdout=log, stderr=log
        )
        try:
            code = process.wait(timeout=kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
    if code != 0:
        sys.exit(f"the command ended with {code}:\n{(scratch / 'log').read_text()[-2000:]}")
    return False


class FirstFinished:
    """Notes, in a thread of its own, when the first problem of a run is journaled."""

    def __init__(self, folder: Path) -> None:
        self._journal = folder / ".state" / "journal.jsonl"
        self._started = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seconds = 0.0
        self._thread.start()

    def end(self) -> float:
        self._over.set()
        self._thread.join()
        return self.seconds

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            if self._journal.exists() and self._journal.stat().st_size:
                self.seconds = time.monotonic() - self._started
                return


def held(folder: Path) -> str:
    journal = folder / ".state" / "journal.jsonl"
    rows = journal.read_bytes().count(b"\n") if journal.exists() else 0
    shards = len(list(folder.rglob("*.parquet")))
    return f"{rows} problems journaled, {shards} shards"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        replay = scratch / "said.jsonl"
        problems = [row for row in read_problems(str(PROBLEMS)) if isinstance(row, Problem)]
        write_replay(replay, problems, answer, samples=SAMPLES)
        started = time.monotonic()
        first_finished = FirstFinished(scratch / "whole")
        run(scratch / "whole", replay, scratch, "whole.sqlite", None)
        whole, first = time.monotonic() - started, first_finished.end()
        print(f"undisturbed: {whole:.1f} s, the first problem finished after {first:.1f} s")
        kills = attempt = wrong = 0
        while True:
            folder = scratch / f"killed-{attempt}"
            earliest = first if kills % 2 else 0.1
            after = chance.uniform(earliest, whole) if kills < options.kills else None
            if run(folder, replay, scratch, f"{attempt}.sqlite", after):
                kills += 1
                print(f"kill {kills} after {after:.2f} s: {held(folder)}")
                continue
            found = differences(scratch / "whole", folder)
            wrong += bool(found)
            print(f"run to its end: {'DIFFERENT' if found else 'no difference'}")
            attempt += 1
            if kills >= options.kills:
                break
    print(f"{kills} kills, {attempt} corpora, {wrong} different")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
