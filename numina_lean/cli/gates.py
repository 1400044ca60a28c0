"""`numina-lean gates`: the gates of a formalisation run, and what they catch and lose."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from numina_lean.calibrate.labelled import Labelled, mutated, read_labelled, sampled
from numina_lean.calibrate.measure import Examined, examine_rows
from numina_lean.calibrate.mutations import LISTED
from numina_lean.calibrate.report import report_fields, show_report
from numina_lean.cli.checker import open_checker
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.cli.progress import progress_bar
from numina_lean.errors import InputError
from numina_lean.gates.gate import Bench
from numina_lean.gates.order import DETERMINISTIC, JUDGED
from numina_lean.lean.discover import choose_engine
from numina_lean.translate.statement import Profile

gates = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Name the gates, and say what they catch and lose.",
)


@gates.command("list")
def list_gates() -> None:
    """Name the gates in the order in which a statement meets them.

    \b
    Examples:
      numina-lean gates list
    """
    table = Table()
    for name in ("gate", "asks a model", "what it looks at"):
        table.add_column(name)
    for kind, chosen in (("no", DETERMINISTIC), ("yes", JUDGED)):
        for name, gate in chosen:
            about = (sys.modules[gate.__module__].__doc__ or "").partition("\n")[0]
            table.add_row(name, kind, about.partition(": ")[2])
    Console(highlight=False, markup=False).print(table)


@gates.command("evaluate")
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="LABELLED",
            help="JSON lines: problem (or informal), answer, statement (or formal), label, class; "
            "or in the layout of formal_pairs, semantic_hazards or false_statements.",
            show_default=False,
        ),
    ],
    mutate: Annotated[
        bool,
        typer.Option("--mutate", help="Add mutants of the right statements as wrong ones."),
    ] = False,
    most: Annotated[
        int, typer.Option(metavar="N", min=1, help="Mutants of each class and half.")
    ] = 50,
    profile: Annotated[
        Profile, typer.Option(help="The library that the statements are checked with.")
    ] = "core",
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures there too.")
    ] = None,
    show_passed: Annotated[
        bool, typer.Option("--show-passed", help="List the wrong statements that no gate stops.")
    ] = False,
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    timeout: Annotated[
        float,
        typer.Option(metavar="S", callback=seconds, help="Seconds a check may take, hard."),
    ] = 20.0,
    no_cache: NoCacheOption = False,
    unsafe_no_sandbox: NoSandboxOption = False,
) -> None:
    """Say what each gate catches of wrong statements, and loses of right ones, with intervals.

    Every gate that asks no model is put to every statement. Intervals are Wilson's, of 95 %.
    Statements that do not elaborate are left out and counted, and so are mutants that say what
    their original says. A statement that is labelled right and that Lean refutes is listed.

    \b
    Exit codes:
      0  done
      2  bad usage, or a file that could not be read
      3  no engine

    \b
    Examples:
      numina-lean gates evaluate labelled.jsonl
      numina-lean gates evaluate formal_pairs.jsonl --mutate --json gates.json
      numina-lean gates evaluate labelled.jsonl --profile mathlib --engine native
    """
    rows = [row for path in files for row in read_labelled(_lines(path), profile)]
    if not rows:
        raise InputError("nothing to evaluate: no row in " + ", ".join(map(str, files)))
    lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
    processes = jobs_or_default(jobs)
    told = Console(stderr=True, highlight=False, markup=False)
    with open_checker(lean, processes, no_cache=no_cache, tell=told.print) as checker:
        bench = Bench(checker, profile, timeout)
        examined = _examined("gates", rows, bench, processes)
        if mutate:
            right = [each.row for each in examined if each.row.right and each.left_out is None]
            wrong = [row for row in sampled(mutated(right), most) if not row.right]
            examined += _examined("mutants", wrong, bench, processes)
    listed = tuple(map(str, LISTED)) if mutate else ()
    show_report(Console(highlight=False, markup=False), examined, listed, passed=show_passed)
    if json_file is not None:
        text = json.dumps(report_fields(examined), ensure_ascii=False, indent=1)
        json_file.write_text(f"{text}\n", encoding="utf-8")


def _examined(name: str, rows: Sequence[Labelled], bench: Bench, processes: int) -> list[Examined]:
    with progress_bar(name, len(rows)) as bar:
        return examine_rows(rows, bench, processes + 2, bar.advance)


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSON lines file, each with its place. Raises `InputError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = f"{path} line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{place}: no JSON ({error})") from error
        if not isinstance(row, dict):
            raise InputError(f"{place}: no JSON object")
        yield place, row
