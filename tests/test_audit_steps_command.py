"""The command: files, folders and standard input; what it goes on from; how it ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from numina_lean.check.pool import Pool
from numina_lean.cli import app

ROWS = [
    {"id": "right", "problem": "p", "solution": "3*4 = <<3*4=12>>12 and $(x+1)^2 = x^2+2x+1$"},
    {"id": "wrong", "problem": "p", "solution": "12 + 5 = 18 in all, and x = 3."},
    {"id": "none", "problem": "p", "solution": "By symmetry."},
]


def audit(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["audit-steps", *map(str, arguments)], input=stdin)


@pytest.fixture
def lean(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command checks with the Lean processes of the other tests: a start takes time."""

    @contextmanager
    def shared(*arguments: object, **options: object) -> Iterator[Pool]:
        yield pool

    monkeypatch.setattr("numina_lean.cli.audit_steps.open_checker", shared)


def lines(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def written(tmp_path: Path, rows: list[Any]) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(lines(rows))
    return path


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.lean
@pytest.mark.usefixtures("lean")
def test_a_line_for_each_row_on_standard_output(tmp_path: Path) -> None:
    result = audit(written(tmp_path, ROWS))
    assert result.exit_code == 1
    found = records(result.stdout)
    assert [record["id"] for record in found] == ["right", "wrong", "none"]
    assert [[step["verdict"] for step in record["steps"]] for record in found] == [
        ["holds", "holds"],
        ["wrong", "unread"],
        [],
    ]
    first = found[0]["steps"][0]
    assert ROWS[0]["solution"][first["start"] : first["end"]] == first["text"] == "3*4=12"
    assert "theorem" in first["statement"]
    assert found[0]["lean_version"]
    assert "wrong: wrong: 12 + 5 = 18" in result.stderr


@pytest.mark.lean
@pytest.mark.usefixtures("lean")
def test_a_folder_is_gone_on_from(tmp_path: Path) -> None:
    out = tmp_path / "out"
    rows = written(tmp_path, ROWS)
    assert audit(rows, "--output", out, "--limit", 1).exit_code == 0
    with (out / "steps.jsonl").open("ab") as journal:
        journal.write(b'{"row": 2, "id"')  # cut short by a kill
    assert audit(rows, "--output", out).exit_code == 1
    found = records((out / "steps.jsonl").read_text(encoding="utf-8"))
    assert [record["row"] for record in found] == [1, 2, 3]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["rows"], summary["steps"], summary["checked"]) == (3, 4, 3)
    assert (summary["holds"], summary["wrong"]) == (2, 1)
    assert summary["unread_reasons"] == {"free_variable": 1}
    changed = written(tmp_path, [{**ROWS[0], "solution": "1 + 1 = 2"}])
    result = audit(changed, "--output", out)
    assert result.exit_code == 2
    assert "row 1 (right) was another text before" in result.stderr


@pytest.mark.lean
@pytest.mark.usefixtures("lean")
def test_a_bad_row_ends_no_batch(tmp_path: Path) -> None:
    out = tmp_path / "steps.jsonl"
    data = b"{no json\n" + lines([{"id": 3, "solution": "1+1=2"}, {**ROWS[1], "solution": None}])
    result = audit("-", "--output", out, stdin=data)
    assert result.exit_code == 2
    found = records(out.read_text(encoding="utf-8"))
    assert [record["error"] is None for record in found] == [False, False, True]
    assert found[0]["id"] == "- line 1"
    assert "warning: - line 1: not JSON" in result.stderr


@pytest.mark.lean
@pytest.mark.usefixtures("lean")
def test_other_columns(tmp_path: Path) -> None:
    rows = [{"id": "g", "question": "q", "answer": "2+2 = <<2+2=4>>4\n#### 4"}]
    path = written(tmp_path, rows)
    result = audit(path, "--field", "answer", "--problem-field", "question")
    assert result.exit_code == 0
    assert [step["text"] for step in records(result.stdout)[0]["steps"]] == ["2+2=4"]


def test_what_cannot_start_is_one_line(tmp_path: Path) -> None:
    result = audit(tmp_path / "none.jsonl")
    assert result.exit_code == 2
    assert "no such file" in result.stderr
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thing.txt").write_text("x", encoding="utf-8")
    result = audit(written(tmp_path, ROWS), "--output", foreign)
    assert result.exit_code == 2
    assert "holds other files and no audit" in result.stderr
