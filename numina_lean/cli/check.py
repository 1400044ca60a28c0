"""`numina-lean check`: a verdict for every Lean source it is given."""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from numina_lean.check.against import read_against
from numina_lean.check.batch import Terms, check_batch, require_header, require_reference
from numina_lean.check.fields import Fields
from numina_lean.check.header import SharedHeader, read_header
from numina_lean.check.inputs import Input, find_inputs, read_inputs
from numina_lean.check.output import ResultFile, Tally
from numina_lean.check.verdict import (
    SORRY_AXIOM,
    STANDARD_AXIOMS,
    UNAUDITED,
    UNSAFE,
    Policy,
    Verdict,
)
from numina_lean.cli.checker import open_checker
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.cli.printer import Format, Printer, bar_fits, default_format, show_summary
from numina_lean.cli.progress import progress_bar
from numina_lean.errors import InputError
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import DEFAULT_HEARTBEATS
from numina_lean.lean.report import LeanInfo
from numina_lean.lint.linter import Linter

_NO_AXIOMS = {UNAUDITED, UNSAFE}
"""What stands among axioms for something else."""


def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Lean files, folders, .jsonl or .parquet tables; - for standard input.",
            show_default=False,
        ),
    ],
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    timeout: Annotated[
        float,
        typer.Option(metavar="S", callback=seconds, help="Seconds a source may take, hard."),
    ] = 60.0,
    heartbeats: Annotated[
        int, typer.Option(metavar="N", min=0, help="Lean's maxHeartbeats; 0: no such limit.")
    ] = DEFAULT_HEARTBEATS,
    code_field: Annotated[
        str | None, typer.Option(metavar="F", help="The field of a table with the Lean source.")
    ] = None,
    id_field: Annotated[
        str | None, typer.Option(metavar="F", help="The field of a table with the id.")
    ] = None,
    header: Annotated[
        str | None,
        typer.Option(
            metavar="H",
            help="A file, or Lean text itself, put before the sources that import nothing.",
        ),
    ] = None,
    allow_sorry: Annotated[
        bool, typer.Option("--allow-sorry", help="Count the verdict `statement` as acceptable.")
    ] = False,
    format: Annotated[  # named as its option is
        Format | None,
        typer.Option(show_default="text on a terminal, else jsonl", help="How to write results."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the results there; with --ray a folder."),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS|local",
            help="Check on the nodes of the Ray cluster at that address, or on one started here.",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|FIELD",
            help="The statements that a source has to keep to: a Lean file for all, or the field "
            "of a table with a Lean source for each row.",
        ),
    ] = None,
    allow_axiom: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="An axiom that a source may rest on, beside Lean's own three. Repeatable.",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Reject sources that run code of their own or change Lean's syntax."
        ),
    ] = False,
    lint: Annotated[
        bool,
        typer.Option(
            "--lint", help="Warn of statements that compile and may not say what they should."
        ),
    ] = False,
    no_cache: NoCacheOption = False,
    unsafe_no_sandbox: NoSandboxOption = False,
) -> None:
    """Check Lean sources, and say for each what it comes to.

    One result for each source, in input order: proved, statement (rests on sorry), error,
    timeout, crashed, rejected (compiles but cheats) or needs_mathlib. A row that cannot be read
    gets the verdict error with the reason unreadable. What was checked before on the same terms is
    answered from the cache (numina-lean cache --help), so that a run that was cut short costs
    little to repeat.

    \b
    Exit codes:
      0  all acceptable (proved; with --allow-sorry also statement)
      1  some not
      2  bad usage, or an input that could not be read
      3  no engine

    \b
    Examples:
      numina-lean check proof.lean
      numina-lean check proofs/ rows.jsonl --allow-sorry --jobs 2
      numina-lean check rows.parquet --code-field formal_proof --output verdicts.jsonl
      numina-lean check attempts.jsonl --against statement.lean --strict
      numina-lean check rows.parquet --code-field proof --against formal_statement --lint
      numina-lean check rows.parquet --ray local --output verdicts/
      echo 'theorem t : 1 + 1 = 2 := rfl' | numina-lean check -
    """
    wanted = read_against(against)
    fields = Fields(code_field, id_field, wanted.field)
    terms = Terms(
        timeout,
        heartbeats,
        SharedHeader() if header is None else read_header(header),
        _policy(allow_axiom or [], strict),
        wanted.reference,
    )
    found = find_inputs(paths, fields, output=output if ray is None else None)
    for reason in found.left_out:
        typer.echo(f"note: left out {reason}", err=True)
    if ray is not None:
        if output is None:
            raise InputError("--ray needs a folder for the results. Pass --output DIR")
        if format is not None:
            raise InputError("--ray writes parquet. Leave --format out")
        # Imported where it is used: a small check does without tables.
        from numina_lean.cli.check_on_ray import check_on_ray
        from numina_lean.distributed.check_stage import CheckStage

        stage = CheckStage(engine, fields, terms, lint, unsafe_no_sandbox)
        started = time.monotonic()
        tally, info = check_on_ray(ray, found.inputs, output, stage, jobs)
        _end(tally, info, started, paths, allow_sorry)
    with ExitStack() as stack:
        file = None if output is None else stack.enter_context(ResultFile(output))
        lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
        style = format or default_format(file)
        bar = stack.enter_context(
            progress_bar("check", _total(found.inputs), shown=bar_fits(style, file))
        )
        pool = stack.enter_context(
            open_checker(lean, jobs_or_default(jobs), no_cache=no_cache, tell=bar.print)
        )
        require_header(pool, terms)
        require_reference(pool, terms)
        linter = Linter(pool) if lint else None
        printer = Printer(style, file, bar)
        started = time.monotonic()
        inputs = read_inputs(found.inputs, fields, sys.stdin.buffer)
        try:
            for result in check_batch(pool, lean.lean, inputs, terms, linter):
                printer.show(result)
                bar.advance()
        except BaseException:
            if file is not None and file.leaves_partial:
                bar.print(f"note: the results so far are in {file.partial}")
            raise
    _end(printer.tally, lean.lean, started, paths, allow_sorry)


def _end(
    tally: Tally, lean: LeanInfo, started: float, paths: Sequence[str], allow_sorry: bool
) -> NoReturn:
    if not tally.total:
        raise InputError("nothing to check: no row in " + ", ".join(paths))
    show_summary(tally, lean, time.monotonic() - started)
    raise typer.Exit(_exit_code(tally, allow_sorry))


def _total(inputs: Sequence[Input]) -> int | None:
    total = 0
    for each in inputs:
        count = each.count()
        if count is None:
            return None
        total += count
    return total


def _policy(allowed: Sequence[str], strict: bool) -> Policy:
    """Raises `InputError` for what is not the name of an axiom, or stands for any."""
    for name in allowed:
        if name == SORRY_AXIOM:
            raise InputError(f"--allow-axiom {name}: use --allow-sorry")
        if name in _NO_AXIOMS or not name or any(map(str.isspace, name)):
            raise InputError(f"--allow-axiom {name}: not the name of an axiom")
    return Policy(STANDARD_AXIOMS.union(allowed), strict)


def _exit_code(tally: Tally, allow_sorry: bool) -> int:
    if tally.unreadable:
        return InputError.exit_code
    acceptable = {Verdict.PROVED, Verdict.STATEMENT} if allow_sorry else {Verdict.PROVED}
    return 0 if set(+tally.verdicts) <= acceptable else 1
