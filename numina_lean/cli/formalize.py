"""`numina-lean formalize`: problems in, a corpus of checked Lean statements out."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from numina_lean import __version__
from numina_lean.cli.checker import open_checker
from numina_lean.cli.config import config_defaults, resumed_defaults, save_command
from numina_lean.cli.dashboard import dashboard
from numina_lean.cli.formalize_parts import Generation, Judging, Parts, Steps, skipped_gates
from numina_lean.cli.funnel_table import funnel_table
from numina_lean.cli.funnel_view import view
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
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.cli.progress import Bar
from numina_lean.corpus.card import write_card
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.formalize.formalizer import Effort
from numina_lean.formalize.funnel import Funnel, count
from numina_lean.formalize.loop import run
from numina_lean.formalize.numbers import Numbers
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Engine
from numina_lean.lean.report import LeanInfo
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, count_problems, read_problems
from numina_lean.translate.statement import Profile

_MOST_WARNINGS = 10
_COLUMN = "COLUMN"
_NOT_RESUMED = frozenset({"config", "resume"})


def formalize(
    context: typer.Context,
    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A .jsonl or .parquet file, a folder of them, or a Hub dataset (owner/name).",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The corpus folder, new or from an earlier run."),
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            callback=config_defaults,
            is_eager=True,
            help="YAML whose keys are the names of these options; what is passed here wins.",
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            callback=resumed_defaults,
            is_eager=True,
            help="Go on with the run that made this folder, with its input and options.",
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What writes the statements: rules (a grammar, no model), openai:NAME, vllm:PATH, "
            "hf:PATH or replay:FILE.",
        ),
    ] = "rules",
    family: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="How a model is asked: a prompt family.",
            show_default="chat-core or chat-mathlib",
        ),
    ] = None,
    repair_family: Annotated[
        str, typer.Option(metavar="NAME", help="How a model is asked for a repair.")
    ] = "chat",
    profile: Annotated[
        Profile, typer.Option(help="The library that statements are written for.")
    ] = "core",
    samples: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Statements asked for each problem.",
            show_default="1 of rules, 8 of a model",
        ),
    ] = None,
    width: Annotated[
        int, typer.Option(metavar="N", min=1, help="Samples of a problem drawn at a time.")
    ] = 4,
    enough: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="Candidates past all gates after which a problem is sampled no further.",
        ),
    ] = 3,
    repairs: Annotated[
        int, typer.Option(metavar="K", min=0, help="Repairs of a sample that a gate does not pass.")
    ] = 2,
    problem_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Tokens after which a problem is sampled no further."
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(metavar="T", min=0, help="Sampling temperature.", show_default="the family's"),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(metavar="P", min=0, max=1, help="Nucleus.", show_default="the family's"),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Tokens of a completion.", show_default="the family's"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the run.")] = 0,
    examples: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A corpus whose rows are shown where they are alike."),
    ] = None,
    shots: Annotated[
        int, typer.Option(metavar="N", min=1, help="Rows of --examples that a prompt shows.")
    ] = 3,
    judge_model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The model that audits conditions, translates back and judges. Without one these "
            "gates are left out.",
        ),
    ] = None,
    judge_base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Its endpoint, where it is another.")
    ] = None,
    votes: Annotated[int, typer.Option(metavar="K", min=1, help="Votes of each judge.")] = 3,
    threshold: Annotated[
        float,
        typer.Option(metavar="X", min=0, max=1, help="Share of yes votes that passes."),
    ] = 1.0,
    skip_gate: Annotated[
        list[str] | None,
        typer.Option(metavar="GATE", help="A gate to leave out; may be given several times."),
    ] = None,
    known: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="A corpus whose statements are not to be found again; may be given several times.",
        ),
    ] = None,
    proofs: Annotated[
        bool, typer.Option("--proofs/--no-proofs", help="Whether to look for proofs.")
    ] = True,
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
    missing: MissingOption = None,
    missing_model: MissingModelOption = "model",
    concurrency: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Problems in flight.",
            show_default="4 a Lean process, with a model 32 more",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after the first N input rows.")
    ] = None,
    jobs: JobsOption = None,
    engine: EngineOption = "auto",
    no_cache: NoCacheOption = False,
    unsafe_no_sandbox: NoSandboxOption = False,
    timeout: Annotated[
        float,
        typer.Option(
            metavar="S", callback=seconds, help="Seconds a check may take, each proof tried too."
        ),
    ] = 20.0,
    split: Annotated[str, typer.Option(help="The split of a Hub dataset.")] = "train",
    id_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "id",
    problem_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "problem",
    answer_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "answer",
    solution_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "solution",
    problem_type_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "problem_type",
    question_type_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "question_type",
    source_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "source",
    exam_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "exam",
    level_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "level",
) -> None:
    """Turn problems into Lean statements that Lean accepts, and prove those it can.

    A statement comes from a grammar (--model rules) or from a language model, is checked by Lean,
    taken through the gates (numina-lean gates list), repaired where one does not pass it, and the
    best of a problem's candidates goes into the corpus (data/). All others go into the side table
    of losses (rejected/), each with one reason. The same command run again skips what is finished;
    killed and run again it gives the same corpus.

    \b
    Exit codes:
      0    done
      1    the token budget is spent, or problems wait for answers: another run goes on
      2    bad usage or input
      3    no engine, or no model
      130  interrupted; the same command goes on where it stopped

    \b
    Examples:
      numina-lean formalize data/problems.jsonl --output corpus
      numina-lean formalize selected/ --output corpus --model openai:kimina-autoformalizer-7b \\
        --base-url http://localhost:8000/v1 --family kimina --profile mathlib --samples 8
      numina-lean formalize rows.parquet --output corpus --config run.yaml --limit 100
      numina-lean formalize --resume corpus
    """
    names = FieldNames(
        id=id_field,
        problem=problem_field,
        answer=answer_field,
        solution=solution_field,
        problem_type=problem_type_field,
        question_type=question_type_field,
        source=source_field,
        exam=exam_field,
        level=level_field,
    )
    options = model_options(
        base_url=base_url,
        requests=requests,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        retries=retries,
        token_budget=token_budget,
        price_in=price_in,
        price_out=price_out,
        tensor_parallel=tensor_parallel,
        missing=missing,
        missing_model=missing_model,
        backend=model_option,
    )
    processes = jobs_or_default(jobs)
    parts = Parts(
        generation=Generation(
            model=model,
            options=options,
            family=family,
            repair_family=repair_family,
            samples=samples or (1 if model == "rules" else 8),
            temperature=temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            seed=seed,
            examples=examples,
            shots=shots,
        ),
        judging=Judging(judge_model, judge_base_url, votes, threshold),
        steps=Steps(
            profile=profile,
            timeout=timeout,
            repairs=repairs,
            skipped=skipped_gates(skip_gate or ()),
            known=tuple(known or ()),
            proofs=proofs,
        ),
        effort=Effort(width, enough, problem_tokens),
        recording=record or output / "completions.jsonl",
        jobs=processes,
    )
    problems = read_problems(input, names, split=split)
    lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
    settings = {**parts.settings(), "split": split, **_columns(names), **_lean_settings(lean.lean)}
    asked = _Asked(
        input, output, problems, settings, limit,
        concurrency or 4 * processes + (0 if model == "rules" else 32), no_cache,
    )  # fmt: skip
    started = time.monotonic()
    with Corpus(output, settings) as corpus:
        save_command(context, output, leave_out=_NOT_RESUMED)
        try:
            snapshot = asyncio.run(_formalize(asked, parts, lean, corpus))
        except BaseException:
            _note(f"note: what is finished is kept in {output}; the same command goes on")
            raise
        funnel = count(corpus)
        _write_summary(output, funnel, settings, snapshot, time.monotonic() - started)
    if postponed := snapshot["postponed"]:
        _note(
            f"note: {postponed} problems wait for answers to the requests in {missing}; "
            "run that batch, and pass the file of answers as replay:FILE"
        )
        raise typer.Exit(1)
    _show(funnel, input, output, time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one run of the command goes through, and how."""

    input: str
    output: Path
    problems: Iterator[Problem | BrokenRow]
    settings: dict[str, str]
    limit: int | None
    concurrency: int
    no_cache: bool


async def _formalize(
    asked: _Asked, parts: Parts, lean: Engine, corpus: Corpus
) -> dict[str, object]:
    """Run the loop; the numbers of this run as JSON."""
    numbers = Numbers(_total(asked.input, asked.limit))
    async with AsyncExitStack() as stack:
        bar = stack.enter_context(
            dashboard(numbers.snapshot, view, asked.output / ".state" / "progress.json")
        )
        pool = stack.enter_context(
            open_checker(lean, parts.jobs, no_cache=asked.no_cache, tell=bar.print)
        )
        formalizer, checker = await parts.assemble(stack, pool, numbers)
        await run(
            _told(asked.problems, bar), corpus, formalizer, checker,
            concurrency=asked.concurrency, numbers=numbers, limit=asked.limit,
        )  # fmt: skip
    return numbers.snapshot().fields()


def _note(text: str) -> None:
    Console(stderr=True, highlight=False, markup=False).print(text, soft_wrap=True)


def _total(source: str, limit: int | None) -> int | None:
    """How many rows the run goes through, if that is known."""
    rows = count_problems(source)
    return rows if rows is None or limit is None else min(rows, limit)


def _show(funnel: Funnel, source: str, folder: Path, seconds: float) -> None:
    """Print the funnel. Raises `InputError` where there was nothing to formalise."""
    if funnel.total == 0:
        raise InputError(f"{source}: no rows")
    Console().print(funnel_table(funnel))
    typer.echo(
        f"{funnel.statements} statements, {funnel.proofs} proved, in {folder} ({seconds:.1f} s)"
    )
    if funnel.passed["read"] == 0:
        raise InputError(f"{source}: no row could be read; {folder}/rejected says why for each")


def _columns(names: FieldNames) -> dict[str, str]:
    """The columns that the user named, as settings."""
    return {
        f"{field.name}_field": getattr(names, field.name)
        for field in fields(names)
        if getattr(names, field.name) != field.default
    }


def _lean_settings(lean: LeanInfo) -> dict[str, str]:
    revision = {"mathlib_revision": lean.mathlib_revision} if lean.mathlib_revision else {}
    return {"engine": lean.engine, "lean_version": lean.lean_version, **revision}


def _told(problems: Iterator[Problem | BrokenRow], bar: Bar) -> Iterator[Problem | BrokenRow]:
    """`problems`, with a warning for each of the first rows that could not be read."""
    broken = 0
    for row in problems:
        if isinstance(row, BrokenRow):
            broken += 1
            if broken <= _MOST_WARNINGS:
                bar.print(f"warning: {row.id}: {row.detail}")
            elif broken == _MOST_WARNINGS + 1:
                bar.print("warning: more rows cannot be read; the side table has them all")
        yield row


def _write_summary(
    folder: Path,
    funnel: Funnel,
    settings: dict[str, str],
    numbers: dict[str, object],
    seconds: float,
) -> None:
    summary = {
        **funnel.summary(),
        "settings": settings,
        "package_version": __version__,
        "seconds": round(seconds, 3),
        "run": numbers,
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    write_text_atomically(folder / "summary.json", f"{text}\n")
    if funnel.total:
        write_card(folder)
