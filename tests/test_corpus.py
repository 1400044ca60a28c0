"""The corpus folder keeps what it was given, in input order, through whatever ends a run."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from numina_lean.corpus.corpus import Corpus, Finished
from numina_lean.corpus.journal import Journal
from numina_lean.corpus.row import CORPUS_SCHEMA, CorpusRow, Loss, Provenance
from numina_lean.errors import InputError

SETTINGS = {"model": "rules", "profile": "core"}


def _finished(position: int) -> Finished:
    name = f"p{position}"
    loss = Loss(name, position, "translate", "unknown_word", "which", "rules", "core", "0")
    if position % 3 == 2:
        return Finished(position, name, (), (loss,))
    provenance = Provenance(
        problem_id=name,
        input_row=position,
        sample=0,
        translator="rules",
        profile="core",
        prompt_hash="p",
        statement_hash=f"s{position}",
        header_hash="h",
        engine="embedded",
        lean_version="4.28.0",
        mathlib_revision=None,
        verdict="proved" if position % 2 else "statement",
        tactic="omega" if position % 2 else None,
        attempts=1,
        seconds=0.1,
        proof_seconds=0.2,
        package_version="0",
    )
    proof = f"theorem p{position} : True := trivial" if position % 2 else None
    row = CorpusRow(
        f"problem ∀ {position}", "proof", "proof", "theorem", proof, "ours", "Logic", "", provenance
    )
    return Finished(position, name, (row,), ())


def _run(folder: Path, positions: list[int], *, flush: bool = True, count: int = 10) -> None:
    with Corpus(folder, SETTINGS, shard_rows=4) as corpus:
        todo = [
            position
            for position in range(count)
            if not corpus.is_finished(position, f"p{position}")
        ]
        for position in positions:
            if position in todo:
                corpus.record([_finished(position)])
        if flush:
            corpus.flush()


def _tables(folder: Path) -> dict[str, list[dict[str, object]]]:
    return {
        str(path.relative_to(folder)): pq.read_table(path).to_pylist()
        for path in sorted(folder.rglob("*.parquet"))
    }


def test_rows_come_out_in_input_order_whatever_the_order_they_were_finished_in(
    tmp_path: Path,
) -> None:
    _run(tmp_path / "a", list(range(10)))
    _run(tmp_path / "b", [9, 3, 0, 7, 1, 2, 8, 6, 5, 4])
    assert _tables(tmp_path / "a") == _tables(tmp_path / "b")
    shards = sorted((tmp_path / "a" / "data").iterdir())
    rows = [row for shard in shards for row in pq.read_table(shard).to_pylist()]
    assert [row["provenance"]["input_row"] for row in rows] == [0, 1, 3, 4, 6, 7, 9]
    assert [shard.name for shard in shards] == [f"train-0000{n}.parquet" for n in range(3)]


def test_every_shard_has_the_whole_schema_even_when_a_column_is_all_null(tmp_path: Path) -> None:
    _run(tmp_path, [0], count=1)
    (shard,) = (tmp_path / "data").iterdir()
    assert pq.read_schema(shard).equals(CORPUS_SCHEMA)


def test_rows_that_were_recorded_outlive_a_run_that_ends_without_flushing(tmp_path: Path) -> None:
    _run(tmp_path / "a", list(range(10)))
    _run(tmp_path / "b", [0, 1, 2, 3, 4, 6, 8], flush=False)
    with Corpus(tmp_path / "b", SETTINGS, shard_rows=4) as corpus:
        left = [n for n in range(10) if not corpus.is_finished(n, f"p{n}")]
    assert left == [5, 7, 9]
    _run(tmp_path / "b", left)
    assert _tables(tmp_path / "a") == _tables(tmp_path / "b")


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_journal_line_cut_short_by_a_kill_is_cut_off(tmp_path: Path, cut: int) -> None:
    _run(tmp_path / "a", [0, 1], flush=False)
    path = tmp_path / "a" / ".state" / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    with Corpus(tmp_path / "a", SETTINGS, shard_rows=4) as corpus:
        assert [corpus.is_finished(n, f"p{n}") for n in range(2)] == [True, False]
        corpus.record([_finished(1)])
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert [record["id"] for record in records] == ["p0", "p1"]


def test_a_journal_damaged_in_the_middle_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"a": 1}\n{"a": \n{"a": 3}\n')
    with pytest.raises(InputError, match="line 2: damaged"):
        Journal(path).read()


@pytest.mark.parametrize("step", ["data", "rejected", "committed.json", "journal.jsonl"])
def test_a_kill_between_any_two_steps_of_a_commit_changes_nothing(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die_before(self: Path, target: Path) -> Path:
        if step in (target.name, target.parent.name):
            raise Killed
        os.rename(self, target)  # noqa: PTH104 - Path.replace is what this stands in for
        return target

    _run(tmp_path / "a", list(range(10)))
    _run(tmp_path / "b", [0, 1, 2], flush=False)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "replace", die_before)
        _run(tmp_path / "b", [3])
    _run(tmp_path / "b", list(range(10)))
    assert _tables(tmp_path / "a") == _tables(tmp_path / "b")


def test_a_run_with_nothing_left_to_do_writes_shards_of_the_usual_size(tmp_path: Path) -> None:
    _run(tmp_path / "a", list(range(10)))
    with Corpus(tmp_path / "b", SETTINGS, shard_rows=100) as corpus:
        corpus.record([_finished(position) for position in range(10)])
    _run(tmp_path / "b", [])
    assert _tables(tmp_path / "a") == _tables(tmp_path / "b")


def test_a_longer_input_adds_rows_and_keeps_the_old_ones(tmp_path: Path) -> None:
    _run(tmp_path, [0, 1, 2], count=3)
    before = _tables(tmp_path)
    _run(tmp_path, list(range(10)))
    after = _tables(tmp_path)
    assert before.items() <= after.items()
    rows = [row for name, table in after.items() if name.startswith("data") for row in table]
    assert len({row["uuid"] for row in rows}) == len(rows) == 7


def test_another_input_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    _run(tmp_path, list(range(6)), count=6)
    with (
        Corpus(tmp_path, SETTINGS, shard_rows=4) as corpus,
        pytest.raises(InputError, match="made from another input"),
    ):
        for position in range(6):
            corpus.is_finished(position, f"q{position}")


def test_other_settings_on_the_same_folder_are_refused_by_name(tmp_path: Path) -> None:
    _run(tmp_path, [0])
    with (
        pytest.raises(InputError, match="made with profile core, not mathlib"),
        Corpus(tmp_path, {**SETTINGS, "profile": "mathlib"}),
    ):
        pass


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="holds other files"), Corpus(tmp_path, SETTINGS):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder, complaint in (("file", "not a folder"), ("file/below", "cannot be made")):
        with pytest.raises(InputError, match=complaint), Corpus(tmp_path / folder, SETTINGS):
            pass


def test_a_second_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from numina_lean.corpus.corpus import Corpus\n"
        f"with Corpus(Path({str(tmp_path)!r}), {SETTINGS!r}): pass"
    )
    with Corpus(tmp_path, SETTINGS):
        second = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
    assert second.returncode != 0
    assert "another run is writing here" in second.stderr
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_same_problem_and_statement_have_the_same_uuid_in_every_run() -> None:
    (row,) = _finished(0).rows
    other = replace(row, provenance=replace(row.provenance, seconds=9.0, sample=3))
    changed = replace(row, provenance=replace(row.provenance, statement_hash="t"))
    assert row.uuid == other.uuid != changed.uuid
