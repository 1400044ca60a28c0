"""How much of worked solutions Lean checks, what it finds wrong, how often it decides an answer.

Part one audits the solutions of GSM8K and MATH rows (by default of the shared
`informal_dev.jsonl`) and prints steps found, checked, held and wrong, the reasons of what was not
read, and the first wrong steps with the text around them, to be judged by eye. A wrong step must be
an error of the text.

Part two plants an error in each row, in the last digit of a step that holds and has no letters,
and counts how many are called wrong.

Part three has the referee judge answers of MATH rows that the rules translator reads: the known
one, and two corrupted ones (one added, doubled). Bars: no known answer is refuted, no corrupted one
is proved.

    python benchmarks/audit_steps.py [FILE] [--gsm8k N] [--math N] [--referee N] [--jobs N]
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from numina_lean.check.pool import Pool
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import read_problems
from numina_lean.solve.lean_referee import LeanReferee
from numina_lean.steps.audit import Auditor
from numina_lean.steps.record import AuditTally, record_of
from numina_lean.steps.step import VERDICTS, Judged
from numina_lean.translate.rules.translator import RulesTranslator
from numina_lean.translate.translator import Declined

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "informal_dev.jsonl"
MOST_WRONG = 20
AROUND = 120
SEED = 0
CLOSED = re.compile(r"\A[^a-zA-Z]*\W(?:\\boxed\{)?\d*(\d)\}?\.?\Z")
RULINGS = ("proved", "refuted", "open", "untranslated")
CORRUPTED = {"one added": "{} + 1", "doubled": "2({})"}


def sample(rows: Sequence[Problem], source: str, most: int) -> list[Problem]:
    """At most so many rows of `source`, drawn with a fixed seed."""
    own = [row for row in rows if row.source == source and row.solution]
    return random.Random(SEED).sample(own, min(most, len(own)))


@dataclass
class Audit:
    """The counts, the wrong steps, and the same rows with an error planted in each."""

    tally: AuditTally = field(default_factory=AuditTally)
    wrong: list[tuple[Problem, Judged]] = field(default_factory=list)
    planted: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def audit(rows: Sequence[Problem], pool: Pool) -> Audit:
    """Audit the rows, then the rows with their planted errors."""
    found, auditor, lean = Audit(), Auditor(pool), choose_engine("embedded").lean
    started = time.monotonic()
    spoilt: list[tuple[int, str, str]] = []
    texts = ((row, row.problem, row.solution) for row in rows)
    for number, (row, steps) in enumerate(auditor.audit_all(texts), 1):
        found.tally.add(record_of(number, row, steps, lean))
        found.wrong += [(row, step) for step in steps if step.verdict == "wrong"]
        spoilt += [(start, row.problem, text) for start, text in spoil(row, steps)]
    found.seconds = time.monotonic() - started
    for start, steps in auditor.audit_all(spoilt):
        around = (step for step in steps if step.start <= start < step.end)
        step = min(around, key=lambda each: each.end - each.start, default=None)
        found.planted["not found" if step is None else step.reason or step.verdict] += 1
    return found


def spoil(row: Problem, steps: Sequence[Judged]) -> Iterator[tuple[int, str]]:
    """Where a digit of the solution is changed, and the solution with that; nothing, or one."""
    able = [step for step in steps if step.verdict == "holds" and CLOSED.search(step.text)]
    if able:
        step = random.Random(f"{SEED} {row.id}").choice(able)
        match = CLOSED.search(step.text)
        assert match is not None
        at = step.start + match.start(1)
        digit = (int(row.solution[at]) + 1) % 10
        yield at, f"{row.solution[:at]}{digit}{row.solution[at + 1 :]}"


def show_audit(console: Console, audits: dict[str, Audit]) -> None:
    tallies = {name: each.tally for name, each in audits.items()}
    table = Table(title="steps")
    for name in ("", *tallies):
        table.add_column(name, justify="right" if name else "left")
    lines: dict[str, list[object]] = {
        "rows": [tally.rows for tally in tallies.values()],
        "steps": [tally.steps for tally in tallies.values()],
        "checked": [tally.checked for tally in tallies.values()],
        **{name: [tally.verdicts[name] for tally in tallies.values()] for name in VERDICTS},
    }
    reasons = sorted({name for tally in tallies.values() for name in tally.reasons})
    lines |= {f"  {name}": [tally.reasons[name] for tally in tallies.values()] for name in reasons}
    lines["seconds"] = [f"{each.seconds:.0f}" for each in audits.values()]
    lines["errors planted"] = [each.planted.total() for each in audits.values()]
    lines["  of them wrong"] = [each.planted["wrong"] for each in audits.values()]
    for name, values in lines.items():
        table.add_row(name, *map(str, values))
    console.print(table)
    for name, each in audits.items():
        console.print(f"planted in {name}: {dict(each.planted.most_common())}")


def show_wrong(console: Console, wrong: Sequence[tuple[Problem, Judged]]) -> None:
    for row, step in wrong[:MOST_WRONG]:
        before = row.solution[max(0, step.start - AROUND) : step.start]
        after = row.solution[step.end : step.end + AROUND]
        console.print(f"wrong: {row.id} (answer {row.answer})")
        console.print(f"    {before!r} >>> {step.text!r} <<< {after!r}", soft_wrap=True)


def translated(rows: Sequence[Problem]) -> Iterator[Problem]:
    """The rows that the rules read, in random order."""
    translator = RulesTranslator()
    for row in random.Random(SEED).sample(list(rows), len(rows)):
        if not isinstance(translator.translate(row, profile="core", samples=1), Declined):
            yield row


def referee(console: Console, rows: Sequence[Problem], pool: Pool, jobs: int) -> int:
    """The number of rulings that are wrong."""
    judge = LeanReferee(pool, timeout=10.0)
    answers = [("known", row, row.answer) for row in rows]
    for name, form in CORRUPTED.items():
        # Twice zero is zero.
        kept = (row for row in rows if name != "doubled" or row.answer.strip("$ ") != "0")
        answers += [(name, row, form.format(row.answer)) for row in kept]
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("known", *CORRUPTED)}
    faults = 0
    with ThreadPoolExecutor(2 * jobs) as threads:
        opinions = threads.map(lambda each: judge.rule(each[1], each[2]), answers)
        for (name, row, answer), opinion in zip(answers, opinions, strict=True):
            counts[name][opinion.ruling] += 1
            if opinion.ruling == ("refuted" if name == "known" else "proved"):
                faults += 1
                console.print(f"fault: {row.id}: {answer}: {opinion.ruling}: {opinion.detail}")
    table = Table(title=f"answers of {len(rows)} problems that the rules read")
    for title in ("answer", *RULINGS):
        table.add_column(title, justify="left" if title == "answer" else "right")
    for name, count in counts.items():
        table.add_row(name, *(str(count[ruling]) for ruling in RULINGS))
    console.print(table)
    return faults


def main() -> int:
    """0 if the referee made no fault; wrong steps are for eyes to judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", default=str(SHARED))
    parser.add_argument("--gsm8k", type=int, default=300)
    parser.add_argument("--math", type=int, default=600)
    parser.add_argument("--referee", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    console = Console(highlight=False, markup=False, width=110)
    rows = [row for row in read_problems(options.file) if isinstance(row, Problem)]
    audits: dict[str, Audit] = {}
    with Pool(choose_engine("embedded"), jobs=options.jobs) as pool:
        for source, most in (("gsm8k", options.gsm8k), ("math", options.math)):
            audits[source] = audit(sample(rows, source, most), pool)
        show_audit(console, audits)
        show_wrong(console, [each for found in audits.values() for each in found.wrong])
        math = [row for row in rows if row.source == "math"]
        read = list(islice(translated(math), options.referee))
        faults = referee(console, read, pool, options.jobs) if read else 0
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
