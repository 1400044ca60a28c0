"""`numina-lean select`: the problems of an input that are worth formalising, and why these."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from numina_lean.check.output import visible
from numina_lean.cli.config import config_defaults
from numina_lean.cli.selection import Input, is_file, select_into
from numina_lean.cli.selection_explained import explain as explain_row
from numina_lean.cli.selection_explained import explanation_lines
from numina_lean.errors import InputError
from numina_lean.problems.criteria import QUESTION_TYPES, Limits, OptionsUse
from numina_lean.problems.difficulty import HIGHEST_LEVEL
from numina_lean.problems.duplicates import NEAR
from numina_lean.problems.plan import Settings
from numina_lean.problems.read import FieldNames
from numina_lean.problems.strata import DEFAULT_WEIGHTS

SelectionFormat = Literal["parquet", "jsonl"]

_COLUMN = "COLUMN"
_SHARE = "0…1"
_DEFAULTS = Limits()


def select(
    input: Annotated[
        str | None,
        typer.Argument(
            metavar="INPUT",
            help="A .jsonl or .parquet file, a folder of them, or a Hub dataset (owner/name).",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A folder for the plan and its rows, or a .jsonl or .parquet file for the "
            "selected rows alone.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Say why this row of the plan in --output was selected or not."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            is_eager=True,
            callback=config_defaults,
            help="A YAML file whose keys are these options; what is on the command line wins.",
        ),
    ] = None,
    target: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Select so many.", show_default="all")
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE=N",
            help="A source's share of the target, against the others'; may be repeated. `other` "
            "is all sources not named; a source without a weight is left out.",
            show_default=" ".join(f"{name}={value:g}" for name, value in DEFAULT_WEIGHTS.items()),
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides among equals, and what is random.")] = 0,
    random_share: Annotated[
        float,
        typer.Option(metavar=_SHARE, min=0, max=1, help="Drawn at random, not hardest first."),
    ] = 0.0,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Held-out problems: what repeats one of them is left out; may be repeated.",
        ),
    ] = None,
    near: Annotated[
        float,
        typer.Option(metavar=_SHARE, min=0.5, max=1, help="Similarity of near-duplicates."),
    ] = NEAR,
    question_type: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE",
            help="Question types to select from; may be repeated.",
            show_default=" ".join(QUESTION_TYPES),
        ),
    ] = None,
    options: Annotated[
        OptionsUse,
        typer.Option(help="Multiple choice: ask for the value instead, keep it so, or drop it."),
    ] = "value",
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Also synthetic rows.")] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Also problems that need a figure.")
    ] = False,
    several_parts: Annotated[
        bool, typer.Option("--several-parts", help="Also problems that ask several questions.")
    ] = False,
    other_languages: Annotated[
        bool, typer.Option("--other-languages", help="Also problems that are not in English.")
    ] = False,
    min_length: Annotated[
        int, typer.Option(metavar="N", min=0, help="Characters.")
    ] = _DEFAULTS.shortest,
    max_length: Annotated[
        int, typer.Option(metavar="N", min=1, help="Characters.")
    ] = _DEFAULTS.longest,
    min_solve_rate: Annotated[
        float, typer.Option(metavar=_SHARE, min=0, max=1, help="For rows that have a solve rate.")
    ] = 0.0,
    max_solve_rate: Annotated[
        float, typer.Option(metavar=_SHARE, min=0, max=1, help="For rows that have a solve rate.")
    ] = 1.0,
    min_difficulty: Annotated[
        float, typer.Option(metavar=_SHARE, min=0, max=1, help="The least difficulty score.")
    ] = 0.0,
    highest_level: Annotated[
        int, typer.Option(metavar="N", min=2, help="Levels go from 1 to this.")
    ] = HIGHEST_LEVEL,
    format: Annotated[
        SelectionFormat, typer.Option(help="How a folder's selected rows are written.")
    ] = "parquet",
    as_json: Annotated[
        bool, typer.Option("--json", help="Write the plan's counts, or the explanation, as JSON.")
    ] = False,
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
    solve_rate_field: Annotated[str, typer.Option(metavar=_COLUMN)] = "solve_rate",
) -> None:
    """Select problems that are valid, distinct, self-contained and hard, and say why these.

    Rows are tested one by one, repetitions are taken away, and each source gives its share of the
    target, hardest first. A folder gets selected rows in NuminaMath-1.5 form, which formalize
    reads, all other rows with their reasons, and the plan. The same input and settings give the
    same plan.

    \b
    Exit codes:
      0  done
      1  nothing is selected
      2  bad usage or input

    \b
    Examples:
      numina-lean select AI-MO/NuminaMath-1.5 --output out/hard --target 10000
      numina-lean select rows.parquet --output out/hard --exclude validation.jsonl
      numina-lean select rows.parquet --output hard.jsonl --weight olympiads=3 --weight other=1
      numina-lean select --explain problem-17 --output out/hard
    """
    if output is None:
        raise InputError("no --output: pass the folder (or the file) that the selection goes to")
    if explain is not None:
        _explain(output, explain, as_json)
        return
    if input is None:
        raise InputError("no INPUT: pass a file, a folder or a Hub dataset, or --explain ID")
    settings = Settings(
        limits=Limits(
            weights=_weights(weight),
            question_types=_question_types(question_type),
            options=options,
            synthetic=synthetic,
            figures=figures,
            several_parts=several_parts,
            other_languages=other_languages,
            shortest=min_length,
            longest=max_length,
            least_solve_rate=min_solve_rate,
            greatest_solve_rate=max_solve_rate,
            least_difficulty=min_difficulty,
            highest_level=highest_level,
        ),
        target=target,
        random_share=random_share,
        seed=seed,
        near=near,
    )
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
        solve_rate=solve_rate_field,
    )
    record = select_into(output, Input(input, names, split), settings, exclude or [], format)
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
    if record["selected"] == 0:
        typer.echo(f"error: {_nothing(record['rejected'])}", err=True)
        raise typer.Exit(1)


def _explain(folder: Path, problem_id: str, as_json: bool) -> None:
    if is_file(folder):
        raise InputError(f"--explain needs the plan, which a folder has: {folder} is a file")
    for case in explain_row(folder, problem_id):
        if as_json:
            typer.echo(json.dumps(asdict(case), ensure_ascii=False))
        else:
            for line in explanation_lines(case):
                typer.echo(visible(line))


def _nothing(rejected: dict[str, int]) -> str:
    """What to do where nothing was selected, by the reason that took most rows."""
    reason, rows = max(rejected.items(), key=lambda item: item[1])
    advice = {
        "source": ". Give the sources weights: --weight NAME=N, or --weight other=1 for all",
        "broken_row": ". Name the columns: --problem-field COLUMN",
        "figure": ". --figures keeps them",
        "language": ". --other-languages keeps them",
        "synthetic": ". --synthetic keeps them",
    }.get(reason, "")
    return f"nothing is selected; most rows were rejected as {reason} ({rows}){advice}"


def _weights(given: list[str] | None) -> dict[str, float]:
    if not given:
        return dict(DEFAULT_WEIGHTS)
    weights = {}
    for each in given:
        name, equals, number = each.rpartition("=")
        try:
            weight = float(number)
        except ValueError:
            weight = math.nan
        if not (equals and name.strip() and 0 <= weight < math.inf):
            raise InputError(f"--weight {each}: not a source and its weight, such as olympiads=3")
        weights[name.strip()] = weight
    if not any(weights.values()):
        raise InputError("--weight: every weight is 0. Give at least one source a weight")
    return weights


def _question_types(given: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given)) if given else QUESTION_TYPES
