"""Where the equalities of a solution are: in annotations, in plain text, in LaTeX."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.steps.find import steps_of
from numina_lean.steps.given import given_values
from numina_lean.steps.passage import dollars_are_money
from numina_lean.steps.question import question
from numina_lean.steps.surroundings import Surroundings


def found(solution: str) -> list[tuple[str, str | None, str, str | None]]:
    """Place, left formula, sign and right formula of each step, blanks left out."""
    return [
        (
            step.place,
            _blankless(step.left.formula),
            step.sign,
            _blankless(step.right.formula),
        )
        for step in steps_of(solution)
    ]


def _blankless(formula: str | None) -> str | None:
    return None if formula is None else re.sub(r"\s|\\quad", "", formula)


CASES = {
    "annotation": ("He has <<48/2=24>>24 clips.", [("annotation", "48/2", "=", "24")]),
    "text and annotation are one step": (
        "Natalia sold 48/2 = <<48/2=24>>24 clips.",
        [("annotation", "48/2", "=", "24")],
    ),
    "text that says other than its annotation": (
        "So 6 - 4 = <<6-3=3>>3 eggs.",
        [("prose", "6-4", "=", "3"), ("annotation", "6-3", "=", "3")],
    ),
    "units and money": (
        "3 apples * $1.50 = $4.50 in all",
        [("prose", r"3\times1.50", "=", "4.50")],
    ),
    "thousands": ("1,200 x 5 = 6,000.", [("prose", r"1200\times5", "=", "6000")]),
    "a share of a number": (
        "20% of 50 = 10 and 1/4 of 8 = 2.",
        [("prose", r"20\%\times50", "=", "10"), ("prose", r"1/4\times8", "=", "2")],
    ),
    "a mixed number": ("2 1/2 * 4 = 10", [("prose", r"(2+1/2)\times4", "=", "10")]),
    "a chain": (
        "2 + 3 + 4 = 5 + 4 = 9",
        [("prose", "2+3+4", "=", "5+4"), ("prose", "5+4", "=", "9")],
    ),
    "a parenthesis around it": ("(since 2 + 2 = 4)", [("prose", "2+2", "=", "4")]),
    "a list's numbers": ("1. 4 + 5 = 9\n2) 9 - 1 = 8", [
        ("prose", "4+5", "=", "9"), ("prose", "9-1", "=", "8"),
    ]),
    "a hyphen": ("So 7 x 2 = 14 push-ups.", [("prose", r"7\times2", "=", "14")]),
    "inline LaTeX": (
        r"Hence $3 \cdot 37 = 111 > 100$, so",
        [("math", r"3\cdot37", "=", "111"), ("math", "111", ">", "100")],
    ),
    "a comma parts": (
        r"Then $a = 3, b = 2 \cdot 2$.",
        [("math", "a", "=", "3"), ("math", "b", "=", r"2\cdot2")],
    ),
    "a comma of thousands does not": (r"$1,000 + 1 = 1{,}001$", [
        ("math", "1,000+1", "=", "1{,}001"),
    ]),
    "rows that go on": (
        "\\begin{align*}\nx &= 1 + 2 \\\\\n&\\quad + 3 \\\\\n&= 6.\n\\end{align*}",
        [("math", "x", "=", "1+2+3"), ("math", "1+2+3", "=", "6")],
    ),
    "rows of their own": (
        "\\[\\begin{aligned} 1 + 1 &= 2 \\\\ 2 + 2 &= 4 \\end{aligned}\\]",
        [("math", "1+1", "=", "2"), ("math", "2+2", "=", "4")],
    ),
    "two columns": (
        "\\begin{align*} 1 + 1 &= 2 & 3 + 3 &= 6 \\end{align*}",
        [("math", "1+1", "=", "2"), ("math", "3+3", "=", "6")],
    ),
    "a box and a unit": (
        r"\[5 \cdot 4 = \boxed{20\text{ cm}^2}.\]",
        [("math", r"5\cdot4", "=", "{20}")],
    ),
    "signs inside do not count": (r"$\sum_{i=1}^3 i = 6$ and $P(X=1) = 2$", [
        ("math", r"\sum_{i=1}^3i", "=", "6"), ("math", "P(X=1)", "=", "2"),
    ]),
    "after sized parentheses": (
        r"$\left(1+1\right)^2 = \bigl(2\bigr)^2 = 4$",
        [
            ("math", r"\left(1+1\right)^2", "=", r"(2)^2"),
            ("math", r"(2)^2", "=", "4"),
        ],
    ),
    "no drawing": ("[asy] x = 3; draw(1+1=2); [/asy] none", []),
    "no relation": ("There are 12 eggs, and 5 + 3 more.", []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_steps_are_found_where_they_stand(name: str) -> None:
    solution, expected = CASES[name]
    assert found(solution) == expected


def test_spans_are_those_of_the_solution() -> None:
    solution = "First 2+2 = 4 eggs.\n\\[ 3 \\cdot 3 = 9. \\] Then <<9-4=5>>5."
    assert [solution[step.start : step.end] for step in steps_of(solution)] == [
        "2+2 = 4",
        "3 \\cdot 3 = 9.",
        "9-4=5",
    ]


@pytest.mark.parametrize(
    ("solution", "reason"),
    [
        ("the price + 3 = 8", "words"),
        ("= 5 + 3", "incomplete"),
        ("5 + 3 =", "incomplete"),
        (r"$3,5 + 1 = 4$", "ambiguous"),
        (r"$f(3) = 10$", "undefined_symbol"),
        (r"$x + y = 5$", "free_variable"),
        (r"$\begin{pmatrix} 1 \\ 2 \end{pmatrix} = v$", "notation"),
        (r"$2 + 3 \equiv 0$", "incomplete"),
        (r"$\frac{1}{0} = 2$", "undefined_value"),
        (r"$2^{10^{10}} = 5$", "undefined_value"),
        (r"$\sin 3 = 1$", "not_rational"),
        (r"$\sum_{i=1}^{9999} \sum_{j=1}^{9999} i j^{9} = 1$", "too_large"),
        (r"$\frac{1}{\sqrt{2} \cdot \sqrt{2} - 2} = 3$", "not_rational"),
        (r"$\frac{1}{x - x} = \frac{2}{x - x}$", "free_variable"),
        (r"$\pi \approx 3.2$", "approximate"),
    ],
)
def test_what_is_not_read_has_its_reason(solution: str, reason: str) -> None:
    steps = steps_of(solution)
    assert [question(step, Surroundings("", solution)) for step in steps] == [reason]


def test_dollars_are_money_where_each_stands_before_an_amount() -> None:
    assert dollars_are_money("He pays $5 x 3 = $15 and $<<15-5=10>>10.")
    assert not dollars_are_money("So $5 + 3$ is $8$.")
    assert not dollars_are_money("No dollar.")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["$", "$$", "\\[", "\\]", "\\(", "{", "}", "(", ")", "=", "&", "\\\\", "<<", ">>", "1",
             "2.5", "1,000", "x", " ", "\n", "\\frac", "\\sqrt", "\\left(", "\\right)",
             "\\end{align*}", "\\text{", "\\boxed{", "^", "_", "%", "-", "/", "\\approx", "\\equiv",
             "\\pmod{3}", "of", "times", ",", "\\begin{cases}", "!", "|", "\ue000", "\ud800",
             "\\&", "\x00"]
        ),
        max_size=25,
    ).map("".join)
)  # fmt: skip
def test_no_text_raises(solution: str) -> None:
    steps = steps_of(solution)
    given = given_values(steps)
    for step in steps:
        assert 0 <= step.start <= len(solution)
        question(step, Surroundings(solution, solution), given)


@pytest.mark.parametrize(
    "piece", ["$", "\\[", "(", "{", "1=", "\\begin{align*}", "<<", "5 a ", "-", "2^"]
)
def test_long_repetitions_end(piece: str) -> None:
    solution = piece * (20_000 // len(piece))
    for step in steps_of(solution)[:50]:
        question(step, Surroundings("", solution))


@pytest.mark.shared
def test_most_annotations_of_gsm8k_are_read(shared_data: Path) -> None:
    with (shared_data / "informal_dev.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["source"] == "gsm8k"]
    asked = [
        not isinstance(question(step, Surroundings(row["problem"], row["solution"])), str)
        for row in rows
        for step in steps_of(row["solution"])
        if step.place == "annotation"
    ]
    assert len(asked) > 500
    assert sum(asked) >= 0.98 * len(asked)
