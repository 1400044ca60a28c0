"""The numbers of a formalize run as a person reads them: funnel, rates, cost and time left."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from numina_lean.cli.dashboard import duration
from numina_lean.formalize.numbers import Snapshot

_MOST_REASONS = 4


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
