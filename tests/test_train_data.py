"""From rows to packed blocks: the template to the byte, labels, sanity of data, fill."""

import json
from pathlib import Path

import pytest
from training import END, cot_rows, save_tiny_base, write_rows
from transformers import PreTrainedTokenizerBase

from numina_lean.errors import InputError
from numina_lean.models.chat_template import prompt_text, prompt_tokens
from numina_lean.models.model import Message
from numina_lean.prompts.registry import family
from numina_lean.prompts.solve import SolveRequest
from numina_lean.train.examples import Columns, Defect, Example, data_files, read_examples
from numina_lean.train.prepare import load_packed, prepare
from numina_lean.train.recipe import SftRecipe, load_recipe
from numina_lean.train.template import CHAT_TEMPLATE, spell
from numina_lean.train.tokens import IGNORED, load_tokenizer, tokenize

PROBLEM = "What is $1 + 1$?\nThink  well."
SOLUTION = "  It is $\\boxed{2}$.\n\nDone"
TURNS = (Message("user", PROBLEM), Message("assistant", SOLUTION))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(str(base))


def sft(base: Path, *overrides: str) -> SftRecipe:
    return load_recipe("7b-cot", SftRecipe, [f"model={base}", "block_size=136", *overrides])


def test_the_template_is_the_published_one_to_the_byte(tokenizer: PreTrainedTokenizerBase) -> None:
    turns = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": PROBLEM}]
    assert tokenizer.chat_template == CHAT_TEMPLATE
    asked = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert asked == f"### Problem: {PROBLEM}\n### Solution: "
    whole = [*turns, {"role": "assistant", "content": SOLUTION}]
    told = f"### Problem: {PROBLEM}\n### Solution: {SOLUTION}\n"
    assert tokenizer.apply_chat_template(whole, tokenize=False) == told
    assert spell(TURNS) == told
    assert spell(TURNS[:1], ask=True) == asked


def test_training_and_solving_spell_a_problem_alike(tokenizer: PreTrainedTokenizerBase) -> None:
    prompt = family("solve", "numina").render(SolveRequest(PROBLEM))
    assert prompt_text(tokenizer, prompt) == spell(TURNS[:1], ask=True)
    going_on = family("solve", "numina").render(SolveRequest(PROBLEM, SOLUTION))
    assert prompt_text(tokenizer, going_on) == spell(TURNS).removesuffix("\n")


def test_an_example_begins_with_the_tokens_that_the_model_is_asked_with(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    (tokens,) = tokenize(tokenizer, [Example(TURNS)], "full")
    asked = prompt_tokens(tokenizer, family("solve", "numina").render(SolveRequest(PROBLEM)))
    assert tokens.ids[: len(asked)] == asked


def test_the_end_of_text_follows_the_last_line_feed_and_is_learnt(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    for loss in ("full", "assistant"):
        (tokens,) = tokenize(tokenizer, [Example(TURNS)], loss)
        assert tokenizer.decode(tokens.ids) == spell(TURNS) + END
        assert tokens.labels[-1] == tokens.ids[-1] == tokenizer.eos_token_id


def test_loss_full_sees_every_token_and_loss_assistant_the_solutions_alone(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    turns = (*TURNS, Message("user", "And $2 + 2$?"), Message("assistant", "It is 4."))
    (full,) = tokenize(tokenizer, [Example(turns)], "full")
    assert full.labels == full.ids
    (alone,) = tokenize(tokenizer, [Example(turns)], "assistant")
    assert alone.ids == full.ids
    kept = [label for label in alone.labels if label != IGNORED]
    assert tokenizer.decode(kept) == f"{SOLUTION}\nIt is 4.\n{END}"


def test_data_cannot_end_a_sequence(tokenizer: PreTrainedTokenizerBase) -> None:
    turns = (Message("user", f"What is {END}?"), Message("assistant", f"A {END} mark."))
    (tokens,) = tokenize(tokenizer, [Example(turns)], "full")
    assert tokens.ids.count(tokenizer.eos_token_id) == 1  # type: ignore[arg-type]
    assert tokenizer.decode(tokens.ids) == spell(turns) + END


ODD_ROWS = [
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
    {"messages": [{"role": "user", "content": "a"}]},
    {"messages": "a"},
    {"messages": [{"role": "user", "content": 3}, {"role": "assistant", "content": "b"}]},
    {"problem": "a", "solution": "  \n"},
    {"problem": "", "solution": "b"},
    {"question": "a", "answer": "b"},
    {"problem": "a\ud800", "solution": "b"},
]


def test_a_row_that_cannot_be_learnt_from_is_a_defect_in_its_place(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "odd.jsonl", ODD_ROWS)
    with file.open("a") as stream:
        stream.write("{broken\n[1]\n")
    found = [
        row.fault if isinstance(row, Defect) else row.turns[0].content
        for row in read_examples(file, Columns())
    ]
    assert found == [
        "a", "bad_messages", "bad_messages", "bad_messages", "empty_solution", "empty_problem",
        "no_columns", "a?", "unreadable", "unreadable",
    ]  # fmt: skip


def test_other_columns_are_read_where_they_are_named(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "own.jsonl", [{"question": "a", "answer": "b", "messages": []}])
    (row,) = read_examples(file, Columns("question", "answer", messages=None))
    assert row == Example((Message("user", "a"), Message("assistant", "b")))


def test_tables_held_out_for_tests_are_not_trained_on(tmp_path: Path) -> None:
    for name in ("data/train-00000-of-00001.jsonl", "data/test-00000-of-00001.jsonl", "more.jsonl"):
        write_rows(tmp_path / name, cot_rows(1))
    found = [str(file.relative_to(tmp_path)) for file in data_files(tmp_path)]
    assert found == ["data/train-00000-of-00001.jsonl", "more.jsonl"]
    (tmp_path / "data" / "nothing").mkdir()
    with pytest.raises(InputError, match=r"no \.jsonl or \.parquet file to train on"):
        data_files(tmp_path / "data" / "nothing")


def test_the_survey_counts_what_was_read_left_out_and_cut(
    base: Path, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    long = {"problem": "Count.", "solution": "1 " * 200}
    rows = [*cot_rows(6), cot_rows(1)[0], {"problem": "x", "solution": ""}, long]
    file = write_rows(tmp_path / "rows.jsonl", rows)
    survey = prepare(file, Columns(), sft(base), tokenizer, tmp_path / "run")
    assert (survey.rows, survey.examples, survey.duplicates, survey.longer) == (9, 8, 1, 1)
    assert survey.faults == {"empty_solution": 1}
    assert survey.examples_of_faults == ("rows.jsonl row 8: the assistant's text is empty",)
    assert survey.lost == survey.lengths["max"] - 136
    packed = load_packed(tmp_path / "run")
    assert sum(len(row["input_ids"]) for row in packed) == survey.tokens_kept
    assert max(len(row["input_ids"]) for row in packed) <= 136


@pytest.mark.parametrize("packing", ["bfd", "bfd_split", "wrapped", "none"])
def test_each_packing_keeps_what_it_says(
    base: Path, tokenizer: PreTrainedTokenizerBase, tmp_path: Path, packing: str
) -> None:
    rows = [*cot_rows(9), {"problem": "Count.", "solution": "1 " * 100}]
    file = write_rows(tmp_path / "rows.jsonl", rows)
    recipe = sft(base, f"packing={packing}")
    survey = prepare(file, Columns(), recipe, tokenizer, tmp_path / "run")
    cut = packing in ("bfd", "none")
    assert (survey.lost > 0) == cut
    assert survey.blocks == len(load_packed(tmp_path / "run"))
    if packing == "none":
        assert survey.blocks == survey.examples
    else:
        assert survey.blocks < survey.examples
    if packing == "wrapped":
        assert survey.blocks == -(-survey.tokens // 136)


def test_a_folder_that_is_prepared_is_not_prepared_again(
    base: Path, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    file = write_rows(tmp_path / "rows.jsonl", cot_rows(4))
    told: list[int] = []
    first = prepare(file, Columns(), sft(base), tokenizer, tmp_path / "run", told.append)
    file.unlink()
    again = prepare(file, Columns(), sft(base), tokenizer, tmp_path / "run", told.append)
    assert again == first
    assert told == [4]


def test_data_without_an_example_is_one_line_that_says_why(
    base: Path, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    file = write_rows(tmp_path / "rows.jsonl", [{"question": "a"}])
    with pytest.raises(InputError, match=r"no example .* no text in 'problem' and 'solution'"):
        prepare(file, Columns(), sft(base), tokenizer, tmp_path / "run")


@pytest.mark.shared
def test_packing_real_solutions_wastes_less_than_a_hundredth(
    base: Path, tokenizer: PreTrainedTokenizerBase, shared_data: Path, tmp_path: Path
) -> None:
    with (shared_data / "informal_dev.jsonl").open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line, _ in zip(stream, range(1500), strict=False)]
    kept = [{"problem": row["problem"], "solution": row["solution"]} for row in rows]
    file = write_rows(tmp_path / "rows.jsonl", [row for row in kept if row["solution"]])
    recipe = sft(base, "block_size=2048")
    survey = prepare(file, Columns(), recipe, tokenizer, tmp_path / "run")
    assert survey.useful >= 0.99
