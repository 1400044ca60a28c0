"""What is pushed is what the dry run writes, and a card that the Hub and `datasets` can read."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from corpus_folders import loss, rl, row, write
from datasets import Features, load_dataset
from huggingface_hub import DatasetCard
from local_hub import TOKEN, Hub, local_hub
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.corpus.card import card
from numina_lean.corpus.columns import meanings
from numina_lean.corpus.row import CORPUS_SCHEMA, LOSS_SCHEMA
from numina_lean.lean.native import pins

COMMAND = [sys.executable, "-c", "from numina_lean.cli import main; main()", "corpus", "push"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rows = [
        row(0, proof="rfl", completion="think " * 50, rl_data=rl(2, 8)),
        *[row(n, source="a|b <i>") for n in range(1, 6)],
    ]
    folder = write(tmp_path / "corpus", rows, [loss(9, completion="long")])
    (folder / "summary.json").write_text("{}\n")
    (folder / "notes.txt").write_text("mine")
    (folder / ".state").mkdir()
    (folder / ".state" / "journal.jsonl").write_text("{}\n")
    return folder


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with local_hub() as hub:
        yield hub


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["corpus", *map(str, arguments)])


def push(hub: Hub, *arguments: object, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own: the Hub's address is read when its client is loaded."""
    environment = {
        "HF_ENDPOINT": hub.url, "HF_TOKEN": token, "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "*",
    }  # fmt: skip
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_dry_run_has_the_tables_the_card_and_nothing_of_the_run(
    corpus: Path, tmp_path: Path
) -> None:
    assert invoke("push", corpus, "me/mine", "--dry-run", tmp_path / "dry").exit_code == 0
    written = files(tmp_path / "dry")
    assert sorted(written) == [
        "README.md",
        "data/train-00000.parquet",
        "data/train-00001.parquet",
        "rejected/rejected-00000.parquet",
        "summary.json",
    ]
    shard = "data/train-00001.parquet"
    assert written[shard] == (corpus / shard).read_bytes()
    assert written["README.md"].decode() == card(corpus, name="mine")
    again = invoke("push", corpus, "me/mine", "--dry-run", tmp_path / "dry")
    assert (again.exit_code, "is not an empty folder" in again.stderr) == (2, True)


def test_what_arrives_at_the_hub_is_the_dry_run_byte_for_byte(
    hub: Hub, corpus: Path, tmp_path: Path
) -> None:
    invoke("push", corpus, "me/first", "--dry-run", tmp_path / "dry", "--license", "apache-2.0")
    result = push(hub, corpus, "me/first", "--private", "--license", "apache-2.0")
    assert result.returncode == 0, result.stderr
    arrived = dict(hub.repositories["me/first"]["main"])
    assert arrived.pop(".gitattributes")
    assert arrived == files(tmp_path / "dry")
    assert hub.created[-1]["type"] == "dataset"
    assert "private" in (hub.created[-1].get("visibility"), *hub.created[-1])
    assert any(request.startswith("PUT /upload/") for request in hub.requests)
    assert TOKEN not in result.stdout + result.stderr


def test_a_second_push_deletes_the_tables_that_have_no_successor(
    hub: Hub, corpus: Path, tmp_path: Path
) -> None:
    assert push(hub, corpus, "me/second").returncode == 0
    smaller = write(tmp_path / "smaller", [row(0)])
    hub.repositories["me/second"]["main"]["data/notes.md"] = b"by hand"
    result = push(hub, smaller, "me/second", "--revision", "small")
    assert result.returncode == 0, result.stderr
    assert "deleted 2 of an earlier push" in result.stdout
    branches = hub.repositories["me/second"]
    assert [path for path in branches["small"] if path.endswith(".parquet")] == [
        "data/train-00000.parquet"
    ]
    assert "data/notes.md" in branches["small"]
    assert "rejected/rejected-00000.parquet" in branches["main"]


def test_a_refusal_of_the_hub_is_a_line_without_the_token(hub: Hub, corpus: Path) -> None:
    result = push(hub, corpus, "me/third", token="hf_wrong_one")
    assert result.returncode == 2
    last = result.stderr.splitlines()[-1]
    assert last.startswith("error: me/third: the Hub did not take it (")
    assert "hf_wrong_one" not in result.stderr
    assert "me/third" not in hub.repositories


def test_without_completions_the_rest_stays(corpus: Path, tmp_path: Path) -> None:
    invoke("push", corpus, "me/mine", "--dry-run", tmp_path / "a")
    invoke("push", corpus, "me/mine", "--dry-run", tmp_path / "b", "--without-completions")
    for name in ("data/train-00000.parquet", "rejected/rejected-00000.parquet"):
        whole, left = pq.read_table(tmp_path / "a" / name), pq.read_table(tmp_path / "b" / name)
        assert whole.schema.equals(left.schema)
        for before, after in zip(whole.to_pylist(), left.to_pylist(), strict=True):
            for row_ in (before, before.get("provenance") or {}):
                if "completion" in row_:
                    row_["completion"] = None
            assert before == after
    assert b"think think" not in (tmp_path / "b" / "data" / "train-00000.parquet").read_bytes()


def test_without_huggingface_hub_the_remedy_is_told(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    result = invoke("push", corpus, "me/mine")
    assert result.stderr == (
        "error: a push needs huggingface_hub. Install it: pip install 'numina-lean[hub]'\n"
    )


def test_the_card_is_one_that_the_hub_reads(corpus: Path) -> None:
    read = DatasetCard(card(corpus, license="apache-2.0"))
    data = read.data.to_dict()
    assert (data["license"], data["language"]) == ("apache-2.0", ["en"])
    assert data["size_categories"] == ["n<1K"]
    assert [each["config_name"] for each in data["configs"]] == ["corpus", "rejected"]
    expected = {"corpus": CORPUS_SCHEMA, "rejected": LOSS_SCHEMA}
    for info in data["dataset_info"]:
        features = Features.from_arrow_schema(expected[info["config_name"]])
        assert info["features"] == features._to_yaml_list()
    assert read.content.count(pins.MATHLIB_REVISION) == 1
    assert "| a\\|b &lt;i> | 5 | 0 |" in read.content


def test_datasets_opens_the_folder_by_its_card(corpus: Path, tmp_path: Path) -> None:
    assert invoke("card", corpus).exit_code == 0
    cache = str(tmp_path / "cache")
    loaded = load_dataset(str(corpus), "corpus", split="train", cache_dir=cache)
    assert loaded[0]["uuid"] == row(0).uuid and loaded.num_rows == 6
    assert loaded[0]["rl_data"] == {"n_correct_proofs": 2, "n_proofs": 8, "win_rate": 0.25}
    lost = load_dataset(str(corpus), "rejected", split="train", cache_dir=cache)
    assert lost["problem_id"][:] == ["p9"]


def test_every_column_has_a_meaning() -> None:
    for schema in (CORPUS_SCHEMA, LOSS_SCHEMA):
        assert all(meaning for _, _, meaning in meanings(schema))


def test_a_folder_with_one_table_alone_has_a_card_for_it(tmp_path: Path) -> None:
    only = card(write(tmp_path / "lost", [], [loss(0)]))
    fields = yaml.safe_load(only.split("---\n")[1])
    assert [each["config_name"] for each in fields["configs"]] == ["rejected"]
