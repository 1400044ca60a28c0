"""`numina-lean build tir`: solutions in words and Python whose executed answer is right."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from numina_lean.build.run import Advance, BuildRun
from numina_lean.build.tir.build import TirReport, build_tir
from numina_lean.build.tir.sample import Plan, Sampler
from numina_lean.build.tir.traces import TRACES as TRACE_FILE
from numina_lean.build.tir.traces import TraceLog
from numina_lean.build.tir.verdict import Executed
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
from numina_lean.cli.options import jobs_or_default
from numina_lean.cli.progress import progress_bar
from numina_lean.cli.solve_options import (
    DEFAULT,
    TRACES,
    AnswerFieldOption,
    FamilyOption,
    FormatOption,
    IdFieldOption,
    KeptOption,
    MaxTokensOption,
    OutputCharsOption,
    ProblemFieldOption,
    ProgramsOption,
    RestartOption,
    RoundsOption,
    RunSecondsOption,
    SamplesOption,
    TemperatureOption,
    TopPOption,
    TracesOption,
    UnsafeSolvingOption,
)
from numina_lean.cli.solving import Means, open_tools
from numina_lean.models.model import Prompt
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, read_problems
from numina_lean.prompts.registry import family as prompt_family
from numina_lean.prompts.solve import SolveRequest
from numina_lean.solve.procedure import Procedure

BUILD = "tir"
_NAMELESS = ("answer_mode", "modulus", "early", "confidence", "weights", "verify")
"""Settings of a vote, which a build does not hold."""


def tir(
    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A CoT or 1.5 table: a .jsonl or .parquet file, a folder of them, or a Hub "
            "dataset (owner/name).",
            show_default=False,
        ),
    ],
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="What solves: openai:NAME, vllm:PATH, hf:PATH or replay:FILE."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The folder of the data set, new or of an earlier run."),
    ],
    passes: Annotated[
        int, typer.Option(metavar="N", min=1, help="How often a problem is tried, at most.")
    ] = 3,
    samples: SamplesOption = 1,
    executed: Annotated[
        Executed,
        typer.Option(
            help="What an executed answer is: a program's last output has it (printed), or "
            "a program ran before it was stated (ran)."
        ),
    ] = "printed",
    family: FamilyOption = "chat",
    rounds: RoundsOption = DEFAULT.rounds,
    temperature: TemperatureOption = DEFAULT.temperature,
    top_p: TopPOption = DEFAULT.top_p,
    max_tokens: MaxTokensOption = DEFAULT.max_tokens,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the samples.")] = DEFAULT.seed,
    restart: RestartOption = DEFAULT.restart,
    kept: KeptOption = DEFAULT.kept,
    output_chars: OutputCharsOption = DEFAULT.output_chars,
    run_seconds: RunSecondsOption = DEFAULT.run_seconds,
    traces: TracesOption = TRACES,
    programs: ProgramsOption = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after the first N rows.")
    ] = None,
    problem_field: ProblemFieldOption = "problem",
    answer_field: AnswerFieldOption = "answer",
    id_field: IdFieldOption = "id",
    format: FormatOption = "text",
    unsafe_no_sandbox: UnsafeSolvingOption = False,
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
    """Build a data set like NuminaMath-TIR: sampled solutions whose executed answer is right.

    Problems that ask for a value are taken from INPUT; without an answer column, the answer is the
    one that the solution states. Python runs in a sandbox as it is written. DIR gets data/
    (parquet), traces.jsonl, README.md, manifest.json and rejected.jsonl.

    \b
    Exit codes:
      0    done
      1    the model failed some problems; the same command takes them up
      2    bad usage or input
      3    no model, or no sandbox
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean build tir out/cot/data --model vllm:models/tir --family numina --output out/tir
      numina-lean build tir out/v1.5/data --model openai:gpt-4o --samples 4 --output out/tir
      numina-lean build tir math.jsonl --model hf:models/tiny --passes 1 --limit 20 --output out/tir
      numina-lean build tir math.jsonl --model replay:out/tir/completions.jsonl --output out/again
    """
    plan = Plan(
        Procedure(
            samples=samples, rounds=rounds, temperature=temperature, top_p=top_p,
            max_tokens=max_tokens, seed=seed, output_chars=output_chars, run_seconds=run_seconds,
            restart=restart, kept=kept,
        ),
        passes, executed,
    )  # fmt: skip
    prompt_family("solve", family)
    options = model_options(
        base_url=base_url, requests=max(requests, min(traces, 1024)),
        requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute,
        retries=retries, token_budget=token_budget, price_in=price_in, price_out=price_out,
        tensor_parallel=tensor_parallel, missing=missing, missing_model=missing_model,
        backend=model_option,
    )  # fmt: skip
    if record is None and not model.startswith("replay:"):
        record = output / "completions.jsonl"
    means = Means(
        model=model, family=family, options=options, record=record, places=traces,
        programs=jobs_or_default(programs), unsafe=unsafe_no_sandbox, verify=None,
    )  # fmt: skip
    names = FieldNames(id=id_field, problem=problem_field, answer=answer_field)
    problems = read_problems(input, names)
    inputs = [Path(input)] if Path(input).exists() else []
    settings = _settings(means, plan) | {"input": input, "limit": str(limit)}
    with BuildRun(output, BUILD, settings, inputs, _watch) as run:
        report = asyncio.run(_build(run, islice(problems, limit), means, plan))
    _report(output, report, format)
    if report.postponed:
        raise typer.Exit(1)


async def _build(
    run: BuildRun, problems: Iterator[Problem | BrokenRow], means: Means, plan: Plan
) -> TirReport:
    render = prompt_family("solve", means.family).render

    def ask(problem: Problem, so_far: str) -> Prompt:
        return render(SolveRequest(problem.problem, so_far))

    with TraceLog(run.path / TRACE_FILE) as traces:
        async with open_tools(means) as (model, runner):
            sampler = Sampler(model, ask, runner, traces, plan, asyncio.Semaphore(means.places))
            flight = means.places // plan.procedure.samples + 2
            return await build_tir(run, problems, sampler, flight=flight)


def _settings(means: Means, plan: Plan) -> dict[str, str]:
    named = means.settings(plan.procedure)
    kept = {name: value for name, value in named.items() if name not in _NAMELESS}
    return kept | {"passes": str(plan.passes), "executed": plan.executed}


@contextmanager
def _watch(name: str, total: int | None) -> Iterator[Advance]:
    with progress_bar(name, total) as bar:
        yield bar.advance


def _report(folder: Path, report: TirReport, format: str) -> None:
    if format == "json":
        typer.echo(json.dumps(report.fields(), indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False)
    table = Table("pass", "problems", "solved", "share", "samples")
    for each in report.yields:
        fates = ", ".join(f"{fate} {count}" for fate, count in each.fates.most_common())
        table.add_row(str(each.number), str(each.taken), str(each.kept), f"{each.share:.1%}", fates)
    console.print(table)
    left = f"; {report.postponed} problems left for another run" if report.postponed else ""
    passed = ", ".join(f"{each.stage} {each.kept}" for each in report.stages)
    console.print(f"{report.rows} solutions in {folder} (rows: {passed}){left}", soft_wrap=True)
