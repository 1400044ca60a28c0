"""A run of `formalize` as it goes: funnel, rates, cost and time left on a terminal, JSON in a file.

The terminal is standard error; where that is none, only the file is written.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from numina_lean.cli.progress import Bar
from numina_lean.corpus.files import write_text_atomically
from numina_lean.formalize.numbers import Snapshot

EVERY = 1.0
"""Seconds between two looks at the numbers."""

_MOST_REASONS = 4


class _Shown:
    """Prints above the live view; the view itself counts."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def advance(self, steps: int = 1) -> None:
        pass

    def print(self, what: RenderableType) -> None:
        self._console.print(what, soft_wrap=True)


@contextmanager
def dashboard(look: Callable[[], Snapshot], file: Path) -> Iterator[Bar]:
    """Show what `look` gives, and keep it in `file`, until the block ends.

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
            _tell(look(), file, live)

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
        _tell(look(), file, None)


def _tell(snapshot: Snapshot, file: Path, live: Live | None) -> None:
    text = json.dumps(snapshot.fields(), indent=2, ensure_ascii=False)
    write_text_atomically(file, f"{text}\n")
    if live is not None:
        live.update(view(snapshot), refresh=True)


def view(snapshot: Snapshot) -> RenderableType:
    """The numbers as a person reads them."""
    gates = Table(box=None, pad_edge=False)
    for column in ("gate", "seen", "passed", "seconds", "lost because"):
        gates.add_column(column, justify="left" if column in ("gate", "lost because") else "right")
    for name, each in snapshot.gates.items():
        reasons = list(each.reasons.items())[:_MOST_REASONS]
        gates.add_row(
            name, str(each.seen), str(each.passed), f"{each.seconds:.1f}",
            ", ".join(f"{reason} {count}" for reason, count in reasons),
        )  # fmt: skip
    return Group(*_head(snapshot), gates) if snapshot.gates else Group(*_head(snapshot))


def _head(snapshot: Snapshot) -> Iterator[RenderableType]:
    done = snapshot.skipped + snapshot.problems
    if snapshot.total:
        bar = Table.grid()
        bar.add_row(ProgressBar(total=snapshot.total, completed=done, width=60))
        yield bar
    of = f" of {snapshot.total}" if snapshot.total else ""
    left = "" if snapshot.left is None else f", {duration(snapshot.left)} left"
    yield Text(
        f"{done}{of} problems ({snapshot.skipped} by earlier runs), {snapshot.in_flight} in "
        f"flight, {snapshot.per_minute:.1f} a minute, {duration(snapshot.seconds)}{left}"
    )
    yield Text(
        f"kept {snapshot.kept}, proved {snapshot.proved}; lost at "
        + (", ".join(f"{stage} {count}" for stage, count in snapshot.lost.items()) or "none")
    )
    if snapshot.completion_tokens:
        rate = snapshot.completion_tokens / snapshot.seconds if snapshot.seconds else 0.0
        cost = f", cost {snapshot.cost:.2f}" if snapshot.cost else ""
        yield Text(
            f"tokens {snapshot.prompt_tokens:,} in, {snapshot.completion_tokens:,} out "
            f"({rate:.0f}/s){cost}"
        )


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, as far as they say something."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
