"""`numina-lean build v1.5` as a user runs it, and what a model may change."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from replays import Scripted
from typer.testing import CliRunner, Result

from numina_lean.build.v15.asking import settled
from numina_lean.build.v15.classify import classify
from numina_lean.build.v15.references import References, rebuild
from numina_lean.build.v15.row import Labelled
from numina_lean.cli import app
from numina_lean.models.record import Recorder
from numina_lean.problems.problem import Problem
from numina_lean.prompts.classify import ClassifyRequest
from numina_lean.prompts.registry import family

COLUMNS = [
    "problem", "solution", "answer", "problem_type", "question_type", "source", "synthetic",
    "problem_is_valid", "solution_is_valid",
]  # fmt: skip
OLYMPIAD = "Find all primes $p$ and $q$ such that $p^2 - 2q^2 = 1$ and $p$ is divisible by 3."
ROWS = [
    {"problem": "What is the remainder when $7^{100}$ is divided by 13?",
     "solution": "It is $\\boxed{9}$.", "source": "cn_k12"},
    {"problem": OLYMPIAD, "solution": "Guess: $\\boxed{(5,3)}$", "source": "olympiads"},
    {"problem": "Prove that the medians of a triangle $ABC$ meet in one point.",
     "solution": "Two of them meet where both are divided in the ratio 2 to 1, so all do. ■",
     "source": "olympiads"},
    {"problem": "A dull one: $5$?", "solution": "$\\boxed{5}$", "source": "orca_math"},
    {"problem": "What is $2+3$?", "solution": "$\\boxed{5}$", "source": "synthetic_amc"},
]  # fmt: skip
REFERENCES = [
    {"problem": OLYMPIAD.replace("Find all", "Determine all"),
     "solution": "Modulo 3, $p=3$ and $q=2$: $\\boxed{(3,2)}$."},
    {"problem": "Let $x$ be real. Find the least value of $x^2+4x+7$.",
     "solution": "It is $\\boxed{3}$."},
]  # fmt: skip
REPLY = {
    "problem_type": "Other", "question_type": "proof", "problem_is_valid": "No",
    "solution_is_valid": "Incomplete",
}  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def rows(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "data").to_pylist()  # type: ignore[no-any-return]


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    return written(tmp_path / "in.jsonl", ROWS), written(tmp_path / "ref.jsonl", REFERENCES)


def test_a_build_by_rules_has_the_published_columns(
    inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    done = run("build", "v1.5", inputs[0], "--references", inputs[1], "--output", output,
               "--format", "json")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    found = rows(output)
    assert list(found[0]) == COLUMNS
    assert [row["source"] for row in found] == [
        "cn_k12", "olympiads_ref", "olympiads", "orca_math", "olympiads_ref",
    ]  # fmt: skip
    assert [row["answer"] for row in found] == ["9", "(3,2)", "proof", "5", "3"]
    assert found[1]["solution"].startswith("Modulo 3")
    assert [row["synthetic"] for row in found] == [False, False, False, True, False]
    report = json.loads(done.stdout)
    assert report["answer"] == {"proof": 1, "value": 4}
    (lost,) = map(json.loads, (output / "rejected.jsonl").read_text().splitlines())
    assert (lost["stage"], lost["reason"]) == ("classify", "dropped_source")
    assert json.loads((output / "manifest.json").read_text())["counts"]["rows"] == 5
    assert "| cn_k12 | 1 | 20.0% |" in (output / "README.md").read_text()
    again = run("build", "v1.5", inputs[0], "--references", inputs[1], "--output", output,
                "--format", "json")  # fmt: skip
    assert (again.stdout, rows(output)) == (done.stdout, found)


def test_a_model_settles_what_no_rule_is_sure_of_and_nothing_else(
    inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    recording, output = tmp_path / "said.jsonl", tmp_path / "out"
    dull = ROWS[3]
    record_reply(recording, dull)
    arguments = ("build", "v1.5", inputs[0], "--model", f"replay:{recording}", "--output", output)
    done = run(*arguments, "--format", "json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["asked"] == {"problem_type": 1}
    found = {row["problem"]: row for row in rows(output)}[dull["problem"]]
    assert (found["problem_type"], found["question_type"]) == ("Other", "math-word-problem")
    assert found["problem_is_valid"] == "Yes"


def record_reply(recording: Path, row: dict[str, str]) -> None:
    import asyncio

    async def record() -> None:
        recorder = Recorder(Scripted(lambda prompt, sample: json.dumps(REPLY)), recording)
        asked = family("classify", "chat")
        request = ClassifyRequest(row["problem"], row["solution"])
        await recorder.complete(asked.render(request), asked.sampling)
        await recorder.close()

    asyncio.run(record())


def test_a_row_that_the_model_failed_is_left_for_another_run(
    inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    recording, missing = tmp_path / "said.jsonl", tmp_path / "missing.jsonl"
    recording.write_text("")
    output = tmp_path / "out"
    arguments = ("build", "v1.5", inputs[0], "--model", f"replay:{recording}", "--output", output)
    done = run(*arguments, "--missing", missing)
    assert done.exit_code == 1
    assert len(missing.read_text().splitlines()) == 1
    assert "3 rows" in done.stdout and "1 left for another run" in done.stdout
    record_reply(recording, ROWS[3])
    assert run(*arguments).exit_code == 0
    assert len(rows(output)) == 4


def test_a_folder_of_other_input_is_refused(inputs: tuple[Path, Path], tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert run("build", "v1.5", inputs[0], "--output", output).exit_code == 0
    written(inputs[0], ROWS[:2])
    assert run("build", "v1.5", inputs[0], "--output", output).exit_code == 2


@pytest.mark.parametrize(
    "text",
    ["", "Algebra", "{", '{"problem_type": "Algebra"}',
     json.dumps(REPLY | {"problem_type": "Magic"}), json.dumps(REPLY | {"more": 1})],
)  # fmt: skip
def test_a_reply_that_cannot_be_read_changes_nothing(text: str) -> None:
    row = classify(Problem("a", "A dull one: $5$?", "5"))
    assert isinstance(row, Labelled) and row.unsure
    assert settled(row, text) == row


def test_a_reply_after_thoughts_is_read_and_the_answer_follows_the_type() -> None:
    row = classify(Problem("a", "Find it, or show that there is none: $x+1=x$.", ""))
    assert isinstance(row, Labelled) and "question_type" in row.unsure
    new = settled(row, f"<think>{{hm</think>\n```json\n{json.dumps(REPLY)}\n```")
    assert (new.question_type, new.answer, new.unsure) == ("proof", "proof", ())
    value = settled(row, json.dumps(REPLY | {"question_type": "math-word-problem"}))
    assert value.answer == "notfound"


def test_one_reference_takes_one_row() -> None:
    references = References([Problem("ref", OLYMPIAD, "", solution="Official.")])
    repeated = [Problem(str(n), OLYMPIAD, "", solution="?", source="olympiads") for n in range(2)]
    other = Problem("k", OLYMPIAD, "", solution="?", source="cn_k12")
    first, second, third = rebuild([*repeated, other], references)
    assert isinstance(first, Problem) and first.solution == "Official."
    assert getattr(second, "reason", None) == "repeated"
    assert third == other
