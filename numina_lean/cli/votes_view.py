"""The numbers of a solve-informal run as a person reads them: votes in flight, and totals."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from numina_lean.cli.dashboard import duration
from numina_lean.solve.board import Standing

_MOST_PROBLEMS = 12
_MOST_VOTES = 4
_MOST_CHARACTERS = 24


def view(standing: Standing) -> RenderableType:
    """Totals, and a line for each problem in flight."""
    table = Table(box=None, pad_edge=False)
    for column in ("problem", "ended", "writing", "running", "votes"):
        table.add_column(column, justify="left" if column in ("problem", "votes") else "right")
    for each in standing.running[:_MOST_PROBLEMS]:
        table.add_row(
            short(each.id), f"{each.ended}/{each.width}", str(each.writing), str(each.executing),
            told(each.votes),
        )  # fmt: skip
    return Group(*_head(standing), table) if standing.running else Group(*_head(standing))


def told(votes: tuple[tuple[str, float], ...]) -> str:
    """The largest classes with their weights, `12 × 7, 13 × 2`."""
    shown = [f"{short(answer)} × {weight:g}" for answer, weight in votes[:_MOST_VOTES]]
    more = len(votes) - len(shown)
    return ", ".join(shown) + (f", {more} more" if more > 0 else "")


def short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARACTERS else f"{line[: _MOST_CHARACTERS - 1]}…"


def _head(standing: Standing) -> Iterator[RenderableType]:
    done = standing.before + standing.solved
    if standing.total:
        bar = Table.grid()
        bar.add_row(ProgressBar(total=standing.total, completed=done, width=60))
        yield bar
    of = f" of {standing.total}" if standing.total else ""
    left = "" if standing.left is None else f", {duration(standing.left)} left"
    later = f", {standing.postponed} for another run" if standing.postponed else ""
    yield Text(
        f"{done}{of} problems ({standing.before} by earlier runs){later}, "
        f"{duration(standing.seconds)}{left}"
    )
    known = f", {standing.correct} of {standing.known} right" if standing.known else ""
    rate = standing.tokens / standing.seconds if standing.seconds else 0.0
    yield Text(
        f"{standing.answered} answered{known}; {standing.traces} traces, {standing.programs} "
        f"programs, {standing.tokens:,} tokens ({rate:.0f}/s)"
    )
    if standing.endings:
        yield Text(
            ", ".join(f"{how} {n}" for how, n in sorted(standing.endings.items(), key=_most_first))
        )


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
