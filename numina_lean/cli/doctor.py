"""`numina-lean doctor`: what works on this machine, and what gets that which does not."""

import json
from dataclasses import asdict
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

from numina_lean.cli.options import NoSandboxOption
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.discover import Diagnosis, diagnose
from numina_lean.sandbox.layers import Layer, lacking
from numina_lean.sandbox.sandbox import examine


def doctor(
    format: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to say it.")
    ] = "text",
    unsafe_no_sandbox: NoSandboxOption = False,
) -> None:
    """Say which Lean engines work, and what isolates programs.

    Each engine, with its version, by having it prove a theorem; of the native one also the sandbox
    it runs in. Of Python programs, that models write, each layer of isolation, tried.

    Ends with 3 when no engine works.

    Example: numina-lean doctor --format json
    """
    diagnoses = diagnose(unsafe_no_sandbox=unsafe_no_sandbox)
    layers = examine()
    if format == "json":
        found = {
            "engines": [_record(diagnosis) for diagnosis in diagnoses],
            "python_sandbox": {
                "isolates": _isolates(layers),
                "layers": [asdict(layer) for layer in layers],
            },
        }
        typer.echo(json.dumps(found, indent=2))
    else:
        _show(diagnoses)
        _show_layers(layers)
    if not any(diagnosis.works for diagnosis in diagnoses):
        raise EngineUnavailableError("no Lean engine works. Run: numina-lean setup")


def _isolates(layers: tuple[Layer, ...]) -> bool:
    return len(layers) > 1 and lacking(layers) is None


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


def _show_layers(layers: tuple[Layer, ...]) -> None:
    console = Console(highlight=False, markup=False)
    enough = "isolates programs" if _isolates(layers) else "does not isolate programs: none is run"
    console.print(f"Python sandbox: {enough}")
    table = Table("layer", "state", Column("what", overflow="fold"))
    for layer in layers:
        table.add_row(layer.name, layer.state, layer.detail)
    console.print(table)
    for layer in layers:
        if layer.remedy is not None:
            console.print(f"{layer.name}: {layer.remedy}", soft_wrap=True)
