"""`numina-lean build v1.5`: problems with answer, types and validity, in published columns."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from numina_lean.build.manifest import require_rows
from numina_lean.build.run import Advance, BuildRun
from numina_lean.build.v15.build import V15Report, build_v15
from numina_lean.build.v15.references import REFERENCE, References
from numina_lean.cli.model_options import (
    BackendOption,
    BaseUrlOption,
    MissingModelOption,
    MissingOption,
    PriceInOption,
    PriceOutOption,
    RecordOption,
    RequestRateOption,
    RequestsOption,
    RetriesOption,
    TensorParallelOption,
    TokenBudgetOption,
    TokenRateOption,
    model_options,
)
from numina_lean.cli.progress import progress_bar
from numina_lean.errors import InputError
from numina_lean.models.opened import open_recorded
from numina_lean.models.options import ModelOptions
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, read_problems

BUILD = "v1.5"


def v15(
    input: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help="Tables with the columns problem, solution and source (a CoT build's data/, for "
            "one): .jsonl or .parquet files, or folders of them.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The folder of the data set, new or of an earlier run."),
    ],
    references: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Olympiad problems with official solutions: they replace rows of `olympiads`.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(metavar="NAME", help="The source of rows that name none.", show_default=False),
    ] = "",
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What is asked where no rule is sure: openai:NAME, vllm:PATH, hf:PATH or "
            "replay:FILE. Without one, the likeliest value stays.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="Of the counts.")] = "text",
    record: RecordOption = None,
    missing: MissingOption = None,
    missing_model: MissingModelOption = "model",
    base_url: BaseUrlOption = None,
    requests: RequestsOption = 64,
    requests_per_minute: RequestRateOption = None,
    tokens_per_minute: TokenRateOption = None,
    retries: RetriesOption = 6,
    token_budget: TokenBudgetOption = None,
    price_in: PriceInOption = 0.0,
    price_out: PriceOutOption = 0.0,
    tensor_parallel: TensorParallelOption = 1,
    model_option: BackendOption = None,
) -> None:
    """Build a data set like NuminaMath-1.5: answer, types, validity and source of each problem.

    Rules fill the fields, a model those that no rule is sure of. `synthetic_amc` is left out;
    olympiads get official solutions from --references. DIR gets data/ (parquet), README.md,
    manifest.json and rejected.jsonl.

    \b
    Exit codes:
      0    done
      1    the model did not answer for some rows; the same command takes them up
      2    bad usage or input
      3    no model
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean build v1.5 out/cot/data --output out/v1.5
      numina-lean build v1.5 out/cot/data --references olympiads_ref.jsonl --output out/v1.5 \\
        --model vllm:models/qwen
      numina-lean build v1.5 gsm8k.jsonl --source gsm8k --output out/gsm8k --format json
    """
    options = model_options(
        base_url=base_url, requests=requests, requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute, retries=retries, token_budget=token_budget,
        price_in=price_in, price_out=price_out, tensor_parallel=tensor_parallel, missing=missing,
        missing_model=missing_model, backend=model_option,
    )  # fmt: skip
    if record is None and model is not None and not model.startswith("replay:"):
        record = output / "completions.jsonl"
    settings = {"model": model or "none", "source": source, "references": str(references)}
    paths = [*input, *([] if references is None else [references])]
    official = _references(references)
    rows = _rows(input, source)
    with BuildRun(output, BUILD, settings, paths, _watch) as run:
        report = asyncio.run(_build(run, rows, official, model, options, record, requests))
    _report(output, report, format)
    require_rows(report.stages, output)
    if report.postponed:
        raise typer.Exit(1)


async def _build(
    run: BuildRun, rows: Iterator[Problem | BrokenRow], references: References, name: str | None,
    options: ModelOptions, record: Path | None, flight: int,
) -> V15Report:  # fmt: skip
    if name is None:
        return await build_v15(run, rows, references, None, flight=flight)
    async with open_recorded(name, options, record) as model:
        return await build_v15(run, rows, references, model, flight=flight)


def _rows(inputs: list[Path], source: str) -> Iterator[Problem | BrokenRow]:
    """The rows of all inputs, one after the other; a missing file is told before the first row."""
    tables = [read_problems(str(path)) for path in inputs]
    for table in tables:
        for row in table:
            if isinstance(row, Problem) and not row.source:
                yield replace(row, source=source)
            else:
                yield row


def _references(path: Path | None) -> References:
    if path is None:
        return References(())
    rows = [row for row in read_problems(str(path)) if isinstance(row, Problem) and row.problem]
    if not rows:
        raise InputError(f"{path}: no row is a problem. Pass a table of {REFERENCE}")
    return References(rows)


@contextmanager
def _watch(name: str, total: int | None) -> Iterator[Advance]:
    with progress_bar(name, total) as bar:
        yield bar.advance


def _report(folder: Path, report: V15Report, format: str) -> None:
    if format == "json":
        typer.echo(json.dumps(report.fields(), indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False)
    table = Table("field", "rules were sure", "a model settled")
    for field, share in report.counts.sure_shares().items():
        table.add_row(field, f"{share:.1%}", str(report.counts.asked[field]))
    console.print(table)
    for name, counts in (
        ("problem_type", report.counts.problem_types),
        ("question_type", report.counts.question_types),
        ("answer", report.counts.answers),
    ):
        shown = ", ".join(f"{value} {count}" for value, count in counts.most_common())
        console.print(f"{name}: {shown}", soft_wrap=True)
    left = f"; {report.postponed} left for another run" if report.postponed else ""
    console.print(f"{report.counts.rows} rows in {folder}{left}", soft_wrap=True)
