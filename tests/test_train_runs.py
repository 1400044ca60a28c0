"""Training as a user runs it, on a tiny model: both stages, resumed runs, two processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file
from training import cot_rows, save_tiny_base, tir_rows, write_rows
from transformers import AutoModelForCausalLM, AutoTokenizer
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.train.launch import (
    ACCELERATE,
    DEEPSPEED,
    TrainingFailedError,
    launch,
    write_launch_files,
)
from numina_lean.train.metrics import read_metrics
from numina_lean.train.preflight import PREFLIGHT, Preflight
from numina_lean.train.recipe import SftRecipe, load_recipe
from numina_lean.train.run import CHECKPOINTS, MODEL, last_checkpoint
from numina_lean.train.template import CHAT_TEMPLATE

SMALL = {"block_size": 136, "per_device_batch": 1, "devices": 2, "lr": 3e-3, "logging_steps": 1}
DIES_AT_SIX = """
import os, signal, sys
from pathlib import Path
from numina_lean.train.run import read_run
from numina_lean.train.sft import train
train(
    read_run(Path(sys.argv[1])),
    lambda done, of: os.kill(os.getpid(), signal.SIGKILL) if done == 6 else None,
)
"""


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(tmp_path_factory.mktemp("rows") / "cot.jsonl", cot_rows())


def train(
    stage: str, model: Path, data: Path, output: Path, *more: str, **changes: object
) -> Result:
    sets = [f"--set={name}={value}" for name, value in (SMALL | changes).items()]
    places = ["--model", str(model), "--data", str(data), "--output", str(output)]
    return CliRunner().invoke(app, ["train", stage, *places, *sets, *more])


def losses(folder: Path) -> dict[object, object]:
    return {row["step"]: row["loss"] for row in read_metrics(folder) if "loss" in row}


@pytest.fixture(scope="module")
def straight(base: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight steps of stage 1, in one go."""
    folder = tmp_path_factory.mktemp("straight") / "out"
    result = train("cot", base, rows, folder, max_steps=8, save_steps=4)
    assert result.exit_code == 0, result.output
    return folder


def test_stage_1_lowers_the_loss_and_leaves_a_model_that_transformers_loads(straight: Path) -> None:
    found = losses(straight)
    assert list(found) == list(range(1, 9))
    assert float(str(found[8])) < 0.8 * float(str(found[1]))
    AutoModelForCausalLM.from_pretrained(straight / MODEL)
    tokenizer = AutoTokenizer.from_pretrained(straight / MODEL)
    assert tokenizer.chat_template == CHAT_TEMPLATE


def test_a_finished_run_is_left_as_it_is(base: Path, rows: Path, straight: Path) -> None:
    before = (straight / MODEL / "model.safetensors").read_bytes()
    again = train("cot", base, rows, straight, max_steps=8, save_steps=4)
    assert (again.exit_code, "nothing to do" in again.stdout) == (0, True)
    assert (straight / MODEL / "model.safetensors").read_bytes() == before


def test_a_killed_run_goes_on_to_the_same_losses_and_weights(
    base: Path, rows: Path, straight: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    changes = {"max_steps": 8, "save_steps": 4}
    assert train("cot", base, rows, folder, "--dry-run", **changes).exit_code == 0
    killed = subprocess.run(
        [sys.executable, "-c", DIES_AT_SIX, str(folder)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert list(losses(folder)) == [1, 2, 3, 4, 5]
    torn = folder / CHECKPOINTS / "checkpoint-6"  # as one that a kill cut short
    torn.mkdir()
    (torn / "model.safetensors").write_bytes(b"half")
    checkpoint = last_checkpoint(folder)
    assert checkpoint is not None and checkpoint.name == "checkpoint-4"

    result = train("cot", base, rows, folder, **changes)
    assert result.exit_code == 0, result.output
    assert losses(folder) == losses(straight)
    assert not torn.exists()
    mine, theirs = (load_file(one / MODEL / "model.safetensors") for one in (folder, straight))
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_a_run_does_not_go_on_with_another_recipe(base: Path, rows: Path, straight: Path) -> None:
    result = train("cot", base, rows, straight, max_steps=8, lr=1e-3)
    assert result.exit_code == 2
    assert "was made with learning_rate 0.003, not 0.001" in result.stderr


def test_stage_2_learns_the_tir_format_and_solves_with_programs(
    straight: Path, tmp_path: Path
) -> None:
    data = write_rows(tmp_path / "tir.jsonl", tir_rows(2))
    changes = {"max_steps": 70, "lr": 6e-3, "per_device_batch": 2, "devices": 1}
    result = train("tir", straight / MODEL, data, tmp_path / "tir", **changes)
    assert result.exit_code == 0, result.output
    problems = write_rows(
        tmp_path / "problems.jsonl",
        [{"id": "p", "problem": tir_rows(1)[0]["problem"], "answer": "408"}],
    )
    command = [
        "solve-informal", str(problems), "--model", f"hf:{tmp_path / 'tir' / MODEL}",
        "--family", "numina", "--temperature", "0", "--samples", "1", "--max-tokens", "96",
        "--output", str(tmp_path / "solved"), "--programs", "1",
    ]  # fmt: skip
    solved = CliRunner().invoke(app, command)
    assert solved.exit_code == 0, solved.output
    trace = json.loads((tmp_path / "solved" / "solutions.jsonl").read_text())
    assert (trace["answer"], trace["correct"], trace["programs"]) == ("408", True, 1)
    assert "```python" in (tmp_path / "solved" / "traces.jsonl").read_text()


@pytest.mark.skipif(find_spec("deepspeed") is None, reason="deepspeed is not installed")
def test_two_processes_under_zero_3_have_the_losses_of_one(
    base: Path, rows: Path, straight: Path, tmp_path: Path
) -> None:
    changes = {"max_steps": 3, "save_steps": 100, "schedule": "constant"}
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, processes in ((one, "1"), (two, "2")):
        result = train("cot", base, rows, folder, "--processes", processes, **changes)
        assert result.exit_code == 0, result.output
    alone, together = losses(one), losses(two)
    assert list(together) == list(alone) == [1, 2, 3]
    for step in alone:
        assert float(str(together[step])) == pytest.approx(float(str(alone[step])), abs=1e-4)
    mine, theirs = (load_file(folder / MODEL / "model.safetensors") for folder in (one, two))
    assert all(torch.allclose(mine[name], theirs[name], atol=1e-3) for name in mine)
    shards = list((two / CHECKPOINTS).glob("checkpoint-3/global_step3/*optim_states.pt"))
    assert len(shards) == 2  # each process has its own half of the optimiser's states


def test_a_dry_run_says_what_a_run_would_do_and_trains_nothing(
    base: Path, rows: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    rate = ["--tokens-per-second", "1000", "--dry-run"]
    result = train("cot", base, rows, folder, *rate, loss="assistant", num_epochs=2)
    assert result.exit_code == 0, result.output
    assert "no GPU" in result.stdout
    assert "| ### Solution: " not in result.stdout and "[" in result.stdout
    report = Preflight.model_validate_json((folder / PREFLIGHT).read_text())
    assert report.block.startswith("### Problem: ")
    assert report.masked.startswith("[") and "not learnt]We add" in report.masked
    assert (report.steps_an_epoch, report.steps) == (6, 12)
    assert report.hours == pytest.approx(2 * report.survey.tokens_kept / 1000 / 3600)
    assert not (folder / MODEL).exists() and not (folder / CHECKPOINTS).exists()


def test_the_launch_files_say_who_runs_and_what_is_sharded(tmp_path: Path) -> None:
    recipe = load_recipe("7b-cot", SftRecipe, ["zero_stage=2"])
    write_launch_files(tmp_path, recipe, 4, gpus=True)
    accelerate = yaml.safe_load((tmp_path / ACCELERATE).read_text())
    assert (accelerate["distributed_type"], accelerate["num_processes"]) == ("DEEPSPEED", 4)
    assert accelerate["deepspeed_config"]["deepspeed_config_file"] == str(tmp_path / DEEPSPEED)
    assert json.loads((tmp_path / DEEPSPEED).read_text())["zero_optimization"]["stage"] == 2
    plain = load_recipe("7b-cot", SftRecipe, ["zero_stage=0"])
    write_launch_files(tmp_path, plain, 4, gpus=True)
    accelerate = yaml.safe_load((tmp_path / ACCELERATE).read_text())
    assert accelerate["distributed_type"] == "MULTI_GPU"
    assert "deepspeed_config" not in accelerate


def test_processes_that_fail_are_one_line_that_names_their_log(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    recipe = load_recipe("7b-cot", SftRecipe, ["zero_stage=0"])
    write_launch_files(tmp_path, recipe, 2, gpus=False)
    with pytest.raises(
        TrainingFailedError, match=r"run\.json: no run that can be read.*log"
    ) as caught:
        launch(tmp_path, gpus=False, on_step=None)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--recipe", "7b-tir"], "is for train tir"),
        (["--recipe", "8b"], "no recipe '8b'"),
        (["--model", "nowhere/at/all"], "tokenizer cannot be loaded"),
        (["--data", "nothing.jsonl"], "nothing.jsonl"),
        (["--processes", "3"], "does not divide into 3 processes"),
        pytest.param(
            ["--report-to", "wandb"],
            "pip install wandb",
            marks=pytest.mark.skipif(find_spec("wandb") is not None, reason="wandb is installed"),
        ),
    ],
    ids=["stage", "recipe", "model", "data", "processes", "reporter"],
)
def test_what_cannot_run_is_one_line(
    base: Path, rows: Path, tmp_path: Path, arguments: list[str], told: str
) -> None:
    given = {"--model": str(base), "--data": str(rows), "--output": str(tmp_path / "out")}
    given[arguments[0]] = arguments[1]
    command = [part for pair in given.items() for part in pair]
    result = CliRunner().invoke(app, ["train", "cot", *command])
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
