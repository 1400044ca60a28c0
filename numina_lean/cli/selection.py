"""A run of `select`: two passes over the input, the files, and the tables on the terminal."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from numina_lean.check.output import visible
from numina_lean.cli.progress import Bar, progress_bar
from numina_lean.cli.selection_folder import (
    FORMATS,
    REJECTED,
    plan_record,
    remove_plan,
    write_plan,
    write_selected,
)
from numina_lean.errors import InputError
from numina_lean.problems.decide import held_out, make_plan
from numina_lean.problems.difficulty import known_solve_rate
from numina_lean.problems.plan import HeldOut, Plan, Settings
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, count_problems, read_problems

Rows = Iterator[Problem | BrokenRow]

_MOST_WARNINGS = 10


@dataclass(frozen=True, slots=True)
class Input:
    """Where problems come from: a path or Hub dataset, its columns, its split."""

    source: str
    names: FieldNames
    split: str

    def rows(self) -> Rows:
        """All rows from the start. Raises `InputError`."""
        return read_problems(self.source, self.names, split=self.split)

    def about(self) -> dict[str, Any]:
        """What a plan says of its input."""
        columns = {
            field.name: getattr(self.names, field.name)
            for field in fields(self.names)
            if getattr(self.names, field.name) != field.default
        }
        return {"input": self.source, "split": self.split, "columns": columns}


def is_file(output: Path) -> bool:
    """Whether `--output` names a file for the selected rows, not a folder for the plan."""
    return output.suffix.removeprefix(".") in FORMATS and not output.is_dir()


def select_into(
    output: Path, source: Input, settings: Settings, exclude: Sequence[str], ending: str
) -> dict[str, Any]:
    """Make the plan, write it with its rows to `output`, and return what it comes to.

    Raises `InputError`.
    """
    started = time.monotonic()
    apart, about_apart = _held_out(exclude, source)
    about = {**source.about(), "held_out": about_apart}
    total = count_problems(source.source)
    with progress_bar("select", None if total is None else 2 * total) as bar:
        told = _told(_watched(source.rows(), bar.advance), bar)
        plan = make_plan(told, settings, apart)
        if not plan.decisions:
            raise InputError(f"{source.source}: no rows")
        rows = _watched(source.rows(), bar.advance)
        if is_file(output):
            write_selected(output, plan, rows, None)
        else:
            remove_plan(output)
            selected = output / f"selected.{ending}"
            write_selected(selected, plan, rows, output / REJECTED)
            write_plan(output, plan, about, selected)
    _show(plan, output, time.monotonic() - started)
    return plan_record(plan, about)


def _held_out(exclude: Sequence[str], source: Input) -> tuple[list[HeldOut], list[dict[str, Any]]]:
    """The held-out problems, each in a field `problem`, and how many each file has.

    A row that cannot be read ends the command: what it holds could not be kept away from.
    """
    found: list[HeldOut] = []
    about = []
    for name in exclude:
        before = len(found)
        for row in read_problems(name, split=source.split):
            if isinstance(row, BrokenRow):
                raise InputError(f"--exclude: {row.id}: {row.detail}")
            found.append(held_out(row))
        about.append({"source": name, "problems": len(found) - before})
    return found, about


def _watched(rows: Rows, advance: Callable[[int], None]) -> Rows:
    """`rows`, with the progress told now and then: a step each would cost more than the row."""
    count = 0
    for count, row in enumerate(rows, start=1):
        if count % 256 == 0:
            advance(256)
        yield row
    advance(count % 256)


def _told(rows: Iterable[Problem | BrokenRow], bar: Bar) -> Rows:
    """`rows`, with a warning for the first that could not be read, and for odd solve rates."""
    broken = odd = 0
    for row in rows:
        if isinstance(row, BrokenRow):
            broken += 1
            if broken <= _MOST_WARNINGS:
                bar.print(visible(f"warning: {row.id}: {row.detail}"))
        elif row.solve_rate is not None and known_solve_rate(row) is None:
            odd += 1
        yield row
    if broken > _MOST_WARNINGS:
        bar.print(f"warning: {broken} rows cannot be read; the rejected rows have them all")
    if odd:
        bar.print(
            f"warning: {odd} rows have a solve rate that is no share from 0 to 1; for them it "
            "counts as not known"
        )


def _show(plan: Plan, output: Path, seconds: float) -> None:
    """The plan's counts on standard error: tables on a terminal, else a line each."""
    console = Console(stderr=True, highlight=False, markup=False)
    rows = len(plan.decisions)
    for name, count in plan.reasons().items():
        if not console.is_terminal:
            console.print(f"{name}: {count}", soft_wrap=True)
    if console.is_terminal:
        console.print(_reasons(plan))
        console.print(_strata(plan))
    console.print(
        f"{plan.selected} of {rows} rows selected, in {output} ({seconds:.1f} s)", soft_wrap=True
    )


def _reasons(plan: Plan) -> Table:
    table = Table(title="rejected", title_justify="left")
    table.add_column("reason")
    table.add_column("rows", justify="right")
    table.add_column("share", justify="right")
    for name, count in plan.reasons().items():
        table.add_row(name, str(count), f"{count / len(plan.decisions):.1%}")
    return table


def _strata(plan: Plan) -> Table:
    table = Table(title="selected", title_justify="left")
    for name in ("stratum", "weight", "passed", "selected", "scores"):
        table.add_column(name, justify="left" if name == "stratum" else "right")
    for name, count in plan.strata.items():
        low, high = count.lowest_score, count.highest_score
        scores = "" if low is None or high is None else f"{low:.2f} … {high:.2f}"
        table.add_row(
            visible(name), f"{count.weight:g}", str(count.passed), str(count.selected), scores
        )
    return table
