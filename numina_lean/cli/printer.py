"""Results of `check` on their way to a person or a program, and the summary at the end."""

import sys
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from numina_lean.check.batch import Result
from numina_lean.check.output import ResultFile, Tally, jsonl_line, text_lines, visible
from numina_lean.check.verdict import Verdict
from numina_lean.cli.progress import Bar
from numina_lean.lean.report import LeanInfo

Format = Literal["text", "jsonl"]

_STYLES = {
    Verdict.PROVED: "green",
    Verdict.STATEMENT: "cyan",
    Verdict.NEEDS_MATHLIB: "yellow",
    Verdict.TIMEOUT: "yellow",
}
_UNREADABLE_SHOWN = 20


def default_format(file: ResultFile | None) -> Format:
    """Text for a person at a terminal, JSON lines for everything else."""
    return "text" if file is None and sys.stdout.isatty() else "jsonl"


def bar_fits(format: Format, file: ResultFile | None) -> bool:
    """Whether a progress bar and the results do not get into each other's way."""
    return file is not None or format == "text" or not sys.stdout.isatty()


class Printer:
    """Writes results as they come, counts them, and says on standard error what is unreadable."""

    def __init__(self, format: Format, file: ResultFile | None, bar: Bar) -> None:
        self.tally = Tally()
        self._format = format
        self._file = file
        self._bar = bar
        terminal = sys.stdout.isatty() and sys.stderr.isatty()
        self._to_person = file is None and format == "text" and terminal

    def show(self, result: Result) -> None:
        self.tally.add(result)
        if result.unreadable and not self._to_person:
            self._tell_unreadable(result)
        if self._to_person:
            self._bar.print(_styled(result))
            return
        if self._format == "jsonl":
            data = jsonl_line(result)
        else:
            data = "".join(f"{line}\n" for line in text_lines(result)).encode("utf-8", "replace")
        if self._file is not None:
            self._file.write(data)
        else:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def _tell_unreadable(self, result: Result) -> None:
        if self.tally.unreadable <= _UNREADABLE_SHOWN:
            self._bar.print(visible(f"error: {result.outcome.detail}"))
        elif self.tally.unreadable == _UNREADABLE_SHOWN + 1:
            self._bar.print("error: more inputs cannot be read: see the results")


def _styled(result: Result) -> Text:
    first, *rest = text_lines(result)
    verdict = result.outcome.verdict
    text = Text(first)
    text.stylize(_STYLES.get(verdict, "red"), 0, len(verdict.value))
    for line in rest:
        text.append(f"\n{line}", style="dim")
    return text


def show_summary(tally: Tally, lean: LeanInfo, seconds: float) -> None:
    """The counts on standard error: a table on a terminal, else one line."""
    mathlib = f"mathlib {lean.mathlib_revision}" if lean.mathlib_revision else "no mathlib"
    engine = f"{lean.engine} Lean {lean.lean_version}, {mathlib}"
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        counts = ", ".join(f"{count} {name}" for name, count in tally.counts().items())
        line = f"{tally.total} checked in {seconds:.1f} s ({engine}): {counts}{_asides(tally)}"
        console.print(line, soft_wrap=True)
        return
    table = Table()
    table.add_column("verdict")
    table.add_column("count", justify="right")
    table.add_column("share", justify="right")
    for name, count in tally.counts().items():
        table.add_row(name, str(count), f"{count / tally.total:.1%}")
    table.add_section()
    table.add_row("all", str(tally.total), f"{seconds:.1f} s")
    console.print(table)
    console.print(f"{tally.total / seconds:.1f}/s with {engine}{_asides(tally)}", soft_wrap=True)


def _asides(tally: Tally) -> str:
    cached = f"; {tally.cached} of them from the cache" if tally.cached else ""
    return cached + (f"; {tally.warned} with lint warnings" if tally.warned else "")
