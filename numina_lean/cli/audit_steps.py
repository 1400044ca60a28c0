"""`numina-lean audit-steps`: the equalities of worked solutions, each checked by Lean."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from numina_lean import __version__
from numina_lean.check.output import ResultFile, json_line, visible
from numina_lean.cli.checker import open_checker
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.cli.progress import Bar, progress_bar
from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, count_problems, read_problems
from numina_lean.steps.audit import Auditor
from numina_lean.steps.folder import SUMMARY, AuditFolder
from numina_lean.steps.record import AuditTally, Record, record_of

_STANDARD_INPUT = "-"
_FILE_ENDING = ".jsonl"
_MOST_WARNINGS = 10

Rows = Iterator[tuple[int, Problem | BrokenRow]]
"""Rows with their numbers in the input, from 1."""


def audit_steps(
    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A .jsonl or .parquet file, a folder of them, a Hub dataset (owner/name), or - "
            "for JSON lines from standard input.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A folder, which a later run goes on from, or a .jsonl file.",
            show_default="standard output",
        ),
    ] = None,
    field: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column with the worked solutions.")
    ] = "solution",
    problem_field: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column with the problems.")
    ] = "problem",
    id_field: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column with the ids.")
    ] = "id",
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after the first N rows.")
    ] = None,
    jobs: JobsOption = None,
    timeout: Annotated[
        float, typer.Option(metavar="S", callback=seconds, help="Seconds a proof may take, hard.")
    ] = 20.0,
    engine: EngineOption = "embedded",
    no_cache: NoCacheOption = False,
    unsafe_no_sandbox: NoSandboxOption = False,
) -> None:
    """Find the equalities of worked solutions and have Lean check each.

    A step is `holds` or `wrong` where Lean proves it or its negation, `rounded` where Lean proves
    that the sides differ by less than the last place shown, `open` where Lean decides nothing, and
    `unread`, with a reason, where it was not asked: docs/audit-steps.md has them all. What is only
    said of some values of its letters is never called wrong. One JSON line a row; the counts go to
    standard error, and with a folder to summary.json.

    \b
    Exit codes:
      0    no step is wrong
      1    some are
      2    bad usage, or a row that could not be read
      3    no engine
      130  interrupted; with a folder the same command goes on

    \b
    Examples:
      numina-lean audit-steps numina.jsonl --output out/steps
      numina-lean audit-steps gsm8k.parquet --field answer --problem-field question > steps.jsonl
      head -100 numina.jsonl | numina-lean audit-steps - --output steps.jsonl
    """
    names = FieldNames(id=id_field, problem=problem_field, solution=field)
    lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
    with ExitStack() as stack:
        source = stack.enter_context(_Source(input))
        rows = enumerate(source.rows(names), 1)
        total = _total(source.path, limit)
        folder, write, tally = _target(stack, output, {
            "field": field, "engine": lean.lean.engine, "lean_version": lean.lean.lean_version,
            "timeout": f"{timeout:g}",
        })  # fmt: skip
        bar = stack.enter_context(progress_bar("audit", total, shown=output is not None))
        checker = stack.enter_context(
            open_checker(lean, jobs_or_default(jobs), no_cache=no_cache, tell=bar.print)
        )
        wanted: Rows = islice(rows, limit)
        wanted = folder.left(wanted) if folder is not None else wanted
        bar.advance(tally.rows)
        try:
            for (number, row), steps in Auditor(checker, timeout).audit_all(_texts(wanted)):
                _warn(row, tally, bar)
                write(record_of(number, row, steps, lean.lean))
                bar.advance()
        except BaseException:
            if folder is not None:
                bar.print(f"note: what is finished is kept in {output}; the same command goes on")
            raise
    if not tally.rows:
        raise InputError(f"{input}: no rows")
    if folder is not None:
        summary = tally.fields() | {
            "engine": lean.lean.engine, "lean_version": lean.lean.lean_version,
            "package_version": __version__,
        }  # fmt: skip
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        write_text_atomically(folder.path / SUMMARY, f"{text}\n")
    _show(tally)
    if tally.unreadable:
        raise typer.Exit(InputError.exit_code)
    raise typer.Exit(1 if tally.with_wrong else 0)


class _Source:
    """A context manager: the input as something that `read_problems` reads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.path = name
        self._stack = ExitStack()

    def __enter__(self) -> "_Source":
        if self._name == _STANDARD_INPUT:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory())
            self.path = str(Path(folder) / f"stdin{_FILE_ENDING}")
            with Path(self.path).open("wb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def rows(self, names: FieldNames) -> Iterator[Problem | BrokenRow]:
        """The rows, those that cannot be read named by their place in what was passed."""
        for row in read_problems(self.path, names):
            if isinstance(row, BrokenRow):
                row = replace(row, id=row.id.replace(self.path, self._name))
            yield row


def _total(path: str, limit: int | None) -> int | None:
    total = count_problems(path)
    return total if total is None or limit is None else min(total, limit)


def _target(
    stack: ExitStack, output: Path | None, settings: dict[str, str]
) -> tuple[AuditFolder | None, Callable[[Record], None], AuditTally]:
    """Where rows go: a folder, a file or standard output; with what is counted of them."""
    if output is not None and output.suffix != _FILE_ENDING:
        folder = stack.enter_context(AuditFolder(output, settings))
        return folder, folder.add, folder.tally
    file = None if output is None else stack.enter_context(ResultFile(output))
    tally = AuditTally()

    def write(record: Record) -> None:
        line = json_line(record)
        if file is None:
            sys.stdout.buffer.write(line)
        else:
            file.write(line)
        tally.add(record)

    return None, write, tally


def _texts(rows: Rows) -> Iterator[tuple[tuple[int, Problem | BrokenRow], str, str]]:
    for number, row in rows:
        texts = (row.problem, row.solution) if isinstance(row, Problem) else ("", "")
        yield (number, row), *texts


def _warn(row: Problem | BrokenRow, tally: AuditTally, bar: Bar) -> None:
    if isinstance(row, BrokenRow) and tally.unreadable < _MOST_WARNINGS:
        bar.print(visible(f"warning: {row.id}: {row.detail}"))


def _show(tally: AuditTally) -> None:
    """The counts on standard error, and the first false steps."""
    console = Console(stderr=True, highlight=False, markup=False)
    table = Table(title="steps", title_justify="left")
    table.add_column("")
    table.add_column("steps", justify="right")
    table.add_column("share", justify="right")
    for verdict in ("holds", "rounded", "wrong", "open", "unread"):
        count = tally.verdicts[verdict]
        table.add_row(verdict, str(count), f"{count / max(1, tally.steps):.1%}")
    for reason, count in tally.reasons.most_common():
        table.add_row(f"  {reason}", str(count), f"{count / max(1, tally.steps):.1%}")
    console.print(table)
    for name, text in tally.wrong:
        console.print(visible(f"wrong: {name}: {' '.join(text.split())}"), soft_wrap=True)
    console.print(
        f"{tally.rows} rows, {tally.steps} steps, {tally.checked} checked, "
        f"{tally.verdicts['wrong']} wrong in {tally.with_wrong} rows",
        soft_wrap=True,
    )
