"""A corpus as a Lean library: one module a shard, each statement under the text of its problem.

The modules are `NuminaCorpus.Shard00000` and on, with Lake files that pin the Lean they are for;
`lake build` and `numina-lean build` compile them. Each row has a namespace of its own, and its
problem as the documentation of its theorem. Rows of a shard that import other modules than its
first, and rows that would be met beyond their namespace (an instance, an attribute, syntax, a
scope left open), have modules of their own in a folder of the shard's name. The same corpus gives
the same files.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from numina_lean.corpus.files import write_text_atomically
from numina_lean.corpus.folder import Row, open_folder, provenance
from numina_lean.corpus.lake import refuse_foreign, write_lake_files
from numina_lean.corpus.pinned import lean_versions
from numina_lean.lean.metaprogram import Reach, reach, syntax_words
from numina_lean.lean.project import find_project
from numina_lean.lean.source import Header, split_header
from numina_lean.translate.tokens import Token, scan

LIBRARY = "NuminaCorpus"

_COLUMNS = (
    "uuid", "problem", "answer", "source", "formal_statement", "formal_proof",
    "provenance.problem_id", "provenance.lean_version", "provenance.confirmations",
)  # fmt: skip
_MARK = "Written by `numina-lean corpus export`, which writes it anew."
# Read from the bare text, comments included: a row too many in a module of its own costs little.
_FAR_REACHING = re.compile(
    r"\b(?:instance|attribute|deriving|namespace|section|end|mutual|export|_root_)\b|@\[|#[a-z]"
)
_COMMENT_MARK = re.compile(r"(?<=-)(?=/)|(?<=/)(?=-)")
_OWN_LIBRARY = re.compile(r"NuminaLean(?:\.|$)")
_DECLARES = frozenset({"theorem", "lemma"})
_MODIFIERS = frozenset({"private", "protected", "noncomputable", "nonrec"})


@dataclass(slots=True)
class Exported:
    """What an export came to. `alone` counts the rows with a module of their own.

    `left_out` has a line for each row that cannot be put into a module. `toolchain` is the Lean
    that the library is for; `unchecked` counts the rows that it has not accepted.
    """

    rows: int = 0
    proved: int = 0
    alone: int = 0
    modules: int = 0
    left_out: list[str] = field(default_factory=list)
    toolchain: str = ""
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    imports: tuple[str, ...]
    text: str
    proved: bool
    alone: bool


def export(corpus: Path, target: Path) -> Exported:
    """Write the rows of the folder `corpus` as a Lean library into the folder `target`.

    What an earlier export left there goes. The modules of our own library that the rows import
    are copied beside them. Raises `InputError` for what is no corpus, and for a `target` whose
    Lake files are somebody else's.
    """
    folder = open_folder(corpus, ("uuid", "problem", "formal_statement", "formal_proof"))
    refuse_foreign(target)
    exported = Exported()
    imports: set[str] = set()
    versions: Counter[str] = Counter()
    names: set[str] = set()
    _clear(target / LIBRARY)
    number = 0
    for shard in folder.data.shards():
        entries: list[_Entry] = []
        for row in folder.data.shard_rows(shard, _COLUMNS):
            number += 1
            entry = _entry(row, names)
            if isinstance(entry, str):
                exported.left_out.append(f"{corpus} row {number}: {entry}")
                continue
            entries.append(entry)
            versions.update(lean_versions(provenance(row)))
        imports.update(module for entry in entries for module in entry.imports)
        _write_shard(target, shard.stem.rpartition("-")[2], entries, exported)
    _copy_library(imports, target)
    lake = write_lake_files(target, LIBRARY, imports, versions)
    exported.toolchain = lake.toolchain
    exported.unchecked = exported.rows - versions[lake.lean_version]
    return exported


def namespace(uuid: str) -> str:
    """The namespace of the row with this uuid."""
    return f"{LIBRARY}.R{re.sub(r'[^0-9A-Za-z]', '', uuid)}"


def _write_shard(target: Path, number: str, entries: list[_Entry], exported: Exported) -> None:
    """Write the modules of one shard, and count them."""
    together: dict[tuple[str, ...], list[str]] = {}
    shard = target / LIBRARY / f"Shard{number}"
    for entry in entries:
        exported.rows += 1
        exported.proved += entry.proved
        exported.alone += entry.alone
        if entry.alone:
            path = shard / f"{entry.name.rpartition('.')[2]}.lean"
            write_text_atomically(path, _module(entry.imports, [entry.text]))
            exported.modules += 1
        else:
            together.setdefault(entry.imports, []).append(entry.text)
    for at, (imports, texts) in enumerate(together.items()):
        path = shard.with_suffix(".lean") if at == 0 else shard / f"Imports{at}.lean"
        write_text_atomically(path, _module(imports, texts))
        exported.modules += 1


def _entry(row: Row, names: set[str]) -> _Entry | str:
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
    name = _unique(namespace(str(row["uuid"])), names)
    above, documented = _documented(body.strip(), _documentation(row))
    opened = f"{above}namespace {name}\n\n{documented}\n"
    text = opened if alone else f"{opened}\nend {name}\n"
    return _Entry(name, header.imports, text, row["formal_proof"] is not None, alone)


def _unique(base: str, names: set[str]) -> str:
    name, again = base, 1
    while name in names:
        again += 1
        name = f"{base}_{again}"
    names.add(name)
    return name


def _documentation(row: Row) -> str:
    """The problem with its answer and where both are from, as text for inside a comment."""
    lines = [str(row["problem"] or ""), ""]
    if row.get("answer"):
        lines.append(f"Answer: {row['answer']}")
    origin = [row.get("source"), provenance(row).get("problem_id"), f"uuid {row['uuid']}"]
    lines.append(f"From: {', '.join(str(each) for each in origin if each)}")
    return _commented("\n".join(lines))


def _documented(body: str, documentation: str) -> tuple[str, str]:
    """`body` with the text as the documentation of its theorem; else what to put above it all."""
    start = _theorem_start(body)
    if start is None or body[:start].rstrip().endswith("-/"):
        return f"/-!\n{documentation}\n-/\n\n", body
    return "", f"{body[:start]}/--\n{documentation}\n-/\n{body[start:]}"


def _theorem_start(body: str) -> int | None:
    """Where the last theorem begins, with its modifiers and attributes; None where it is not sure:
    for no theorem, and for one that does not begin a line.
    """
    tokens = scan(body).tokens
    heads = [i for i, each in enumerate(tokens) if each.depth == 0 and each.text in _DECLARES]
    if not heads:
        return None
    start = tokens[_first_word(tokens, heads[-1])].start
    return start if start == 0 or body[start - 1] == "\n" else None


def _first_word(tokens: tuple[Token, ...], head: int) -> int:
    while head:
        before = tokens[head - 1]
        if before.text in _MODIFIERS:
            head -= 1
            continue
        opening = next(
            (i for i in range(head - 2, -1, -1) if tokens[i].depth == before.depth), head
        )
        if before.text != "]" or tokens[opening].text != "@[":
            break
        head = opening
    return head


def _commented(text: str) -> str:
    """`text` so that nothing in it opens or closes a comment."""
    return _COMMENT_MARK.sub(" ", "\n".join(text.split("\r\n"))).replace("\r", "\n").strip()


def _module(imports: tuple[str, ...], texts: list[str]) -> str:
    header = Header(imports).text
    return "\n".join([header, f"/-! {_MARK} -/\n", *texts]).lstrip()


def _clear(folder: Path) -> None:
    """Remove the modules that an earlier export wrote; what else is there stays."""
    for path in sorted(folder.rglob("*.lean"), reverse=True):
        if _MARK in path.read_text(encoding="utf-8"):
            path.unlink()
            if path.parent != folder and not any(path.parent.iterdir()):
                path.parent.rmdir()


def _copy_library(imports: set[str], target: Path) -> None:
    """Put the modules of our own library that `imports` lead to into `target`.

    Adds what those import to `imports`.
    """
    sources = find_project().sources
    for module in _closure(sorted(imports), sources):
        inner = Path(*module.split(".")).with_suffix(".lean")
        text = (sources / inner).read_text(encoding="utf-8")
        copy = target / inner
        if not copy.is_file() or copy.read_text(encoding="utf-8") != text:
            write_text_atomically(copy, text)
        imports.update(split_header(text)[0].imports)


def _closure(todo: list[str], sources: Path) -> Iterator[str]:
    seen = set(todo)
    while todo:
        module = todo.pop()
        path = sources / Path(*module.split(".")).with_suffix(".lean")
        if not _OWN_LIBRARY.match(module) or not path.is_file():
            continue
        yield module
        found = split_header(path.read_text(encoding="utf-8"))[0].imports
        todo += [each for each in found if each not in seen]
        seen.update(found)
