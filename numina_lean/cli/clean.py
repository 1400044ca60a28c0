"""`numina-lean clean`: a data set without its repetitions and without what test sets hold."""

import importlib.util
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from numina_lean.check.output import visible
from numina_lean.cli.progress import Bar, progress_bar
from numina_lean.errors import InputError
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, read_problems

if TYPE_CHECKING:
    from numina_lean.clean.held_out import TestProblem

HOW_TO_GET = "pip install 'numina-lean[clean]'"

_COLUMN = "COLUMN"
_OFF = "none"
_RUNS_SHOWN = 3


def clean(
    input: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help=".parquet or .jsonl files, or folders of them, in this order.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="The folder that the result goes to; a run that was ended goes on there.",
            show_default=False,
        ),
    ],
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Test problems: a .jsonl or .parquet file, a folder, a Hub dataset (owner/name), "
            "or a suite by name (math, gsm8k, amc, aime, math4, math5); may be repeated.",
            show_default=False,
        ),
    ] = None,
    against_field: Annotated[
        str, typer.Option(metavar=_COLUMN, help="Their column with the problems.")
    ] = "problem",
    field: Annotated[
        str, typer.Option(metavar=_COLUMN, help="The column that rows are compared by.")
    ] = "problem",
    near: Annotated[
        float,
        typer.Option(metavar="0…1", min=0.5, max=1, help="Similarity of near-duplicates."),
    ] = 0.7,
    gram: Annotated[
        int, typer.Option(metavar="N", min=2, help="Words that a row and a test problem may share.")
    ] = 10,
    exempt: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE",
            help="A source whose rows may share runs of words with test problems; may be repeated; "
            f"`{_OFF}` exempts no row.",
            show_default="synthetic_math synthetic_amc math, and rows whose column synthetic is "
            "true",
        ),
    ] = None,
    priority: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE,…",
            help="Of repeated rows that of the first source is kept; * is all sources not named.",
            show_default="curated sources first, synthetic ones last",
        ),
    ] = None,
    embed: Annotated[
        str,
        typer.Option(
            metavar="EMBEDDER",
            help="What compares rows with test problems by meaning: none, minilm, hf:FOLDER or "
            "command:PROGRAM.",
        ),
    ] = _OFF,
    distance: Annotated[
        float,
        typer.Option(metavar="D", min=0, max=2, help="Rows nearer than this by cosine go."),
    ] = 0.15,
    embed_rows: Annotated[
        Literal["all", "candidates"],
        typer.Option(help="Embed all rows, or those with the same numbers as some test problem."),
    ] = "all",
    source_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "source",
    id_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "id",
) -> None:
    """Drop repeated rows, and rows that hold problems of test sets, with the evidence.

    A row goes if it shares a run of 10 words with a test problem (its source may be exempt), if
    its embedding is nearer than 0.15 to one (--embed), or if it repeats a row that stays. The
    folder gets data/train-*.parquet with the rows that stay, all columns, in the order of the
    input; dropped.parquet with the reason and the match of each row that goes; broken.jsonl with
    lines that are no rows; manifest.json.

    \b
    Exit codes:
      0    done
      2    bad usage or input
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean clean cot/ --against math --against gsm8k --output out/clean
      numina-lean clean a.parquet b.jsonl --against validation.jsonl --output out/clean
      numina-lean clean cot/ --against validation.jsonl --embed minilm --output out/clean
    """
    _require_polars()
    from numina_lean.clean.clean import clean as run
    from numina_lean.clean.embedder import load_embedder
    from numina_lean.clean.held_out import HeldOut
    from numina_lean.clean.settings import EXEMPT, PRIORITY, Settings

    settings = Settings(
        field=field,
        source_field=source_field,
        id_field=id_field,
        near=near,
        gram=gram,
        exempt=tuple(EXEMPT if exempt is None else [name for name in exempt if name != _OFF]),
        exempt_synthetic=exempt is None,
        priority=PRIORITY if priority is None else tuple(priority.split(",")),
        embedder=None if embed == _OFF else embed,
        embed_rows=embed_rows,
        distance=distance,
    )
    tests = list(chain.from_iterable(_tests(name, against_field) for name in against or ()))
    if settings.embedder is not None and not tests:
        raise InputError("--embed: there is nothing to compare with. Pass --against FILE")
    with ExitStack() as stack:
        embedder = None
        if settings.embedder is not None:
            embedder = stack.enter_context(closing(load_embedder(settings.embedder)))
        bars = stack.enter_context(_Bars())
        try:
            manifest = run(input, HeldOut(tests, gram), output, settings, embedder, bars.advance)
        except KeyboardInterrupt:
            typer.echo(f"note: what is finished is kept in {output}", err=True)
            raise
    _show(manifest)


def _require_polars() -> None:
    if importlib.util.find_spec("polars") is None:
        raise InputError(f"clean needs the package polars. Install it: {HOW_TO_GET}")


def _tests(name: str, field: str) -> Iterator["TestProblem"]:
    """The test problems of `--against name`. Raises `InputError` where there are none."""
    from numina_lean.clean.held_out import TestProblem
    from numina_lean.evaluate.suites import SUITES

    rows: Iterable[Problem | BrokenRow]
    if name in SUITES and not Path(name).exists():
        suite = SUITES[name]
        rows = chain.from_iterable(
            read_problems(suite.dataset, suite.names, split=suite.split, config=config)
            for config in suite.configs
        )
    else:
        rows = read_problems(name, FieldNames(problem=field))
    found = 0
    for row in rows:
        if isinstance(row, BrokenRow):
            typer.echo(visible(f"warning: --against {row.id}: {row.detail}"), err=True)
        elif row.problem:
            found += 1
            yield TestProblem(Path(name).stem, row.id, row.problem)
    if not found:
        raise InputError(f"--against {name}: no problem in it")


class _Bars:
    """A context manager: a bar a stage, the one before it gone."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._stage = ""
        self._bar: Bar | None = None

    def __enter__(self) -> "_Bars":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def advance(self, stage: str, rows: int, total: int) -> None:
        if stage != self._stage:
            self._stack.close()
            self._stage = stage
            self._bar = self._stack.enter_context(progress_bar(stage, total))
        if self._bar is not None:
            self._bar.advance(rows)


def _show(manifest: dict[str, object]) -> None:
    """The counts on standard error, and the same as JSON on standard output."""
    counts, settings, runs = (manifest[name] for name in ("counts", "settings", "common_runs"))
    assert isinstance(counts, dict) and isinstance(settings, dict) and isinstance(runs, dict)
    console = Console(stderr=True, highlight=False, markup=False)
    table = Table(title="rows", title_justify="left")
    table.add_column("")
    table.add_column("rows", justify="right")
    table.add_column("share", justify="right")
    lines = {"read": counts["rows"], **counts["dropped"], "kept": counts["kept"]}
    for name, count in lines.items():
        table.add_row(name, f"{count:,}", f"{count / max(1, counts['rows']):.2%}")
    console.print(table)
    for run, count in list(runs.items())[:_RUNS_SHOWN]:
        if count > 1:
            console.print(visible(f'{count:,} rows went for "{run}"'), soft_wrap=True)
    if counts["exempt_with_ngram"]:
        console.print(
            f"{counts['exempt_with_ngram']:,} exempt rows share words with a test problem"
        )
    if counts["not_compared"]:
        console.print(f"{counts['not_compared']:,} rows without any word stay, compared with none")
    if counts["broken_lines"]:
        console.print(f"{counts['broken_lines']:,} lines are no rows: broken.jsonl")
    if settings["embedder"] is None:
        console.print("nothing was compared by meaning: pass --embed minilm for that")
    typer.echo(json.dumps({"counts": counts, "seconds": manifest["seconds"]}))
