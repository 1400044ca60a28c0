"""Merged corpora have each statement once, the better row of it, and lose nothing."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from corpus_folders import loss, rl, row, statement, write
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.corpus.diff import differences
from numina_lean.corpus.folder import Row, open_folder
from numina_lean.corpus.merge import merge
from numina_lean.corpus.row import CorpusRow
from numina_lean.errors import InputError

PINNED: dict[str, object] = {"engine": "native", "lean_version": "4.15.0"}


def merged(tmp_path: Path, *corpora: Sequence[CorpusRow], mix: bool = False) -> Path:
    paths = [write(tmp_path / f"c{at}", rows) for at, rows in enumerate(corpora)]
    merge(paths, tmp_path / "merged", mix_profiles=mix)
    return tmp_path / "merged"


def rows(folder: Path) -> list[Row]:
    return list(open_folder(folder).rows())


def named(number: int, name: str, **changes: object) -> CorpusRow:
    """Row `number` with a statement that is the same for all, its theorem called `name`."""
    changed = {"formal_statement": statement(name), "statement_hash": name, **changes}
    return row(number, **changed)  # type: ignore[arg-type]


def test_a_corpus_merged_with_itself_is_itself(tmp_path: Path) -> None:
    made = [row(n, proof="rfl" if n % 2 else None, rl_data=rl(1, 4)) for n in range(9)]
    a = write(tmp_path / "a", made, [loss(20), loss(21)])
    b = write(tmp_path / "b", made, [loss(20, seconds=3.0), loss(22)], shard_rows=2)
    done = merge([a, b, a], tmp_path / "m", shard_rows=3)
    assert (done.rows, done.repeated, done.beaten, done.losses) == (9, 18, 0, 3)
    found = differences(a, tmp_path / "m")
    assert not found.data and not found.data.reordered
    assert [key[0] for key in found.rejected.only_b] == ["p22"]
    assert len(list((tmp_path / "m" / "data").iterdir())) == 3


def test_the_same_statement_under_another_name_is_there_once(tmp_path: Path) -> None:
    folder = merged(tmp_path, [named(0, "first"), row(1)], [named(2, "second"), row(3)])
    assert [each["provenance"]["problem_id"] for each in rows(folder)] == ["p0", "p1", "p3"]
    (lost,) = open_folder(folder).losses()
    assert (lost["problem_id"], lost["stage"], lost["reason"]) == ("p2", "duplicate", "merged")
    assert named(0, "first").uuid in lost["detail"]
    assert lost["formal_statement"] == statement("second")


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({**PINNED, "agreeing": 9}, {"proof": "rfl"}),
        ({"agreeing": 9}, PINNED),
        ({"proof": "rfl"}, {"proof": "rfl", **PINNED}),
        ({"agreeing": 2}, {"agreeing": 3}),
    ],
)
def test_the_better_row_is_kept_whichever_comes_first(
    tmp_path: Path, worse: dict[str, object], better: dict[str, object]
) -> None:
    for order in (0, 1):
        pair = [[named(0, "a", **worse)], [named(1, "b", **better)]]
        folder = merged(tmp_path / str(order), *(pair if order == 0 else pair[::-1]))
        (kept,) = rows(folder)
        assert kept["provenance"]["problem_id"] == "p1"


def test_of_two_as_good_as_each_other_the_earlier_is_kept(tmp_path: Path) -> None:
    folder = merged(tmp_path, [named(0, "a")], [named(1, "b")])
    assert rows(folder)[0]["uuid"] == named(0, "a").uuid


def test_a_proof_that_is_not_kept_is_in_the_side_table(tmp_path: Path) -> None:
    folder = merged(tmp_path, [row(0, proof="rfl")], [row(0, proof="by decide", seconds=1.0)])
    (lost,) = open_folder(folder).losses()
    assert lost["formal_proof"] == row(0, proof="by decide").formal_proof


def test_attempts_of_provers_are_added_up_and_those_of_the_same_row_once(tmp_path: Path) -> None:
    first = [row(0, rl_data=rl(1, 8))]
    folder = merged(tmp_path, first, first, [row(0, rl_data=rl(3, 8), tactic="other")])
    (kept,) = rows(folder)
    assert kept["rl_data"] == {"n_correct_proofs": 4, "n_proofs": 16, "win_rate": 0.25}


def test_profiles_mix_only_when_told(tmp_path: Path) -> None:
    core, mathlib = [row(0)], [row(1, profile="mathlib")]
    with pytest.raises(InputError, match=r"core \(in .*c0\), mathlib \(in .*c1\)"):
        merged(tmp_path, core, mathlib)
    assert not (tmp_path / "merged").exists()
    assert len(rows(merged(tmp_path, core, mathlib, mix=True))) == 2


def test_an_output_with_files_is_left_alone(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0)])
    with pytest.raises(InputError, match="not an empty folder"):
        merge([a], a)


def test_what_a_killed_merge_left_is_no_corpus_and_goes(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0)])
    write(tmp_path / ".m.part", [row(7), row(8)])
    merge([a], tmp_path / "m")
    assert len(rows(tmp_path / "m")) == 1
    assert not (tmp_path / ".m.part").exists()


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", [row(0)]), write(tmp_path / "b", [row(0), row(1)])
    result = CliRunner().invoke(
        app, ["corpus", "merge", str(a), str(b), "--output", str(tmp_path / "m")]
    )
    assert result.exit_code == 0
    assert "2 statements, 0 losses" in result.stdout and "1 rows said what another" in result.stdout
    assert (tmp_path / "m" / "README.md").is_file()
