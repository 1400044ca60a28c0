"""`numina-lean doctor`: which engines work on this machine, and what gets those that do not."""

import json
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

from numina_lean.cli.options import NoSandboxOption
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.discover import Diagnosis, diagnose


def doctor(
    format: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to say it.")
    ] = "text",
    unsafe_no_sandbox: NoSandboxOption = False,
) -> None:
    """Say which Lean engines work, with versions, by having each prove a theorem.

    Of the native engine also which sandbox it runs in.

    Ends with 3 when none works.

    Example: numina-lean doctor --format json
    """
    diagnoses = diagnose(unsafe_no_sandbox=unsafe_no_sandbox)
    if format == "json":
        typer.echo(json.dumps([_record(diagnosis) for diagnosis in diagnoses], indent=2))
    else:
        _show(diagnoses)
    if not any(diagnosis.works for diagnosis in diagnoses):
        raise EngineUnavailableError("no Lean engine works. Run: numina-lean setup")


def _record(diagnosis: Diagnosis) -> dict[str, object]:
    lean = diagnosis.lean
    return {
        "engine": diagnosis.engine,
        "works": diagnosis.works,
        "lean_version": lean and lean.lean_version,
        "mathlib_revision": lean and lean.mathlib_revision,
        "location": diagnosis.location and str(diagnosis.location),
        "seconds": diagnosis.seconds and round(diagnosis.seconds, 3),
        "sandbox": diagnosis.sandbox,
        "problem": diagnosis.problem,
        "remedy": diagnosis.remedy,
    }


def _show(diagnoses: tuple[Diagnosis, ...]) -> None:
    table = Table("engine", "works", "Lean", "mathlib", Column("where", overflow="fold"))
    for diagnosis in diagnoses:
        lean = diagnosis.lean
        table.add_row(
            diagnosis.engine,
            f"yes, in {diagnosis.seconds:.1f} s" if diagnosis.works else "no",
            lean.lean_version if lean else "-",
            (lean.mathlib_revision or "none")[:8] if lean else "-",
            str(diagnosis.location) if diagnosis.location else "-",
        )
    console = Console(highlight=False, markup=False)
    console.print(table)
    for diagnosis in diagnoses:
        console.print(f"{diagnosis.engine}: sandbox: {diagnosis.sandbox}", soft_wrap=True)
        if not diagnosis.works:
            console.print(f"{diagnosis.engine}: {diagnosis.problem}", soft_wrap=True)
