"""The command line: one module a command, and how every command ends.

Exit codes: 0 done, 1 done with a negative answer, 2 bad usage or input, 3 no engine, 130
interrupted, 141 the reader of our output went away, 143 told to end.
"""

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from numina_lean import __version__
from numina_lean.errors import NuminaError

COMMANDS = {
    "select": "Select problems that are valid, distinct, self-contained and hard.",
    "formalize": "Turn problems into Lean statements that Lean accepts.",
    "gates": "Name the gates, and say what they catch and lose.",
    "prove": "Prove what a corpus leaves open.",
    "solve-informal": "Solve problems in words: SC-TIR, a vote over traces that run Python.",
    "evaluate": "Measure a model on validation suites, several seeds each; compare two such runs.",
    "audit-steps": "Find the equalities of worked solutions and have Lean check each.",
    "check": "Check Lean sources, and say for each what it comes to.",
    "serve": "Answer checks over HTTP.",
    "build": "Build NuminaMath-style data sets, or compile a Lean project.",
    "clean": "Drop repeated rows, and rows that hold problems of test sets, with the evidence.",
    "train": "Train models on NuminaMath-style data sets, with the published recipes.",
    "merge": "Merge fine-tuned models of one base, tensor by tensor.",
    "quantize": "Quantise a model to 8 bits by GPTQ, and say what it costs.",
    "corpus": "Look into a corpus that formalize wrote.",
    "cache": "Look into the cache of verdicts, empty it, or write it out.",
    "setup": "Fetch, verify and build a Lean engine.",
    "doctor": "Say which Lean engines work, and what isolates programs.",
}
"""Each command, with what it is for. It is what its module has under the same name, `_` for `-`: a
function, or a `typer.Typer` with commands of its own. A module is imported when it is asked for."""

INTERRUPTED = 130
READER_GONE = 141
TERMINATED = 143


def _discard_output() -> None:
    """Let what standard output still holds go nowhere: flushing it at the end would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Commands(TyperGroup):
    """Runs a command and turns the ways it can fail into one line and an exit code."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, summary in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except NuminaError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _discard_output()
            raise typer.Exit(READER_GONE) from None
        except OSError as error:  # a full disk, a folder that may not be written
            _discard_output()
            place = "" if error.filename is None else f"{error.filename}: "
            typer.echo(f"error: {place}{error.strerror or error}", err=True)
            raise typer.Exit(NuminaError.exit_code) from error
        return result


def _load(name: str) -> Any:
    module = name.replace("-", "_")
    command = getattr(import_module(f"{__name__}.{module}"), module)
    if not isinstance(command, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name)(command)
        command = alone
    return typer.main.get_command(command)


app = typer.Typer(
    cls=_Commands,
    name="numina-lean",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"numina-lean {__version__}")
        raise typer.Exit


@app.callback()
def _numina_lean(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Competition mathematics into verified Lean 4.

    Example: numina-lean check proof.lean
    """
    # All that takes time to import is there: from here on a command may have to clean up.
    if callable(signal.getsignal(signal.SIGINT)):
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Unwind on SIGTERM, so that engines are ended and files closed."""
    raise SystemExit(TERMINATED)


def _open_closed_streams() -> None:
    """Put a null device where the caller closed a standard stream, as Python itself does not."""
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def main() -> None:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, _end)
    _open_closed_streams()
    app()
