"""The figures of a calibration, as tables for a person and as fields for a program."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from numina_lean.calibrate.intervals import Share
from numina_lean.calibrate.measure import (
    GATES,
    Examined,
    by_fault,
    figures,
    first_gates,
    left_out,
)

HALVES = ("dev", "held_out")
UNSEEN = 0.3
"""A class of which no more than this share is caught counts as one that the gates cannot see."""


def report_fields(examined: Sequence[Examined]) -> dict[str, object]:
    """Everything that `show_report` shows, as JSON values."""
    return {
        "all": _figure_fields(examined),
        "halves": {half: _figure_fields(_half(examined, half)) for half in HALVES},
        "gates": {
            gate: {
                "caught": (found := figures(examined, gate)).caught.fields(),
                "lost": found.lost.fields(),
                "precision": found.precision.fields(),
            }
            for gate in GATES
        },
        "faults": {
            fault: _caught(rows).fields()
            | {"first_gate": dict(first_gates(rows)), "unseen": unseen(rows)}
            for fault, rows in by_fault(examined).items()
        },
        "left_out": dict(left_out(examined)),
        "lost": [_told(each) for each in examined if each.row.right and each.caught],
    }


def show_report(
    console: Console, examined: Sequence[Examined], listed: Sequence[str], *, passed: bool = False
) -> None:
    """Print the tables. `listed`: the faults that the overall rate is over; others stand apart.

    `passed`: list the wrong statements that no gate objects to.
    """
    counted = [each for each in examined if each.row.right or each.row.fault in listed]
    if not any(not each.row.right for each in counted):
        counted = list(examined)
    console.print(_fault_table(examined, listed))
    console.print(_gate_table(counted))
    console.print(_total_table(counted))
    _show_left_out(console, examined)
    _show_lost(console, examined)
    blind = [fault for fault, rows in by_fault(counted).items() if unseen(rows)]
    console.print(f"classes the gates hardly see (≤ {UNSEEN:.0%}): {', '.join(blind) or 'none'}")
    if passed:
        for each in examined:
            if not each.row.right and each.left_out is None and not each.caught:
                change = each.row.mutant.change if each.row.mutant else ""
                where = f"{each.row.problem.id} {each.row.fault}: {' '.join(change.split())}"
                console.print(f"passed: {where}", soft_wrap=True, markup=False)


def unseen(rows: Sequence[Examined]) -> bool:
    """Whether next to nothing of a class is caught."""
    share = _caught(rows).value
    return share is not None and share <= UNSEEN


def _caught(rows: Sequence[Examined]) -> Share:
    return figures(rows).caught


def _half(examined: Sequence[Examined], half: str) -> list[Examined]:
    return [each for each in examined if each.row.half == half]


def _figure_fields(examined: Sequence[Examined]) -> dict[str, object]:
    found = figures(examined)
    return {
        "caught": found.caught.fields(),
        "lost": found.lost.fields(),
        "lost_unproved": found.lost_unproved.fields(),
        "precision": found.precision.fields(),
    }


def _fault_table(examined: Sequence[Examined], listed: Sequence[str]) -> Table:
    table = Table(title="Wrong statements, by what is wrong")
    for name in ("class", "n", "caught", "dev", "held out", "first stopped by"):
        table.add_column(name, justify="left" if name in ("class", "first stopped by") else "right")
    groups = by_fault(examined)
    ordered = [*(each for each in listed if each in groups), *(set(groups) - set(listed))]
    for fault in sorted(ordered, key=lambda each: (each not in listed, each)):
        rows = groups[fault]
        first = ", ".join(f"{gate} {count}" for gate, count in first_gates(rows).most_common())
        halves = [_short(_caught(_half(rows, half))) for half in HALVES]
        aside = "" if fault in listed or not listed else " *"
        table.add_row(fault + aside, str(len(rows)), str(_caught(rows)), *halves, first)
    return table


def _gate_table(examined: Sequence[Examined]) -> Table:
    table = Table(title="Each gate by itself")
    for name in ("gate", "recall", "precision", "right ones lost"):
        table.add_column(name, justify="left" if name == "gate" else "right")
    for gate in GATES:
        found = figures(examined, gate)
        table.add_row(gate, str(found.caught), str(found.precision), str(found.lost))
    return table


def _total_table(examined: Sequence[Examined]) -> Table:
    table = Table(title="All gates together")
    for name in ("rows", "wrong caught", "right lost", "of those not shown wrong"):
        table.add_column(name, justify="left" if name == "rows" else "right")
    for name, rows in (("all", examined), *((half, _half(examined, half)) for half in HALVES)):
        found = figures(rows)
        table.add_row(name, str(found.caught), str(found.lost), str(found.lost_unproved))
    return table


def _show_left_out(console: Console, examined: Sequence[Examined]) -> None:
    for right, name in ((True, "right"), (False, "wrong")):
        counts = left_out(each for each in examined if each.row.right is right)
        if counts:
            listed = ", ".join(f"{count} {reason}" for reason, count in counts.most_common())
            console.print(f"left out of the {name} ones: {listed}", soft_wrap=True)


def _show_lost(console: Console, examined: Sequence[Examined]) -> None:
    for each in examined:
        if each.row.right and each.caught:
            told = _told(each)
            shown = "shown wrong" if told["shown_wrong"] else "lost"
            line = f"{shown}: {told['id']} {told['gate']} {told['reason']}: {told['detail']}"
            console.print(line, soft_wrap=True, markup=False)


def _told(each: Examined) -> dict[str, object]:
    ruling = each.shown_wrong or each.objections[0]
    return {
        "id": each.row.problem.id,
        "gate": ruling.gate,
        "reason": ruling.reason,
        "detail": ruling.detail[:200],
        "shown_wrong": each.shown_wrong is not None,
    }


def _short(share: Share) -> str:
    return f"{share.hits}/{share.total}"
