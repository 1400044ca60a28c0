"""What an evaluation and a comparison came to, on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from numina_lean.check.output import visible
from numina_lean.cli.votes_view import short
from numina_lean.evaluate.bootstrap import LEVEL
from numina_lean.evaluate.compare import Comparison, Shift, SuiteComparison
from numina_lean.evaluate.findings import Findings
from numina_lean.evaluate.page import percent, told_deviation, told_interval, verdict_words

_MOST_SHIFTS = 8
_NARROWEST = 110


def show_evaluation(suites: Sequence[Findings]) -> None:
    """A table of all suites, then what there is to know about each."""
    console = _console()
    table = Table("suite", "rule", box=None, pad_edge=False)
    for column in ("problems", "seeds", "right votes", f"{LEVEL:.0%}, problems", "seeds",
                   "one sample", "pass@k"):  # fmt: skip
        table.add_column(column, justify="right", no_wrap=True)
    for each in suites:
        for rule, found in each.scores.items():
            table.add_row(
                each.manifest.suite, rule, str(len(found.problems)), str(len(each.totals)),
                percent(found.vote.mean) + told_deviation(found.vote),
                told_interval(found.vote.over_problems), told_interval(found.vote.over_seeds),
                percent(found.sample.mean),
                f"{percent(found.passing[-1].mean)} (k = {found.ks[-1]})",
            )  # fmt: skip
    console.print(table)
    for each in suites:
        for note in each.notes:
            console.print(f"{each.manifest.suite}: {visible(note)}", soft_wrap=True)


def show_comparison(suites: Sequence[SuiteComparison]) -> None:
    """For each suite and rule whether the change is real, and where it comes from."""
    console = _console()
    for suite in suites:
        table = Table(suite.suite, box=None, pad_edge=False)
        for column in ("problems", "A", "B", "B − A", f"{LEVEL:.0%} over problems", "p",
                       "B wins", "loses"):  # fmt: skip
            table.add_column(column, justify="right", no_wrap=True)
        for each in suite.rules:
            table.add_row(
                each.rule, str(each.problems), percent(each.a), percent(each.b),
                f"{each.difference:+.1%}", told_interval(each.interval, signed=True),
                f"{each.p:.2g}", str(len(each.wins)), str(len(each.losses)),
            )  # fmt: skip
        console.print(table)
        for each in suite.rules:
            console.print(f"{suite.suite}, {each.rule}: {verdict_words(each)}", soft_wrap=True)
            for line in _told_shifts(each):
                console.print(line, soft_wrap=True)
        for note in suite.notes:
            console.print(f"{suite.suite}: {visible(note)}", soft_wrap=True)


def _console() -> Console:
    """One that is never too narrow for a row of numbers: a terminal that is, breaks the line."""
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, _NARROWEST)
    return console


def _told_shifts(found: Comparison) -> list[str]:
    return [
        f"  {title}: {_listed(shifts)}"
        for title, shifts in (("B wins", found.wins), ("B loses", found.losses))
        if shifts
    ]


def _listed(shifts: Sequence[Shift]) -> str:
    shown = [visible(short(each.id)) for each in shifts[:_MOST_SHIFTS]]
    more = len(shifts) - len(shown)
    return ", ".join(shown) + (f", {more} more" if more else "")
