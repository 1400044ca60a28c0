"""`numina-lean build papers`: problems with their solutions out of PDF files and scans."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.cli.options import seconds
from numina_lean.cli.papers_folder import PapersFolder, Source, sources
from numina_lean.cli.progress import Bar, progress_bar
from numina_lean.papers.choose import ReaderName, check_reader
from numina_lean.papers.guard import Guard, Limits
from numina_lean.papers.paper import Paper, UnreadablePaperError
from numina_lean.papers.pattern import Patterns, read_patterns
from numina_lean.papers.review import read_reviewed

_AUTO = "auto"


def papers(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help="PDF files, images, folders of images (one paper each), or folders of PDF files.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Where results go; a later run goes on from it."),
    ],
    reader: Annotated[
        ReaderName,
        typer.Option(
            help="What reads pages: auto takes the text layer where it is good, else OCR. "
            "mathpix needs MATHPIX_APP_ID and MATHPIX_APP_KEY."
        ),
    ] = "auto",
    patterns: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="How problems are headed: auto takes those of the package that fit each paper "
            "best; a YAML file holds your own.",
        ),
    ] = _AUTO,
    source: Annotated[
        str, typer.Option(metavar="NAME", help="What the rows name as their source.")
    ] = "papers",
    reviewed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A review.jsonl in which a person set decision to keep or drop.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, max=256, help="Papers at a time.")] = 1,
    timeout: Annotated[
        float, typer.Option(metavar="S", callback=seconds, help="Seconds a paper may take, hard.")
    ] = 900.0,
    memory: Annotated[
        int, typer.Option(metavar="MB", min=512, help="Memory that reading a paper may take.")
    ] = 6144,
) -> None:
    """Cut contest papers into problems with their solutions and answers.

    Each paper is read in a process of its own. FOLDER gets segments.jsonl (problems), review.jsonl
    (what a person has to look at, with the reason), pages/*.md and images/ (what was read), and
    manifest.json (inputs with hashes, settings, versions, counts). Papers that are done and have
    not changed are not read again.

    \b
    Exit codes:
      0    every paper was read
      1    some were not; manifest.json says why
      2    bad usage or input
      130  interrupted; the same command goes on

    \b
    Examples:
      numina-lean build papers olympiad.pdf --output out/papers
      numina-lean build papers scans/ --reader rapidocr --patterns zh-exam --output out/scans
      numina-lean build papers olympiad.pdf --output out/papers --reviewed review.jsonl
    """
    chosen = None if patterns == _AUTO else read_patterns(patterns)
    decisions = {} if reviewed is None else read_reviewed(reviewed)
    wanted = list(sources(inputs))
    check_reader(reader)
    settings = {"reader": reader, "patterns": patterns, "source": source}
    with PapersFolder(output, settings) as folder:
        folder.decide(decisions)
        left = [paper for paper in wanted if not folder.has(paper)]
        with progress_bar("papers", len(wanted)) as bar:
            bar.advance(len(wanted) - len(left))
            _read_all(left, folder, Guard(reader, Limits(timeout, memory)), chosen, jobs, bar)
        counts = folder.finish()
    typer.echo(
        f"{counts['papers']} papers ({counts['unreadable']} unreadable), {counts['pages']} pages: "
        f"{counts['segments']} problems, {counts['with_solution']} with a solution, "
        f"{counts['with_answer']} with an answer, {counts['review']} to review in {output}",
        err=True,
    )
    raise typer.Exit(1 if counts["unreadable"] else 0)


def _read_all(
    left: list[Source],
    folder: PapersFolder,
    guard: Guard,
    patterns: Patterns | None,
    jobs: int,
    bar: Bar,
) -> None:
    with _threads(jobs) as threads, guard:
        waiting: dict[Future[Paper], Source] = {
            threads.submit(guard.read, paper.path, folder.images_of(paper)): paper for paper in left
        }
        for done in as_completed(waiting):
            paper = waiting[done]
            try:
                folder.add(paper, done.result(), patterns)
            except UnreadablePaperError as error:
                bar.print(f"warning: {paper.path}: {error.reason}: {error.detail}")
                folder.add_unreadable(paper, error)
            bar.advance()


@contextmanager
def _threads(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that start nothing new once the block ends early."""
    threads = ThreadPoolExecutor(jobs)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
