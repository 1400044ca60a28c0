"""How much of real problem sets the `rules` translator reads, and whether what it says is true.

Reads JSON lines with `id`, `problem`, `answer`, `source`, `subject`, `level` (by default the MATH
rows of the shared `informal_dev.jsonl`), translates each row for both profiles, compiles the
core statements on the embedded engine, tries to prove each, and to refute what was not proved.
Closed claims are also calculated in Python, exactly, which covers mathlib statements. Prints the
table by subject and level, the share translated for each profile, and the reasons for declining
with what to do next about each (`rules_declined`). A refuted or false statement is a bug of the
translator (or a wrong reference answer). Bars: 15 % translated for mathlib, 10 % compile for core,
none is false.

    python benchmarks/rules_math.py [FILE] [--source math] [--no-lean] [--jobs N] [--write OUT]

Does not cover: compiling the mathlib statements, which takes a native engine.
"""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from rules_declined import declined_table, lone_words

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.problem import Problem
from numina_lean.prove.prove import prove, refute
from numina_lean.translate.rules.decline import DeclineError, Reason
from numina_lean.translate.rules.evaluation import UnknownValueError, holds
from numina_lean.translate.rules.setting import Theorem
from numina_lean.translate.rules.translator import theorem_for
from numina_lean.translate.statement import Profile, Statement

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "informal_dev.jsonl"
PROFILES: tuple[Profile, ...] = ("core", "mathlib")
TACTIC_SECONDS = 5.0
MOST_WORDS = 30


@dataclass
class Row:
    """A problem with what became of it."""

    data: dict[str, Any]
    theorems: dict[Profile, Theorem] = field(default_factory=dict)
    declined: dict[Profile, DeclineError] = field(default_factory=dict)
    verdict: str = ""
    tactic: str = ""
    calculated: bool | None = None

    @property
    def counts(self) -> tuple[bool, ...]:
        """Read, translated, calculated true, core, compiled, proved, refuted, undecided."""
        compiled = self.verdict in ("proved", "refuted", "undecided")
        return (
            True,
            bool(self.theorems),
            self.calculated is True,
            "core" in self.theorems,
            compiled,
            self.verdict == "proved",
            self.verdict == "refuted" or self.calculated is False,
            self.verdict == "undecided",
        )


def load(path: Path, source: str) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Row(row) for row in rows if source in ("all", row.get("source"))]


def translate(row: Row) -> None:
    problem = Problem(
        id=row.data["id"],
        problem=row.data["problem"],
        answer=str(row.data.get("answer") or ""),
        question_type=str(row.data.get("question_type") or ""),
    )
    for profile in PROFILES:
        try:
            row.theorems[profile] = theorem_for(problem, profile)
        except DeclineError as error:
            row.declined[profile] = error
    for theorem in row.theorems.values():
        if theorem.closed is not None:
            try:
                row.calculated = holds(theorem.closed)
            except UnknownValueError:
                continue


def judge(row: Row, pool: Pool) -> None:
    statement = row.theorems["core"].statement
    outcome = pool.check(Item(row.data["id"], statement.source()))
    if outcome.verdict is not Verdict.STATEMENT:
        row.verdict = f"{outcome.verdict.value}: {' '.join(m.text for m in outcome.errors)[:200]}"
        return
    search = prove(statement, pool, profile="core", timeout=TACTIC_SECONDS)
    if search.proof is not None:
        row.verdict, row.tactic = "proved", search.proof.tactic
        return
    refuted = refute(statement, pool, timeout=TACTIC_SECONDS).proof is not None
    row.verdict = "refuted" if refuted else "undecided"


def table(rows: list[Row], title: str, key: str) -> Table:
    shown = Table(title=title)
    for name in (
        key, "rows", "translated", "calculated", "core", "compiled", "proved", "false", "undecided",
    ):  # fmt: skip
        shown.add_column(name, justify="left" if name == key else "right")
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row.data.get(key) or "–"), []).append(row)
    for name, members in [*sorted(groups.items()), ("all", rows)]:
        sums = [sum(column) for column in zip(*(row.counts for row in members), strict=True)]
        shown.add_row(name, *map(str, sums))
    return shown


def declined_for(row: Row, reason: Reason) -> bool:
    return any(error.reason == reason for error in row.declined.values())


def show_bars(rows: list[Row], console: Console, *, compiled: bool) -> None:
    """The figures that have a bar, each beside it."""
    translated = sum("mathlib" in row.theorems for row in rows)
    core = sum("core" in row.theorems for row in rows)
    console.print(f"translated for mathlib: {translated} ({translated / len(rows):.1%}), bar 15 %")
    if compiled:
        compiles = sum(row.counts[4] for row in rows)
        console.print(
            f"compiled for core: {compiles} of {core} ({compiles / len(rows):.1%}), bar 10 %"
        )
    false = sum(row.counts[6] for row in rows)
    console.print(f"refuted or calculated false: {false}, bar 0")


def record(row: Row) -> dict[str, Any]:
    statements: dict[str, Statement] = {p: t.statement for p, t in row.theorems.items()}
    return {
        "id": row.data["id"],
        "problem": row.data["problem"],
        "answer": row.data.get("answer"),
        "verdict": row.verdict,
        "tactic": row.tactic,
        "calculated": row.calculated,
        "statements": {profile: text.source() for profile, text in statements.items()},
        "declined": {profile: [e.reason, e.detail] for profile, e in row.declined.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--source", default="math", help="field `source` of the rows, or all")
    parser.add_argument("--no-lean", action="store_true", help="translate and calculate only")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", type=Path, help="JSON lines of all translated rows")
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"{options.file}: no such file")

    console = Console(width=120)
    rows = load(options.file, options.source)
    for row in track(rows, "translate", console=console):
        translate(row)
    if not options.no_lean:
        core = [row for row in rows if "core" in row.theorems]
        with Pool(choose_engine("embedded"), jobs=options.jobs) as pool:
            for row in track(core, "prove", console=console):
                judge(row, pool)
    console.print(table(rows, "by subject", "subject"), table(rows, "by level", "level"))
    show_bars(rows, console, compiled=not options.no_lean)
    core, mathlib = (
        [row.declined[profile] for row in rows if profile in row.declined] for profile in PROFILES
    )
    console.print(declined_table(core, mathlib, len(rows)))
    unknown = [row.data["problem"] for row in rows if declined_for(row, "unknown_word")]
    words = list(lone_words(unknown).items())[:MOST_WORDS]
    console.print("words that alone block rows:", ", ".join(f"{w} {n}" for w, n in words))
    for row in rows:
        if row.calculated is False or row.verdict not in ("", "proved", "undecided"):
            console.print(f"{row.data['id']}: {row.verdict} calculated {row.calculated}")
    if options.write:
        with options.write.open("w", encoding="utf-8") as out:
            out.writelines(
                json.dumps(record(row), ensure_ascii=False) + "\n" for row in rows if row.theorems
            )


if __name__ == "__main__":
    main()
