"""A corpus rechecked by another Lean: what it confirms says so, and nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from corpus_folders import loss, row, statement, write
from typer.testing import CliRunner

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.cli import app
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.diff import differences
from numina_lean.corpus.folder import Row, open_folder
from numina_lean.corpus.pinned import is_pinned
from numina_lean.corpus.recheck import Result as RowResult
from numina_lean.corpus.recheck import recheck
from numina_lean.corpus.row import CorpusRow
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.engine import Engine
from numina_lean.lean.report import LeanInfo

NATIVE = {"engine": "native", "lean_version": "4.15.0", "mathlib_revision": "9837"}
COMMAND = [sys.executable, "-c", "from numina_lean.cli import main; main()", "corpus", "recheck"]


def native_row(number: int, **changes: object) -> CorpusRow:
    return row(number, **{**NATIVE, **changes})  # type: ignore[arg-type]


def rechecked(source: Path, target: Path, pool: Pool) -> Counter[RowResult]:
    with Corpus(target, {"recheck": "x"}) as corpus:
        return recheck(source, corpus, pool, timeout=30.0)


def by_problem(rows: Iterable[Row]) -> dict[str, Row]:
    return {str(each.get("problem_id") or each["provenance"]["problem_id"]): each for each in rows}


@pytest.mark.lean
def test_each_row_is_confirmed_or_set_apart(tmp_path: Path, pool: Pool) -> None:
    source = write(
        tmp_path / "source",
        [
            native_row(0),
            native_row(1, proof="rfl"),
            native_row(2, proof="by nlinarith"),
            native_row(3, formal_statement=statement("t", "x = 1"), proof="rfl"),
            native_row(4, formal_statement="import Mathlib\ntheorem t : True := sorry"),
            native_row(5, formal_statement=statement("t", "1 = 1", "rfl")),
            native_row(6, formal_proof=statement("t6", "1 = 1", "rfl")),
        ],
        [loss(9)],
    )
    done = rechecked(source, tmp_path / "target", pool)
    assert done == {
        RowResult.CONFIRMED: 2,
        RowResult.UNPROVED: 2,
        RowResult.REFUSED: 2,
        RowResult.UNJUDGED: 1,
    }
    target = open_folder(tmp_path / "target")
    rows, losses = by_problem(target.rows()), by_problem(target.losses())
    assert list(rows) == ["p0", "p1", "p2", "p4", "p6"]
    (confirmation,) = rows["p1"]["provenance"]["confirmations"]
    assert (confirmation["engine"], confirmation["verdict"]) == ("embedded", "proved")
    assert confirmation["lean_version"].startswith("4.28") and confirmation["seconds"] > 0
    assert rows["p1"]["formal_proof"] == native_row(1, proof="rfl").formal_proof
    assert (rows["p2"]["formal_proof"], rows["p2"]["provenance"]["verdict"]) == (None, "statement")
    assert rows["p2"]["provenance"]["confirmations"][0]["verdict"] == "statement"
    assert rows["p4"]["provenance"]["confirmations"] is None or (
        rows["p4"]["provenance"]["confirmations"] == []
    )
    reasons = {name: (each["stage"], each["reason"]) for name, each in losses.items()}
    assert reasons == {
        "p2": ("recheck", "proof_error"),
        "p3": ("recheck", "statement_error"),
        "p5": ("recheck", "statement_proved"),
        "p6": ("recheck", "proof_rejected"),
        "p9": ("check", "error"),
    }
    assert losses["p2"]["formal_proof"] == native_row(2, proof="by nlinarith").formal_proof
    assert losses["p3"]["detail"].startswith("embedded 4.28.0-pre: ")


@pytest.mark.lean
def test_the_lean_that_a_row_was_made_with_confirms_nothing_new(
    tmp_path: Path, pool: Pool, engine: Engine
) -> None:
    lean = engine.lean
    own = row(0, engine=lean.engine, lean_version=lean.lean_version, proof="rfl")
    source = write(tmp_path / "source", [own])
    rechecked(source, tmp_path / "target", pool)
    assert not differences(source, tmp_path / "target")


@pytest.mark.lean
def test_a_second_recheck_replaces_the_confirmation_of_the_first(
    tmp_path: Path, pool: Pool
) -> None:
    rechecked(write(tmp_path / "a", [native_row(0)]), tmp_path / "b", pool)
    rechecked(tmp_path / "b", tmp_path / "c", pool)
    assert not differences(tmp_path / "b", tmp_path / "c")


class Scripted:
    """Answers every item as a Lean of the given kind would, or fails as an engine does."""

    def __init__(self, lean: LeanInfo, reason: str | None = None) -> None:
        self._lean = lean
        self._reason = reason

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        for item in items:
            verdict = Verdict.PROVED if item.reference else Verdict.STATEMENT
            if self._reason:
                verdict = Verdict.CRASHED
            yield Outcome(item.id, verdict, self._lean, "h", 0.5, reason=self._reason)


def test_what_the_pinned_lean_confirms_is_pinned(tmp_path: Path) -> None:
    source = write(tmp_path / "source", [row(0), row(1, proof="rfl")])
    assert not any(is_pinned(each["provenance"]) for each in open_folder(source).rows())
    native = Scripted(LeanInfo("native", "4.15.0", "9837"))
    with Corpus(tmp_path / "target", {}) as corpus:
        recheck(source, corpus, native, timeout=1.0)  # type: ignore[arg-type]
    rows = list(open_folder(tmp_path / "target").rows())
    assert [is_pinned(each["provenance"]) for each in rows] == [True, True]
    assert [each["provenance"]["lean_version"] for each in rows] == ["4.28.0-pre"] * 2


def test_an_engine_that_is_gone_ends_the_run_and_is_held_against_no_row(tmp_path: Path) -> None:
    source = write(tmp_path / "source", [row(n) for n in range(3)])
    gone = Scripted(LeanInfo("native", "4.15.0", None), "engine_start")
    with Corpus(tmp_path / "target", {}) as corpus:
        with pytest.raises(EngineUnavailableError):
            recheck(source, corpus, gone, timeout=1.0)  # type: ignore[arg-type]
        assert not corpus.is_finished(0, row(0).uuid)


def command(source: Path, target: Path) -> list[str]:
    return [*COMMAND, str(source), "--output", str(target), "--engine", "embedded", "--jobs", "1"]


@pytest.mark.lean
def test_killed_and_run_again_it_gives_the_corpus_of_an_undisturbed_run(
    tmp_path: Path, pool: Pool
) -> None:
    proofs = ("by nlinarith", "rfl", None)
    rows = [native_row(n, proof=proofs[n % 3]) for n in range(24)]
    source = write(tmp_path / "source", rows, [loss(900), loss(901)], shard_rows=10)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = subprocess.Popen(
        command(source, killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    journal = killed / ".state" / "journal.jsonl"
    while process.poll() is None and not (journal.is_file() and journal.stat().st_size):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < len(journal.read_text().splitlines()) < 24
    again = subprocess.run(command(source, killed), capture_output=True, text=True, check=False)
    assert again.returncode == 1, again.stderr
    assert (killed / "README.md").is_file()
    rechecked(source, whole, pool)
    found = differences(killed, whole)
    assert not found and not found.reordered
    assert (found.data.same, found.rejected.same) == (24, 10)


@pytest.mark.lean
def test_what_cannot_be_judged_is_no_failure(tmp_path: Path) -> None:
    mathlib = native_row(0, formal_statement="import Mathlib\ntheorem t : True := sorry")
    source = write(tmp_path / "source", [mathlib])
    arguments = ["--output", str(tmp_path / "again"), "--engine", "embedded", "--jobs", "1"]
    result = CliRunner().invoke(app, ["corpus", "recheck", str(source), *arguments])
    assert (result.exit_code, "1 not judged: needs mathlib" in result.stdout) == (0, True)
    assert not differences(source, tmp_path / "again")


def test_without_native_lean_the_remedy_is_told(tmp_path: Path) -> None:
    source = write(tmp_path / "source", [row(0)])
    environment = os.environ | {"ELAN_HOME": str(tmp_path), "NUMINA_LEAN_PROJECT": str(tmp_path)}
    result = subprocess.run(
        [*COMMAND, str(source), "--output", str(tmp_path / "out"), "--engine", "native"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 3
    assert "numina-lean setup --engine native" in result.stderr
    assert not (tmp_path / "out").exists()
