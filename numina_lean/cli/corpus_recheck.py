"""`numina-lean corpus recheck`: a corpus checked once more by another Lean."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.cli.checker import open_checker
from numina_lean.cli.options import (
    EngineOption,
    JobsOption,
    NoCacheOption,
    NoSandboxOption,
    jobs_or_default,
    seconds,
)
from numina_lean.cli.progress import progress_bar
from numina_lean.corpus.card import write_card
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.folder import Folder, open_folder
from numina_lean.corpus.recheck import Result
from numina_lean.corpus.recheck import recheck as recheck_corpus
from numina_lean.lean.discover import choose_engine


def recheck(
    corpus: Annotated[Path, typer.Argument(metavar="DIR", help="The corpus.", show_default=False)],
    output: Annotated[
        Path, typer.Option(metavar="DIR2", help="The new folder, or one from an earlier run.")
    ],
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    timeout: Annotated[
        float, typer.Option(metavar="S", callback=seconds, help="Seconds a check may take.")
    ] = 60.0,
    no_cache: NoCacheOption = False,
    unsafe_no_sandbox: NoSandboxOption = False,
) -> None:
    """Check the rows of a corpus with another Lean, and keep what holds there.

    What the embedded Lean accepts counts as pinned when the native one has confirmed it. Rows of
    the new corpus name the Leans that accept them. A statement or a proof that is not accepted is
    in rejected/, at the stage recheck. The same command run again goes on where it stopped.

    \b
    Exit codes:
      0    every row that could be judged is confirmed
      1    some are not
      2    bad usage or input
      3    no engine
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean corpus recheck out/core --engine native --output out/pinned
      numina-lean corpus recheck out/core --engine embedded --output out/again --jobs 2
    """
    source = open_folder(corpus, ("uuid", "formal_statement", "formal_proof"))
    lean = choose_engine(engine, unsafe_no_sandbox=unsafe_no_sandbox)
    settings = {
        "recheck": corpus.resolve().name,
        "engine": lean.lean.engine,
        "lean_version": lean.lean.lean_version,
        "mathlib_revision": lean.lean.mathlib_revision or "none",
        "timeout": f"{timeout:g}",
    }
    with ExitStack() as stack:
        target = stack.enter_context(Corpus(output, settings))
        bar = stack.enter_context(progress_bar("recheck", source.data.count()))
        checker = stack.enter_context(
            open_checker(lean, jobs_or_default(jobs), no_cache=no_cache, tell=bar.print)
        )
        try:
            done = recheck_corpus(corpus, target, checker, timeout=timeout, advance=bar.advance)
        except BaseException:
            bar.print(f"note: what is finished is kept in {output}; the same command goes on")
            raise
    write_card(output)
    failed = _set_apart(open_folder(output)) > _set_apart(source)  # in earlier runs too
    counts = ", ".join(f"{done[result]} {result}" for result in Result)
    typer.echo(f"{done.total()} rows checked by {lean.lean.engine} Lean: {counts}; in {output}")
    raise typer.Exit(1 if failed else 0)


def _set_apart(folder: Folder) -> int:
    """How many statements and proofs a recheck has put into the side table."""
    return sum(loss["stage"] == "recheck" for loss in folder.losses(("stage",)))
