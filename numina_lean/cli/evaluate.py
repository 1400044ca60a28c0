"""`numina-lean evaluate`: a model on validation suites, seed after seed; reports; two runs."""

import json
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.check.output import visible
from numina_lean.cli.evaluate_view import show_comparison, show_evaluation
from numina_lean.cli.evaluating import read_parts, run_parts, tell_rows
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
    Format,
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
from numina_lean.cli.solving import Means
from numina_lean.errors import InputError
from numina_lean.evaluate.compare import compare as compared
from numina_lean.evaluate.findings import findings
from numina_lean.evaluate.folder import read_evaluation
from numina_lean.evaluate.report import (
    comparison_record,
    evaluation_record,
    write_comparison,
    write_evaluation,
)
from numina_lean.evaluate.seeds import seeds_of
from numina_lean.lean.discover import choose_engine
from numina_lean.problems.read import FieldNames
from numina_lean.prompts.registry import family as prompt_family
from numina_lean.solve.procedure import Procedure


def evaluate(
    suite: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="amc, aime, math4, math5, gsm8k or math; may be given several times.",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[
        str,
        typer.Option(
            metavar="N|A..B", help="How many seeds, from 42 on, or which. They share no samples."
        ),
    ] = "5",
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What solves: openai:NAME, vllm:PATH, hf:PATH or replay:FILE.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The folder of the run, new or to go on with.", show_default=False
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[SUITE=]FILE",
            help="A file or folder with the rows of a suite, instead of the Hub.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Only make the report of a run anew.", show_default=False),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="A B",
            help="Only compare two runs; --output has it written.",
            show_default=False,
        ),
    ] = None,
    family: FamilyOption = "chat",
    samples: SamplesOption = DEFAULT.samples,
    rounds: RoundsOption = DEFAULT.rounds,
    temperature: TemperatureOption = DEFAULT.temperature,
    top_p: TopPOption = DEFAULT.top_p,
    max_tokens: MaxTokensOption = DEFAULT.max_tokens,
    modulus: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Integers are taken modulo this; 0: as they are.",
            show_default="the suite's: 1000 for aime",
        ),
    ] = None,
    early: EarlyOption = "never",
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
        int | None,
        typer.Option(metavar="N", min=1, help="Only the first N problems of each suite."),
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
    """Measure a model on validation suites, several seeds each; compare two such runs.

    Solves as solve-informal does, and keeps all samples. Then the share of right votes with its
    spread over seeds, maj@k and pass@k, each with bootstrap intervals, in report.json and
    report.html. The same command run again goes on where it stopped.

    \b
    Exit codes:
      0    done
      1    some problems are left, as the model failed them; the same command goes on
      2    bad usage or input
      3    no model, no sandbox, or no engine
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean evaluate --suite aime --seeds 5 --model vllm:models/tir --output out/tir
      numina-lean evaluate --suite amc --data amc=amc.jsonl --suite math5 --data math5=m5.jsonl \\
        --seeds 42..51 --model openai:NuminaMath-7B-TIR --family numina --output out/7b
      numina-lean evaluate --report out/7b
      numina-lean evaluate --compare out/7b out/tir --output out/7b-against-tir
    """
    if sum((bool(suite), report is not None, compare is not None)) != 1:
        raise InputError("pass one of --suite (with --model and --output), --report and --compare")
    if report is not None:
        _report(report, format)
        return
    if compare is not None:
        _compare(*compare, output, format)
        return
    if model is None or output is None:
        raise InputError("--suite needs --model, what solves, and --output, the folder of the run")
    prompt_family("solve", family)
    procedure = Procedure(
        samples=samples, rounds=rounds, temperature=temperature, top_p=top_p,
        max_tokens=max_tokens, output_chars=output_chars, run_seconds=run_seconds, restart=restart,
        kept=kept, early=early, confidence=confidence, weights=weights,
    )  # fmt: skip
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
        programs=jobs_or_default(programs), unsafe=unsafe_no_sandbox,
        verify=choose_engine(engine) if verify == "lean" else None,
    )  # fmt: skip
    names = FieldNames(id=id_field, problem=problem_field, answer=answer_field)
    numbers = seeds_of(seeds)
    parts = read_parts(suite or [], data or [], names, procedure, modulus=modulus, limit=limit)
    for part in parts:
        tell_rows(part, _tell)
    left = run_parts(means, parts, output, numbers, _tell)
    _report(output, format)
    if left:
        _tell(f"note: {left} problems are left, as the model failed them; the same command goes on")
        raise typer.Exit(1)


def _report(folder: Path, format: Format) -> None:
    """Write the report of a folder, and tell of it."""
    suites = [findings(run) for run in read_evaluation(folder)]
    write_evaluation(folder, suites)
    if format == "json":
        _print(evaluation_record(suites))
    else:
        show_evaluation(suites)
        typer.echo(f"{folder / 'report.html'} and report.json have the rest")


def _compare(a: Path, b: Path, output: Path | None, format: Format) -> None:
    """Compare two folders; written into `output`, where that is given."""
    suites = compared(read_evaluation(a), read_evaluation(b))
    if output is not None:
        write_comparison(output, suites, str(a), str(b))
    if format == "json":
        _print(comparison_record(suites, str(a), str(b)))
    else:
        show_comparison(suites)


def _print(record: dict[str, object]) -> None:
    typer.echo(json.dumps(record, indent=2, default=str))


def _tell(line: object) -> None:
    typer.echo(visible(str(line)), err=True)
