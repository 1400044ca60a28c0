"""`numina-lean corpus stats`: counts of a corpus, as tables, JSON and pictures."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from numina_lean.corpus.plots import draw_all
from numina_lean.corpus.statistics import (
    Counts,
    GateCounts,
    Statistics,
    quantiles,
    statistics,
)

_TITLES = {
    "lean": "accepted by",
    "verdict": "verdict",
    "profile": "profile",
    "source": "source",
    "question_type": "question type",
    "problem_type": "problem type",
    "model": "model",
    "round": "repair round",
}
_MOST_LINES = 20
_MOST_REASONS = 8


def stats(
    corpus: Annotated[Path, typer.Argument(metavar="DIR", help="The corpus.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Say it as one JSON object.")] = False,
    plots: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Draw pictures there, each as PNG and as SVG."),
    ] = None,
) -> None:
    """Count what a corpus holds and what was lost on the way.

    Rows are counted under the Lean that accepted them; what the embedded Lean accepted is not
    pinned until `corpus recheck` has confirmed it with the native one.

    \b
    Examples:
      numina-lean corpus stats out/demo
      numina-lean corpus stats out/demo --json | jq .funnel
      numina-lean corpus stats out/demo --plots out/pictures    # pip install 'numina-lean[plots]'
    """
    counted = statistics(corpus)
    if as_json:
        typer.echo(json.dumps(counted.record(), indent=2, ensure_ascii=False))
    else:
        console = Console(highlight=False, markup=False)
        for table in _tables(counted):
            console.print(table)
        for line in _lines(counted):
            console.print(line, soft_wrap=True)
    if plots is not None:
        drawn = draw_all(counted, plots)
        typer.echo(f"drew {', '.join(path.name for path in drawn)} in {plots}", err=True)


def _tables(counted: Statistics) -> Iterator[Table]:
    yield _funnel(counted)
    for name, title in _TITLES.items():
        groups = counted.by.get(name, {})
        if len(groups) > 1 or (groups and name in ("lean", "verdict", "model")):
            yield _group(title, groups)
    for lean, tactics in counted.tactics.items():
        yield _counter("proved by", f"proofs ({lean})", tactics)
    if counted.gates:
        yield _gates(counted.gates)


def _funnel(counted: Statistics) -> Table:
    table = Table("stage", title="problems", title_justify="left")
    table.add_column("left", justify="right")
    table.add_column("candidates lost there, and why")
    for stage, left in counted.funnel():
        reasons = counted.reasons.get(stage, Counter())
        table.add_row(stage, f"{left:,}", _reasons(reasons))
    return table


def _group(title: str, groups: Mapping[str, Counts]) -> Table:
    table = Table(title)
    table.add_column("statements", justify="right")
    table.add_column("proofs", justify="right")
    ordered = sorted(groups.items(), key=lambda each: (-each[1].rows, each[0]))
    for name, counts in ordered[:_MOST_LINES]:
        table.add_row(name, f"{counts.rows:,}", f"{counts.proofs:,}")
    if len(ordered) > _MOST_LINES:
        rest = [counts for _, counts in ordered[_MOST_LINES:]]
        rows, proofs = sum(each.rows for each in rest), sum(each.proofs for each in rest)
        table.add_row(f"{len(rest)} more", f"{rows:,}", f"{proofs:,}")
    return table


def _counter(title: str, what: str, counter: Counter[str]) -> Table:
    table = Table(title)
    table.add_column(what, justify="right")
    for name, count in counter.most_common(_MOST_LINES):
        table.add_row(name, f"{count:,}")
    return table


def _gates(gates: Mapping[str, GateCounts]) -> Table:
    table = Table("gate")
    table.add_column("passed", justify="right")
    table.add_column("lost", justify="right")
    table.add_column("why")
    for name, counts in gates.items():
        lost = counts.lost.total()
        table.add_row(
            name, f"{counts.passed:,}", f"{lost:,}" if lost else "", _reasons(counts.lost)
        )
    return table


def _reasons(reasons: Counter[str]) -> str:
    shown = [f"{reason} {count:,}" for reason, count in reasons.most_common(_MOST_REASONS)]
    more = len(reasons) - len(shown)
    return ", ".join(shown) + (f", {more} more" if more else "")


def _lines(counted: Statistics) -> Iterator[str]:
    total = counted.total
    yield (
        f"{total.rows:,} statements, {total.proofs:,} with a proof, of {counted.problems:,} "
        f"problems; {counted.losses:,} losses"
    )
    yield f"{counted.pinned:,} of the statements are accepted by the pinned native Lean"
    if len(counted.by.get("lean", {})) > 1:
        yield "note: they are of several Leans; a table that does not name one adds them up"
    if counted.lengths:
        yield f"characters of a statement: {_spread(quantiles(counted.lengths))}"
    if counted.win_rates:
        rates = _spread(quantiles(counted.win_rates))
        yield f"win rates of {len(counted.win_rates):,} statements: {rates}"
    if counted.prompt_tokens or counted.completion_tokens:
        yield f"tokens: {counted.prompt_tokens:,} in, {counted.completion_tokens:,} out"
    if counted.unreadable_rulings:
        yield f"note: the rulings of {counted.unreadable_rulings:,} rows cannot be read"


def _spread(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:,.6g}" for name, value in values.items())
