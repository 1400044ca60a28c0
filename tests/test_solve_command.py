"""`numina-lean solve-informal` as a user runs it, on a recording of our own and on a tiny model."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from replays import Scripted
from solving import program, seen, solve
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.models.model import Prompt
from numina_lean.models.record import Recorder
from numina_lean.problems.problem import Problem
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.folder import read_solutions
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import SandboxRunner

PROBLEMS = [
    {"id": "divisors", "problem": "How many positive divisors has 360?", "answer": "24"},
    {"id": "power", "problem": "What is the remainder of 7^100 modulo 13?", "answer": "9"},
    {"id": "digits", "problem": "What is the sum of the digits of 2^50?", "answer": "76"},
]
CODE = {
    "360": "sum(1 for d in range(1, 361) if 360 % d == 0)",
    "7^100": "pow(7, 100, 13)",
    "2^50": "sum(map(int, str(2**50)))",
}
PRINTS = {"360": "24", "7^100": "9", "2^50": "76"}
SAMPLES = 4


def say(prompt: Prompt, sample: int) -> str:
    (known,) = [key for key in CODE if key in prompt.messages[-1].content]
    if shown := seen(prompt):
        return f"The answer is $\\boxed{{{shown}}}$."
    return program(CODE[known] if sample else "1 / 0")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `say` says along the traces of all samples, in `replay:`'s form."""
    file = tmp_path_factory.mktemp("recording") / "said.jsonl"
    recorder = Recorder(Scripted(say), file)
    with Sandbox(jobs=1) as sandbox:
        runner = SandboxRunner(sandbox, 1)
        for row in PROBLEMS:
            problem = Problem(row["id"], row["problem"], row["answer"])
            solve(recorder, runner, Procedure(samples=SAMPLES, early="never"), problem=problem)
        runner.close()
    asyncio.run(recorder.close())
    return file


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    file = tmp_path / "problems.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in PROBLEMS))
    return file


def command(problems: Path, recording: Path, output: Path) -> list[str]:
    return [
        "solve-informal", str(problems), "--model", f"replay:{recording}", "--samples",
        str(SAMPLES), "--early", "never", "--output", str(output), "--programs", "2",
    ]  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_three_problems_are_answered_rightly_from_a_recording(
    problems: Path, recording: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    done = run(*command(problems, recording, output), "--format", "json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["problems"], report["correct"], report["accuracy"]) == (3, 3, 1.0)
    solutions = {each.id: each for each in read_solutions(output)}
    assert {name: each.answer for name, each in solutions.items()} == {
        row["id"]: row["answer"] for row in PROBLEMS
    }
    traces = [json.loads(line) for line in (output / "traces.jsonl").read_text().splitlines()]
    assert len(traces) == 3 * SAMPLES
    failed = next(trace for trace in traces if trace["sample"] == 0)
    assert "ZeroDivisionError" in failed["turns"][0]["output"]
    assert json.loads((output / "summary.json").read_text()) == report


def test_the_text_of_a_problem_will_do(recording: Path, tmp_path: Path) -> None:
    done = run(
        "solve-informal", PROBLEMS[0]["problem"], "--model", f"replay:{recording}", "--samples",
        str(SAMPLES), "--early", "never", "--output", str(tmp_path / "out"),
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "24" in done.stdout


def test_the_same_command_goes_on_after_a_kill_and_comes_to_the_same(
    problems: Path, recording: Path, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run(*command(problems, recording, whole)).exit_code == 0
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
    with traces.open("a") as stream:
        stream.write('{"problem_id": "divi')  # as if it was killed while it wrote
    assert run(*command(problems, recording, killed)).exit_code == 0

    def outcome(folder: Path) -> dict[str, object]:
        return {
            each.id: (each.answer, each.votes, [(s.sample, s.ended) for s in each.samples])
            for each in read_solutions(folder)
        }

    assert outcome(killed) == outcome(whole)
    kept = [json.loads(line) for line in traces.read_text().splitlines()]
    assert len({(trace["problem_id"], trace["sample"]) for trace in kept}) == 3 * SAMPLES


def test_what_is_not_recorded_is_left_for_another_run(
    problems: Path, recording: Path, tmp_path: Path
) -> None:
    output, missing = tmp_path / "out", tmp_path / "missing.jsonl"
    arguments = command(problems, recording, output)
    arguments[arguments.index("--samples") + 1] = str(SAMPLES + 1)
    done = run(*arguments, "--missing", str(missing))
    assert done.exit_code == 1
    assert "3 left for another run" in done.stdout
    assert len(missing.read_text().splitlines()) == 3


def test_a_folder_made_with_other_settings_is_refused(
    problems: Path, recording: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    assert run(*command(problems, recording, output)).exit_code == 0
    done = run(*command(problems, recording, output), "--temperature", "0.5")
    assert done.exit_code == 2
    assert "was made with temperature 0.8, not 0.5" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.jsonl", "--model", "replay:x"], "nowhere.jsonl"),
        (["", "--model", "replay:x"], "INPUT is empty"),
        (["1 + 1 = ?", "--model", "gpt"], "a model is named"),
        (["1 + 1 = ?", "--model", "replay:x", "--family", "tora"], "there are: chat"),
        (["1 + 1 = ?", "--model", "replay:x", "--confidence", "2"], "confidence is 2"),
        (["1 + 1 = ?", "--model", "hf:x", "--model-option", "gpus=2"], "NAME=VALUE"),
        (["1 + 1 = ?", "--model", "hf:x", "--model-option", "batch=many"], "no value for batch"),
    ],
)
def test_bad_usage_is_one_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["solve-informal", *arguments, "--output", str(tmp_path / "out")]
    )
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_row_that_is_no_problem_is_told_and_costs_nothing_else(
    problems: Path, recording: Path, tmp_path: Path
) -> None:
    with problems.open("a") as stream:
        stream.write('{"id": "empty"}\n')
    done = run(*command(problems, recording, tmp_path / "out"))
    assert done.exit_code == 0
    assert "warning:" in done.stderr
    assert "3 problems, 3 answered, 3 of 3 right" in done.stdout


def test_a_tiny_model_solves_from_end_to_end_whatever_it_answers(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from tiny_model import save_tiny_model

    model = save_tiny_model(tmp_path / "tiny")
    file = tmp_path / "problems.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in PROBLEMS))
    output = tmp_path / "out"
    done = run(
        "solve-informal", str(file), "--model", f"hf:{model}", "--family", "numina", "--samples",
        "2", "--rounds", "2", "--max-tokens", "24", "--output", str(output),
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    solutions = read_solutions(output)
    assert len(solutions) == 3
    assert all(len(each.samples) == 2 and each.tokens > 0 for each in solutions)


@pytest.mark.shared
def test_three_real_problems_are_answered_rightly_by_a_replay_of_real_traces(
    shared_data: Path, tmp_path: Path
) -> None:
    from tir_replay import Follower, followed

    traces = [
        trace
        for trace in followed(shared_data / "tir_samples.jsonl")
        if trace.correct and trace.source.startswith("ToRA corpus") and len(trace.outputs) == 1
    ][:3]
    file, recording = tmp_path / "problems.jsonl", tmp_path / "said.jsonl"
    rows = [
        {"id": trace.id, "problem": trace.problem.problem, "answer": trace.problem.answer}
        for trace in traces
    ]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    recorder = Recorder(Follower({trace.id: trace for trace in traces}), recording)
    procedure = Procedure(samples=1, early="never", answer_mode="general")
    with Sandbox(jobs=1) as sandbox:
        runner = SandboxRunner(sandbox, 1)
        for trace in traces:
            solve(recorder, runner, procedure, problem=trace.problem)
        runner.close()
    asyncio.run(recorder.close())
    done = run(
        "solve-informal", str(file), "--model", f"replay:{recording}", "--samples", "1",
        "--early", "never", "--answer-mode", "general", "--output", str(tmp_path / "out"),
        "--format", "json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["correct"] == 3
