"""Whether the embedded engine agrees with what other Leans said of the same sources.

    python benchmarks/agreement.py [--data ../shared/data/checker] [--jobs 2]

Reads `repl_cases.jsonl` (requests to the REPL, each with its answer), `rllean_compiled.jsonl` and
`kimina_cases.jsonl` (sources with a verdict of a Lean with mathlib). Of the first, each command
that is not about mathlib, proof states or pickles is compared: whether it has an error, or a sorry.
The others all import mathlib. Each is tried without: its imports and opened namespaces left out,
`ℕ`, `ℤ` and `ℚ` as notation. It counts as judged where what is left says nothing that core Lean
does not know. Prints counts and every disagreement, as JSON lines; exits 1 if a source was taken
that the other Lean found an error in.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.source import split_header

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "checker"
WORDS = {Verdict.PROVED: "ok", Verdict.STATEMENT: "sorry", Verdict.ERROR: "error"}
LETTERS = "".join(
    f'local notation "{letter}" => {name}\n'
    for letter, name in (("ℕ", "Nat"), ("ℤ", "Int"), ("ℚ", "Rat"))
)
OPENED = re.compile(r"^(?:open (?!.* in\b)|noncomputable section|set_option maxHeart).*$", re.M)
UNKNOWN = re.compile(
    r"unknown|unexpected|expected|failed to synthesize|function expected|invalid field|"
    r"not been implemented|is not accessible|ambiguous",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A source, and what another Lean said of the lines from `first_line` on."""

    table: str
    id: str
    source: str
    expected: str
    first_line: int = 1


def repl_cases(path: Path) -> Iterator[Case]:
    """One case for each command; what its environment was made of comes before it."""
    for row in _rows(path):
        requests = _blocks(row["in"])
        answers = _blocks(row["expected_out"] or "")
        if row["mathlib"] or not row["in_parses"] or len(requests) != len(answers):
            continue
        sources: dict[int, str] = {}
        for number, (request, answer) in enumerate(zip(requests, answers, strict=True)):
            if "cmd" not in request or "env" not in answer:
                continue
            before = sources.get(request["env"]) if "env" in request else ""
            if before is None:  # an environment out of a pickle or a proof state
                continue
            sources[answer["env"]] = source = f"{before}{request['cmd']}\n"
            errors = any(m["severity"] == "error" for m in answer.get("messages", ()))
            expected = "error" if errors else "sorry" if answer.get("sorries") else "ok"
            first_line = before.count("\n") + 1
            # The REPL's sessions bind undeclared variables, as Lean does unless it is told not to.
            yield Case("repl", f"{row['id']}#{number}", source, expected, first_line)


def mathlib_cases(path: Path, table: str) -> Iterator[Case]:
    for row in _rows(path):
        _, body = split_header(row["code"])
        yield Case(table, row["id"], LETTERS + OPENED.sub("", body), row["verdict"])


def said(case: Case, outcome: Outcome) -> str | None:
    """What we say of a case in the other Lean's words; None where it cannot be judged."""
    if case.table == "repl":
        if outcome.verdict is Verdict.NEEDS_MATHLIB:
            return None
        here = [e for e in outcome.errors if e.start.line >= case.first_line]
        sorries = [s for s in outcome.sorries if s.start.line >= case.first_line]
        return "error" if here else "sorry" if sorries else "ok"
    if any(UNKNOWN.search(error.text) for error in outcome.errors):
        return None
    return WORDS.get(outcome.verdict)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _blocks(text: str) -> list[dict[str, Any]]:
    """JSON objects, each followed by a blank line; what is none is an empty one."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        try:
            blocks.append(json.loads(block, strict=False))
        except ValueError:
            blocks.append({})
    return blocks


def compare(cases: list[Case], outcomes: Iterator[Outcome]) -> int:
    """Print what was found; the number of sources taken wrongly."""
    counts: Counter[tuple[str, str]] = Counter()
    wrongly = 0
    for case, outcome in zip(cases, outcomes, strict=True):
        ours = said(case, outcome)
        if ours is None or case.expected not in ("ok", "sorry", "error"):
            counts[case.table, "not judged"] += 1
            continue
        same = ours == case.expected
        counts[case.table, "agree" if same else "disagree"] += 1
        counts[case.table, f"agree: {ours}" if same else f"{case.expected}, we: {ours}"] += 1
        if same:
            continue
        wrongly += ours == "ok" and outcome.verdict is Verdict.PROVED
        error = outcome.errors[0].text.partition("\n")[0] if outcome.errors else outcome.detail
        print(json.dumps({"id": case.id, "theirs": case.expected, "ours": ours, "detail": error}))
    for (table, what), count in sorted(counts.items()):
        print(json.dumps({"table": table, "what": what, "count": count}))
    return wrongly


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    cases = [
        *repl_cases(arguments.data / "repl_cases.jsonl"),
        *mathlib_cases(arguments.data / "rllean_compiled.jsonl", "rllean"),
        *mathlib_cases(arguments.data / "kimina_cases.jsonl", "kimina"),
    ]
    with Pool(choose_engine("embedded"), jobs=arguments.jobs) as pool:
        items = (Item(case.id, case.source, timeout=20) for case in cases)
        return 1 if compare(cases, pool.check_all(items)) else 0


if __name__ == "__main__":
    sys.exit(main())
