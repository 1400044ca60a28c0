"""Which rows of a corpus are shown for a problem, and that none of them is the problem."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.errors import InputError
from numina_lean.prompts.shots import Example
from numina_lean.translate.retrieval import index, read_retrieval

PRIMES = "What is the sum of all prime numbers less than $50$?"
ROWS = (
    Example("Find the area of a triangle with sides $3$, $4$ and $5$.", "6", "t0"),
    Example("How many prime numbers are there between $10$ and $99$?", "21", "t1"),
    Example("Solve $\\frac{x}{2} + \\frac{x}{3} = 10$.", "12", "t2"),
    Example("What is the product of all prime numbers less than $10$?", "210", "t3"),
    Example("A train travels 60 miles in 2 hours. What is its speed?", "30", "t4"),
)


def statements(found: tuple[Example, ...]) -> list[str]:
    return [example.statement for example in found]


def test_rows_on_the_same_subject_come_first() -> None:
    assert statements(index(ROWS).similar(PRIMES, 2)) == ["t3", "t1"]


def test_commands_of_latex_are_words() -> None:
    assert statements(index(ROWS).similar("Compute $\\frac{1}{7}$", 1)) == ["t2"]


def test_no_more_rows_come_than_share_a_word() -> None:
    assert index(ROWS).similar("Xylophone", 5) == ()
    assert index(ROWS).similar("", 5) == ()
    assert index(ROWS).similar(PRIMES, 0) == ()
    assert index(()).similar(PRIMES, 5) == ()
    assert index([Example("$$", None, "s")]).similar("$$", 5) == ()


@pytest.mark.parametrize(
    "copy",
    [
        PRIMES,
        "What is the  sum of all prime numbers less than 50 ?",
        "12. What is the sum of all prime numbers less than $50$?",
        "What is the sum of all prime numbers less than $50$? Explain your answer in full.",
    ],
)
def test_the_problem_itself_and_copies_of_it_are_left_out(copy: str) -> None:
    rows = index((*ROWS, Example(copy, "328", "copy")))
    found = rows.similar(PRIMES, 10)
    assert "copy" not in statements(found)
    assert statements(found)[:2] == ["t3", "t1"]


def test_a_problem_of_the_same_template_is_no_copy() -> None:
    other = PRIMES.replace("50", "80")
    assert statements(index((*ROWS, Example(other, "1", "other"))).similar(PRIMES, 1)) == ["other"]


def test_rows_that_are_as_like_come_in_their_order() -> None:
    same = "How many prime numbers divide $100$?"
    rows = [Example(f"{same} {'abc'[n % 3] * 4}{n}x", None, str(n)) for n in range(300)]
    found = index(rows).similar("How many prime numbers divide a million?", 300)
    assert statements(found) == [str(n) for n in range(300)]


def test_answers_that_are_none_are_none(tmp_path: Path) -> None:
    table = pa.table(
        {
            "problem": [
                "Prove that primes are prime.",
                "What prime is even?",
                "Which prime?",
                None,
            ],
            "answer": ["proof", "2", "notfound", "3"],
            "question_type": ["proof", "math-word-problem", "math-word-problem", "proof"],
            "formal_statement": ["a", "b", "c", "d"],
        }
    )
    (tmp_path / "data").mkdir()
    pq.write_table(table, tmp_path / "data" / "train-00000.parquet")
    found = read_retrieval(tmp_path).similar("Is every prime even?", 9)
    assert {example.statement: example.answer for example in found} == {
        "a": None,
        "b": "2",
        "c": None,
    }


def test_rows_of_another_profile_can_be_left_out(tmp_path: Path) -> None:
    table = pa.table(
        {
            "problem": ["What prime is even?", "What prime is odd?"],
            "formal_statement": ["import Mathlib\n\ntheorem a", "import NuminaLean.Prelude"],
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    found = read_retrieval(tmp_path, "core").similar("A prime.", 9)
    assert statements(found) == ["import NuminaLean.Prelude"]
    assert len(read_retrieval(tmp_path).similar("A prime.", 9)) == 2


def test_a_folder_that_is_no_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no parquet files"):
        read_retrieval(tmp_path)
    pq.write_table(pa.table({"problem": ["x"]}), tmp_path / "x.parquet")
    with pytest.raises(InputError, match="no column formal_statement"):
        read_retrieval(tmp_path)


def test_the_order_of_finding_does_not_depend_on_what_else_was_found() -> None:
    chance = random.Random(0)
    words = [f"word{n}" for n in range(40)]
    rows = [Example(" ".join(chance.choices(words, k=12)), None, str(n)) for n in range(2_000)]
    found = index(rows)
    query = " ".join(words[:5])
    assert found.similar(query, 50) == found.similar(query, 400)[:50]


@given(st.lists(st.text(max_size=40), max_size=8), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_indexed_and_asked_for(texts: list[str], query: str) -> None:
    rows = index([Example(text, None, str(n)) for n, text in enumerate(texts)])
    found = statements(rows.similar(query, 3))
    assert len(set(found)) == len(found) <= 3


@pytest.mark.shared
def test_real_problems_find_rows_and_never_themselves(shared_data: Path) -> None:
    lines = (shared_data / "formal_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    rows = index([Example(pair["informal"], None, pair["id"]) for pair in pairs])
    for pair in pairs[::120]:
        found = statements(rows.similar(pair["informal"], 4))
        assert pair["id"] not in found
        assert len(found) == 4
