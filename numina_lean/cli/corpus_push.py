"""`numina-lean corpus card` and `push`: a corpus for others."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.corpus.card import CARD, UNKNOWN_LICENSE, write_card
from numina_lean.corpus.push import MAIN, Destination, dry_run, uploads
from numina_lean.corpus.push import push as push_corpus

_CorpusArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="The corpus.", show_default=False)
]
_LicenseOption = Annotated[
    str,
    typer.Option("--license", metavar="ID", help="The licence, as the Hub spells it: apache-2.0."),
]


def card(corpus: _CorpusArgument, license: _LicenseOption = UNKNOWN_LICENSE) -> None:
    """Write the dataset card of a corpus, its README.md, anew from the rows that are there.

    It has what the Hub and `datasets` need to open the tables, counts, the Lean that the rows were
    checked with, and the meaning of every column.

    Example: numina-lean corpus card out/demo --license apache-2.0
    """
    write_card(corpus, license)
    typer.echo(f"wrote {corpus / CARD}")


def push(
    corpus: _CorpusArgument,
    repository: Annotated[
        str,
        typer.Argument(
            metavar="REPO", help="A dataset on the Hub: owner/name.", show_default=False
        ),
    ],
    dry: Annotated[
        Path | None,
        typer.Option(
            "--dry-run", metavar="FOLDER", help="Write there what would be uploaded; no network."
        ),
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="Make the repository private, where it is new.")
    ] = False,
    revision: Annotated[str, typer.Option(metavar="BRANCH", help="The branch to push to.")] = MAIN,
    without_completions: Annotated[
        bool,
        typer.Option(
            "--without-completions", help="Leave out what models wrote verbatim; it can be long."
        ),
    ] = False,
    license: _LicenseOption = UNKNOWN_LICENSE,
) -> None:
    """Upload a corpus to the Hugging Face Hub, as one commit.

    The tables, the summary and a card made for them are uploaded; nothing that only a run needs.
    Tables of an earlier push that have no successor are deleted. The token is that of
    `hf auth login` or of HF_TOKEN; HF_ENDPOINT names another Hub.

    \b
    Examples:
      numina-lean corpus push out/demo me/my-corpus --dry-run out/upload
      numina-lean corpus push out/demo me/my-corpus --private --license apache-2.0
    """
    with tempfile.TemporaryDirectory(prefix="numina-lean-push-") as staging:
        files = uploads(
            corpus, Path(staging),
            name=repository.rpartition("/")[2],
            license=license,
            completions=not without_completions,
        )  # fmt: skip
        size = sum(upload.source.stat().st_size for upload in files) / 2**20
        if dry is not None:
            dry_run(files, dry)
            typer.echo(f"{len(files)} files, {size:.1f} MiB, for {repository}: {dry}")
            return
        done = push_corpus(files, Destination(repository, revision, private))
    deleted = f", deleted {len(done.deleted)} of an earlier push" if done.deleted else ""
    typer.echo(f"pushed {len(done.added)} files, {size:.1f} MiB{deleted}: {done.commit}")
