"""`numina-lean build tir` as a user runs it: a recording, a kill, and a tiny model."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from replays import Scripted
from solving import program, seen
from tir_building import PUBLISHED, build
from typer.testing import CliRunner, Result

from numina_lean.build.tir.sample import Plan
from numina_lean.cli import app
from numina_lean.models.model import Prompt
from numina_lean.models.record import Recorder
from numina_lean.problems.problem import Problem
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import SandboxRunner

PROBLEMS = [
    {"id": "divisors", "problem": "How many positive divisors has 360?", "answer": "24"},
    {"id": "power", "problem": "What is the remainder of 7^100 modulo 13?", "answer": "9"},
    {"id": "digits", "problem": "What is the sum of the digits of 2^50?", "answer": "77"},
    {"id": "claim", "problem": "Prove that 2^50 has 16 digits.", "answer": "proof"},
]
CODE = {
    "360": "sum(1 for d in range(1, 361) if 360 % d == 0)",
    "7^100": "pow(7, 100, 13)",
    "2^50": "sum(map(int, str(2**50)))",
}
PLAN = Plan(Procedure(samples=2), 2)


def say(prompt: Prompt, sample: int) -> str:
    (known,) = [key for key in CODE if key in prompt.messages[-1].content]
    if shown := seen(prompt):
        return f"The answer is $\\boxed{{{shown}}}$."
    return program(CODE[known] if sample else "1 / 0")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `say` says in both passes, in `replay:`'s form."""
    file = tmp_path_factory.mktemp("recording") / "said.jsonl"
    recorder = Recorder(Scripted(say), file)
    problems = [Problem(row["id"], row["problem"], row["answer"]) for row in PROBLEMS]
    with Sandbox(jobs=1) as sandbox:
        runner = SandboxRunner(sandbox, 1)
        build(tmp_path_factory.mktemp("made"), recorder, runner, problems, PLAN)
        runner.close()
    asyncio.run(recorder.close())
    return file


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("input") / "problems.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in PROBLEMS) + "no row\n")
    return file


@pytest.fixture(scope="module")
def whole(problems: Path, recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run without a break, with its report."""
    output = tmp_path_factory.mktemp("whole")
    done = run(*command(problems, recording, output), "--format", "json")
    assert done.exit_code == 0, done.stderr
    (output / "report.json").write_text(done.stdout)
    return output


def command(problems: Path, recording: Path, output: Path) -> list[str]:
    return [
        "build", "tir", str(problems), "--model", f"replay:{recording}", "--samples", "2",
        "--passes", "2", "--output", str(output), "--programs", "1",
    ]  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def rows(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "data").to_pylist()  # type: ignore[no-any-return]


def test_a_build_from_a_recording_tells_the_yield_of_each_pass(problems: Path, whole: Path) -> None:
    output = whole
    report = json.loads((output / "report.json").read_text())
    assert report["rows"] == 2
    assert [(each["taken"], each["kept"]) for each in report["passes"]] == [(3, 2), (1, 0)]
    assert report["passes"][1]["samples"] == {"wrong": 2}
    assert {row["problem"] for row in rows(output)} == {row["problem"] for row in PROBLEMS[:2]}
    assert all(PUBLISHED.fullmatch(row["solution"]) for row in rows(output))
    reasons = {
        (row["stage"], row["reason"])
        for row in map(json.loads, (output / "rejected.jsonl").read_text().splitlines())
    }
    assert {("read", "unreadable"), ("select", "proof")} < reasons
    manifest = json.loads((output / "manifest.json").read_text())
    assert manifest["passes"] == report["passes"]
    assert manifest["inputs"][0]["path"] == str(problems)
    assert "| 1 | 3 | 2 | 66.7% |" in (output / "README.md").read_text()


def test_the_same_command_goes_on_after_a_kill_and_comes_to_the_same(
    problems: Path, recording: Path, whole: Path, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    code = "from numina_lean.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *command(problems, recording, killed)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    traces = killed / "traces.jsonl"
    while process.poll() is None and not (traces.exists() and traces.stat().st_size):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert run(*command(problems, recording, killed)).exit_code == 0
    assert rows(killed) == rows(whole)
    assert _keys(killed / "traces.jsonl") == _keys(whole / "traces.jsonl")
    passes = [
        json.loads((each / "manifest.json").read_text())["passes"] for each in (whole, killed)
    ]
    assert passes[0] == passes[1]


def _keys(traces: Path) -> list[tuple[str, int, int]]:
    """Each once: sorted, and with repetitions if there are any."""
    lines = [json.loads(line) for line in traces.read_text().splitlines()]
    return sorted((line["problem_id"], line["pass"], line["sample"]) for line in lines)


def test_what_is_not_recorded_is_left_for_another_run(
    problems: Path, recording: Path, tmp_path: Path
) -> None:
    arguments = command(problems, recording, tmp_path / "out")
    arguments[arguments.index("--samples") + 1] = "3"
    done = run(*arguments, "--missing", str(tmp_path / "missing.jsonl"))
    assert done.exit_code == 1
    assert "3 problems left for another run" in done.stdout
    assert (tmp_path / "missing.jsonl").read_text()


def test_a_folder_made_with_another_rule_is_refused(
    problems: Path, recording: Path, whole: Path
) -> None:
    done = run(*command(problems, recording, whole), "--executed", "ran")
    assert done.exit_code == 2
    assert "executed" in done.stderr


def test_a_tiny_model_goes_through_all_stages(problems: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from tiny_model import save_tiny_model

    model = save_tiny_model(tmp_path / "tiny")
    output = tmp_path / "out"
    done = run(
        "build", "tir", str(problems), "--model", f"hf:{model}", "--family", "numina", "--passes",
        "2", "--rounds", "2", "--max-tokens", "8", "--limit", "1", "--output", str(output),
        "--programs", "1", "--format", "json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert [(each["taken"], each["kept"]) for each in report["passes"]] == [(1, 0), (1, 0)]
    assert len((output / "traces.jsonl").read_text().splitlines()) == 2
    assert not (output / "data").exists()


TRAJECTORIES = 24


@pytest.mark.shared
def test_real_trajectories_are_kept_where_they_are_right_and_their_programs_still_print_it(
    shared_data: Path, tmp_path: Path
) -> None:
    with (shared_data / "tir_samples.jsonl").open() as stream:
        samples = [json.loads(line) for line in stream]
    chosen = [row for row in samples if row["source"].startswith("tora-70b")]
    mixed = [row for right in (True, False) for row in chosen if row["correct"] is right]
    some = mixed[: TRAJECTORIES // 2] + mixed[-TRAJECTORIES // 2 :]
    said = {row["problem"]: row["trajectory"] for row in some}

    def replay(prompt: Prompt, sample: int) -> str:
        """What the trajectory says next, up to where it asks for an output."""
        (text,) = [text for key, text in said.items() if key in prompt.messages[-1].content]
        parts = text.split("```output\n")
        number = prompt.prefill.count("```output\n")
        part = parts[number].split("```\n", 1)[-1] if number else parts[0]
        return part + ("```output\n" if number + 1 < len(parts) else "")

    problems = [Problem(row["id"], row["problem"], row["answer"]) for row in some]
    with Sandbox(jobs=1) as sandbox:
        runner = SandboxRunner(sandbox, 1)
        plan = Plan(Procedure(samples=1, restart=False), 1)
        build(tmp_path, Scripted(replay), runner, problems, plan)
        runner.close()
    kept = {row["problem"] for row in rows(tmp_path)}
    right = {row["problem"] for row in some if row["correct"]}
    assert kept <= right
    assert len(kept) >= 0.8 * len(right)
    assert all(PUBLISHED.fullmatch(row["solution"]) for row in rows(tmp_path))
