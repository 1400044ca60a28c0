"""The funnel as a table for a terminal."""

from collections.abc import Mapping

from rich.table import Table

from numina_lean.corpus.row import Stage
from numina_lean.formalize.funnel import LABELS, Funnel

_MOST_REASONS = 6
_LAST: Stage = "equivalence"
_ALWAYS: frozenset[Stage] = frozenset({"read", "select", "translate", "compile", _LAST})


def funnel_table(funnel: Funnel) -> Table:
    """One line a stage: how many problems passed it, and what became of those that did not.

    A stage at which no problem was lost is left out, but for those that every run has.
    """
    table = Table(title="problems", title_justify="left")
    table.add_column("stage")
    table.add_column("passed", justify="right")
    table.add_column("lost", justify="right")
    table.add_column("why")
    table.add_row("input", str(funnel.total), "", "")
    for stage, label in LABELS.items():
        lost = funnel.lost[stage]
        if not lost and stage not in _ALWAYS:
            continue
        table.add_row(label, str(funnel.passed[stage]), _number(sum(lost.values())), _reasons(lost))
    unproved = funnel.passed[_LAST] - funnel.proved
    by_tactic = ", ".join(f"{tactic} {rows}" for tactic, rows in funnel.tactics.items())
    table.add_row(
        "proved",
        str(funnel.proved),
        _number(unproved),
        f"by {by_tactic}" if by_tactic else "",
    )
    return table


def _number(count: int) -> str:
    return str(count) if count else ""


def _reasons(lost: Mapping[str, int]) -> str:
    shown = [f"{reason} {problems}" for reason, problems in lost.items()]
    more = len(shown) - _MOST_REASONS
    return ", ".join(shown[:_MOST_REASONS]) + (f", {more} more" if more > 0 else "")
