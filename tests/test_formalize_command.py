"""`numina-lean formalize` as a user runs it: a real process, real Lean, killed and run again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from replays import write_replay

from numina_lean.problems.problem import Problem

REPOSITORY = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from numina_lean.cli import main; main()", "formalize"]
QUICKLY = ["--skip-gate", "lint", "--skip-gate", "triviality"]
"""Without the gates that need another header loaded: a process for it takes seconds to start."""
DEMO = REPOSITORY / "data" / "problems.jsonl"

PROBLEMS = [
    ("Compute $31^2 - 29^2$.", "120"),
    ("What is the greatest common divisor of $299$ and $437$?", "23"),
    ("A shepherd counts her sheep.", "7"),
    ("How many positive divisors does $392$ have?", "12"),
    ("If $2x + y = 11$ and $x - y = 1$, what is the value of $x + y$?", "7"),
    ("Compute $31^2 - 29^2$.", "120"),
    ("Find the remainder when $5^{60}$ is divided by $11$.", "1"),
    ("Compute $8 \\cdot 9$.", "notfound"),
]
TIMES = {"seconds", "proof_seconds"}


def _input(folder: Path) -> Path:
    path = folder / "problems.jsonl"
    rows = [
        {"id": f"p{number}", "problem": problem, "answer": answer}
        for number, (problem, answer) in enumerate(PROBLEMS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments), "--jobs", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        env=os.environ | {"COLUMNS": "100"},
    )


def _quickly(*arguments: object) -> subprocess.CompletedProcess[str]:
    return _run(*arguments, *QUICKLY)


def _stopped(problems: Path, folder: Path, number: signal.Signals) -> int:
    """Start the command, send it `number` once it has journaled three problems; its exit code."""
    process = subprocess.Popen(
        [*COMMAND, str(problems), "--output", str(folder), "--jobs", "1", *QUICKLY],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journal = folder / ".state" / "journal.jsonl"
    while process.poll() is None:
        if journal.exists() and journal.read_bytes().count(b"\n") >= 3:
            process.send_signal(number)
            break
        time.sleep(0.005)
    return process.wait()


def _content(folder: Path) -> dict[str, list[dict[str, object]]]:
    """The rows of both tables by file, without the times."""
    found = {}
    for path in sorted(folder.rglob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        for row in rows:
            for fields in (row, row.get("provenance", {})):
                for name in TIMES & fields.keys():
                    del fields[name]
        found[str(path.relative_to(folder))] = rows
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    done = _quickly(_input(folder), "--output", folder / "corpus")
    assert done.returncode == 0, done.stderr
    assert "5 statements" in done.stdout
    return folder / "corpus"


@pytest.mark.lean
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)]
)
def test_stopped_midway_and_run_again_gives_the_corpus_of_an_undisturbed_run(
    tmp_path: Path, undisturbed: Path, number: signal.Signals, code: int
) -> None:
    problems = _input(tmp_path)
    assert _stopped(problems, tmp_path / "corpus", number) == code
    assert not list((tmp_path / "corpus").rglob("*.parquet"))
    again = _quickly(problems, "--output", tmp_path / "corpus")
    assert again.returncode == 0, again.stderr
    assert _content(tmp_path / "corpus") == _content(undisturbed)


@pytest.mark.lean
def test_run_again_when_done_changes_nothing(undisturbed: Path) -> None:
    before = _content(undisturbed)
    again = _quickly(undisturbed.parent / "problems.jsonl", "--output", undisturbed)
    assert again.returncode == 0, again.stderr
    assert _content(undisturbed) == before


@pytest.mark.lean
def test_another_folder_gets_the_same_corpus_from_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"problem": "Compute $31^2 - 29^2$.", "answer": "120"}) + "\n")
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        done = _quickly(path, "--output", folder)
        assert done.returncode == 0, done.stderr
    # Also the seconds that the checks took are those of the first run.
    first, second = (
        [pq.read_table(each).to_pylist() for each in sorted(folder.rglob("*.parquet"))]
        for folder in folders
    )
    assert first == second


@pytest.mark.lean
def test_the_corpus_opens_with_datasets_by_files_and_by_folder(
    undisturbed: Path, tmp_path: Path
) -> None:
    cache = str(tmp_path)
    files = str(undisturbed / "data" / "*.parquet")
    by_files = load_dataset("parquet", data_files=files, split="train", cache_dir=cache)
    by_folder = load_dataset(str(undisturbed), split="train", cache_dir=cache)
    losses = load_dataset(str(undisturbed), "rejected", split="train", cache_dir=cache)
    assert by_files.column_names == by_folder.column_names
    assert by_files["uuid"][:] == by_folder["uuid"][:]
    assert len(set(by_files["uuid"])) == by_files.num_rows == 5
    assert sorted(losses["reason"]) == ["duplicate", "no_answer", "unknown_word"]


@pytest.mark.lean
def test_the_summary_says_what_the_tables_hold(undisturbed: Path) -> None:
    summary = json.loads((undisturbed / "summary.json").read_text(encoding="utf-8"))
    assert summary["input_rows"] == len(PROBLEMS)
    assert summary["problems"]["selected"] == 6
    assert summary["problems"]["translated"] == summary["statements"] == 5
    assert summary["problems"]["kept"] == 5
    assert summary["lost"]["select"] == {"duplicate": 1, "no_answer": 1}
    assert summary["settings"]["engine"] == "embedded"


@pytest.mark.lean
def test_other_settings_on_the_same_folder_end_in_one_line(undisturbed: Path) -> None:
    done = _run(
        undisturbed.parent / "problems.jsonl", "--output", undisturbed, "--profile", "mathlib"
    )
    assert done.returncode == 2
    assert "was made with profile core, not mathlib" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.lean
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "no such file or folder"),
        ("", "no rows"),
        ('{"problem": "cut\n', "no row could be read"),
    ],
)
def test_an_input_without_a_problem_ends_in_exit_code_2(
    tmp_path: Path, content: str | None, complaint: str
) -> None:
    path = tmp_path / "in.jsonl"
    if content is not None:
        path.write_text(content)
    done = _quickly(path, "--output", tmp_path / "corpus")
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.lean
def test_a_broken_line_is_named_and_the_rest_is_done(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(
        '{"question": "Compute $2+2$.", "final": "4"}\n{"question": \n'
        '{"question": "Compute $2+3$.", "final": "5"}\n'
    )
    columns = ("--problem-field", "question", "--answer-field", "final")
    done = _quickly(path, "--output", tmp_path / "corpus", *columns)
    assert done.returncode == 0, done.stderr
    assert "line 2: not JSON" in done.stderr
    assert "2 statements, 2 proved" in done.stdout


def _said(problem: Problem, sample: int) -> str:
    """The first sample does not compile, the others state the answer of the problem's sum."""
    statement = f"theorem t : 31 ^ 2 - 29 ^ 2 = {problem.answer} := by sorry"
    return "```lean4\n" + ("theorem t : 1 +" if sample == 0 else statement) + "\n```"


@pytest.mark.lean
def test_a_configured_run_with_a_replayed_model_and_how_it_is_resumed(tmp_path: Path) -> None:
    problems, corpus, config = (tmp_path / name for name in ("in.jsonl", "corpus", "run.yaml"))
    asked = Problem(id="p", problem="Compute $31^2 - 29^2$.", answer="120")
    problems.write_text(json.dumps({"id": "p", "problem": asked.problem, "answer": "120"}) + "\n")
    write_replay(tmp_path / "said.jsonl", [asked], _said, samples=2, seed=3)
    config.write_text(
        f"model: replay:{tmp_path}/said.jsonl\nsamples: 2\nrepairs: 0\nskip-gate: [triviality]\n"
        "seed: 9\n"
    )
    done = _run(problems, "--output", corpus, "--config", config, "--seed", "3")
    assert done.returncode == 0, done.stderr
    (row,) = pq.read_table(corpus / "data").to_pylist()
    assert row["provenance"]["model"] == f"replay:{tmp_path}/said.jsonl"
    assert (row["provenance"]["family"], row["provenance"]["sample"]) == ("chat-core", 1)
    (loss,) = pq.read_table(corpus / "rejected").to_pylist()
    assert (loss["sample"], loss["stage"]) == (0, "answer")
    assert not (corpus / "completions.jsonl").exists()
    progress = json.loads((corpus / ".state" / "progress.json").read_text())
    assert (progress["total"], progress["kept"], progress["attempts"]) == (1, 1, 2)
    assert progress["gates"]["answer"]["reasons"] == {"answer_missing": 1}
    summary = json.loads((corpus / "summary.json").read_text())
    assert summary["run"]["gates"] == progress["gates"]
    again = _run("--resume", corpus)
    assert again.returncode == 0, again.stderr
    assert "1 statements" in again.stdout


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sampels: 2\n", "no option sampels"),
        ("[1, 2]\n", "not a mapping"),
        ("a: [\n", "not YAML"),
        ("samples: many\n", "unable to parse string as an integer"),
        ("skip-gate: [compile]\n", "nothing can be said without it"),
        ("model: gpt\n", "no model 'gpt'"),
        ("model: replay:gone.jsonl\nfamily: kimina\n", "writes for mathlib"),
    ],
)
def test_a_configuration_that_makes_no_sense_ends_in_exit_code_2(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "run.yaml").write_text(text)
    done = _run(_input(tmp_path), "--output", tmp_path / "c", "--config", tmp_path / "run.yaml")
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_to_resume_ends_in_one_line(tmp_path: Path) -> None:
    done = _run("--resume", tmp_path)
    assert done.returncode == 2
    assert "no run to go on with" in done.stderr


def test_the_demo_problems_are_whole_and_of_several_kinds() -> None:
    rows = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len({row["problem"] for row in rows}) == 48
    assert {len(row) for row in rows} == {11}
    assert {"Algebra", "Number Theory", "Combinatorics", "Geometry", "Inequalities"} <= {
        row["problem_type"] for row in rows
    }
    assert {row["question_type"] for row in rows} == {"math-word-problem", "proof"}
    for row in rows:
        if row["solution_is_valid"] == "Yes" and row["question_type"] != "proof":
            assert row["answer"] in row["solution"].replace("\\text{Ada}", "Ada")
