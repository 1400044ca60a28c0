"""What a search without a model proves, by which tactic, and what it costs.

    python benchmarks/measure_portfolio.py formal_pairs.jsonl [problems.jsonl …]
        [--portfolio] [--false] [--open] [--write]

A row with `core_statement` is taken as it is (where `core_only` says that it needs no mathlib);
any other row is a problem, and goes through the rules translator. Each statement goes through the
search until one entry proves it, so that the table says what each entry adds to those before it.

--portfolio  the portfolio alone, in its own order
--false      also search for proofs of false statements: the negation of each that is proved, and
             those that say `= c + 1` where a proved one says `= c`
--open       name the statements that stay open
--write      write `numina_lean/prove/measured.py`, from which a search takes its order
"""

import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from numina_lean.check.pool import Pool
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import read_problems
from numina_lean.prove.measured import SHIPPED
from numina_lean.prove.order import Statistics, observed, written_table
from numina_lean.prove.prove import Search, contradict, prove
from numina_lean.prove.search import SECONDS, search
from numina_lean.translate.reading import read_statement
from numina_lean.translate.rules.translator import RulesTranslator
from numina_lean.translate.statement import Statement
from numina_lean.translate.translator import Declined

JOBS = 2
MEASURED = Path(__file__).resolve().parent.parent / "numina_lean" / "prove" / "measured.py"


def statements(path: str) -> Iterator[Statement]:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    if any("core_statement" in row for row in rows):
        yield from (read_statement(row["core_statement"]) for row in rows if row.get("core_only"))
        return
    translator = RulesTranslator()
    for problem in read_problems(path):
        if isinstance(problem, Problem):
            answer = translator.translate(problem, profile="core", samples=1)
            if not isinstance(answer, Declined):
                yield answer[0].statement


def false_statements(statement: Statement) -> Iterator[Statement]:
    """Statements that are false where `statement` is true and its hypotheses can be met."""
    negated = f"¬ (∀ {' '.join(statement.binders)}, {statement.conclusion})"
    if not statement.binders:
        negated = f"¬ ({statement.conclusion})"
    yield replace(statement, name=f"{statement.name}_not", binders=(), conclusion=negated)
    match = re.fullmatch(r"([^=≤≥<>∣∧∨→↔¬≠∀∃]+= )(\d+)", statement.conclusion)
    if match is not None:
        other = f"{match.group(1)}{int(match.group(2)) + 1}"
        yield replace(statement, name=f"{statement.name}_off", conclusion=other)


def show(path: str, searches: Sequence[Search], seconds: float) -> None:
    tried, proved = Counter[str](), Counter[str]()
    spent: defaultdict[str, float] = defaultdict(float)
    for one in searches:
        for attempt in one.attempts:
            tried[attempt.tactic] += 1
            proved[attempt.tactic] += attempt.succeeded
            spent[attempt.tactic] += attempt.outcome.seconds
    longest = max((one.seconds for one in searches), default=0.0)
    proofs = [one.seconds for one in searches if one.proof is not None]
    table = Table(title=f"{path}: {proved.total()} of {len(searches)} proved, {seconds:.0f} s")
    for column in ("tactic", "tried", "proved", "seconds", "proofs/s"):
        table.add_column(column, justify="left" if column == "tactic" else "right")
    for name, _ in sorted(tried.items(), key=lambda each: (-proved[each[0]], each[0])):
        rate = f"{proved[name] / spent[name]:.2f}" if spent[name] else ""
        table.add_row(name, str(tried[name]), str(proved[name]), f"{spent[name]:.1f}", rate)
    Console().print(table)
    print(
        f"inside Lean: {longest:.1f} s the longest statement, {max(proofs, default=0.0):.1f} s the "
        f"longest that is proved, {sum(one.seconds for one in searches) / len(searches):.1f} s each"
    )


def main() -> None:
    paths = [each for each in sys.argv[1:] if not each.startswith("--")]
    flags = set(sys.argv[1:]) - set(paths)
    total = Statistics({})
    with (
        Pool(choose_engine("embedded"), jobs=JOBS) as pool,
        ThreadPoolExecutor(JOBS) as executor,
    ):

        def run(statement: Statement) -> Search:
            if "--portfolio" in flags:
                return prove(statement, pool, profile="core", timeout=SECONDS)
            return search(statement, pool, profile="core", statistics=SHIPPED)

        for path in paths:
            found = list(statements(path))
            started = time.monotonic()
            searches = list(executor.map(run, found))
            show(path, searches, time.monotonic() - started)
            pairs = list(zip(found, searches, strict=True))
            for statement, one in pairs:
                total += observed(statement, one)
                if "--open" in flags and one.proof is None:
                    print("open:", statement.name)
            if "--false" in flags:
                check_false(pool, executor, run, [each for each, one in pairs if one.proof])
    if "--write" in flags:
        MEASURED.write_text(written_table(total), encoding="utf-8")


def check_false(
    pool: Pool,
    executor: ThreadPoolExecutor,
    run: Callable[[Statement], Search],
    proved: Sequence[Statement],
) -> None:
    false = [(each, other) for each in proved for other in false_statements(each)]
    searches = list(executor.map(run, [other for _, other in false]))
    accepted: list[str] = []
    vacuous: list[str] = []
    for (statement, other), one in zip(false, searches, strict=True):
        if one.proof is not None:
            empty = contradict(statement, pool, timeout=SECONDS).proof is not None
            (vacuous if empty else accepted).append(f"{other.name} by {one.proof.tactic}")
    print(f"false statements: {len(false)} searched, {len(accepted)} accepted", *accepted)
    print(f"proved because their hypotheses contradict each other: {len(vacuous)}", *vacuous)


if __name__ == "__main__":
    main()
