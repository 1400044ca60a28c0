"""`numina-lean solve-informal`: answers to problems, by a vote over traces of text and Python."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from numina_lean import __version__
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
from numina_lean.cli.options import EngineOption, jobs_or_default
from numina_lean.cli.solve_options import (
    DEFAULT,
    TRACES,
    AnswerFieldOption,
    ConfidenceOption,
    EarlyOption,
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
    VerifyOption,
    WeightsOption,
)
from numina_lean.cli.solving import Means, open_machine
from numina_lean.cli.votes_view import short, told
from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, count_problems, read_problems
from numina_lean.prompts.registry import family as prompt_family
from numina_lean.solve.board import Standing
from numina_lean.solve.folder import SOLUTIONS, read_solutions
from numina_lean.solve.procedure import AnswerMode, Procedure
from numina_lean.solve.solution import Solution
from numina_lean.solve.summary import summary_of

_MOST_WARNINGS = 10
_MOST_SHOWN = 20


def solve_informal(
    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A .jsonl or .parquet file, a folder of them, a Hub dataset (owner/name), or the "
            "text of a problem.",
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
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The folder of traces and solutions, new or from an earlier run.",
            show_default="out/solved-…, the same for the same command",
        ),
    ] = None,
    family: FamilyOption = "chat",
    samples: SamplesOption = DEFAULT.samples,
    rounds: RoundsOption = DEFAULT.rounds,
    temperature: TemperatureOption = DEFAULT.temperature,
    top_p: TopPOption = DEFAULT.top_p,
    max_tokens: MaxTokensOption = DEFAULT.max_tokens,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the samples.")] = DEFAULT.seed,
    answer_mode: Annotated[
        AnswerMode,
        typer.Option(help="What counts as an answer: integers only, or anything, by equality."),
    ] = DEFAULT.answer_mode,
    modulus: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Integers are taken modulo this; 0: as they are."),
    ] = 1000,
    early: EarlyOption = DEFAULT.early,
    confidence: ConfidenceOption = DEFAULT.confidence,
    weights: WeightsOption = DEFAULT.weights,
    verify: VerifyOption = "none",
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
    engine: EngineOption = "auto",
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
    """Solve problems in words: SC-TIR, a vote over traces that run Python.

    Defaults are those of the winning AIMO entry: 48 traces, four rounds, temperature 0.8. Python
    runs in a sandbox. Every trace is kept; the same command run again goes on where it stopped.

    \b
    Exit codes:
      0    done
      1    some problems are left, as the model failed them; the same command goes on
      2    bad usage or input
      3    no model, no sandbox, or no engine
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean solve-informal "What is the remainder of 7^100 modulo 13?" \\
        --model openai:NuminaMath-7B-TIR --family numina --base-url http://localhost:8000/v1
      numina-lean solve-informal aime.jsonl --model vllm:models/tir --output out/aime
      numina-lean solve-informal math.jsonl --model hf:models/tiny --samples 8 \\
        --answer-mode general --verify lean --output out/math
      numina-lean solve-informal aime.jsonl --model replay:out/aime/completions.jsonl
    """
    prompt_family("solve", family)
    procedure = Procedure(
        samples=samples, rounds=rounds, temperature=temperature, top_p=top_p,
        max_tokens=max_tokens, seed=seed, output_chars=output_chars, run_seconds=run_seconds,
        restart=restart, kept=kept, answer_mode=answer_mode, modulus=modulus or None, early=early,
        confidence=confidence, weights=weights,
    )  # fmt: skip
    options = model_options(
        base_url=base_url, requests=max(requests, min(traces, 1024)),
        requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute,
        retries=retries, token_budget=token_budget, price_in=price_in, price_out=price_out,
        tensor_parallel=tensor_parallel, missing=missing, missing_model=missing_model,
        backend=model_option,
    )  # fmt: skip
    names = FieldNames(id=id_field, problem=problem_field, answer=answer_field)
    problems, total = _problems(input, names)
    folder = output or _default_folder(input, model, procedure)
    if record is None and not model.startswith("replay:"):
        record = folder / "completions.jsonl"
    means = Means(
        model=model, family=family, options=options, record=record, places=traces,
        programs=jobs_or_default(programs), unsafe=unsafe_no_sandbox,
        verify=choose_engine(engine) if verify == "lean" else None,
    )  # fmt: skip
    total = total if total is None or limit is None else min(total, limit)
    means.claim(folder, procedure)
    try:
        broken, standing = asyncio.run(_solve(means, problems, folder, procedure, total, limit))
    except BaseException:
        if (folder / SOLUTIONS).exists():
            _tell(f"note: what is finished is kept in {folder}; the same command goes on")
        raise
    _report(folder, broken, standing, format)
    if standing.postponed:
        raise typer.Exit(1)


async def _solve(
    means: Means,
    problems: Iterator[Problem | BrokenRow],
    folder: Path,
    procedure: Procedure,
    total: int | None,
    limit: int | None,
) -> tuple[list[BrokenRow], Standing]:
    async with open_machine(means, _tell) as machine:
        return await machine.solve(problems, folder, procedure, total=total, limit=limit)


def _problems(source: str, names: FieldNames) -> tuple[Iterator[Problem | BrokenRow], int | None]:
    """The rows of `source`; of a text in words, that one problem."""
    words = source.split()
    if len(words) > 1 and not Path(source[:255]).exists():
        name = hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()[:16]
        return iter([Problem(name, source, answer="")]), 1
    if not words:
        raise InputError("INPUT is empty: pass a file, a dataset, or the text of a problem")
    return read_problems(source, names), count_problems(source)


def _default_folder(source: str, model: str, procedure: Procedure) -> Path:
    """One that the same command finds again."""
    text = json.dumps([source, model, repr(procedure)])
    return Path("out") / f"solved-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _tell(line: object) -> None:
    typer.echo(line, err=True)


def _report(folder: Path, broken: list[BrokenRow], standing: Standing, format: str) -> None:
    for row in broken[:_MOST_WARNINGS]:
        _tell(f"warning: {row.id}: {row.detail}")
    if len(broken) > _MOST_WARNINGS:
        _tell(f"warning: {len(broken) - _MOST_WARNINGS} more rows are no problems")
    solutions = read_solutions(folder)
    summary = summary_of(solutions) | {
        "broken_rows": len(broken),
        "postponed": standing.postponed,
        "seconds": round(standing.seconds, 3),
        "package_version": __version__,
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    write_text_atomically(folder / "summary.json", f"{text}\n")
    if format == "json":
        typer.echo(text)
    else:
        _show(solutions, summary, folder)


def _show(solutions: Sequence[Solution], summary: dict[str, object], folder: Path) -> None:
    console = Console(highlight=False, markup=False)
    table = Table("problem", "answer", "known", "votes")
    for each in solutions[-_MOST_SHOWN:]:
        mark = {True: " ✓", False: " ✗", None: ""}[each.correct]
        known = "" if each.reference is None else short(each.reference)
        table.add_row(
            short(each.id), (short(each.answer) if each.answer is not None else "–") + mark,
            known, told(each.votes),
        )  # fmt: skip
    console.print(table)
    if len(solutions) > _MOST_SHOWN:
        console.print(f"the last {_MOST_SHOWN} of {len(solutions)}", soft_wrap=True)
    known = f", {summary['correct']} of {summary['known']} right" if summary["known"] else ""
    left = f", {summary['postponed']} left for another run" if summary["postponed"] else ""
    console.print(
        f"{summary['problems']} problems, {summary['answered']} answered{known}{left}; "
        f"{summary['samples']} samples, {summary['tokens']} tokens, in {folder} "
        f"({summary['seconds']} s)",
        soft_wrap=True,
    )
