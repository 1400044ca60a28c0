"""Work cut into parts: what is in each, and what a run's folder keeps and refuses."""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numina_lean.check.batch import Result
from numina_lean.check.fields import Fields
from numina_lean.check.finding import Finding
from numina_lean.check.inputs import find_inputs, read_inputs
from numina_lean.check.output import result_fields
from numina_lean.check.source import Defect
from numina_lean.check.verdict import Outcome, Verdict
from numina_lean.distributed.check_stage import VERDICT_SCHEMA, verdict_row
from numina_lean.distributed.folder import ShardFolder
from numina_lean.distributed.parts import digest, plan_parts
from numina_lean.distributed.ray_data import connect
from numina_lean.distributed.turns import Turns
from numina_lean.errors import InputError
from numina_lean.lean.report import (
    Declaration,
    LeanInfo,
    Message,
    Mismatch,
    Position,
    Sorry,
)

FIELDS = Fields()
SCHEMA = pa.schema({"id": pa.string()})
LEAN = LeanInfo("embedded", "4", None)


def read(inputs):
    return list(read_inputs(inputs, FIELDS, None))


@pytest.fixture
def inputs(tmp_path):
    """A folder of every kind of input, with bad rows in it."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    lines = [json.dumps({"id": f"j{at}", "code": f"-- {at}"}) for at in range(7)]
    (folder / "a.jsonl").write_text("\ufeff" + "\n\nbad\n".join(lines) + '\n{"id": "x"}')
    codes = [None if at == 4 else f"-- {at}" for at in range(9)]
    pq.write_table(pa.table({"code": codes}), folder / "b.parquet", row_group_size=4)
    for name in "cde":
        (folder / f"{name}.lean").write_text(f"-- {name}")
    (folder / "f.parquet").write_bytes(b"not parquet")
    return find_inputs([str(folder)], FIELDS).inputs


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_the_parts_together_are_the_input(inputs, size):
    parts = plan_parts(inputs, size)
    assert [part.number for part in parts] == list(range(len(parts)))
    assert all(len(read(part.inputs)) <= size for part in parts)
    assert [each for part in parts for each in read(part.inputs)] == read(inputs)


def test_a_row_group_that_is_damaged_costs_its_own_parts_only(tmp_path):
    path = tmp_path / "a.parquet"
    codes = [f"theorem t : {at} = {at} := rfl -- {'x' * 50}" for at in range(90)]
    pq.write_table(pa.table({"code": codes}), path, row_group_size=30, compression="none")
    data = bytearray(path.read_bytes())
    at = data.index(b"theorem t : 40 ")
    data[at - 4 : at] = b"\xff\xff\xff\x7f"
    path.write_bytes(data)
    parts = plan_parts(find_inputs([str(path)], FIELDS).inputs, 20)
    found = [read(part.inputs) for part in parts]
    assert [len(rows) for rows in found] == [20, 11, 1, 20, 10]
    broken = [each.detail for rows in found for each in rows if isinstance(each, Defect)]
    assert ["damaged up to row 40" in broken[0], "damaged up to row 60" in broken[1]] == [
        True,
        True,
    ]


def test_a_part_is_read_from_any_working_folder_under_the_names_that_were_given(
    inputs, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    here = find_inputs(["inputs"], FIELDS).inputs
    wanted = [each.origin for each in read(here)]
    parts = plan_parts(here, 3)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = [each.origin for part in parts for each in read(part.inputs)]
    assert found == wanted
    assert found[0] == "inputs/a.jsonl:1"


def test_standard_input_is_refused():
    with pytest.raises(InputError, match="cannot be read on other machines"):
        plan_parts(find_inputs(["-"], FIELDS).inputs, 10)


def test_the_digest_changes_with_what_a_file_says(inputs):
    before = digest(inputs)
    assert digest(inputs) == before
    inputs[1].path.write_bytes(inputs[1].path.read_bytes() + b"\n")
    assert digest(inputs) != before


def test_a_shard_is_there_whole_or_not_at_all(tmp_path):
    with ShardFolder(tmp_path / "out", {}, "verdicts", SCHEMA) as folder:
        shards = folder.shards

        def rows():
            yield {"id": "a"}
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="full"):
            shards.write(3, rows())
        assert not shards.is_there(3)
        shards.write(3, [{"id": "a"}])
        assert pq.read_table(shards.path(3)).to_pylist() == [{"id": "a"}]
        assert [path.name for path in shards.folder.iterdir()] == ["verdicts-00003.parquet"]


def test_attempts_are_counted_until_a_part_is_done_and_anew_in_every_run(tmp_path):
    with ShardFolder(tmp_path / "out", {}, "v", SCHEMA) as folder:
        assert [folder.shards.attempt(1) for _ in range(3)] == [1, 2, 3]
        assert folder.shards.attempt(2) == 1
        folder.shards.write(1, [])
        assert folder.shards.attempt(1) == 1
    with ShardFolder(tmp_path / "out", {}, "v", SCHEMA) as folder:
        assert folder.shards.attempt(2) == 1


def test_a_folder_of_another_plan_another_run_or_other_files_is_refused(tmp_path):
    out = tmp_path / "out"
    with (
        ShardFolder(out, {"input": "a"}, "v", SCHEMA),
        pytest.raises(InputError, match="another run"),
    ):
        ShardFolder(out, {"input": "a"}, "v", SCHEMA).__enter__()
    with ShardFolder(out, {"input": "a"}, "v", SCHEMA):
        pass
    with pytest.raises(InputError, match="made with input a, not b"):
        ShardFolder(out, {"input": "b"}, "v", SCHEMA).__enter__()
    (tmp_path / "file").write_text("")
    for path, words in ((tmp_path, "holds other files"), (tmp_path / "file", "not a folder")):
        with pytest.raises(InputError, match=words):
            ShardFolder(path, {}, "v", SCHEMA).__enter__()


def test_a_verdict_row_says_all_that_a_json_line_says(tmp_path):
    place = Position(2, 3)
    outcome = Outcome(
        id="a",
        verdict=Verdict.REJECTED,
        lean=LEAN,
        header_hash="h",
        seconds=0.5,
        reason="axiom",
        detail="lone \ud800",
        messages=(Message("error", "text", place, None, "k"), Message("info", "t", place, place)),
        sorries=(Sorry("⊢ False", place),),
        declarations=(Declaration("t", "theorem", ("propext",)),),
        missing_modules=("Mathlib",),
        truncated=True,
        mismatches=(Mismatch("type", "t", "differs"),),
    )
    result = Result("a:1", outcome, (Finding("vacuous", "t", "why"),))
    row = verdict_row(result)
    assert list(row) == list(VERDICT_SCHEMA.names) == list(result_fields(result))
    assert row["detail"] == "lone \\ud800"
    with ShardFolder(tmp_path / "out", {}, "v", VERDICT_SCHEMA) as folder:
        folder.shards.write(0, [row])
        (back,) = pq.read_table(folder.shards.path(0)).to_pylist()
    assert json.loads(json.dumps(back)) == json.loads(json.dumps(row))


def test_without_ray_the_command_that_gets_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"--ray needs Ray\. Run: pip install"):
        connect("local").__enter__()


def test_shards_are_read_as_one_table(tmp_path):
    with ShardFolder(tmp_path / "out", {}, "v", SCHEMA) as folder:
        folder.shards.write(0, [{"id": "a"}])
        folder.shards.write(1, [])
        folder.shards.write(2, [{"id": "b"}])
        folder.shards.attempt(3)
    assert pq.read_table(Path(tmp_path / "out" / "v")).column("id").to_pylist() == ["a", "b"]


def test_what_is_suspect_works_alone_and_is_not_kept_waiting() -> None:
    turns, seen = Turns(), []
    beside, apart = threading.Event(), threading.Event()

    def plain(number: int) -> None:
        with turns.taken(alone=False):
            seen.append(("plain", number))
            beside.wait(10)

    def suspect() -> None:
        with turns.taken(alone=True):
            seen.append(("alone", 0))
            apart.wait(10)

    with ThreadPoolExecutor(4) as pool:
        first = [pool.submit(plain, number) for number in (1, 2)]
        while len(seen) < 2:  # two that are not suspect work beside each other
            time.sleep(0.01)
        second = [pool.submit(suspect)]
        time.sleep(0.05)
        second.append(pool.submit(plain, 3))
        time.sleep(0.05)
        assert len(seen) == 2
        beside.set()
        for each in first:
            each.result(10)
        while len(seen) < 3:
            time.sleep(0.01)
        time.sleep(0.05)
        assert seen[2:] == [("alone", 0)]
        apart.set()
        for each in second:
            each.result(10)
    assert seen[3:] == [("plain", 3)]
