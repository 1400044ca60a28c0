"""The whole loop on real problems: which statement ends up in the corpus, by its label.

A replayed model answers each problem of the shared `formal_pairs.jsonl` that core Lean can judge
with the real statement and, in an order drawn by digest, up to `--mutants` corrupted ones, each of
another class. The real command takes them through the gates and the choice among what is left, with
no judge model. Prints, by class, how many were stopped by a gate and how many by the choice, and
whether what is kept of a problem is the real statement. Mutants that are faithful after all are
left out beforehand (`calibrate.genuine`).

    python benchmarks/loop_on_pairs.py [FILE] [--problems N] [--mutants N]
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from replays import write_replay
from rich.console import Console
from rich.table import Table

from numina_lean.calibrate.genuine import unfit
from numina_lean.calibrate.intervals import Share
from numina_lean.calibrate.labelled import Labelled, from_pairs, mutated
from numina_lean.calibrate.pairs import core_pairs
from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Item, Verdict
from numina_lean.cli.checker import open_checker
from numina_lean.corpus.folder import open_folder
from numina_lean.gates.gate import Bench
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.problem import Problem

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared" / "data" / "formal_pairs.jsonl"
COMMAND = [sys.executable, "-c", "from numina_lean.cli import main; main()", "formalize"]
JOBS = 2
TRUE = "true statement"


@dataclass(frozen=True, slots=True)
class Case:
    """A problem, and the statements that the model says, in the order in which it says them."""

    problem: Problem
    said: tuple[Labelled, ...]


def cases(path: Path, problems: int, mutants: int) -> list[Case]:
    """Problems whose real statement elaborates, each with mutants that are genuinely other."""
    with path.open(encoding="utf-8") as lines:
        right = list(from_pairs(core_pairs(map(json.loads, lines))))
    with open_checker(choose_engine("embedded"), JOBS, no_cache=False, tell=print) as checker:
        items = [Item(row.problem.id, row.statement.source()) for row in right]
        judged = [
            row
            for row, outcome in zip(right, checker.check_all(items), strict=True)
            if outcome.verdict is Verdict.STATEMENT
        ]
        with ThreadPoolExecutor(JOBS + 2) as threads:
            return list(threads.map(lambda row: _case(row, mutants, checker), judged[:problems]))


def _case(row: Labelled, most: int, checker: Checker) -> Case:
    bench = Bench(checker, "core", 20.0)
    said = [row]
    for wrong in sorted(mutated([row]), key=_rank):
        if len(said) > most:
            break
        if wrong.mutant is not None and unfit(wrong.mutant, bench) is None:
            said.append(wrong)
    return Case(row.problem, tuple(sorted(said, key=_rank)))


def _rank(row: Labelled) -> str:
    return hashlib.sha256(f"{row.problem.id}{row.statement.source()}".encode()).hexdigest()


def _text(row: Labelled) -> str:
    return f"```lean4\n{row.statement.source()}```"


def run(found: list[Case], folder: Path) -> None:
    """The command over `found`, from a recording."""
    rows = folder / "problems.jsonl"
    with rows.open("w", encoding="utf-8") as stream:
        for case in found:
            problem = case.problem
            stream.write(json.dumps(asdict(problem)) + "\n")
    texts = {case.problem.id: [_text(row) for row in case.said] for case in found}
    most = max(len(case.said) for case in found)
    write_replay(
        folder / "said.jsonl",
        [case.problem for case in found],
        lambda problem, sample: (texts[problem.id] + [""] * most)[sample],
        samples=most,
    )
    subprocess.run(
        [
            *COMMAND, rows, "--output", folder / "corpus", "--model", f"replay:{folder}/said.jsonl",
            "--samples", str(most), "--enough", str(most), "--repairs", "0", "--no-proofs",
            "--jobs", str(JOBS),
        ],
        check=True,
    )  # fmt: skip


def show(found: list[Case], folder: Path) -> None:
    corpus = open_folder(folder / "corpus")
    kept = {row["provenance"]["problem_id"]: row["provenance"] for row in corpus.rows()}
    lost = {(row["problem_id"], row["sample"]): row for row in corpus.losses() if row["completion"]}
    stages: dict[str, Counter[str]] = {}
    chosen: Counter[str] = Counter()
    for case in found:
        id = case.problem.id
        for sample, row in enumerate(case.said):
            stage = lost[id, sample]["stage"] if (id, sample) in lost else "kept"
            stages.setdefault(row.fault or TRUE, Counter())[stage] += 1
        chosen[_label(case, kept.get(id, {}).get("sample"))] += 1
    table = Table(title="what the model said, and where it ended", title_justify="left")
    for column in ("class", "said", "stopped by a gate", "by the choice", "kept", "gates"):
        table.add_column(column, justify="left" if column in ("class", "gates") else "right")
    for fault, counts in sorted(stages.items(), key=lambda each: each[0] != TRUE):
        choice, through = counts["equivalence"] + counts["duplicate"], counts["kept"]
        stopped = counts.total() - choice - through
        gates = ", ".join(
            f"{stage} {count}"
            for stage, count in counts.most_common()
            if stage not in ("equivalence", "duplicate", "kept")
        )
        table.add_row(
            fault, str(counts.total()), str(Share(stopped, counts.total())), str(choice),
            str(through), gates,
        )  # fmt: skip
    console = Console(width=140, highlight=False)
    console.print(table)
    wrong = sum((counts for fault, counts in stages.items() if fault != TRUE), Counter[str]())
    caught = wrong.total() - wrong["equivalence"] - wrong["duplicate"] - wrong["kept"]
    console.print(f"mutants stopped by a gate: {Share(caught, wrong.total())}")
    for label, count in chosen.most_common():
        console.print(f"{label}: {Share(count, len(found))}")


def _label(case: Case, sample: int | None) -> str:
    if sample is None:
        return "problems without a row"
    fault = case.said[sample].fault
    return f"problems with a mutant kept ({fault})" if fault else "problems with the true statement"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--problems", type=int, default=400)
    parser.add_argument("--mutants", type=int, default=2)
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"{options.file}: no such file")
    started = time.perf_counter()
    found = cases(options.file, options.problems, options.mutants)
    said = sum(len(case.said) for case in found)
    made = time.perf_counter() - started
    print(f"{len(found)} problems, {said} statements, {made:.0f} s to make them")
    with tempfile.TemporaryDirectory() as name:
        run(found, Path(name))
        show(found, Path(name))
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
