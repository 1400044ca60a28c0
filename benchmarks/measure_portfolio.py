"""How often each tactic of the core portfolio proves a statement, and what it costs.

    python benchmarks/measure_portfolio.py formal_pairs.jsonl [problems.jsonl …]

A row with `core_statement` is taken as it is (where `core_only` says that it needs no mathlib);
any other row is a problem, and goes through the rules translator. Each statement runs through the
portfolio in its order until one entry proves it, so that the table says what each entry adds to
those before it.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from numina_lean.check.pool import Pool
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import read_problems
from numina_lean.prove.portfolio import CORE
from numina_lean.prove.prove import Search, prove
from numina_lean.translate.rules.translator import RulesTranslator
from numina_lean.translate.statement import Statement
from numina_lean.translate.translator import Declined

JOBS = 2
_CLOSING = {"(": ")", "{": "}", "[": "]", "⦃": "⦄"}


def parse(text: str) -> Statement:
    """A theorem's text as a `Statement`: its brackets before the first outer colon are binders."""
    text = text.strip().removesuffix("by sorry").rstrip().removesuffix(":=").rstrip()
    before, _, rest = text.partition("theorem ")
    name, binders, at = rest.split(maxsplit=1)[0], [], len(rest.split(maxsplit=1)[0])
    while rest[at] != ":":
        if rest[at] in _CLOSING:
            start, depth = at, 0
            while True:
                depth += (rest[at] in _CLOSING) - (rest[at] in _CLOSING.values())
                if depth == 0:
                    break
                at += 1
            binders.append(rest[start : at + 1])
        at += 1
    return Statement(name, before, tuple(binders), rest[at + 1 :].strip())


def statements(path: str) -> Iterator[Statement]:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    if any("core_statement" in row for row in rows):
        yield from (parse(row["core_statement"]) for row in rows if row.get("core_only"))
        return
    translator = RulesTranslator()
    for problem in read_problems(path):
        if isinstance(problem, Problem):
            answer = translator.translate(problem, profile="core", samples=1)
            if not isinstance(answer, Declined):
                yield answer[0].statement


def show(path: str, searches: list[Search], seconds: float) -> None:
    tried, proved = Counter[str](), Counter[str]()
    spent: defaultdict[str, float] = defaultdict(float)
    for search in searches:
        for attempt in search.attempts:
            tried[attempt.tactic] += 1
            proved[attempt.tactic] += attempt.succeeded
            spent[attempt.tactic] += attempt.outcome.seconds
    table = Table(title=f"{path}: {proved.total()} of {len(searches)} proved, {seconds:.0f} s")
    for column in ("tactic", "tried", "proved", "seconds", "proofs/s"):
        table.add_column(column, justify="left" if column == "tactic" else "right")
    for tactic in CORE:
        name = tactic.name
        rate = f"{proved[name] / spent[name]:.2f}" if spent[name] else ""
        table.add_row(name, str(tried[name]), str(proved[name]), f"{spent[name]:.1f}", rate)
    Console().print(table)


def main() -> None:
    with (
        Pool(choose_engine("embedded"), jobs=JOBS) as pool,
        ThreadPoolExecutor(2 * JOBS) as executor,
    ):
        for path in sys.argv[1:]:
            found = list(statements(path))
            started = time.monotonic()
            searches = list(
                executor.map(lambda one: prove(one, pool, profile="core", timeout=20.0), found)
            )
            show(path, searches, time.monotonic() - started)


if __name__ == "__main__":
    main()
