"""A long run as it goes: its numbers on a terminal, and as JSON in a file.

The terminal is standard error; where that is none, only the file is written.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from rich.console import Console, RenderableType
from rich.live import Live

from numina_lean.cli.progress import Bar
from numina_lean.corpus.files import write_text_atomically

EVERY = 1.0
"""Seconds between two looks at the numbers."""


class Numbers(Protocol):
    def fields(self) -> dict[str, object]:
        """What machines read, as JSON has it."""
        ...


N = TypeVar("N", bound=Numbers)


class _Shown:
    """Prints above the live view; the view itself counts."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def advance(self, steps: int = 1) -> None:
        pass

    def print(self, what: RenderableType) -> None:
        self._console.print(what, soft_wrap=True)


@contextmanager
def dashboard(
    look: Callable[[], N], view: Callable[[N], RenderableType], file: Path
) -> Iterator[Bar]:
    """Show what `look` gives by `view`, and keep it in `file`, until the block ends.

    `look` is called from another thread; it reads counters, each of which is whole.
    """
    console = Console(stderr=True, highlight=False, markup=False)
    over = threading.Event()
    live = (
        Live(console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
        if console.is_terminal
        else None
    )

    def watch() -> None:
        while not over.wait(EVERY):
            _tell(look(), view, file, live)

    watcher = threading.Thread(target=watch, name="dashboard", daemon=True)
    if live is not None:
        live.start()
    watcher.start()
    try:
        yield _Shown(console)
    finally:
        over.set()
        watcher.join()
        if live is not None:
            live.stop()
        _tell(look(), view, file, None)


def _tell(numbers: N, view: Callable[[N], RenderableType], file: Path, live: Live | None) -> None:
    text = json.dumps(numbers.fields(), indent=2, ensure_ascii=False)
    write_text_atomically(file, f"{text}\n")
    if live is not None:
        live.update(view(numbers), refresh=True)


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, as far as they say something."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
