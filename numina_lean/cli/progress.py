"""A progress bar on standard error with count, rate and time left; silent when that is no terminal.

Takes over neither standard output nor standard error: what is printed while the bar is up goes
through `Bar.print`, or the bar smears it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Bar(Protocol):
    """What a command reports its progress to."""

    def advance(self, steps: int = 1) -> None: ...

    def print(self, what: RenderableType) -> None:
        """Show `what` above the bar, on the bar's terminal, or on standard error without one."""
        ...


class _RateColumn(ProgressColumn):
    """Steps a second over the last half minute or so."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s", style="progress.data.speed")


class _Shown:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(self._task, steps)

    def print(self, what: RenderableType) -> None:
        self._progress.console.print(what, soft_wrap=True)


class _Silent:
    def __init__(self, console: Console) -> None:
        self._console = console

    def advance(self, steps: int = 1) -> None:
        pass

    def print(self, what: RenderableType) -> None:
        self._console.print(what, soft_wrap=True)


@contextmanager
def progress_bar(description: str, total: int | None, *, shown: bool = True) -> Iterator[Bar]:
    """A bar of `total` steps (None: not known) that goes away when the block ends."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not (shown and console.is_terminal):
        yield _Silent(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        yield _Shown(progress, progress.add_task(description, total=total))
