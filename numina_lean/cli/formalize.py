"""`numina-lean formalize`: problems in, a corpus of checked Lean statements out."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from numina_lean import __version__
from numina_lean.cli.checker import open_checker
from numina_lean.cli.funnel_table import funnel_table
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.cli.progress import Bar, progress_bar
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.formalize.card import card
from numina_lean.formalize.chain import Chain
from numina_lean.formalize.funnel import Funnel, count
from numina_lean.formalize.loop import StoppableChecker, run
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.report import LeanInfo
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, count_problems, read_problems
from numina_lean.translate.rules.translator import RulesTranslator
from numina_lean.translate.statement import Profile
from numina_lean.translate.translator import Translator

ModelChoice = Literal["rules"]

_MOST_WARNINGS = 10
_COLUMN = "COLUMN"


def formalize(
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
    model: Annotated[ModelChoice, typer.Option(help="What translates the problems.")] = "rules",
    profile: Annotated[
        Profile, typer.Option(help="The library that statements are written for.")
    ] = "core",
    samples: Annotated[
        int, typer.Option(metavar="N", min=1, help="Statements asked for each problem.")
    ] = 1,
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

    Each problem is selected, translated, checked, tried to be proved and to be refuted, and ends
    in the corpus (data/) or in the side table of losses (rejected/), with the reason. The same
    command run again skips what is finished; killed and run again it gives the same corpus.

    \b
    Exit codes:
      0    done
      2    bad usage or input
      3    no engine
      130  interrupted; the same command goes on where it stopped

    \b
    Examples:
      numina-lean formalize data/problems.jsonl --output corpus
      numina-lean formalize rows.parquet --output corpus --problem-field question --limit 100
      numina-lean formalize AI-MO/NuminaMath-1.5 --output corpus --jobs 4
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
    problems = read_problems(input, names, split=split)
    lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
    translator = _translator(model)
    settings = {
        "model": translator.name,
        "profile": profile,
        "samples": str(samples),
        "timeout": f"{timeout:g}",
        "split": split,
        **_columns(names),
        **_lean_settings(lean.lean),
    }
    processes = jobs_or_default(jobs)
    stop = threading.Event()
    started = time.monotonic()
    with ExitStack() as stack:
        corpus = stack.enter_context(Corpus(output, settings))
        bar = stack.enter_context(progress_bar("formalize", _total(input, limit)))
        pool = stack.enter_context(open_checker(lean, processes, no_cache=no_cache, tell=bar.print))
        chain = Chain(translator, StoppableChecker(pool, stop), profile, samples, timeout)
        told = _told(problems, bar)
        try:
            run(
                told, corpus, chain,
                stop=stop, workers=2 * processes, limit=limit, advance=bar.advance,
            )  # fmt: skip
        except BaseException:
            bar.print(f"note: what is finished is kept in {output}; the same command goes on")
            raise
        funnel = count(corpus)
        _write_summary(output, funnel, settings, time.monotonic() - started)
    _show(funnel, input, output, time.monotonic() - started)


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


def _translator(model: ModelChoice) -> Translator:
    match model:
        case "rules":
            return RulesTranslator()


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


def _write_summary(folder: Path, funnel: Funnel, settings: dict[str, str], seconds: float) -> None:
    summary = {
        **funnel.summary(),
        "settings": settings,
        "package_version": __version__,
        "seconds": round(seconds, 3),
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    write_text_atomically(folder / "summary.json", f"{text}\n")
    write_text_atomically(folder / "README.md", card(funnel, __version__))
