"""`numina-lean corpus`: what is in a corpus folder, and what becomes of it."""

import typer

from numina_lean.cli.corpus_diff import diff
from numina_lean.cli.corpus_export import export
from numina_lean.cli.corpus_merge import merge
from numina_lean.cli.corpus_push import card, push
from numina_lean.cli.corpus_recheck import recheck
from numina_lean.cli.corpus_show import show
from numina_lean.cli.corpus_stats import stats
from numina_lean.cli.corpus_trace import trace

corpus = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@corpus.callback()
def _corpus() -> None:
    """Look into a corpus that formalize wrote, compare and merge corpora, and publish one.

    A corpus is a folder: data/ has the rows, rejected/ what was lost on the way and why.

    Example: numina-lean corpus stats out/demo
    """


for command in (stats, show, diff, merge, recheck, export, trace, card, push):
    corpus.command()(command)
