"""The recipes: what was published, and how they are read and changed."""

import re
from pathlib import Path

import pytest

from numina_lean.errors import InputError
from numina_lean.train.recipe import SftRecipe, dump_recipe, load_recipe

FACTS = "facts-numinamath.md"
NAMES = ("7b-cot", "7b-tir", "72b-cot", "72b-tir")


def recipe(name: str, *overrides: str) -> SftRecipe:
    return load_recipe(name, SftRecipe, overrides)


@pytest.mark.parametrize(
    ("name", "model", "block", "epochs", "warmup"),
    [
        ("7b-cot", "deepseek-ai/deepseek-math-7b-base", 2048, 3, 0.0),
        ("7b-tir", "AI-MO/NuminaMath-7B-CoT", 1024, 4, 0.1),
        ("72b-cot", "Qwen/Qwen2-72B", 2048, 2, 0.0),
        ("72b-tir", "AI-MO/NuminaMath-72B-CoT", 2048, 4, 0.1),
    ],
)
def test_a_recipe_has_the_published_numbers(
    name: str, model: str, block: int, epochs: int, warmup: float
) -> None:
    """Of 7B: training/configs/stage-1-cot.yaml and stage-2-tir.yaml of
    project-numina/aimo-progress-prize. Of 72B: the NuminaMath report; its stage 2 is as 7B's.
    """
    found = recipe(name)
    assert (found.name, found.stage) == (name, name.partition("-")[2])
    assert (found.model, found.block_size) == (model, block)
    assert (found.num_epochs, found.warmup_ratio) == (epochs, warmup)
    assert (found.learning_rate, found.schedule, found.optimizer) == (2e-5, "cosine", "adamw")
    assert (found.per_device_batch, found.devices, found.accumulation) == (4, 8, 1)
    assert found.global_batch == 32
    assert (found.precision, found.attention, found.zero_stage) == ("bf16", "flash_attention_2", 3)
    assert found.gradient_checkpointing and not found.checkpointing_reentrant
    assert (found.packing, found.loss, found.seed) == ("bfd", "full", 42)


@pytest.mark.shared
def test_the_recipes_agree_with_the_table_of_the_facts_file(shared_data: Path) -> None:
    text = (shared_data.parent / "reference" / FACTS).read_text(encoding="utf-8")
    section = text[text.index("## Two-stage SFT") : text.index("## SC-TIR")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines()]
    rows = {row[0]: row[1:] for row in cells if len(row) == 3}
    cot, tir, big_cot, big_tir = map(recipe, NAMES)
    assert cot.model.endswith(rows["7B base"][0])
    assert [str(one.block_size) for one in (cot, tir)] == rows["block size"]
    assert [f"{one.num_epochs:g}" for one in (cot, tir)] == rows["epochs"]
    warmups = [float(re.match(r"[\d.]+", cell)[0]) for cell in rows["warm-up ratio"]]  # type: ignore[index]
    assert [cot.warmup_ratio, tir.warmup_ratio] == warmups
    (big,) = (cells for name, cells in rows.items() if name.startswith("72B"))
    assert big == [f"{big_cot.block_size} ({big_cot.num_epochs:g} epochs)", str(big_tir.block_size)]
    assert "Qwen2-72B" in next(name for name in rows if name.startswith("72B"))
    assert big_cot.model.endswith("Qwen2-72B")
    for one in (cot, tir, big_cot, big_tir):
        rate = float(re.search(r"learning rate ([\d.e-]+)", section)[1])  # type: ignore[index]
        batch = re.search(
            r"batch (\d+) \(per-device (\d+) × (\d+) H100 × accumulation (\d+)", section
        )
        assert batch
        assert one.learning_rate == rate
        sizes = (one.global_batch, one.per_device_batch, one.devices, one.accumulation)
        assert sizes == tuple(int(number) for number in batch.groups())
        assert one.seed == int(re.search(r"seed (\d+)", section)[1])  # type: ignore[index]
        assert one.zero_stage == int(re.search(r"ZeRO-(\d)", section)[1])  # type: ignore[index]


def test_a_value_of_the_command_line_takes_the_recipe_s_place() -> None:
    found = recipe("7b-cot", "lr=1e-5", "epochs=1", "packing=none", "zero_stage=2")
    assert (found.learning_rate, found.num_epochs, found.packing, found.zero_stage) == (
        1e-5, 1.0, "none", 2,
    )  # fmt: skip


def test_a_recipe_written_out_is_read_back_as_the_same(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    changed = recipe("7b-tir", "max_steps=7", "loss=assistant")
    file.write_text(dump_recipe(changed))
    assert recipe(str(file)) == changed


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["block_size=big"], r"block_size: .*integer.* not 'big'"),
        (["learning_rate=-1"], "learning_rate: .*greater than 0"),
        (["loss=half"], "loss: .*'full' or 'assistant'"),
        (["speed=1"], "--set speed=1: not NAME=VALUE with a name of the recipe"),
        (["lr"], "--set lr: not NAME=VALUE"),
        (["packing=wrapped", "loss=assistant"], "loss assistant needs packing bfd"),
    ],
    ids=["type", "range", "choice", "name", "no_value", "together"],
)
def test_a_wrong_value_is_one_line_that_names_it(overrides: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        recipe("7b-cot", *overrides)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stage: cot\nspeed: 3\n", "no field 'speed'|missing"),
        ("- a\n- b\n", "not a list of names with values"),
        ("a: [1\n", "not YAML"),
    ],
    ids=["unknown", "list", "broken"],
)
def test_a_file_that_is_no_recipe_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        recipe(str(file))
    assert "\n" not in str(caught.value)


def test_an_unknown_key_of_a_whole_recipe_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(dump_recipe(recipe("7b-cot")) + "warmup: 3\n")
    with pytest.raises(InputError, match="no field 'warmup'"):
        recipe(str(file))


def test_the_global_batch_stays_whatever_the_number_of_processes() -> None:
    published = recipe("7b-cot")
    assert [published.accumulation_for(count) for count in (8, 4, 2, 1)] == [1, 2, 4, 8]
    with pytest.raises(InputError, match="does not divide into 3 processes"):
        published.accumulation_for(3)
