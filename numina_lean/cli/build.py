"""`numina-lean build`: NuminaMath-style data sets, and Lean projects."""

from collections.abc import Callable

import typer

from numina_lean.cli.build_cot import cot
from numina_lean.cli.build_lean import lean
from numina_lean.cli.build_papers import papers
from numina_lean.cli.build_tir import tir
from numina_lean.cli.build_v15 import v15

build = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@build.callback()
def _build() -> None:
    """Build NuminaMath-style data sets, or compile a Lean project.

    A data set has exactly the columns that NuminaMath publishes, a card and a manifest.

    Example: numina-lean build lean
    """


_COMMANDS: dict[str, Callable[..., None]] = {
    "cot": cot,
    "lean": lean,
    "papers": papers,
    "tir": tir,
    "v1.5": v15,
}
for name, command in _COMMANDS.items():
    build.command(name)(command)
