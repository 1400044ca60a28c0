"""The command: folders and files, configuration, explanations, and errors of one line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.cli.selection_folder import write_selected
from numina_lean.errors import InputError
from numina_lean.problems.decide import make_plan
from numina_lean.problems.plan import Settings
from numina_lean.problems.read import read_problems

SHAPES = (
    "Find the sum of all divisors of {n} that are not divisible by 3.",
    "How many subsets of the first {n} positive integers contain no two neighbours?",
    "Prove that {n} divides the product of any {n} consecutive integers.",
)


def select(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["select", *map(str, arguments)])


def rows() -> list[dict[str, Any]]:
    """Thirty good rows, then a near copy, a choice, a figure, a broken row, another source."""
    good = [
        {
            "id": f"p{n}",
            "problem": SHAPES[n % 3].format(n=n + 20),
            "answer": "proof" if n % 3 == 2 else str(n),
            "question_type": "proof" if n % 3 == 2 else "math-word-problem",
            "source": "olympiads" if n % 2 else "cn_contest",
            "solution": "It follows.",
            "solve_rate": n / 30,
        }
        for n in range(30)
    ]
    choice = "What is the least prime above {n}?\n\n$\\textbf{(A)}\\ 41 \\qquad \\textbf{(B)}\\ 43 "
    return [
        *good,
        {**good[4], "id": "near", "problem": f"2. {good[4]['problem']} Justify.", "solution": ""},
        {
            **good[0],
            "id": "choice",
            "problem": choice.replace("{n}", "41") + "\\qquad \\textbf{(C)}\\ 47$",
            "answer": "B",
            "question_type": "MCQ",
        },
        {**good[0], "id": "figure", "problem": "As shown in the figure, find the angle at $B$."},
        {"id": "broken", "problem": ["no text"]},
        {**good[0], "id": "other", "problem": "How many ways lead from 1 to 99?", "source": "x"},
    ]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows()), encoding="utf-8")
    return path


def selected(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "selected.parquet").to_pylist()


def rejected(folder: Path) -> dict[str, dict[str, Any]]:
    table = pq.read_table(folder / "rejected" / "rejected.parquet").to_pylist()
    return {row["id"]: row for row in table}


def test_a_folder_gets_the_plan_with_every_row_on_one_side_or_the_other(
    source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = select(source, "--output", out, "--target", 10, "--json")
    assert result.exit_code == 0, result.output
    chosen, lost = selected(out), rejected(out)
    assert len(chosen) == 10
    assert len(chosen) + len(lost) == len(rows())
    reasons = {name: lost[name]["reason"] for name in ("near", "figure", "other")}
    assert reasons == {"near": "near_duplicate", "figure": "figure", "other": "source"}
    assert lost["near"]["repeats_row"] == 5
    assert f"{source} line 34" in lost
    plan = json.loads((out / "plan.json").read_text())
    assert json.loads(result.stdout)["rejected"] == plan["rejected"]
    assert plan["rows"] == len(rows())
    assert sum(plan["rejected"].values()) == len(lost)
    assert plan["strata"]["olympiads"]["selected"] == 7


def test_the_folder_is_an_input_of_the_commands_that_read_problems(
    source: Path, tmp_path: Path
) -> None:
    for ending in ("parquet", "jsonl", "parquet"):
        assert select(source, "--output", tmp_path / "out", "--format", ending).exit_code == 0
        problems = list(read_problems(str(tmp_path / "out")))
        assert len(problems) == 31
        choice = next(problem for problem in problems if problem.id == "choice")
        assert (choice.problem, choice.answer) == ("What is the least prime above 41?", "43")


def test_the_same_input_and_settings_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    def run(name: str, seed: str) -> list[bytes]:
        out = tmp_path / name
        command = [sys.executable, "-m", "numina_lean", "select", str(source), "--output", str(out)]
        subprocess.run(
            [*command, "--target", "12", "--random-share", "0.5"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        return [path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()]

    assert run("one", "1") == run("two", "2")


def test_a_file_gets_the_selected_rows_alone(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "hard.jsonl"
    assert select(source, "--output", out, "--target", 4).exit_code == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == 4
    assert {"id", "problem", "answer", "selection"} <= set(lines[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hard.jsonl", "in.jsonl"]


def test_explain_says_which_tests_a_row_passed_and_what_it_repeats(
    source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    select(source, "--output", out, "--target", 12)
    near = select("--explain", "near", "--output", out)
    assert near.exit_code == 0, near.output
    assert "near (row 31): rejected: near_duplicate" in near.output
    assert "repeats   row 5, similarity 0." in near.output
    kept = json.loads(select("--explain", "p4", "--output", out, "--json").stdout)
    assert kept["selected"]
    assert kept["failed"] is None
    assert [member["id"] for member in kept["members"]] == ["near"]
    assert kept["stratum"]["name"] == "cn_contest"
    figure = json.loads(select("--explain", "figure", "--output", out, "--json").stdout)
    assert (figure["failed"], figure["passed"][-1]) == ("figure", "difficulty")
    late = json.loads(select("--explain", "p28", "--output", out, "--json").stdout)
    assert (late["reason"], late["failed"]) == ("not_drawn", "draw")
    assert late["rank"] > 4


def test_explain_reads_a_plan_whose_rows_are_json_lines(source: Path, tmp_path: Path) -> None:
    select(source, "--output", tmp_path / "out", "--format", "jsonl")
    result = select("--explain", "choice", "--output", tmp_path / "out")
    assert "choice (row 32): selected" in result.output


def test_options_come_from_a_file_and_the_command_line_wins(source: Path, tmp_path: Path) -> None:
    config = tmp_path / "plan.yaml"
    config.write_text(
        "target: 6\nmax-solve-rate: 0.5\nweight: [olympiads=2, other=1]\nfigures: true\n"
    )
    out = tmp_path / "out"
    assert select(source, "--output", out, "--config", config, "--target", 9).exit_code == 0
    plan = json.loads((out / "plan.json").read_text())
    assert plan["settings"]["target"] == 9
    assert plan["settings"]["limits"]["weights"] == {"olympiads": 2, "other": 1}
    assert plan["rejected"]["solve_rate"] == 14
    assert "figure" not in plan["rejected"]


def test_held_out_problems_are_kept_away_from(source: Path, tmp_path: Path) -> None:
    apart = tmp_path / "validation.jsonl"
    apart.write_text(json.dumps({"id": "v", "problem": rows()[7]["problem"], "answer": "7"}))
    out = tmp_path / "out"
    assert select(source, "--output", out, "--exclude", apart).exit_code == 0
    assert rejected(out)["p7"]["reason"] == "held_out"
    plan = json.loads((out / "plan.json").read_text())
    assert plan["held_out"] == [{"source": str(apart), "problems": 1}]


def test_a_solve_rate_that_is_no_share_is_told_and_not_used(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    lines = [{**row, "solve_rate": 50 + at} for at, row in enumerate(rows()[:6])]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in lines))
    result = select(path, "--output", tmp_path / "out", "--max-solve-rate", 0.5)
    assert "6 rows have a solve rate that is no share" in result.output
    assert len(selected(tmp_path / "out")) == 6


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["IN"], "no --output"),
        (["--output", "OUT"], "no INPUT"),
        (["missing.jsonl", "--output", "OUT"], "no such file or folder"),
        (["IN", "--output", "OUT", "--weight", "olympiads"], "--weight olympiads: not a source"),
        (["IN", "--output", "OUT", "--weight", "olympiads=-1"], "not a source and its weight"),
        (["IN", "--output", "OUT", "--exclude", "missing.jsonl"], "missing.jsonl: no such file"),
        (["IN", "--output", "OUT", "--answer-field", "final"], "nothing is selected"),
        (["IN", "--output", "OUT", "--weight", "nobody=1"], "--weight other=1"),
        (["--explain", "p1", "--output", "OUT"], "no plan there"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    source: Path, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    places = {"IN": str(source), "OUT": str(tmp_path / "out")}
    result = select(*(places.get(each, each) for each in arguments))
    assert result.exit_code in (1, 2)
    (line,) = (line for line in result.output.splitlines() if line.startswith("error:"))
    assert complaint in line


def test_an_id_that_the_plan_lacks_is_said(source: Path, tmp_path: Path) -> None:
    select(source, "--output", tmp_path / "out")
    result = select("--explain", "nobody", "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "no row with the id 'nobody'" in result.output


def test_an_input_that_changes_between_the_passes_leaves_no_plan(
    source: Path, tmp_path: Path
) -> None:
    plan = make_plan(read_problems(str(source)), Settings())
    changed = [*read_problems(str(source))]
    for others in (changed[:-1], [*changed, changed[0]], [*changed[:-1], changed[0]]):
        with pytest.raises(InputError, match="the input changed while it was read"):
            write_selected(tmp_path / "out.parquet", plan, others, None)
        assert not (tmp_path / "out.parquet").exists()
