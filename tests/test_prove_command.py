"""`numina-lean prove`: rows in, the same rows with more proofs out, whatever happens between."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from scripted_model import ScriptedModel
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.models.record import Recorder
from numina_lean.prompts.registry import family
from numina_lean.prove.model import Prover, sample_proofs
from numina_lean.translate.reading import read_statement

PROVED = "theorem d : 1 = 1 :=\n  rfl -- as it was\n"
ROWS: list[dict[str, Any]] = [
    {"uuid": "a", "formal_statement": "theorem a (x : Nat) (h : x % 4 = 3) : x % 2 = 1 := by sorry",
     "problem": "Show it.", "answer": 5},
    {"id": "b", "formal_statement": "theorem b (n : Nat) : Nat.gcd (5*n+3) (2*n+1)=1 := by sorry"},
    {"uuid": "c", "formal_statement": "theorem c (P : Prop) : P := by sorry"},
    {"uuid": "d", "formal_statement": "theorem d : 1 = 1 := by sorry", "formal_proof": PROVED},
    {"uuid": "e", "formal_statement": "no theorem at all"},
    {"uuid": "f", "formal_statement": "theorem f : x = 2 := by sorry"},
]  # fmt: skip


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps(row) for row in ROWS]
    path.write_text("\n".join([*lines[:3], "{broken", *lines[3:]]) + "\n", encoding="utf-8")
    return path


def _run(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["prove", *map(str, arguments), "--engine", "embedded"])
    assert result.exit_code == code, result.output
    return result.output


def _rows(folder: Path, table: str = "data") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / table).to_pylist()
    return found


@pytest.mark.lean
def test_open_rows_are_proved_and_the_others_stay(rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _run(rows, "--output", out, "--minimise", "--jobs", "2")
    found = {row["uuid"]: row for row in _rows(out)}
    assert list(found) == ["a", "b", "c", "d", "e", "f"]
    assert [name for name, row in found.items() if row["formal_proof"]] == ["a", "b", "d"]
    assert found["a"]["provenance"]["tactic"] == "omega"
    assert found["a"]["provenance"]["verdict"] == "proved"
    assert found["b"]["provenance"]["tactic"] == "linear_gcd"
    assert found["d"]["formal_proof"] == PROVED
    assert [row["reason"] for row in _rows(out, "rejected")] == ["broken_row"]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["rows"], summary["proved_before"], summary["proved"]) == (6, 1, 2)
    assert summary["tactics"] == {"omega": 1, "linear_gcd": 1}

    before = _rows(out)
    _run(rows, "--output", out, "--minimise", "--jobs", "1")
    assert _rows(out) == before

    again = tmp_path / "again"
    _run(out, "--output", again, "--statistics", out / "tactics.json", "--limit", "2")
    assert _rows(again) == before[:2]


@pytest.mark.lean
def test_a_proof_that_does_not_hold_is_replaced_on_request(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    wrong = {"uuid": "w", "formal_statement": "theorem w : 2 + 2 = 4 := by sorry",
             "formal_proof": "theorem w : 2 + 2 = 5 := by sorry"}  # fmt: skip
    path.write_text(json.dumps(wrong) + "\n", encoding="utf-8")
    _run(path, "--output", tmp_path / "kept")
    assert _rows(tmp_path / "kept")[0]["formal_proof"] == wrong["formal_proof"]
    _run(path, "--output", tmp_path / "checked", "--recheck")
    assert "= 4 := by" in _rows(tmp_path / "checked")[0]["formal_proof"]
    assert _rows(tmp_path / "checked", "rejected")[0]["stage"] == "recheck"


@pytest.mark.lean
def test_a_recorded_prover_gives_its_proofs_and_its_win_rate(tmp_path: Path, pool: Any) -> None:
    text = "theorem p (P Q : Prop) (f : Nat → Prop) (h : f 3 ∧ (f 3 → P)) : ∃ R, R ∧ P := by sorry"
    path, recording = tmp_path / "rows.jsonl", tmp_path / "recorded.jsonl"
    path.write_text(json.dumps({"uuid": "p", "formal_statement": text}), encoding="utf-8")
    right = text.replace("by sorry", "⟨True, trivial, h.2 h.1⟩")
    model = Recorder(ScriptedModel([f"```lean4\n{right}\n```", "no"]), recording)
    prover = Prover(model, family("prove", "chat"), samples=2, all_samples=True)
    asyncio.run(sample_proofs(read_statement(text), prover, pool))

    out = tmp_path / "out"
    _run(
        path, "--output", out, "--model", f"replay:{recording}", "--samples", "2",
        "--all-samples", "--search-seconds", "0.001",
    )  # fmt: skip
    (row,) = _rows(out)
    assert row["provenance"]["tactic"] == f"replay:{recording}"
    assert row["rl_data"] == {"n_correct_proofs": 1, "n_proofs": 2, "win_rate": 0.5}


@pytest.mark.lean
def test_a_run_that_is_killed_goes_on_to_the_same_rows(rows: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    _run(rows, "--output", whole)
    command = [sys.executable, "-m", "numina_lean", "prove", str(rows), "--output", str(killed),
               "--engine", "embedded", "--jobs", "1"]  # fmt: skip
    with subprocess.Popen(command) as process:
        journal = killed / ".state" / "journal.jsonl"
        while process.poll() is None and not (journal.exists() and journal.stat().st_size):
            time.sleep(0.02)
        process.kill()
    _run(rows, "--output", killed)
    assert [_content(row) for row in _rows(killed)] == [_content(row) for row in _rows(whole)]


def _content(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what differs from run to run: times."""
    details = {name: each for name, each in row["provenance"].items() if "seconds" not in name}
    return {**row, "provenance": details}


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"statement": "x"}\n', "no field formal_statement"), ("", "no field formal_statement")],
)
def test_a_file_without_statements_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text, encoding="utf-8")
    assert said in _run(path, "--output", tmp_path / "out", code=2)
