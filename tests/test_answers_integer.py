r"""Answers as integers: the strict reading, and Python's literal one."""

import json
from pathlib import Path

import pytest

from numina_lean.answers.integer import integer, python_integer

STRICT = {
    "5": 5, "-5": -5, "+5": 5, " 5 ": 5, "007": 7, "5.0": 5, "5.": 5, "1,000": 1000,
    r"1{,}000": 1000, r"1,\!000,\!000": 1_000_000, r"1\,000": 1000, r"\frac{10}{2}": 5, "10/2": 5,
    "x = 3": 3, "3 = x": 3, "3^2": 9, r"2^{10}": 1024, r"\sqrt{16}": 4, "5!": 120, r"\binom52": 10,
    "2112_6": 476, "-221_3": -25, "23_{(5)}": 13, "1011_2": 11, "3.2e5": 320_000,
    r"3.2 \times 10^5": 320_000, "$5$": 5, r"\boxed{5}": 5, r"5\text{ cm}": 5, r"\$5": 5,
    "90^\\circ": 90, r"50\%": 50, "(B) 12": 12, "5²": 25, "−5": -5, r"2 \cdot 3": 6, "|-4|": 4,
    "four": 4, "N = 10 + 2": 12, "3 + 4 = 7": 7, r"\lfloor 3.7\rfloor": 3, "10^{20}": 10**20,
}  # fmt: skip

NO_INTEGER = [
    "", "3.5", "3.9999999999", r"\frac12", "1/2", "2.0000001", r"\pi", "x", "x = y", "B", "(B)",
    "1, 2", "(1, 2)", r"\{1\} \cup \{2\}", "yes", "5 or 6", r"\pm 3", r"\sqrt2", "1e999999999",
    r"\infty", "nan", "inf", "9_8", "3:30", "1/0", "2^{2^{2^{100}}}", "5x", r"\begin{pmatrix}1\end",
    "__import__('os')", "9" * 5000,
]  # fmt: skip

LITERAL = {
    "2112_6": 21126, "5": 5, " 5 ": 5, "5.0": 5, "1e3": 1000, "1_000": 1000, "-221_3": -2213,
}  # fmt: skip


@pytest.mark.parametrize("text", STRICT)
def test_what_is_an_integer(text: str) -> None:
    assert integer(text) == STRICT[text]


@pytest.mark.parametrize("text", NO_INTEGER, ids=range(len(NO_INTEGER)))
def test_what_is_none_is_not_rounded_to_one(text: str) -> None:
    assert integer(text) is None


@pytest.mark.parametrize("text", LITERAL)
def test_python_reads_literally(text: str) -> None:
    assert python_integer(text) == LITERAL[text]


@pytest.mark.parametrize("text", ["", "3.5", "x", "1,000", "nan", "inf", "1e999", r"\frac{10}{2}"])
def test_python_reads_no_integer_in(text: str) -> None:
    assert python_integer(text) is None


@pytest.mark.shared
@pytest.mark.parametrize("level", [4, 5])
def test_both_readings_reproduce_the_validation_sets(shared_data: Path, level: int) -> None:
    lines = (shared_data / f"validation_math_level{level}_int.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    for row in rows:
        boxed = row["answer_boxed"]
        stated = row.get("python_int_value")
        assert python_integer(boxed) == (int(row["answer"]) if stated is None else stated)
        assert (integer(boxed) == python_integer(boxed)) is row["strict_integer"]
    assert len(rows) == {4: 754, 5: 721}[level]
