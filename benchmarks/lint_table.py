"""The statement lint on statements whose defects are known: hits, misses, false alarms by code.

Reads the shared `checker/semantic_hazards.jsonl` (arithmetic that means something else in ℕ than in
ℚ), `checker/false_statements.jsonl` (inequalities that lack the positivity of their variables, each
with a corrected form that is true), and the rows of `formal_pairs.jsonl` that need no mathlib. What
is over ℝ there is typed over core Lean's `Rat` here: a rational point at which an inequality fails
refutes it over ℝ too, and a true one over ℝ is true over ℚ. Two hazards are cut off in the file and
left out. Covers the embedded engine; says nothing of what mathlib's tactics would add.

    python benchmarks/lint_table.py [FOLDER] [--jobs N] [--show CODE] [--set NAME]
"""

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numina_lean.calibrate.pairs import retyped
from numina_lean.check.finding import Finding
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item
from numina_lean.lean.discover import choose_engine
from numina_lean.lint.linter import LINTED, Linter

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_VARIABLES = re.compile(r"∀ ([^:]*) : ℝ")


@dataclass(frozen=True, slots=True)
class Expectation:
    """A set of statements, and the code that each of them ought to get or ought not to."""

    name: str
    items: tuple[Item, ...]
    wanted: str | None = None
    unwanted: tuple[str, ...] = ()
    false: frozenset[str] | None = None
    """The ids of those that are false, where the file says which."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def over_rationals(statement: str) -> str:
    """`statement`, a relation between closed terms, with its left side typed."""
    depth = 0
    for match in re.finditer(r"[()]|\s(?:=|>|<|≥|≤)\s", statement):
        if match.group() in "()":
            depth += 1 if match.group() == "(" else -1
        elif depth == 0:
            left, right = statement[: match.start()], statement[match.end() :]
            return f"(({left} : Rat) {match.group().strip()} {right})"
    raise ValueError(f"no relation in {statement}")


def expectations(folder: Path) -> list[Expectation]:
    hazards = [
        row
        for row in rows(folder / "checker" / "semantic_hazards.jsonl")
        if not row["statement"].rstrip().endswith(("-", "20"))
    ]
    mixed = [row for row in hazards if row["class"] == "nat_vs_rat"]
    powers = [row for row in hazards if row["class"] == "exponent_truncation"]
    false = list(rows(folder / "checker" / "false_statements.jsonl"))
    sound = ("contradictory_hypotheses", "counterexample", "numeral_type", "zero_divisor")
    return [
        Expectation(
            "nat_vs_rat",
            named(mixed, lambda row: row["statement"]),
            "numeral_type",
            false=false_in(mixed, "ℕ"),
        ),
        Expectation(
            "nat_vs_rat, typed over ℚ",
            named(mixed, lambda row: over_rationals(row["statement"])),
            None,
            ("numeral_type", "truncated_subtraction", "truncated_division"),
            false_in(mixed, "ℚ"),
        ),
        Expectation(
            "exponent_truncation",
            named(powers, lambda row: over_rationals(row["statement"])),
            "numeral_type",
            false=false_in(powers, "as_formalized"),
        ),
        Expectation(
            "false inequalities",
            named(false, lambda row: f"∀ {variables(row)} : Rat, {row['false_statement']}"),
            "counterexample",
        ),
        Expectation("corrected inequalities", named(false, corrected), None, sound),
        Expectation("pairs in core Lean", core_pairs(folder)),
        Expectation("pairs retyped", retyped_pairs(folder)),
    ]


def false_in(found: list[dict[str, Any]], reading: str) -> frozenset[str]:
    return frozenset(row["id"] for row in found if row["detail"][reading] == "FALSE")


def core_pairs(folder: Path) -> tuple[Item, ...]:
    found = (row for row in rows(folder / "formal_pairs.jsonl") if row["core_only"])
    return tuple(Item(row["id"], row["core_statement"]) for row in found)


def retyped_pairs(folder: Path) -> tuple[Item, ...]:
    """Statements that need mathlib, with core Lean's number types for mathlib's, and ℚ for ℝ.

    Most do not elaborate so and drop out. Some of the others say something else than over ℝ, which
    makes them no worse for finding false alarms.
    """
    items = []
    for row in rows(folder / "formal_pairs.jsonl"):
        if not row["core_only"]:
            items.append(Item(row["id"], retyped(row["formal"]), timeout=20.0))
    return tuple(items)


def named(
    found: list[dict[str, Any]], statement: Callable[[dict[str, Any]], str]
) -> tuple[Item, ...]:
    return tuple(
        Item(row["id"], f"theorem {'t'}{number} : {statement(row)} := sorry")
        for number, row in enumerate(found)
    )


def variables(row: dict[str, Any]) -> str:
    match = _VARIABLES.search(row["corrected_theorem"])
    assert match is not None
    return match.group(1).strip()


def corrected(row: dict[str, Any]) -> str:
    statement = row["corrected_theorem"].partition(" : ")[2].rpartition(":=")[0]
    return str(statement).replace("ℝ", "Rat").strip()


def lint(pool: Pool, items: tuple[Item, ...]) -> Iterator[tuple[Item, tuple[Finding, ...] | None]]:
    """The findings of each item; None where it does not elaborate."""
    linter = Linter(pool)
    outcomes = list(pool.check_all(items))
    pairs = zip(items, outcomes, strict=True)
    for (item, outcome), found in zip(
        zip(items, outcomes, strict=True), linter.lint_all(pairs), strict=True
    ):
        yield item, found if outcome.verdict in LINTED else None


def report(each: Expectation, results: list[tuple[Item, tuple[Finding, ...] | None]]) -> None:
    linted = [(item, found) for item, found in results if found is not None]
    print(f"\n## {each.name}: {len(linted)} of {len(results)} elaborate")
    counts = Counter(code for _, found in linted for code in {one.code for one in found})
    for code, count in counts.most_common():
        print(f"  {code}: {count}")
    if each.wanted:
        hits = counts[each.wanted]
        print(f"  → {each.wanted}: {hits} hits, {len(linted) - hits} misses")
    if each.false is not None:
        refuted = {item.id for item, found in linted if "counterexample" in {f.code for f in found}}
        print(
            f"  → counterexample: {len(refuted & each.false)} hits, "
            f"{len(each.false - refuted)} misses, {len(refuted - each.false)} false alarms"
        )
    for code in each.unwanted:
        print(f"  → {code}: {counts[code]} false alarms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--set", help="only the set whose name begins so")
    parser.add_argument("--show", help="print the findings with this code (all: every code)")
    parser.add_argument("--missing", help="print the statements without a finding of this code")
    options = parser.parse_args()
    if not options.folder.is_dir():
        parser.error(f"{options.folder}: no such folder")
    with Pool(choose_engine("embedded"), jobs=options.jobs) as pool:
        for each in expectations(options.folder):
            if options.set and not each.name.startswith(options.set):
                continue
            started = time.perf_counter()
            results = list(lint(pool, each.items))
            report(each, results)
            print(f"  {time.perf_counter() - started:.0f} s")
            for item, found in results:
                shown = [one for one in found or () if options.show in (one.code, "all")]
                for one in shown:
                    print(f"\n{item.id} {one.code}: {one.detail}\n{item.source.strip()}")
                if options.missing and options.missing not in {one.code for one in found or ()}:
                    print(f"\n{item.id} has no {options.missing}\n{item.source.strip()}")


if __name__ == "__main__":
    main()
