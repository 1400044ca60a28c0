"""`numina-lean build lean`: compile the modules of a Lean project."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from numina_lean.check.output import visible
from numina_lean.cli.options import EngineOption, JobsOption, jobs_or_default, seconds
from numina_lean.cli.progress import Bar, progress_bar
from numina_lean.errors import EngineUnavailableError, InputError
from numina_lean.lean.discover import EMBEDDED_SETUP_COMMAND
from numina_lean.lean.embedded.engine import EmbeddedEngine
from numina_lean.lean.embedded.install import installed
from numina_lean.lean.native.layout import find_layout
from numina_lean.lean.project import find_project
from numina_lean.lean.report import Message
from numina_lean.library.build import Built, build_modules
from numina_lean.library.lake import lake_build
from numina_lean.library.modules import Module, closure, find_modules
from numina_lean.library.settings import LAKE_FILES, ProjectSettings, lake_options, read_settings

BuildFormat = Literal["text", "jsonl"]


def lean(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="A Lean project: a folder of modules, with a Lake file or without.",
            show_default="this project's own Lean library",
        ),
    ] = None,
    module: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this module and what it imports; may be repeated."),
    ] = None,
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    timeout: Annotated[
        float, typer.Option(metavar="S", callback=seconds, help="Seconds a module may take, hard.")
    ] = 600.0,
    format: Annotated[BuildFormat, typer.Option(help="How to write results.")] = "text",
) -> None:
    """Compile the modules of a Lean project, each after those it imports.

    The embedded engine needs no Lake and no network. It writes no files: it says whether each
    module compiles, with Lean's messages as path:line:column. A module that needs mathlib, itself
    or through one that it imports, is passed over as needs_mathlib. The native engine runs
    `lake build`.

    \b
    Exit codes:
      0  every module compiles or needs mathlib
      1  some do not compile
      2  bad usage, unreadable sources, or modules that import each other in a circle
      3  no engine

    \b
    Examples:
      numina-lean build lean
      numina-lean build lean my_project --jobs 2
      numina-lean build lean --module NuminaLean.Prelude --format jsonl
      numina-lean build lean --engine native
    """
    if engine == "native" or (engine == "auto" and _lake_is_ready(folder)):
        if format != "text":
            raise InputError("--format jsonl is for --engine embedded: lake writes its own text")
        root = find_layout().root if folder is None else folder
        raise typer.Exit(1 if lake_build(root, module or ()) else 0)
    settings = _settings(folder)
    modules = _wanted(settings, module or [])
    embedded = _embedded(settings.sources)
    started = time.monotonic()
    counts: Counter[str] = Counter()
    with progress_bar("build", len(modules), shown=format == "text") as bar:
        results = build_modules(
            embedded, modules, settings, jobs=jobs_or_default(jobs), timeout=timeout
        )
        with closing(results):
            for built in results:
                counts[built.status] += 1
                _show(built, format, bar)
                bar.advance()
    _summarise(counts, len(modules), time.monotonic() - started, embedded)
    raise typer.Exit(1 if counts["error"] or counts["blocked"] else 0)


def _lake_is_ready(folder: Path | None) -> bool:
    return folder is None and not find_layout().missing()


def _settings(folder: Path | None) -> ProjectSettings:
    if folder is not None:
        return read_settings(folder)
    project = find_project()
    lake_file = project.lake_files / LAKE_FILES[0]
    return ProjectSettings(project.sources, lake_options(lake_file))


def _wanted(settings: ProjectSettings, names: list[str]) -> dict[str, Module]:
    modules = find_modules(settings.sources)
    for name in names:
        if name not in modules:
            raise InputError(f"--module {name}: no such module in {settings.sources}")
    return closure(modules, names) if names else modules


def _embedded(sources: Path) -> EmbeddedEngine:
    installation = installed()
    if installation is None:
        raise EngineUnavailableError(
            f"the embedded Lean is not set up. Run: {EMBEDDED_SETUP_COMMAND}"
        )
    return EmbeddedEngine(installation, sources, eager=False)  # many headers, most of them once


def _show(built: Built, format: BuildFormat, bar: Bar) -> None:
    if format == "jsonl":
        line = json.dumps(_record(built), ensure_ascii=False)
        sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
        sys.stdout.buffer.flush()
        return
    # Above the bar where both are on one terminal, for there it would smear what is written.
    together = sys.stdout.isatty() and sys.stderr.isatty()
    for line in map(visible, _lines(built)):
        if together:
            bar.print(line)
        else:
            sys.stdout.write(f"{line}\n")


def _record(built: Built) -> dict[str, object]:
    return {
        "module": built.module.name,
        "path": str(built.module.path),
        "status": built.status,
        "detail": built.detail,
        "messages": [asdict(message) for message in built.messages],
        "seconds": round(built.seconds, 4),
    }


def _lines(built: Built) -> Iterator[str]:
    detail = f"  {built.detail}" if built.detail else ""
    yield f"{built.status:<13} {built.module.name}  {built.seconds:.2f} s{detail}"
    for message in built.messages:
        yield from _message_lines(built.module.path, message)


def _message_lines(path: Path, message: Message) -> Iterator[str]:
    place = f"{path}:{message.start.line}:{message.start.column}"
    first, *rest = message.text.rstrip().splitlines() or [""]
    yield f"{place}: {message.severity}: {first}"
    yield from (f"  {line}" for line in rest)


def _summarise(counts: Counter[str], total: int, elapsed: float, engine: EmbeddedEngine) -> None:
    parts = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    console = Console(stderr=True, highlight=False, markup=False)
    line = f"{total} modules in {elapsed:.1f} s (Lean {engine.lean.lean_version}): {parts}"
    console.print(line, soft_wrap=True)
