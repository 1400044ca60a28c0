"""A run on a local Ray: the same verdicts as in one process, and nothing lost with a machine."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from numina_lean.check.batch import Terms, check_batch
from numina_lean.check.fields import Fields
from numina_lean.check.header import SharedHeader
from numina_lean.check.inputs import find_inputs, read_inputs
from numina_lean.check.pool import Pool
from numina_lean.cli import app, check_on_ray
from numina_lean.distributed.check_stage import VERDICT_SCHEMA, CheckStage, verdict_row
from numina_lean.distributed.folder import ShardFolder
from numina_lean.distributed.parts import Part, plan_parts
from numina_lean.distributed.ray_data import ATTEMPTS, Cluster, RunFailedError, connect, run_on_ray
from numina_lean.errors import InputError
from numina_lean.lean.engine import Engine

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'numina-lean[ray]'")
ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the nodes do not have it

SCHEMA = pa.schema({"part": pa.int64()})
DEADLY = "deadly"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with connect("local", processors=2) as cluster:
        yield cluster


@dataclass(frozen=True)
class Fragile:
    """A stage whose process ends at once in the middle of a part that a file in `folder` names.

    The file says how often; each end is noted in it.
    """

    folder: Path

    @contextmanager
    def __call__(self, jobs: int) -> Iterator["Fragile.Open"]:
        yield Fragile.Open(self.folder)

    @dataclass(frozen=True)
    class Open:
        folder: Path

        def __call__(self, part: Part) -> Iterator[dict[str, object]]:
            yield {"part": part.number}
            left = self.folder / f"{DEADLY}-{part.number}"
            if left.exists() and int(left.read_text()) > 0:
                left.write_text(str(int(left.read_text()) - 1))
                os._exit(1)
            yield {"part": part.number}

        def label(self, row: Mapping[str, object]) -> str:
            return "row"


def written(folder: ShardFolder) -> dict[int, list[int]]:
    return {
        number: pq.read_table(folder.shards.path(number)).column("part").to_pylist()
        for number in range(20)
        if folder.shards.is_there(number)
    }


def test_a_part_whose_machine_dies_is_done_again_and_a_deadly_one_costs_itself_only(
    cluster: Cluster, tmp_path: Path
) -> None:
    parts = [Part(number, ()) for number in range(6)]
    (tmp_path / f"{DEADLY}-1").write_text("1")
    (tmp_path / f"{DEADLY}-4").write_text(str(ATTEMPTS + 1))
    stage = Fragile(tmp_path)
    with ShardFolder(tmp_path / "out", {}, "rows", SCHEMA) as folder:
        seen = []
        with pytest.raises(RunFailedError, match=r"^1 of 6 parts were lost .* part 4"):
            seen += run_on_ray(stage, parts, folder.shards, cluster)
        assert written(folder) == {number: [number] * 2 for number in (0, 1, 2, 3, 5)}
    (tmp_path / f"{DEADLY}-4").unlink()
    with ShardFolder(tmp_path / "out", {}, "rows", SCHEMA) as folder:
        left = [part for part in parts if not folder.shards.is_there(part.number)]
        (done,) = run_on_ray(stage, left, folder.shards, cluster)
        assert (done.number, done.counts) == (4, {"row": 2})
        assert written(folder) == {number: [number] * 2 for number in range(6)}


def test_a_stage_that_cannot_open_ends_the_run_with_its_own_words(
    cluster: Cluster, tmp_path: Path
) -> None:
    with (
        ShardFolder(tmp_path / "out", {}, "rows", SCHEMA) as folder,
        pytest.raises(RunFailedError, match="no engine on this node"),
    ):
        list(run_on_ray(_broken, [Part(0, ())], folder.shards, cluster))


@contextmanager
def _broken(jobs: int) -> Iterator[Fragile.Open]:
    raise InputError("no engine on this node")
    yield


@pytest.mark.lean
def test_the_verdicts_are_those_of_one_process(
    cluster: Cluster, engine: Engine, pool: Pool, tmp_path: Path
) -> None:
    table = tmp_path / "rows.jsonl"
    rows = [
        {"id": f"r{at}", "code": f"theorem t : {at} + 1 = {at + 1} := {proof}"}
        for at, proof in enumerate(["rfl", "by sorry", "by omega", "no", "rfl", "rfl", "rfl"])
    ]
    rows[4:5] = [{"id": "none", "code": None}, {"id": "m", "code": "import Mathlib\n#eval 1"}]
    table.write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "no row\n")
    inputs = find_inputs([str(table)], Fields()).inputs
    terms = Terms(60.0, 200_000, SharedHeader("open Nat\n"))
    parts = plan_parts(inputs, 3)
    with ShardFolder(tmp_path / "out", {}, "verdicts", VERDICT_SCHEMA) as folder:
        stage = CheckStage("embedded", Fields(), terms)
        done = list(run_on_ray(stage, parts, folder.shards, cluster))
    found = pq.read_table(tmp_path / "out" / "verdicts").to_pylist()
    here = read_inputs(inputs, Fields(), None)
    wanted = [verdict_row(each) for each in check_batch(pool, engine.lean, here, terms)]
    assert sorted(each.number for each in done) == [0, 1, 2]
    assert sum(sum(each.counts.values()) for each in done) == len(wanted) == 9
    for each in (*found, *wanted):
        del each["seconds"]
    assert json.dumps(found) == json.dumps(wanted)


@pytest.mark.parametrize(
    ("address", "words"),
    [("127.0.0.1:1", "no Ray cluster there"), ("there", "not local, auto or the HOST:PORT")],
)
def test_no_cluster_at_an_address_is_told_in_one_line(address: str, words: str) -> None:
    with pytest.raises(InputError, match=f"^--ray {address}: {words}"):
        connect(address).__enter__()


@pytest.mark.lean
def test_the_command_fills_a_folder_and_goes_on_where_it_was_cut_short(
    cluster: Cluster, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_on_ray, "PART_SOURCES", 2)
    table, output = tmp_path / "rows.parquet", tmp_path / "out"
    codes = [f"theorem t : {at} < {at + 1} := by decide" for at in range(5)]
    pq.write_table(pa.table({"code": [*codes, None]}), table)
    command = ["check", str(table), "--ray", "local", "--jobs", "2", "--output", str(output)]
    first = CliRunner().invoke(app, [*command, "--engine", "embedded"])
    assert first.exit_code == 2
    assert "6 checked" in first.stderr
    assert "5 proved, 1 unreadable" in first.stderr
    before = {path.name: path.stat().st_mtime_ns for path in (output / "verdicts").iterdir()}
    assert len(before) == 3
    (output / "verdicts" / "verdicts-00001.parquet").unlink()
    again = CliRunner().invoke(app, [*command, "--engine", "embedded"])
    assert "5 proved, 1 unreadable" in again.stderr
    after = {path.name: path.stat().st_mtime_ns for path in (output / "verdicts").iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"verdicts-00001.parquet"}
    other = CliRunner().invoke(app, [*command, "--engine", "embedded", "--lint"])
    assert other.exit_code == 2
    assert other.stderr.startswith(f"error: {output}: was made with options ")


def test_without_an_output_folder_the_command_says_what_to_pass(tmp_path: Path) -> None:
    (tmp_path / "a.lean").write_text("")
    result = CliRunner().invoke(app, ["check", str(tmp_path), "--ray", "local"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "Pass --output DIR" in result.stderr
