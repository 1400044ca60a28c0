"""Tactic states and premises of a corpus's proofs, by LeanDojo, where native Lean is installed.

The corpus is exported as a Lean library into a git repository whose commit depends on its content
alone, so that LeanDojo's cache knows it again; LeanDojo builds it with Lake and traces it. Written
for lean-dojo 2.2, whose extractor reads the build folders of the pinned Lean (its 4.20 is for Lean
4.20). Lake fetches mathlib, so a first trace needs a network. Rows that the pinned Lean has not
accepted are refused: one that does not compile ends the build for all.

Does not cover proofs that are terms (no tactics: the row has premises only).
"""

import importlib
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.corpus.export import LIBRARY, export, namespace
from numina_lean.corpus.files import write_atomically
from numina_lean.corpus.folder import open_folder
from numina_lean.corpus.pinned import is_pinned
from numina_lean.errors import EngineUnavailableError, InputError
from numina_lean.lean.native.engine import SETUP_COMMAND
from numina_lean.lean.native.layout import Layout, find_layout

_PREMISE = pa.struct([("full_name", pa.string()), ("def_path", pa.string())])
_TACTIC = pa.struct(
    [
        ("tactic", pa.string()),
        ("annotated_tactic", pa.string()),
        ("premises", pa.list_(_PREMISE)),
        ("state_before", pa.string()),
        ("state_after", pa.string()),
    ]
)
_COLUMNS: dict[str, pa.DataType] = {
    "uuid": pa.string(),
    "full_name": pa.string(),
    "file_path": pa.string(),
    "line": pa.int64(),
    "column": pa.int64(),
    "premises": pa.list_(pa.string()),
    "tactics": pa.list_(_TACTIC),
}
TRACE_SCHEMA = pa.schema(_COLUMNS)
"""A row a theorem. Positions are LeanDojo's, from 1; `annotated_tactic` marks premises by `<a>`."""

_ROWS_AT_ONCE = 256
_SAME_FOR_ALL = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "numina-lean"),
        ("EMAIL", "numina-lean@localhost"),
        ("DATE", "2000-01-01T00:00:00+0000"),
    )
}


@dataclass(frozen=True, slots=True)
class Traced:
    """What a trace came to: theorems of how many rows, and the tactics in their proofs."""

    theorems: int
    rows: int
    tactics: int


def trace(corpus: Path, output: Path, work: Path) -> Traced:
    """Trace the proofs of the corpus in the folder `corpus` and write them to `output`.

    `work` gets the Lean library that is traced. Raises `InputError` where LeanDojo is not
    installed, where a row is not pinned or does not compile, `EngineUnavailableError` without
    native Lean.
    """
    dojo = _lean_dojo()
    layout = find_layout()
    missing = layout.missing()
    if missing:
        raise EngineUnavailableError(
            f"tracing needs native Lean; missing: {', '.join(missing)}. Run: {SETUP_COMMAND}"
        )
    uuids = _pinned_uuids(corpus)
    library = work / LIBRARY
    commit_library(corpus, library)
    with _toolchain(layout):
        try:
            repository = dojo.LeanGitRepo.from_path(library)
            traced = dojo.trace(repository, build_deps=False)
        except subprocess.CalledProcessError as error:
            raise InputError(
                f"{library}: does not build ({error}). Run lake build there for Lean's messages"
            ) from error
    return _write(trace_rows(traced.get_traced_theorems(), uuids), output)


def commit_library(corpus: Path, library: Path) -> str:
    """Export the corpus into the git repository `library`; the commit, the same for the same rows.

    A repository that an earlier trace left there is replaced.
    """
    shutil.rmtree(library, ignore_errors=True)
    export(corpus, library)
    _git(library, "init", "--quiet", "--initial-branch", "main")
    _git(library, "add", "--all")
    _git(library, "commit", "--quiet", "--no-gpg-sign", "--message", "A corpus, to be traced")
    return _git(library, "rev-parse", "HEAD").strip()


def trace_rows(theorems: Iterable[Any], uuids: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The rows of `TRACE_SCHEMA` for LeanDojo's `TracedTheorem`s that are of the corpus.

    `uuids`: namespace of a row → its uuid.
    """
    for theorem in theorems:
        full_name = str(theorem.theorem.full_name)
        uuid = next((uuids[each] for each in _prefixes(full_name) if each in uuids), None)
        if uuid is None:
            continue
        yield {
            "uuid": uuid,
            "full_name": full_name,
            "file_path": str(theorem.file_path),
            "line": theorem.start.line_nb,
            "column": theorem.start.column_nb,
            "premises": list(dict.fromkeys(theorem.get_premise_full_names())),
            "tactics": [_tactic(each) for each in theorem.get_traced_tactics()],
        }


def _tactic(traced: Any) -> dict[str, object]:
    annotated, premises = traced.get_annotated_tactic()
    return {
        "tactic": traced.tactic,
        "annotated_tactic": annotated,
        "premises": [
            {"full_name": each["full_name"], "def_path": str(each["def_path"])} for each in premises
        ],
        "state_before": traced.state_before,
        "state_after": traced.state_after,
    }


def _prefixes(name: str) -> Iterator[str]:
    """The namespaces that a name is in, the outermost first."""
    parts = name.split(".")
    for count in range(1, len(parts)):
        yield ".".join(parts[:count])


def _lean_dojo() -> ModuleType:
    try:
        return importlib.import_module("lean_dojo")
    except ImportError as error:
        raise InputError(
            "tracing needs LeanDojo. Install it, with Python 3.11: pip install 'numina-lean[dojo]'"
        ) from error


def _pinned_uuids(corpus: Path) -> dict[str, str]:
    """Namespace → uuid of all rows, each accepted by the pinned Lean."""
    folder = open_folder(corpus, ("uuid", "provenance"))
    uuids: dict[str, str] = {}
    others = 0
    columns = ("uuid", "provenance.lean_version", "provenance.confirmations")
    for row in folder.rows(columns):
        uuids[namespace(str(row["uuid"]))] = str(row["uuid"])
        others += not is_pinned(row["provenance"] or {})
    if others:
        raise InputError(
            f"{corpus}: {others} rows are not confirmed by the pinned Lean, which traces them. "
            f"Run: numina-lean corpus recheck {corpus} --engine native --output {corpus}-pinned"
        )
    return uuids


@contextmanager
def _toolchain(layout: Layout) -> Iterator[None]:
    """Let the commands that LeanDojo runs by name find the pinned `lean` and `lake`."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{layout.toolchain / 'bin'}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _git(folder: Path, *arguments: str) -> str:
    """What git says. Raises `InputError` where there is none, or it refuses."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder, env=os.environ | _SAME_FOR_ALL, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise InputError("tracing needs git. Install it") from error
    except subprocess.CalledProcessError as error:
        raise InputError(f"{folder}: git {arguments[0]} failed ({error.stderr.strip()})") from error
    return done.stdout


def _write(rows: Iterator[dict[str, Any]], output: Path) -> Traced:
    counted: Counter[str] = Counter()
    seen: set[str] = set()

    def fill(temporary: Path) -> None:
        with pq.ParquetWriter(temporary, TRACE_SCHEMA) as writer:
            while batch := list(islice(rows, _ROWS_AT_ONCE)):
                writer.write_table(pa.Table.from_pylist(batch, schema=TRACE_SCHEMA))
                counted["theorems"] += len(batch)
                counted["tactics"] += sum(len(row["tactics"]) for row in batch)
                seen.update(row["uuid"] for row in batch)

    write_atomically(output, fill)
    return Traced(counted["theorems"], len(seen), counted["tactics"])
