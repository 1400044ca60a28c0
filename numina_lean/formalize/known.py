"""Statements that earlier corpora have, so that they are not found again."""

from collections.abc import Iterable
from pathlib import Path

from numina_lean.corpus.folder import open_folder
from numina_lean.translate.canonical import canonical_digest


def known_statements(folders: Iterable[Path]) -> frozenset[bytes]:
    """The keys of all statements in these corpora, the same for renamings of one.

    32 bytes a statement are held. Raises `InputError` for a folder that is no corpus.
    """
    return frozenset(
        canonical_digest(str(row["formal_statement"]))
        for folder in folders
        for row in open_folder(folder, ("formal_statement",)).rows(("formal_statement",))
    )
