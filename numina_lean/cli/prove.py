"""`numina-lean prove`: proofs for the statements of a corpus."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from numina_lean import __version__
from numina_lean.cli.checker import open_checker
from numina_lean.cli.model_options import (
    BackendOption,
    BaseUrlOption,
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
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.cli.progress import progress_bar
from numina_lean.cli.proving import Proving, take_losses
from numina_lean.cli.proving import run as run_loop
from numina_lean.cli.proving_input import Input, open_input
from numina_lean.cli.proving_summary import show, summary_of
from numina_lean.corpus.card import write_card
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.files import write_text_atomically
from numina_lean.formalize.stopping import StoppableChecker, StoppedError
from numina_lean.lean.discover import choose_engine
from numina_lean.models.breaker import Breaker
from numina_lean.models.choose import open_model
from numina_lean.models.options import ModelOptions
from numina_lean.models.record import Recorder
from numina_lean.prompts.registry import family as prompt_family
from numina_lean.prove.measured import SHIPPED
from numina_lean.prove.model import Prover
from numina_lean.prove.order import Statistics, read_statistics, written
from numina_lean.prove.search import SECONDS
from numina_lean.prove.sketch import Sketcher

STATISTICS = "tactics.json"
_STARTED_WITH = "started-with.json"


def prove(
    corpus: Annotated[
        Path,
        typer.Argument(
            metavar="CORPUS",
            help="A corpus folder, or a .jsonl or .parquet file with formal_statement.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path, typer.Option(metavar="DIR", help="The new corpus folder, or one from an earlier run.")
    ],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="A prover: openai:NAME, vllm:PATH, hf:PATH or replay:FILE.",
            show_default="none",
        ),
    ] = None,
    family: Annotated[
        str, typer.Option(metavar="NAME", help="The prompt that the prover was trained on.")
    ] = "chat",
    samples: Annotated[
        int, typer.Option(metavar="N", min=1, help="Proofs asked for each statement.")
    ] = 8,
    rounds: Annotated[
        int, typer.Option(metavar="K", min=0, help="Repairs of each, with Lean's messages.")
    ] = 0,
    all_samples: Annotated[
        bool, typer.Option("--all-samples", help="Ask for all, for the win rate, proof or no.")
    ] = False,
    sketches: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Plans asked for what stays open, proved in steps."),
    ] = 0,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the samples.")] = 0,
    max_tokens: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Of an answer.", show_default="the family's"),
    ] = None,
    minimise: Annotated[
        bool, typer.Option("--minimise", help="Leave out what a proof does not need.")
    ] = False,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Check the proofs that are there, and replace bad ones."),
    ] = False,
    statistics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=f"What solved what, a {STATISTICS} of an earlier run: the order to try in.",
            show_default="as shipped",
        ),
    ] = None,
    search_seconds: Annotated[
        float,
        typer.Option(metavar="S", callback=seconds, help="For the search without a model, a row."),
    ] = SECONDS,
    timeout: Annotated[
        float, typer.Option(metavar="S", callback=seconds, help="Seconds a check may take.")
    ] = SECONDS,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after the first N rows.")
    ] = None,
    jobs: JobsOption = None,
    engine: EngineOption = "auto",
    no_cache: NoCacheOption = False,
    unsafe_no_sandbox: NoSandboxOption = False,
    record: RecordOption = None,
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
    """Prove what a corpus leaves open: by tactics and search, then by a prover model.

    All rows end in the new folder in their order; a row that has a proof keeps it. A proof is
    checked against the row's own statement. The same command run again goes on where it stopped.

    \b
    Exit codes:
      0    done
      1    the run's allowance of tokens is spent; the same command goes on
      2    bad usage or input
      3    no engine, or no model
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean prove out/demo --output out/proved
      numina-lean prove statements.jsonl --output out/proved --minimise --limit 100
      numina-lean prove out/demo --output out/proved --model openai:prover --family kimina \\
        --samples 16 --rounds 2 --base-url http://localhost:8000/v1
    """
    source = open_input(corpus)
    lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
    options = model_options(
        base_url=base_url, requests=requests, requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute, retries=retries, token_budget=token_budget,
        price_in=price_in, price_out=price_out, tensor_parallel=tensor_parallel,
        backend=model_option,
    )  # fmt: skip
    prompt_family("prove", family)
    settings = {
        "prove": corpus.resolve().name,
        "engine": lean.lean.engine,
        "lean_version": lean.lean.lean_version,
        "mathlib_revision": lean.lean.mathlib_revision or "none",
        "timeout": f"{timeout:g}",
        "search_seconds": f"{search_seconds:g}",
        "minimise": str(minimise),
        "recheck": str(recheck),
        **(
            {
                "model": model, "family": family, "samples": str(samples), "rounds": str(rounds),
                "all_samples": str(all_samples), "sketches": str(sketches), "seed": str(seed),
                "max_tokens": str(max_tokens),
            }
            if model is not None
            else {}
        ),
    }  # fmt: skip
    started = time.monotonic()
    processes = jobs_or_default(jobs)
    with ExitStack() as stack:
        target = stack.enter_context(Corpus(output, settings))
        start = _started_with(output, statistics)
        bar = stack.enter_context(progress_bar("prove", _total(source, limit)))
        pool = stack.enter_context(open_checker(lean, processes, no_cache=no_cache, tell=bar.print))
        checker = StoppableChecker(pool)
        proving = Proving(checker, start, search_seconds, timeout, minimise, recheck)

        async def work() -> None:
            threads = 2 * processes
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads + 4))
            async with _models(
                proving, model, options, record or output / "completions.jsonl",
                family=family, samples=samples, rounds=rounds, all_samples=all_samples,
                sketches=sketches, seed=seed, max_tokens=max_tokens,
            ):  # fmt: skip
                await run_loop(
                    source.rows(), target, proving,
                    concurrency=threads if model is None else max(threads, 4 * processes),
                    limit=limit, stop=checker.stop, advance=bar.advance,
                    recorded=_StatisticsFile(output / STATISTICS, start, proving).write,
                )  # fmt: skip

        try:
            asyncio.run(work())
        except StoppedError as error:
            raise checker.failure or error from error
        except BaseException:
            bar.print(f"note: what is finished is kept in {output}; the same command goes on")
            raise
        if limit is None:
            take_losses(source, target)
        target.flush()
    summary = summary_of(source, output)
    summary |= {"settings": settings, "package_version": __version__}
    summary["seconds"] = round(time.monotonic() - started, 3)
    write_card(output)
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    write_text_atomically(output / "summary.json", f"{text}\n")
    show(summary, source, output)


@asynccontextmanager
async def _models(
    proving: Proving,
    model: str | None,
    options: ModelOptions,
    record: Path,
    *,
    family: str,
    samples: int,
    rounds: int,
    all_samples: bool,
    sketches: int,
    seed: int,
    max_tokens: int | None,
) -> AsyncIterator[None]:
    """Give `proving` its prover, where there is one, for as long as the block lasts."""
    async with AsyncExitStack() as stack:
        if model is not None:
            opened = await stack.enter_async_context(open_model(model, options))
            recorded = opened if model.startswith("replay:") else Recorder(opened, record)
            used = Breaker(recorded)
            proving.prover = Prover(
                used, prompt_family("prove", family), samples, rounds, all_samples, seed,
                max_tokens, proving.timeout,
            )  # fmt: skip
            if sketches:
                proving.sketcher = Sketcher(
                    used, prompt_family("decompose", "sketch"), sketches, seed, max_tokens,
                    proving.timeout,
                )  # fmt: skip
        yield


def _started_with(output: Path, given: Path | None) -> Statistics:
    """The statistics that this folder was started with, in an earlier run or now."""
    path = output / ".state" / _STARTED_WITH
    if not path.exists():
        start = read_statistics(given) if given is not None else SHIPPED
        write_text_atomically(path, written(start))
    return read_statistics(path)


class _StatisticsFile:
    """What was observed in this folder, in this run and before, on top of what it started with."""

    def __init__(self, path: Path, start: Statistics, proving: Proving) -> None:
        self._path = path
        self._before = read_statistics(path) if path.exists() else start
        self._proving = proving

    def write(self) -> None:
        write_text_atomically(self._path, written(self._before + self._proving.observed))


def _total(source: Input, limit: int | None) -> int | None:
    rows = source.count()
    return rows if rows is None or limit is None else min(rows, limit)
