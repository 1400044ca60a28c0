"""Several corpora as one, with each statement in it once.

Statements are the same where their canonical text is (`translate/canonical.py`): the theorem and
its binders may be called otherwise. Of several rows the better one is kept: one with a proof; then
one that the pinned Lean accepts; then one that more candidates agreed with; then the earlier one.
The others are in the side table, at the stage `duplicate`, unless they say the same. Attempts at
the same statement (`rl_data`) are added up, those of rows that say the same once.

The input is read twice; in memory is an entry for each statement and a digest for each loss.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from numina_lean.corpus.card import write_card
from numina_lean.corpus.corpus import SHARD_ROWS
from numina_lean.corpus.diff import content_digest
from numina_lean.corpus.files import sync_folder, write_text_atomically
from numina_lean.corpus.folder import Folder, Row, open_folder, provenance, tables
from numina_lean.corpus.pinned import is_pinned
from numina_lean.corpus.row import RlData
from numina_lean.corpus.shards import ShardedTable
from numina_lean.corpus.taken import as_loss
from numina_lean.errors import InputError
from numina_lean.translate.canonical import canonical_digest

MERGED = "merged"
"""The reason of a row that another one with the same statement was preferred to."""

Place = tuple[int, int]
"""The number of the folder, and that of the row in it."""


@dataclass(slots=True)
class Merged:
    """What a merge came to. `repeated` counts the rows that say what another one says, `beaten`
    those that lost to a better one, `losses` the rows of the side table, those among them.
    """

    rows: int = 0
    repeated: int = 0
    beaten: int = 0
    losses: int = 0


@dataclass(slots=True)
class _Statement:
    """One statement: the best row with it, and the attempts of all."""

    rank: tuple[object, ...]
    place: Place
    uuid: str
    digest: bytes
    contents: tuple[bytes, ...] = ()
    attempts: int = 0
    successes: int = 0


def merge(
    paths: Sequence[Path], output: Path, *, mix_profiles: bool = False, shard_rows: int = SHARD_ROWS
) -> Merged:
    """Merge the corpora in the folders `paths` into the new folder `output`.

    It is there whole or not at all. Raises `InputError` for what is no corpus, for an `output`
    with files in it, and unless `mix_profiles` for statements of different profiles.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"{output}: is not an empty folder. Pass another --output")
    folders = [open_folder(path, ("uuid", "formal_statement")) for path in paths]
    if not mix_profiles:
        _require_one_profile(folders)
    statements = _statements(folders)
    temporary = output.with_name(f".{output.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    merged = _write(folders, statements, tables(temporary), shard_rows)
    if merged.rows or merged.losses:
        write_card(temporary)
    summary = {"merged": [path.resolve().name for path in paths], "statements": merged.rows}
    write_text_atomically(temporary / "summary.json", f"{json.dumps(summary, indent=2)}\n")
    temporary.replace(output)
    sync_folder(output.parent)
    return merged


def _require_one_profile(folders: Sequence[Folder]) -> None:
    found: dict[str, Path] = {}
    for folder in folders:
        for row in folder.rows(("provenance.profile",)):
            found.setdefault(str(provenance(row).get("profile")), folder.path)
    if len(found) > 1:
        named = ", ".join(f"{profile} (in {path})" for profile, path in found.items())
        raise InputError(
            f"the statements are of different profiles: {named}. Merge corpora of one profile, or "
            "pass --mix-profiles"
        )


def _statements(folders: Sequence[Folder]) -> list[_Statement]:
    """The statement of each row, in the order of rows; the same object for the same statement."""
    found: dict[bytes, _Statement] = {}
    of_rows: list[_Statement] = []
    for place, row in _places(folders):
        key = canonical_digest(str(row["formal_statement"]))
        digest = content_digest(row)
        rank = _rank(row, place)
        known = found.get(key)
        if known is None:
            known = found[key] = _Statement(rank, place, str(row["uuid"]), digest)
        elif rank < known.rank:
            known.rank, known.place = rank, place
            known.uuid, known.digest = str(row["uuid"]), digest
        of_rows.append(known)
        if digest not in known.contents:
            known.contents += (digest,)
            attempts = row.get("rl_data") or {}
            known.attempts += attempts.get("n_proofs") or 0
            known.successes += attempts.get("n_correct_proofs") or 0
    return of_rows


def _places(folders: Sequence[Folder]) -> Iterator[tuple[Place, Row]]:
    for number, folder in enumerate(folders):
        for at, row in enumerate(folder.rows()):
            yield (number, at), row


def _rank(row: Row, place: Place) -> tuple[object, ...]:
    """Sorts the better row of a statement first."""
    details = provenance(row)
    proved = row.get("formal_proof") is not None
    return (not proved, not is_pinned(details), -(details.get("agreeing") or 1), place)


def _write(
    folders: Sequence[Folder], statements: Sequence[_Statement], into: Folder, shard_rows: int
) -> Merged:
    """Write the rows in the order in which they come, and the side tables after one another."""
    merged = Merged()
    rows = _Writer(into.data, shard_rows)
    losses = _Writer(into.rejected, shard_rows)
    for statement, (place, row) in zip(statements, _places(folders), strict=True):
        if place == statement.place:
            rows.add(_with_attempts(row, statement))
        elif content_digest(row) == statement.digest:
            merged.repeated += 1
        else:
            detail = f"the same statement as {statement.uuid}, which is preferred"
            losses.add(as_loss(row, "duplicate", MERGED, detail))
            merged.beaten += 1
    seen: set[bytes] = set()
    for folder in folders:
        for loss in folder.losses():
            digest = content_digest(loss)
            if digest not in seen:
                seen.add(digest)
                losses.add(loss)
    rows.close()
    losses.close()
    merged.rows, merged.losses = rows.written, losses.written
    return merged


def _with_attempts(row: Row, statement: _Statement) -> Row:
    if not statement.attempts:
        return row
    return {**row, "rl_data": RlData(statement.attempts, statement.successes).fields()}


class _Writer:
    """Rows of a table into shards of so many, as they come."""

    def __init__(self, table: ShardedTable, shard_rows: int) -> None:
        self._table = table
        self._shard_rows = shard_rows
        self._waiting: list[dict[str, object]] = []
        self._shards = 0
        self.written = 0

    def add(self, row: dict[str, object]) -> None:
        self._waiting.append(row)
        self.written += 1
        if len(self._waiting) == self._shard_rows:
            self.close()

    def close(self) -> None:
        """Write what waits as a shard."""
        self._table.write(self._shards, self._waiting)
        self._shards += bool(self._waiting)
        self._waiting = []
