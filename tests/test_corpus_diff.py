"""Two corpora are the same when their content is; what differs is told by row and field."""

import json
from pathlib import Path

import pytest
from corpus_folders import loss, row, write

from numina_lean.corpus.diff import SHOWN, differences
from numina_lean.errors import InputError


def test_times_versions_and_the_cut_into_shards_are_no_difference(tmp_path: Path) -> None:
    rulings = json.dumps(
        [{"gate": "parse", "passed": True, "seconds": 9.0, "evidence": {"cached": True}}]
    )
    a = write(tmp_path / "a", [row(n) for n in range(6)], [loss(9, seconds=1.0)])
    changed = [
        row(n, seconds=7.0, proof_seconds=8.0, package_version="2", rulings=rulings)
        for n in range(6)
    ]
    b = write(tmp_path / "b", changed, [loss(9, seconds=2.0)], shard_rows=3)
    found = differences(a, b)
    assert not found and not found.reordered
    assert (found.data.same, found.rejected.same) == (6, 1)
    assert list(found.lines()) == []


def test_rows_that_one_has_alone_are_told_by_uuid_and_problem(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0), row(1), row(2)])
    b = write(tmp_path / "b", [row(0), row(2, statement_hash="another"), row(3)])
    found = differences(a, b)
    assert found
    assert [problem for _, problem in found.data.only_a] == ["p1", "p2"]
    assert [problem for _, problem in found.data.only_b] == ["p2", "p3"]
    assert found.restated == ("p2",)
    assert row(1).uuid in {uuid for uuid, _ in found.data.only_a}


def test_a_changed_row_is_told_field_by_field(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0), row(1)])
    b = write(tmp_path / "b", [row(0), row(1, answer="two", agreeing=3)])
    (change,) = differences(a, b).data.changes
    assert change.key == (row(1).uuid, "p1")
    assert change.fields == {"answer": ("1", "two"), "provenance.agreeing": (1, 3)}
    assert differences(a, b).data.fields == {"answer": 1, "provenance.agreeing": 1}


def test_a_ruling_that_was_another_is_a_difference(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0)])
    b = write(tmp_path / "b", [row(0, rulings='[{"gate": "parse", "passed": false}]')])
    assert set(differences(a, b).data.fields) == {"provenance.rulings"}


def test_losses_are_compared_too(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0)], [loss(1, reason="error"), loss(2), loss(2)])
    b = write(tmp_path / "b", [row(0)], [loss(1, reason="timeout"), loss(2)])
    found = differences(a, b)
    assert not found.data and found.rejected
    assert found.rejected.fields == {"reason": 1}
    assert found.rejected.only_a == (("p2", "None", "0", "check", "#2"),)


def test_another_order_is_told_and_no_difference(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0), row(1), row(2)])
    b = write(tmp_path / "b", [row(2), row(0), row(1)])
    found = differences(a, b)
    assert not found and found.reordered


def test_of_many_changes_all_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    count = SHOWN + 7
    a = write(tmp_path / "a", [row(n) for n in range(count)])
    b = write(tmp_path / "b", [row(n, exam="x") for n in range(count)])
    found = differences(a, b).data
    assert found.changed == count == found.fields["exam"]
    assert [change.key[1] for change in found.changes] == [f"p{n}" for n in range(SHOWN)]


def test_what_is_no_corpus_is_refused(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [row(0)])
    with pytest.raises(InputError, match="no corpus"):
        differences(a, tmp_path / "nothing")
    (a / "data" / "train-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"train-00001\.parquet: not parquet"):
        differences(a, a)
