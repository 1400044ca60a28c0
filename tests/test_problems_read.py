"""Reading problems: one bad row costs one row, and a bad input is said before anything starts."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numina_lean.errors import InputError
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, count_problems, read_problems


def _jsonl(folder: Path, *lines: str | bytes | dict[str, object]) -> str:
    path = folder / "in.jsonl"
    texts = [json.dumps(line) if isinstance(line, dict) else line for line in lines]
    path.write_bytes(b"".join((t if isinstance(t, bytes) else t.encode()) + b"\n" for t in texts))
    return str(path)


def test_a_row_becomes_a_problem_with_every_field_it_has(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "problem": " What is $1+1$? ",
        "answer": 2,
        "solution": "Count.",
        "problem_type": "Algebra",
        "question_type": "math-word-problem",
        "source": "ours",
        "exam": None,
        "level": 1,
        "problem_is_valid": "Yes",
        "solution_is_valid": "Incomplete",
        "synthetic": True,
    }
    (problem,) = read_problems(_jsonl(tmp_path, row))
    assert problem == Problem(
        id="7",
        problem="What is $1+1$?",
        answer="2",
        solution="Count.",
        problem_type="Algebra",
        question_type="math-word-problem",
        source="ours",
        level="1",
        solution_is_valid="Incomplete",
        synthetic=True,
    )


def test_broken_lines_are_named_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    good = {"id": "a", "problem": "p", "answer": "1"}
    path = _jsonl(
        tmp_path,
        good,
        '{"problem": "cut',
        "",
        b"\xff\xfe rubbish \x00",
        "[1, 2]",
        {"answer": "1"},
        {"problem": ["p"], "answer": "1"},
        '{"problem": "\\ud800", "answer": "1"}',
        "[" * 100_000,
        {**good, "id": "b"},
    )
    rows = list(read_problems(path))
    broken = {row.id.rpartition(" ")[2]: row.detail for row in rows if isinstance(row, BrokenRow)}
    assert [row.id for row in rows if isinstance(row, Problem)] == ["a", "b"]
    assert list(broken) == ["2", "4", "5", "6", "7", "8", "9"]
    assert "not JSON" in broken["2"]
    assert "not UTF-8" in broken["4"]
    assert broken["6"] == 'no field "problem" (found: answer). Pass --problem-field NAME'
    assert "is a list" in broken["7"]
    assert "surrogate" in broken["8"]
    assert count_problems(path) == len(rows)


def test_columns_are_found_under_the_names_that_the_user_gives(tmp_path: Path) -> None:
    path = _jsonl(tmp_path, {"question": "q", "final": "3", "uuid": "u1"}, {"question": "q"})
    first, second = read_problems(path, FieldNames(problem="question", answer="final"))
    assert isinstance(first, Problem)
    assert (first.id, first.problem, first.answer) == ("u1", "q", "3")
    assert isinstance(second, BrokenRow)
    assert "--answer-field" in second.detail


def test_a_problem_without_an_id_is_named_by_its_text(tmp_path: Path) -> None:
    path = _jsonl(tmp_path, {"problem": "p"}, {"problem": "q"}, {"problem": "p"})
    ids = [row.id for row in read_problems(path)]
    assert ids[0] == ids[2] != ids[1]


def test_parquet_and_jsonl_give_the_same_problems(tmp_path: Path) -> None:
    rows = [{"id": str(n), "problem": f"p{n}", "answer": str(n)} for n in range(700)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    from_parquet = list(read_problems(str(tmp_path / "in.parquet")))
    assert from_parquet == list(read_problems(_jsonl(tmp_path, *rows)))
    assert count_problems(str(tmp_path)) == 1400


def test_a_parquet_without_the_field_is_refused_with_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"question": ["q"], "answer": ["1"]}), path)
    with pytest.raises(InputError, match=r'no field "problem" \(found: question, answer\)'):
        read_problems(str(path))
    with pytest.raises(InputError, match="Pass --answer-field NAME"):
        read_problems(str(path), FieldNames(problem="question", answer="final"))


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("missing.jsonl", "no such file or folder"),
        ("empty", "no .jsonl or .parquet file in this folder"),
        ("notes.txt", "neither .jsonl nor .parquet"),
        ("rubbish.parquet", "not parquet"),
    ],
)
def test_an_input_that_is_none_is_refused_in_one_line(
    tmp_path: Path, name: str, complaint: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "rubbish.parquet").write_bytes(b"\x00\x01" * 50)
    with pytest.raises(InputError, match=complaint) as caught:
        read_problems(str(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_a_hub_that_cannot_be_reached_is_said_in_one_line_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    with pytest.raises(InputError, match=r"nobody/nothing: .* cannot be reached") as caught:
        read_problems("nobody/nothing")
    assert "\n" not in str(caught.value)


def test_without_the_datasets_package_a_hub_dataset_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"pip install 'numina-lean\[hub\]'"):
        read_problems("nobody/no-such-dataset")
