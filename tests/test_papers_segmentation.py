"""Papers as Markdown are cut into problems, solutions and answers; what is doubtful is reviewed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from numina_lean.errors import InputError
from numina_lean.papers.answer_key import answers_in, letters_in
from numina_lean.papers.number import Candidate, Number, best_run, number_of
from numina_lean.papers.paper import Page, Paper
from numina_lean.papers.pattern import read_patterns
from numina_lean.papers.review import read_reviewed, settle
from numina_lean.papers.segmentation import segment
from numina_lean.papers.text_line import TextLine

FOLLOWING = """Problem 1. How many primes are less than ten?

Solution. They are 2, 3, 5 and 7.

Problem 2. Show that $n^2 \\geq n$ for each integer.

Solution. The factors
3. are whole numbers.

Problem 3. What is the sum of the first five squares?

Answer: 55

Solution. Add them up.
"""


def pages(*texts: str) -> Paper:
    made = (Page(number, text, 1.0, (), "text") for number, text in enumerate(texts, 1))
    return Paper("paper.pdf", tuple(made))


def test_a_solution_belongs_to_the_problem_above_it() -> None:
    made = segment(FOLLOWING)
    assert [one.number for one in made.segments] == ["1", "2", "3"]
    assert made.segments[0].solution == "They are 2, 3, 5 and 7."
    assert made.segments[2].answer == "55"
    assert made.segments[2].solution == "Add them up."
    assert made.patterns == "olympiad"


def test_a_wrapped_line_that_begins_with_a_number_is_no_problem() -> None:
    assert segment(FOLLOWING).segments[1].solution == "The factors 3. are whole numbers."


def test_headers_and_page_numbers_go_and_a_problem_goes_on_over_the_page() -> None:
    first = "City Contest\n\n1. What is the largest\n\n1"
    second = (
        "City Contest\n\nprime factor of ninety-one?\n\n2. How many zeros has 100 factorial?\n\n2"
    )
    made = segment(pages(first, second))
    assert [one.problem for one in made.segments] == [
        "What is the largest prime factor of ninety-one?",
        "How many zeros has 100 factorial?",
    ]
    assert [one.page for one in made.segments] == [1, 2]


def test_worked_answers_at_the_end_of_a_chinese_paper_go_by_number() -> None:
    made = segment(
        "一、选择题\n\n1．计算二加三等于多少？\n\n2．求七的平方等于多少？\n\n"
        "参考答案\n\n1．5\n\n2．解：因为七乘七等于四十九，所以答案为49。\n"
    )
    assert [one.answer for one in made.segments] == ["5", None]
    assert made.segments[1].solution == "因为七乘七等于四十九，所以答案为49。"
    assert {one.language for one in made.segments} == {"zh"}


def test_chinese_examples_have_their_solution_under_them() -> None:
    made = segment(
        "例1 求方程的所有整数解。\n\n解：只有一个。\n\n例2 证明结论成立。\n\n证明：显然成立。"
    )
    assert [(one.number, one.solution) for one in made.segments] == [
        ("1", "只有一个。"),
        ("2", "显然成立。"),
    ]
    assert made.patterns == "zh-examples"


def test_a_number_that_is_missing_takes_confidence() -> None:
    made = segment("Problem 1. Find all the primes.\n\nProblem 3. Find all the squares there are.")
    everything = [*made.segments, *made.review]
    assert len(everything) == 2
    assert "the number before it is missing" in made.segments[-1].reasons


def test_text_that_no_patterns_fit_is_to_be_reviewed_page_by_page() -> None:
    made = segment(pages("A letter to the editor.", "Yours truly."))
    assert made.segments == ()
    assert [(one.reason, one.page) for one in made.review] == [("no_pattern", 1), ("no_pattern", 2)]


def test_a_reviewed_file_is_given_back_in(tmp_path: Path) -> None:
    queue = segment(pages("A letter.", "How many cats are there?")).review
    decided = replace(queue[1], decision="keep", number="7", problem="How many cats are there?")
    dropped = replace(queue[0], decision="drop")
    path = tmp_path / "review.jsonl"
    lines = [json.dumps(one.fields()) for one in (decided, dropped)]
    path.write_text("\n".join(lines), encoding="utf-8")
    settled = settle(queue, read_reviewed(path))
    assert [one.number for one in settled.segments] == ["7"]
    assert settled.open == ()


def test_a_decision_of_no_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    row = segment(pages("A letter.")).review[0].fields() | {"decision": "perhaps"}
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(InputError, match="line 1: no record of a review"):
        read_reviewed(path)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", Number("", 12)), ("A3", Number("A", 3)), ("十二", Number("", 12)),
     ("二十", Number("", 20)), ("x", None)],
)  # fmt: skip
def test_numbers_are_read_as_papers_write_them(text: str, number: Number | None) -> None:
    assert number_of(text) == number


def test_the_run_that_counts_up_is_taken() -> None:
    values = [1, 2, 7, 3, 1, 4]
    candidates = [Candidate(line, Number("", v), 1.0, 0) for line, v in enumerate(values)]
    assert [one.number.value for one in best_run(candidates)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "text", ["1. B 2. C 3. D", "1-3 BCD", "题号 1 2 3\n答案 B C D", "1．B\n2．C\n3．D"]
)
def test_answer_keys_are_read_in_each_form(text: str) -> None:
    lines = [TextLine(line, 1, True) for line in text.splitlines()]
    expected = {Number("", n): letter for n, letter in zip((1, 2, 3), "BCD", strict=True)}
    assert answers_in(lines) == expected


def test_a_sentence_is_no_answer_key() -> None:
    assert letters_in("1. By A and B the claim holds.") == {}


def test_patterns_of_ones_own_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("problem: ['Aufgabe']\n", encoding="utf-8")
    with pytest.raises(InputError, match="needs a group"):
        read_patterns(str(path))
    path.write_text("problem: ['Aufgabe (?P<number>\\d+)']\nlanguages: [de]\n", encoding="utf-8")
    own = read_patterns(str(path))
    made = segment("Aufgabe 1 Berechne die Summe.\n\nAufgabe 2 Zeichne den Kreis.", own)
    assert [one.number for one in made.segments] == ["1", "2"]
