"""Traces of LeanDojo as rows, and what is said where LeanDojo or native Lean is missing."""

import importlib.util
import inspect
import sys
from pathlib import Path, PurePosixPath
from types import ModuleType, SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpus_folders import row, write
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.corpus.dojo import TRACE_SCHEMA, commit_library, trace_rows
from numina_lean.corpus.export import namespace
from numina_lean.lean.native.layout import find_layout

PINNED = {"engine": "native", "lean_version": "4.15.0"}
HAS_DOJO = importlib.util.find_spec("lean_dojo") is not None


def trace(corpus: Path, output: Path) -> Result:
    return CliRunner().invoke(app, ["corpus", "trace", str(corpus), "--output", str(output)])


def theorem(full_name: str, *tactics: object) -> SimpleNamespace:
    """What LeanDojo's `TracedTheorem` says of a theorem: a real one takes native Lean to make."""
    return SimpleNamespace(
        theorem=SimpleNamespace(full_name=full_name),
        file_path=PurePosixPath("NuminaCorpus/Shard00000.lean"),
        start=SimpleNamespace(line_nb=3, column_nb=1),
        get_premise_full_names=lambda: ["Nat.add", "Nat.mul", "Nat.add"],
        get_traced_tactics=lambda: list(tactics),
    )


TACTIC = SimpleNamespace(
    tactic="rw [h]",
    state_before="h : a = b\n⊢ a = b",
    state_after="no goals",
    get_annotated_tactic=lambda: (
        "rw [<a>h</a>]",
        [{"full_name": "h", "def_path": "A.lean", "def_pos": [1, 1], "def_end_pos": [1, 2]}],
    ),
)


def test_theorems_of_the_corpus_become_rows_under_their_uuid() -> None:
    uuid = row(0).uuid
    names = [f"{namespace(uuid)}.t0", f"{namespace(uuid)}.inner.helper", "NuminaLean.gcd_comm"]
    rows = list(trace_rows([theorem(name, TACTIC) for name in names], {namespace(uuid): uuid}))
    assert [each["full_name"] for each in rows] == names[:2]
    assert {each["uuid"] for each in rows} == {uuid}
    table = pa.Table.from_pylist(rows, schema=TRACE_SCHEMA)
    (first, _) = table.to_pylist()
    assert first["premises"] == ["Nat.add", "Nat.mul"]
    assert first["tactics"] == [
        {
            "tactic": "rw [h]",
            "annotated_tactic": "rw [<a>h</a>]",
            "premises": [{"full_name": "h", "def_path": "A.lean"}],
            "state_before": "h : a = b\n⊢ a = b",
            "state_after": "no goals",
        }
    ]


def test_the_same_corpus_is_the_same_commit(tmp_path: Path) -> None:
    rows = [row(n, **PINNED, proof="rfl") for n in range(3)]  # type: ignore[arg-type]
    corpus = write(tmp_path / "corpus", rows)
    first = commit_library(corpus, tmp_path / "a")
    assert len(first) == 40
    assert commit_library(corpus, tmp_path / "a") == commit_library(corpus, tmp_path / "b") == first
    other = write(tmp_path / "other", rows[:2])
    assert commit_library(other, tmp_path / "a") != first


def test_without_lean_dojo_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lean_dojo", None)
    result = trace(write(tmp_path / "corpus", [row(0)]), tmp_path / "traces.parquet")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "pip install 'numina-lean[dojo]'" in result.stderr


def test_without_native_lean_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lean_dojo", ModuleType("lean_dojo"))
    monkeypatch.setenv("ELAN_HOME", str(tmp_path))
    result = trace(write(tmp_path / "corpus", [row(0)]), tmp_path / "traces.parquet")
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "numina-lean setup --engine native" in result.stderr


@pytest.mark.skipif(not HAS_DOJO, reason="no lean-dojo: pip install 'numina-lean[dojo]'")
def test_lean_dojo_has_what_is_called() -> None:
    dojo = importlib.import_module("lean_dojo")
    assert {"repo", "build_deps"} <= inspect.signature(dojo.trace).parameters.keys()
    assert inspect.ismethod(dojo.LeanGitRepo.from_path)
    for owner, names in (
        (dojo.TracedRepo, ["get_traced_theorems"]),
        (
            dojo.TracedTheorem,
            ["start", "file_path", "get_traced_tactics", "get_premise_full_names"],
        ),
        (dojo.TracedTactic, ["tactic", "state_before", "state_after", "get_annotated_tactic"]),
        (dojo.Theorem, ["__init__"]),
    ):
        assert all(hasattr(owner, name) for name in names)
    assert "full_name" in inspect.signature(dojo.Theorem).parameters


@pytest.mark.native
@pytest.mark.skipif(not HAS_DOJO, reason="no lean-dojo: pip install 'numina-lean[dojo]'")
@pytest.mark.skipif(
    bool(find_layout().missing()), reason="no native engine: numina-lean setup --engine native"
)
def test_a_real_trace_has_the_states_of_a_proof(tmp_path: Path) -> None:
    rows = [row(1, **PINNED, proof="by omega")]  # type: ignore[arg-type]
    output = tmp_path / "traces.parquet"
    result = trace(write(tmp_path / "corpus", rows), output)
    assert result.exit_code == 0, result.stderr
    (traced,) = pq.read_table(output).to_pylist()
    assert traced["uuid"] == row(1).uuid
    (tactic,) = traced["tactics"]
    assert (tactic["tactic"], tactic["state_after"]) == ("omega", "no goals")
    assert tactic["state_before"] == "⊢ 1 + 0 = 1"
