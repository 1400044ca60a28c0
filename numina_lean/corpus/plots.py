"""Pictures of a corpus: what became of the problems, sources, lengths, win rates.

Each is drawn twice, as PNG to look at and as SVG to print. Drawn without matplotlib's global state,
so on a machine without a display, and beside other figures. Needs the extra `plots`.
"""

import importlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numina_lean.corpus.statistics import Statistics
from numina_lean.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("png", "svg")
MOST_SOURCES = 20
"""Sources with a bar of their own; the rest is one bar."""

INK, SOFT, GRID = "#1f2933", "#7b8794", "#e4e7eb"
"""Colours of all our pictures: of words, of what frames them, of what lies behind."""

_ROWS, _PROOFS = "#9fb8d3", "#2f5d8a"
_WIDTH = 7.2
STYLE: dict[str, Any] = {
    "font.size": 10,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "numina-lean",
}
"""For `matplotlib.rc_context`; the salt makes the same picture the same bytes."""


def draw_all(counted: Statistics, folder: Path) -> list[Path]:
    """Write the pictures of which there is something to show into `folder`; their paths.

    Raises `InputError` where matplotlib is not installed.
    """
    try:
        matplotlib = importlib.import_module("matplotlib")
        figures = importlib.import_module("matplotlib.figure")
    except ImportError as error:
        raise InputError(
            "plots need matplotlib. Install it: pip install 'numina-lean[plots]'"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, height, draw in _pictures(counted):
        with matplotlib.rc_context(STYLE):
            figure = figures.Figure(figsize=(_WIDTH, height), layout="constrained")
            draw(figure.subplots())
            for format in FORMATS:
                path = folder / f"{name}.{format}"
                metadata = {"Date": None} if format == "svg" else {}
                figure.savefig(path, dpi=160, metadata=metadata)
                paths.append(path)
    return paths


Picture = tuple[str, float, "Callable[[Axes], None]"]


def _pictures(counted: Statistics) -> Iterator[Picture]:
    """The name, the height in inches and the drawing of each picture."""
    stages = list(counted.funnel())
    if counted.problems:
        yield "funnel", 1.2 + 0.34 * len(stages), lambda axes: _draw_funnel(axes, stages)
    sources = _sources(counted)
    if sources:
        yield "sources", 1.4 + 0.34 * len(sources), lambda axes: _draw_sources(axes, sources)
    if counted.lengths:
        yield "lengths", 3.4, lambda axes: _draw_lengths(axes, counted.lengths)
    if counted.win_rates:
        yield "win_rates", 3.4, lambda axes: _draw_win_rates(axes, counted.win_rates)


def _draw_funnel(axes: "Axes", stages: Sequence[tuple[str, int]]) -> None:
    """How many problems are left behind each stage, and which share that is."""
    names = [name if number in (0, len(stages) - 1) else f"passed {name}"
             for number, (name, _) in enumerate(stages)]  # fmt: skip
    counts = [count for _, count in stages]
    colors = [_ROWS] * (len(stages) - 1) + [_PROOFS]
    bars = axes.barh(names, counts, color=colors, height=0.72)
    labels = [f"{count:,}  ({_share(count, counts[0])})" for count in counts]
    axes.bar_label(bars, labels, padding=4, fontsize=9)
    axes.set_title("What became of the problems")
    axes.set_xlim(0, counts[0] * 1.22)
    _horizontal(axes)


def _draw_sources(axes: "Axes", sources: Sequence[tuple[str, int, int]]) -> None:
    """Rows of each source, and those with a proof within."""
    names = [_short(name) for name, _, _ in sources]
    rows = [count for _, count, _ in sources]
    proofs = [count for _, _, count in sources]
    bars = axes.barh(names, rows, color=_ROWS, height=0.72, label="statements")
    axes.barh(names, proofs, color=_PROOFS, height=0.72, label="with a proof")
    labels = [f"{each:,}, {_share(proved, each)} proved" for _, each, proved in sources]
    axes.bar_label(bars, labels, padding=4, fontsize=9)
    axes.set_title("Statements by source")
    axes.set_xlim(0, max(rows) * 1.28)
    _horizontal(axes)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=9, borderpad=0
    )


def _draw_lengths(axes: "Axes", lengths: Sequence[int]) -> None:
    """How long the statements are, on a logarithmic scale: a few are very long."""
    lowest = max(1, min(lengths))
    highest = max(*lengths, lowest + 1)
    start, end = math.log10(lowest), math.log10(highest)
    bins = max(8, min(40, round(math.sqrt(len(lengths)))))
    edges = [10 ** (start + (end - start) * step / bins) for step in range(bins + 1)]
    edges[0], edges[-1] = lowest, highest
    axes.hist([max(1, length) for length in lengths], edges, color=_ROWS, edgecolor="white")
    axes.set_xscale("log")
    median = sorted(lengths)[(len(lengths) - 1) // 2]
    axes.axvline(median, color=_PROOFS, linewidth=1.5)
    axes.annotate(
        f"median {median:,}", (median, 1), (5, -2), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", color=_PROOFS, fontsize=9,
    )  # fmt: skip
    axes.set_title("Length of the statements")
    axes.set_xlabel("characters, imports left out")
    axes.set_ylabel("statements")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.xaxis.set_minor_formatter(lambda value, _: _minor(value, end - start))
    _vertical(axes)


def _draw_win_rates(axes: "Axes", rates: Sequence[float]) -> None:
    """How often a prover succeeds. Never and always are bars of their own: they teach nothing."""
    inner = [rate for rate in rates if 0 < rate < 1]
    counts = [0] * 10
    for rate in inner:
        counts[min(9, int(rate * 10))] += 1
    never, always = sum(rate <= 0 for rate in rates), sum(rate >= 1 for rate in rates)
    names = ["never", *(f"{step}–{step + 10} %" for step in range(0, 100, 10)), "always"]
    values = [never, *counts, always]
    colors = [SOFT, *[_PROOFS] * 10, SOFT]
    bars = axes.bar(names, values, color=colors, width=0.82)
    axes.bar_label(bars, [f"{value:,}" if value else "" for value in values], padding=2, fontsize=9)
    axes.set_title("How often a prover proves a statement")
    axes.set_ylabel("statements")
    axes.tick_params(axis="x", labelrotation=40, labelsize=9)
    axes.margins(y=0.12)
    _vertical(axes)


def _horizontal(axes: "Axes") -> None:
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.set_xticks([])


def _vertical(axes: "Axes") -> None:
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value % 1 == 0 else "")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _sources(counted: Statistics) -> list[tuple[str, int, int]]:
    """The sources with rows and proofs, the largest first, what is left together at the end."""
    ordered = sorted(
        counted.by.get("source", {}).items(), key=lambda each: (-each[1].rows, each[0])
    )
    shown = [(name, counts.rows, counts.proofs) for name, counts in ordered[:MOST_SOURCES]]
    rest = [counts for _, counts in ordered[MOST_SOURCES:]]
    if rest:
        rows, proofs = sum(each.rows for each in rest), sum(each.proofs for each in rest)
        shown.append((f"{len(rest)} others", rows, proofs))
    return shown


def _minor(value: float, decades: float) -> str:
    """A label between powers of ten, where those alone would be too few."""
    leading = int(f"{value:e}"[0])
    return f"{value:,.0f}" if decades < 1.5 and leading in (2, 5) else ""


def _share(part: int, whole: int) -> str:
    if not whole:
        return "0 %"
    share = 100 * part / whole
    return f"{share:.1f} %" if 0 < share < 10 else f"{share:.0f} %"


def _short(name: str) -> str:
    """A name that is no longer than a label may be, and no formula of matplotlib's."""
    return (name if len(name) <= 24 else f"{name[:23]}…").replace("$", r"\$")
