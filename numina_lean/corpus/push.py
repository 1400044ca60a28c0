"""A corpus on the Hugging Face Hub: which files it is there, and how they get there.

One function says what is uploaded (`uploads`); a dry run writes just that into a folder. A push is
one commit: it adds the files and deletes tables of an earlier push that have no successor, since
the card's globs would find them. The token is the one of the environment or of `hf auth login`;
only `huggingface_hub` sees it.
"""

import importlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from numina_lean.corpus.card import CARD, card
from numina_lean.corpus.files import write_atomically, write_text_atomically
from numina_lean.corpus.folder import DATA, REJECTED, Row, open_folder
from numina_lean.corpus.shards import ShardedTable
from numina_lean.errors import InputError

SUMMARY = "summary.json"
MAIN = "main"
_TABLES = (f"{DATA}/", f"{REJECTED}/")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is in the repository: its path there, with `/`, and where its bytes are now."""

    path: str
    source: Path


@dataclass(frozen=True, slots=True)
class Destination:
    """A dataset repository on the Hub. `revision`: a branch, made where it is not there."""

    repository: str
    revision: str = MAIN
    private: bool = False


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push came to: the commit's address, and the paths that it added and deleted."""

    commit: str
    added: tuple[str, ...]
    deleted: tuple[str, ...]


def uploads(
    path: Path, staging: Path, *, name: str, license: str, completions: bool
) -> tuple[Upload, ...]:
    """The files that the corpus in the folder `path` has on the Hub, in the order of their paths.

    Files that are not in `path` as they are uploaded are written to `staging`: the card, whose
    title is `name`, and without `completions` the tables. Nothing else of the folder is uploaded.
    Raises `InputError` for what is no corpus.
    """
    folder = open_folder(path, ("formal_statement",))
    found = list(_table_files(folder.data, staging / DATA, completions=completions))
    found += _table_files(folder.rejected, staging / REJECTED, completions=completions)
    if (path / SUMMARY).is_file():
        found.append(Upload(SUMMARY, path / SUMMARY))
    write_text_atomically(staging / CARD, card(path, license=license, name=name))
    found.append(Upload(CARD, staging / CARD))
    return tuple(sorted(found, key=lambda upload: upload.path))


def dry_run(files: tuple[Upload, ...], target: Path) -> None:
    """Put what would be uploaded into the folder `target`. Raises `InputError` if it has files."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: is not an empty folder. Pass another --dry-run")
    for upload in files:
        place = target.joinpath(*upload.path.split("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(upload.source, place)


def push(files: tuple[Upload, ...], destination: Destination) -> Pushed:
    """Upload `files` in one commit, into a repository that is made where there is none.

    Raises `InputError` where `huggingface_hub` is not installed, and where the Hub refuses or
    cannot be reached.
    """
    try:
        hub = importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise InputError(
            "a push needs huggingface_hub. Install it: pip install 'numina-lean[hub]'"
        ) from error
    try:
        return _push(hub, files, destination)
    except Exception as error:  # huggingface_hub raises its own types, and those of its transport
        reason = next((line for line in str(error).splitlines() if line), type(error).__name__)
        raise InputError(
            f"{destination.repository}: the Hub did not take it ({reason}). Check the name, the "
            "network, and the token (hf auth login, or HF_TOKEN)"
        ) from error


def _push(hub: Any, files: tuple[Upload, ...], destination: Destination) -> Pushed:
    api = hub.HfApi()
    where = {"repo_id": destination.repository, "repo_type": "dataset"}
    # An existing repository keeps its visibility: private is asked for, never public.
    api.create_repo(**where, private=destination.private or None, exist_ok=True)
    if destination.revision != MAIN:
        api.create_branch(**where, branch=destination.revision, exist_ok=True)
    added = tuple(upload.path for upload in files)
    there = api.list_repo_files(**where, revision=destination.revision)
    deleted = tuple(sorted(path for path in there if _is_table(path) and path not in added))
    commit = api.create_commit(
        **where,
        revision=destination.revision,
        operations=[
            *(hub.CommitOperationAdd(upload.path, str(upload.source)) for upload in files),
            *(hub.CommitOperationDelete(path) for path in deleted),
        ],
        commit_message=f"Corpus of {len(added)} files, by numina-lean",
    )
    return Pushed(str(commit.commit_url), added, deleted)


def _is_table(path: str) -> bool:
    return path.startswith(_TABLES) and path.endswith(".parquet")


def _table_files(table: ShardedTable, staging: Path, *, completions: bool) -> Iterator[Upload]:
    for shard in table.shards():
        source = shard if completions else _without_completions(table, shard, staging)
        yield Upload(f"{table.folder.name}/{shard.name}", source)


def _without_completions(table: ShardedTable, shard: Path, staging: Path) -> Path:
    """Write the shard's rows without what models wrote verbatim; the columns stay, empty."""
    target = staging / shard.name
    schema = pq.read_schema(shard)

    def write(temporary: Path) -> None:
        with pq.ParquetWriter(temporary, schema) as writer:
            for batch in table.batches(shard):
                rows = [_silenced(row) for row in batch.to_pylist()]
                writer.write_batch(type(batch).from_pylist(rows, schema=schema))

    write_atomically(target, write)
    return target


def _silenced(row: Mapping[str, Any]) -> Row:
    provenance = row.get("provenance")
    inner = {"provenance": _silenced(provenance)} if provenance else {}
    own = {"completion": None} if "completion" in row else {}
    return {**row, **own, **inner}
