"""KTO: what is learnt from, and that a policy moves towards what is right."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from training import save_tiny_base, write_rows
from transformers import AutoModelForCausalLM, AutoTokenizer
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.errors import InputError
from numina_lean.solve.trace import Trace
from numina_lean.train.kto import (
    LABELLED,
    TEMPLATE_WITH_END,
    KtoRecipe,
    Labelled,
    prepare_labelled,
    read_labelled,
)
from numina_lean.train.kto_traces import read_traces
from numina_lean.train.metrics import read_metrics
from numina_lean.train.recipe import load_recipe
from numina_lean.train.template import CHAT_TEMPLATE
from numina_lean.train.tokens import load_tokenizer, tokenize

RIGHT = "So the answer is $\\boxed{5}$."
WRONG = "So the sum is 2."


def samples(right: int = 8, wrong: int = 8) -> list[dict[str, object]]:
    problem = "What is the sum of 2 and 3?"
    return [
        *({"problem": problem, "trajectory": RIGHT, "correct": True} for _ in range(right)),
        *({"problem": problem, "trajectory": WRONG, "correct": False} for _ in range(wrong)),
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return save_tiny_base(tmp_path_factory.mktemp("base"), hidden=32)


def test_right_and_wrong_solutions_take_turns(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "samples.jsonl", [*samples(6, 3), {"problem": "x", "correct": 1}])
    counts = prepare_labelled(data, tmp_path)
    assert (counts.right, counts.wrong, counts.passed_over) == (6, 3, 1)
    labels = [json.loads(line)["right"] for line in (tmp_path / LABELLED).open()]
    assert labels == [True, False, True] * 3


def test_traces_are_right_where_they_answered_with_the_answer(tmp_path: Path) -> None:
    asked: list[dict[str, object]] = [
        {"id": "a", "problem": "2+3?", "answer": "5"},
        {"id": "b", "problem": "Why?", "answer": "proof"},
    ]
    problems = write_rows(tmp_path / "p.jsonl", asked)
    ends = [("a", "answered", "5.0"), ("a", "answered", "6"), ("a", "hallucinated", "5"),
            ("a", "stopped", None), ("b", "answered", "5"), ("c", "answered", "5")]  # fmt: skip
    journal: list[dict[str, object]] = [
        asdict(Trace(problem, at, ended=ended, answer=answer)) | {"text": f"text {at}", "pass": 1}  # type: ignore[arg-type]
        for at, (problem, ended, answer) in enumerate(ends)
    ]
    traces = write_rows(tmp_path / "traces.jsonl", journal)
    got = list(read_traces(traces, str(problems)))
    assert got[:3] == [
        Labelled("2+3?", f"text {at}", right) for at, right in enumerate((True, False, False))
    ]
    assert got[3:] == [None, None, None]


def test_one_kind_alone_is_refused(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "samples.jsonl", samples(4, 0))
    with pytest.raises(InputError, match="4 right and 0 wrong"):
        prepare_labelled(data, tmp_path)


def test_hostile_rows_are_passed_over(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"problem": "a\ud800", "solution": "b", "correct": True},
        {"problem": "a", "solution": "  ", "correct": True},
        {"problem": "a", "solution": ["b"], "correct": False},
        {"problem": "a", "solution": "b", "correct": "yes"},
        {},
    ]
    data = write_rows(tmp_path / "samples.jsonl", rows)
    data.write_text(data.read_text() + "[1]\nnot JSON\n")
    assert list(read_labelled(data)) == [Labelled("a?", "b", True), *([None] * 6)]


def test_a_solution_ends_as_it_does_in_fine_tuning(base: Path, tmp_path: Path) -> None:
    """The tokens that KTO sees are those of `train tir`."""
    from numina_lean.models.model import Message
    from numina_lean.train.examples import Example

    tokenizer = load_tokenizer(str(base))
    turns = [{"role": "user", "content": "2 + 3?"}, {"role": "assistant", "content": RIGHT}]
    example = Example((Message("user", "2 + 3?"), Message("assistant", RIGHT)))
    (expected,) = tokenize(tokenizer, [example], "full")
    tokenizer.chat_template = TEMPLATE_WITH_END
    assert tokenizer.apply_chat_template(turns, return_dict=False) == expected.ids
    asked = tokenizer.apply_chat_template(turns[:1], add_generation_prompt=True, tokenize=False)
    assert asked == "### Problem: 2 + 3?\n### Solution: "


def test_the_margin_grows_and_the_model_prefers_what_is_right(base: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "samples.jsonl", samples(12, 6))
    output = tmp_path / "kto"
    changes = [
        "precision=float32",
        "attention=eager",
        "zero_stage=0",
        "devices=1",
        "accumulation=1",
    ]
    changes += ["per_device_batch=6", "gradient_checkpointing=false", "lr=0.002", "epochs=3"]
    changes += ["schedule=constant", "warmup_ratio=0", "logging_steps=1", "beta=0.1"]
    arguments = ["train", "kto", "--data", str(data), "--model", str(base), "--output", str(output)]
    told = CliRunner().invoke(app, [*arguments, *(x for c in changes for x in ("--set", c))])
    assert told.exit_code == 0, told.output
    assert "12 right and 6 wrong" in told.output
    margins = [row["rewards/margins"] for row in read_metrics(output) if "rewards/margins" in row]
    assert margins[0] == pytest.approx(0.0, abs=1e-5)
    assert margins[-1] > 0.2
    model = output / "model"
    assert preference(model) > preference(base) + 2
    assert AutoTokenizer.from_pretrained(model).chat_template == CHAT_TEMPLATE
    again = CliRunner().invoke(app, [*arguments, *(x for c in changes for x in ("--set", c))])
    assert again.exit_code == 0 and "nothing to do" in again.output


def preference(folder: Path) -> float:
    """How much likelier the right solution is than the wrong one, in nats."""
    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    values = []
    for solution in (RIGHT, WRONG):
        prompt = "### Problem: What is the sum of 2 and 3?\n### Solution: "
        ids = tokenizer(prompt + solution + "\n", return_tensors="pt")["input_ids"]
        start = len(tokenizer(prompt)["input_ids"])
        with torch.no_grad():
            logs = model(ids).logits[0].log_softmax(-1)
        values.append(sum(float(logs[at - 1, ids[0, at]]) for at in range(start, ids.shape[1])))
    return values[0] - values[1]


def test_the_recipe_says_what_was_not_published() -> None:
    recipe = load_recipe("7b-kto", KtoRecipe)
    assert (recipe.global_batch, recipe.beta, recipe.precision) == (32, 0.1, "bf16")
