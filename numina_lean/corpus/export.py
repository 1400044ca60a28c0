"""A corpus as Lean modules: each statement in a namespace of its own, with its proof if any.

The modules are `NuminaCorpus.Part00000` and on, in a folder that `numina-lean build` compiles.
Rows that import the same modules share a part, in the order of the corpus, so the same corpus
gives the same files. What a row says beyond its own namespace would be met by the rows after it
(an instance, an attribute, syntax, a scope left open): such a row has a part to itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.corpus.files import write_text_atomically
from numina_lean.corpus.row import CORPUS_SCHEMA
from numina_lean.corpus.shards import ShardedTable
from numina_lean.errors import InputError
from numina_lean.lean.metaprogram import Reach, reach, syntax_words
from numina_lean.lean.project import find_project
from numina_lean.lean.source import Header, split_header

LIBRARY = "NuminaCorpus"
PART_ROWS = 500
"""Statements of one module, at most: some ten seconds of Lean, and messages that fit its report."""

_COLUMNS = ("uuid", "problem", "formal_statement", "formal_proof")
_MARK = "Written by `numina-lean export`, which writes it anew."
_PART = re.compile(r"Part\d{5,}\.lean")
# Read from the bare text, comments included: a row too many in a part of its own costs little.
_FAR_REACHING = re.compile(
    r"\b(?:instance|attribute|deriving|namespace|section|end|mutual|export|_root_)\b|@\[|#[a-z]"
)
_COMMENT_MARK = re.compile(r"(?<=-)(?=/)|(?<=/)(?=-)")
_OWN_LIBRARY = re.compile(r"NuminaLean(?:\.|$)")


@dataclass(slots=True)
class Exported:
    """What an export came to. `alone` counts the rows with a part of their own.

    `left_out` has a line for each row that cannot be put into a module.
    """

    rows: int
    proved: int
    alone: int
    parts: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    imports: tuple[str, ...]
    text: str
    proved: bool
    alone: bool


def export(corpus: Path, target: Path, *, part_rows: int = PART_ROWS) -> Exported:
    """Write the rows of the folder `corpus` as modules into the folder `target`.

    What an earlier export left there goes. The modules of our own library that the rows import
    are copied beside them. Raises `InputError` for what is no corpus.
    """
    exported = Exported(0, 0, 0, 0, ())
    waiting: dict[tuple[str, ...], list[str]] = {}
    names: set[str] = set()
    left_out: list[str] = []
    imports: set[str] = set()
    _clear(target / LIBRARY)

    def write(wanted: tuple[str, ...], texts: list[str]) -> None:
        imports.update(wanted)
        path = target / LIBRARY / f"Part{exported.parts:05d}.lean"
        write_text_atomically(path, _module(wanted, texts))
        exported.parts += 1

    for number, row in enumerate(_rows(corpus), start=1):
        entry = _entry(row, names)
        if isinstance(entry, str):
            left_out.append(f"{corpus} row {number}: {entry}")
            continue
        exported.rows += 1
        exported.proved += entry.proved
        exported.alone += entry.alone
        if entry.alone:
            write(entry.imports, [entry.text])
            continue
        part = waiting.setdefault(entry.imports, [])
        part.append(entry.text)
        if len(part) == part_rows:
            write(entry.imports, waiting.pop(entry.imports))
    for wanted, texts in waiting.items():
        write(wanted, texts)
    _copy_library(imports, target)
    exported.left_out = tuple(left_out)
    return exported


def _rows(corpus: Path) -> Iterator[Mapping[str, object]]:
    table = ShardedTable(corpus / "data", "train", CORPUS_SCHEMA)
    shards = table.shards()
    if not shards:
        raise InputError(
            f"{corpus}: no corpus (no data/train-*.parquet). Pass formalize's --output"
        )
    for shard in shards:
        try:
            names = pq.read_schema(shard).names
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{shard}: not parquet ({error})") from error
        for column in _COLUMNS:
            if column not in names:
                raise InputError(f"{shard}: no column {column}, which a corpus has")
    yield from table.rows(_COLUMNS)


def _entry(row: Mapping[str, object], names: set[str]) -> _Entry | str:
    """The row as text for a module, or why it cannot be one. Adds its namespace to `names`."""
    source = row["formal_proof"] or row["formal_statement"]
    if not isinstance(source, str) or not source.strip():
        return "has no statement"
    header, body = split_header(source)
    alone = (
        _FAR_REACHING.search(body) is not None
        or bool(syntax_words(body))
        or reach(header.imports, body) is not Reach.NONE
    )
    name = _namespace(str(row["uuid"]), names)
    problem = _commented(str(row["problem"] or ""))
    opened = f"/-!\n{problem}\n-/\n\nnamespace {name}\n\n{body.strip()}\n"
    text = opened if alone else f"{opened}\nend {name}\n"
    return _Entry(header.imports, text, row["formal_proof"] is not None, alone)


def _namespace(uuid: str, names: set[str]) -> str:
    base = f"{LIBRARY}.R{re.sub(r'[^0-9A-Za-z]', '', uuid)}"
    name, again = base, 1
    while name in names:
        again += 1
        name = f"{base}_{again}"
    names.add(name)
    return name


def _commented(text: str) -> str:
    """`text` so that nothing in it opens or closes a comment."""
    return _COMMENT_MARK.sub(" ", "\n".join(text.split("\r\n"))).replace("\r", "\n").strip()


def _module(imports: tuple[str, ...], texts: list[str]) -> str:
    header = Header(imports).text
    return "\n".join([header, f"/-! {_MARK} -/\n", *texts]).lstrip()


def _clear(folder: Path) -> None:
    """Remove the parts that an earlier export wrote; what else is there stays."""
    for path in folder.glob("Part*.lean"):
        if _PART.fullmatch(path.name) and _MARK in path.read_text(encoding="utf-8"):
            path.unlink()


def _copy_library(imports: set[str], target: Path) -> None:
    """Put the modules of our own library that `imports` lead to into `target`."""
    sources = find_project().sources
    todo, seen = sorted(imports), set(imports)
    while todo:
        module = todo.pop()
        inner = Path(*module.split(".")).with_suffix(".lean")
        path = sources / inner
        if not _OWN_LIBRARY.match(module) or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        copy = target / inner
        if not copy.is_file() or copy.read_text(encoding="utf-8") != text:
            write_text_atomically(copy, text)
        todo += [each for each in split_header(text)[0].imports if each not in seen]
        seen.update(split_header(text)[0].imports)
