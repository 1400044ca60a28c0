"""MMOS's single-turn form, and which programs are the same."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training import tir_rows, write_rows

from numina_lean.errors import InputError
from numina_lean.train.mmos import SingleTurn, canonical, single_turn, write_single_turns
from numina_lean.train.recipe import SftRecipe, load_recipe

TURN = "We add.\n```python\n{code}\n```\n```output\n{output}\n```\nSo it is $\\boxed{{{answer}}}$."


def turn(code: str = "print(2 + 3)", output: str = "5", answer: str = "5") -> str:
    return TURN.format(code=code, output=output, answer=answer)


def test_a_row_is_the_program_its_output_and_the_answer() -> None:
    row = single_turn("2 + 3?", turn())
    assert isinstance(row, SingleTurn)
    assert row.solution == (
        "```python\nprint(2 + 3)\n```\n```output\n5\n```\nSo it is $\\boxed{5}$."
    )


@pytest.mark.parametrize(
    ("solution", "reason"),
    [
        ("So it is $\\boxed{5}$.", "no_program"),
        (turn() + turn(), "several_programs"),
        (turn("print(2 +"), "not_python"),
        (turn().replace("\\boxed", "text"), "no_answer"),
        (turn(output="2\n3"), "not_printed"),
        ("```python\nprint(5)\n```\nSo it is $\\boxed{5}$.", "no_program"),
    ],
    ids=["words", "several", "not python", "no answer", "not printed", "no output"],
)
def test_what_has_no_such_form_is_left_out_with_a_reason(solution: str, reason: str) -> None:
    assert single_turn("2 + 3?", solution) == reason


def test_programs_that_differ_in_names_comments_and_documentation_are_the_same() -> None:
    one = 'def total(a, b):\n    """Add."""\n    return a + b  # sum\nprint(total(2, b=3))'
    other = "def f(x, y):\n    return x+y\n\nprint(f(2, y=3))"
    assert canonical(one) == canonical(other) is not None
    assert canonical(one) != canonical("def f(x, y):\n    return y + x\nprint(f(2, y=3))")
    assert canonical("from math import gcd\nprint(gcd(4, 6))") != canonical(
        "from math import lcm\nprint(lcm(4, 6))"
    )


def test_names_that_a_program_does_not_give_stay() -> None:
    assert canonical("n = 3\nprint(max(n, 2))") == "v0 = 3\nprint(max(v0, 2))"


def test_the_same_program_counts_once_a_problem(tmp_path: Path) -> None:
    rows = [
        {"problem": "2 + 3?", "solution": turn("n = 5\nprint(n)")},
        {"problem": "2 + 3?", "solution": turn("m = 5 # five\nprint(m)")},
        {"problem": "3 + 2?", "solution": turn("k = 5\nprint(k)")},
        {"problem": "2 + 3?", "solution": "five"},
        {"problem": 7},
    ]
    count, left_out = write_single_turns(write_rows(tmp_path / "tir.jsonl", rows), tmp_path / "out")
    assert count == 2
    assert left_out == {"same_program": 1, "no_program": 1, "unreadable": 1}
    written = [json.loads(line) for line in (tmp_path / "out" / "mmos.jsonl").open()]
    assert [row["problem"] for row in written] == ["2 + 3?", "3 + 2?"]
    assert written[0]["messages"][1]["content"] == written[0]["solution"]


def test_data_without_such_a_row_is_refused_with_the_reasons(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "cot.jsonl", [{"problem": "a?", "solution": "b"}])
    with pytest.raises(InputError, match="1 no_program"):
        write_single_turns(data, tmp_path / "out")


def test_rows_of_the_tir_build_convert(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "tir.jsonl", tir_rows(3))
    assert write_single_turns(data, tmp_path / "out")[0] == 3


@given(
    st.text(max_size=200), st.sampled_from(["", "```python\n", "```python\nx\n```\n```output\n"])
)
def test_no_text_makes_it_raise(text: str, before: str) -> None:
    single_turn(text, before + text)
    canonical(text)


def test_deep_programs_are_not_read() -> None:
    assert canonical("x = " + "(" * 5000 + "1" + ")" * 5000) is None
    assert canonical("x = 1\0") is None


def test_the_recipe_is_that_of_the_repository() -> None:
    recipe = load_recipe("7b-mmos", SftRecipe)
    told = (recipe.global_batch, recipe.learning_rate, recipe.schedule, recipe.warmup_ratio)
    assert told == (128, 2e-5, "linear", 0.03)
    assert (recipe.num_epochs, recipe.block_size, recipe.loss) == (1, 2048, "assistant")


@pytest.mark.shared
def test_most_single_turns_of_the_shared_samples_convert(shared_data: Path, tmp_path: Path) -> None:
    samples = map(json.loads, (shared_data / "tir_samples.jsonl").open(encoding="utf-8"))
    rows: list[dict[str, object]] = [
        {"problem": row["problem"], "solution": row["trajectory"]}
        for row in samples
        if row["correct"] and row["n_code_blocks"] == 1
    ]
    count, _ = write_single_turns(write_rows(tmp_path / "tir.jsonl", rows), tmp_path / "out")
    assert count > 0.75 * len(rows)
