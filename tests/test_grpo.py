"""GRPO and RLOO with verified rewards: what is asked, and that the mean reward rises."""

import json
import random
from pathlib import Path

import pytest
import torch
from training import save_tiny_base, write_rows
from transformers import AutoModelForCausalLM
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.errors import InputError
from numina_lean.train.grpo import QUESTIONS, GrpoRecipe, prepare_questions
from numina_lean.train.metrics import read_metrics
from numina_lean.train.recipe import load_recipe
from numina_lean.train.tokens import load_tokenizer

ANSWER = "The answer is {}."


@pytest.fixture(scope="module")
def guesser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that answers with a digit, any of five, whatever it is asked."""
    torch.set_num_threads(1)
    folder = save_tiny_base(tmp_path_factory.mktemp("guesser"), hidden=32)
    tokenizer = load_tokenizer(str(folder))
    model = AutoModelForCausalLM.from_pretrained(folder)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    rng = random.Random(1)
    end = tokenizer.eos_token_id
    for _ in range(120):
        texts = [
            f"### Problem: Which number is it?\n### Solution: {ANSWER.format(rng.randint(3, 7))}\n"
            for _ in range(8)
        ]
        ids = torch.tensor([[*tokenizer(text)["input_ids"], end] for text in texts])
        loss = model(ids, labels=ids).loss
        optimizer.zero_grad(), loss.backward(), optimizer.step()
    model.save_pretrained(folder)
    return folder


def run(model: Path, data: Path, output: Path, *changes: str) -> list[float]:
    """The mean reward of each step of a run of the command."""
    small = ["precision=float32", "attention=eager", "zero_stage=0", "devices=1", "accumulation=1"]
    small += ["per_device_batch=32", "samples=16", "gradient_checkpointing=false", "jobs=1"]
    small += ["max_tokens=10", "lr=0.003", "schedule=constant", "warmup_ratio=0", "logging_steps=1"]
    options = [x for change in (*small, *changes) for x in ("--set", change)]
    arguments = ["train", "grpo", "--data", str(data), "--model", str(model)]
    told = CliRunner().invoke(app, [*arguments, "--output", str(output), *options])
    assert told.exit_code == 0, told.output
    return [row["reward"] for row in read_metrics(output) if "reward" in row]


@pytest.mark.parametrize("algorithm", ["grpo", "rloo"])
def test_the_mean_reward_rises_to_the_answer_that_is_verified(
    guesser: Path, tmp_path: Path, algorithm: str
) -> None:
    rows: list[dict[str, object]] = [{"problem": "Which number is it?", "answer": "5"}] * 40
    data = write_rows(tmp_path / "problems.jsonl", rows)
    changes = (f"algorithm={algorithm}", "max_steps=14", "beta=0")
    rewards = run(guesser, data, tmp_path / "run", *changes)
    early, late = sum(rewards[:3]) / 3, sum(rewards[-3:]) / 3
    assert early < 0.55  # one of five digits, as it was taught
    assert late > early + 0.3


def test_rows_without_a_value_are_passed_over(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"problem": "a?", "answer": "1"},
        {"problem": "b?", "answer": "proof"},
        {"problem": "c?", "answer": "notfound"},
        {"problem": "d?", "answer": None},
        {"problem": " ", "answer": "2"},
        {"answer": "3"},
        {"problem": "e\ud800", "answer": "\udfff"},
    ]
    assert prepare_questions(write_rows(tmp_path / "p.jsonl", rows), "answer", tmp_path) == (2, 5)
    line, odd = (tmp_path / QUESTIONS).read_text().splitlines()
    assert json.loads(odd)["answer"] == "?"
    assert json.loads(line) == {"prompt": [{"role": "user", "content": "a?"}], "answer": "1"}


def test_lean_asks_for_statements_that_can_be_held_to(tmp_path: Path) -> None:
    statement = "theorem x (a : Nat) : a = a := by\n  sorry"
    rows: list[dict[str, object]] = [{"formal_statement": statement}, {"formal_statement": "x"}]
    assert prepare_questions(write_rows(tmp_path / "p.jsonl", rows), "lean", tmp_path) == (1, 1)
    told = json.loads((tmp_path / QUESTIONS).read_text())
    assert statement in told["prompt"][0]["content"]
    assert told["formal_statement"] == statement


def test_data_with_nothing_to_verify_is_refused(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "p.jsonl", [{"problem": "a?"}])
    with pytest.raises(InputError, match="none of 1 rows has problem and answer"):
        prepare_questions(data, "answer", tmp_path)


def test_a_batch_holds_whole_groups() -> None:
    with pytest.raises(InputError, match="whole groups"):
        load_recipe("7b-grpo", GrpoRecipe, ["samples=7"])
