"""Pictures of an evaluation, as SVG: curves of maj@k and pass@k, and the spread over seeds.

Drawn without matplotlib's global state. Needs the extra `plots`. Only our own words are drawn.
"""

import importlib
import importlib.util
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from numina_lean.corpus.plots import GRID, STYLE
from numina_lean.evaluate.findings import Findings
from numina_lean.evaluate.scores import Estimate, Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HOW_TO_GET = "pip install 'numina-lean[plots]'"

_MAJ, _PASS, _STRICT = "#2f5d8a", "#b4632d", "#4f7f52"
_ASIDE = {"strict": -0.2, "literal": 0.2, "equality": 0.0}


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def draw_curves(found: Scores) -> bytes:
    """maj@k and pass@k over k, each with its interval over problems."""

    def draw(axes: "Axes") -> None:
        for name, means, color in (
            ("pass@k", found.passing, _PASS),
            ("maj@k", found.majority, _MAJ),
        ):
            _curve(axes, found.ks, means, name, color)
        axes.set_xscale("log", base=2)
        axes.set_xticks(found.ks, [str(k) for k in found.ks])
        axes.minorticks_off()
        axes.set_xlabel("k samples")
        _shares(axes)
        axes.legend(loc="lower right", frameon=False)

    return _svg(draw, 3.6)


def draw_spread(suites: Sequence[Findings]) -> bytes:
    """The share of right votes of each seed: a dot a seed, a bar at the mean, a row a suite."""

    def draw(axes: "Axes") -> None:
        for row, suite in enumerate(suites):
            for rule, found in suite.scores.items():
                color = _STRICT if rule == "strict" else _MAJ
                place = row + (0.0 if len(suite.scores) == 1 else _ASIDE[rule])
                means = found.vote.by_seed
                axes.plot(means, [place] * len(means), "o", color=color, alpha=0.5, ms=5)
                axes.plot([found.vote.mean], [place], "|", color=color, ms=12, mew=2)
        for rule, color in (("strict", _STRICT), ("literal or equality", _MAJ)):
            axes.plot([], [], "o", color=color, label=rule)
        axes.set_yticks(range(len(suites)), [each.manifest.suite for each in suites])
        axes.set_ylim(len(suites) - 0.5, -0.5)
        axes.margins(x=0.1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
        axes.set_xlabel("right votes")
        axes.set_axisbelow(True)
        axes.grid(axis="x", color=GRID)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)

    return _svg(draw, 1.2 + 0.6 * len(suites))


def _curve(
    axes: "Axes", ks: Sequence[int], means: Sequence[Estimate], name: str, color: str
) -> None:
    lows = [each.over_problems.low for each in means]
    highs = [each.over_problems.high for each in means]
    axes.fill_between(ks, lows, highs, color=color, alpha=0.15, linewidth=0)
    axes.plot(ks, [each.mean for each in means], "o-", color=color, ms=4, label=name)


def _shares(axes: "Axes") -> None:
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID)


def _svg(draw: Callable[["Axes"], None], height: float) -> bytes:
    matplotlib = importlib.import_module("matplotlib")
    figures = importlib.import_module("matplotlib.figure")
    stream = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure = figures.Figure(figsize=(7.0, height), layout="constrained")
        draw(figure.subplots())
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()
