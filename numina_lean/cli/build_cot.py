"""`numina-lean build cot`: problems with solutions as chains of thought, in published columns."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from numina_lean.build.cot.build import BUILD, Built, CotPlan, Part, build_cot
from numina_lean.build.cot.dataset import SHARD_ROWS
from numina_lean.build.cot.listing import read_listing
from numina_lean.build.cot.model_stages import Realign
from numina_lean.build.cot.sources import SOURCES, source_of
from numina_lean.build.manifest import require_rows
from numina_lean.build.run import Advance, BuildRun
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

_LISTING = (".yaml", ".yml")


def cot(
    input: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help="Files or folders of one source, in the form that it comes in; or a YAML file "
            "that lists several sources.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The folder of the data set, new or of an earlier run."),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help=f"What INPUT is: {', '.join(SOURCES)}.", show_default=False
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What translates, solves and rewrites: openai:NAME, vllm:PATH, hf:PATH or "
            "replay:FILE. Without one, rows that need it are left out.",
            show_default=False,
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option(metavar="N", min=1, help="Rows made of each seed of a synthetic source.")
    ] = 1,
    realign: Annotated[
        Realign,
        typer.Option(help="Whose solutions a model rewrites: as published, of all, or of none."),
    ] = "recipe",
    tries: Annotated[
        int, typer.Option(metavar="N", min=1, help="Times that a row is asked for, at most.")
    ] = 3,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the model's samples.")] = 42,
    max_tokens: Annotated[
        int, typer.Option(metavar="N", min=1, help="Tokens that a reply of the model may have.")
    ] = 8192,
    test: Annotated[
        int, typer.Option(metavar="N", min=0, help="Rows of the test split, drawn by their ids.")
    ] = 0,
    shard_rows: Annotated[
        int, typer.Option(metavar="N", min=1, help="Rows of a parquet shard.")
    ] = SHARD_ROWS,
    license: Annotated[
        str, typer.Option(metavar="NAME", help="The licence that the card names.")
    ] = "unknown",
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="The first N rows of each source only.")
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
    """Build a data set like NuminaMath-CoT out of its sources.

    Rows are read, made from seeds, translated, solved, realigned, boxed and checked against their
    reference answers; what a model wrote is kept only where it has the reference, if there is one.
    DIR gets data/ (parquet), details/, README.md, manifest.json, rejected.jsonl and review.jsonl.

    \b
    Exit codes:
      0    done
      1    the model did not answer for some rows; the same command takes them up
      2    bad usage or input
      3    no model
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean build cot raw/MATH --source math --output out/cot-math
      numina-lean build cot exams/segments.jsonl --source cn_k12 --output out/cot-k12 \\
        --model openai:gpt-4o
      numina-lean build cot raw/MATH --source synthetic_math --samples 4 --model vllm:models/math \\
        --output out/cot-synthetic
      numina-lean build cot sources.yaml --model vllm:models/math --test 100 --output out/cot
    """
    plan = CotPlan(
        parts=_parts(input, source, samples), model=model, tries=tries, realign=realign, seed=seed,
        max_tokens=max_tokens, flight=requests, limit=limit, test=test, shard_rows=shard_rows,
        license=license,
    )  # fmt: skip
    options = model_options(
        base_url=base_url, requests=requests, requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute, retries=retries, token_budget=token_budget,
        price_in=price_in, price_out=price_out, tensor_parallel=tensor_parallel, missing=missing,
        missing_model=missing_model, backend=model_option,
    )  # fmt: skip
    if record is None and model is not None and not model.startswith("replay:"):
        record = output / "completions.jsonl"
    with BuildRun(output, BUILD, plan.settings(), plan.paths, _watch) as run:
        try:
            built = asyncio.run(_build(run, plan, options, record))
        except BaseException:
            note = f"note: what is finished is kept in {output}; the same command goes on"
            typer.echo(note, err=True)
            raise
    _report(output, built, format)
    require_rows(built.stages, output)
    if built.postponed:
        raise typer.Exit(1)


async def _build(run: BuildRun, plan: CotPlan, options: ModelOptions, record: Path | None) -> Built:
    if plan.model is None:
        return await build_cot(run, plan, None)
    async with open_recorded(plan.model, options, record) as model:
        return await build_cot(run, plan, model)


def _parts(inputs: list[Path], source: str | None, samples: int) -> tuple[Part, ...]:
    listings = [path for path in inputs if path.suffix in _LISTING]
    if listings:
        if source is not None or len(listings) < len(inputs):
            raise InputError(
                f"{listings[0]}: names its sources itself. Pass no --source, and YAML files only"
            )
        return tuple(part for path in listings for part in read_listing(path))
    if source is None:
        raise InputError(
            f"{inputs[0]}: of which source? Pass --source NAME ({', '.join(SOURCES)}), or a YAML "
            "file that lists sources"
        )
    return (Part(source_of(source), tuple(inputs), samples),)


@contextmanager
def _watch(name: str, total: int | None) -> Iterator[Advance]:
    with progress_bar(name, total) as bar:
        yield bar.advance


def _report(folder: Path, built: Built, format: str) -> None:
    if format == "json":
        typer.echo(json.dumps({
            "rows": built.written.rows,
            "sources": {
                f"{source} {checked}": count
                for (source, checked), count in sorted(built.written.counts.items())
            },
            "postponed": built.postponed,
        }, indent=2))  # fmt: skip
        return
    console = Console(highlight=False, markup=False)
    table = Table("stage", "in", "out", "left out")
    for stage in built.stages:
        reasons = [f"{reason} {count}" for reason, count in stage.rejected.items()]
        if stage.postponed:
            reasons.append(f"postponed {stage.postponed}")
        table.add_row(stage.stage, str(stage.taken), str(stage.kept), ", ".join(reasons))
    console.print(table)
    rows = ", ".join(f"{count} {split}" for split, count in built.written.rows.items())
    left = f"; {built.postponed} left for another run" if built.postponed else ""
    console.print(f"{rows or 'no rows'} in {folder}{left}", soft_wrap=True)
