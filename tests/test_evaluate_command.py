"""`numina-lean evaluate` as a user runs it: on a recording of our own, in the real sandbox."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from replays import Scripted
from solving import program, seen, solve
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.evaluate.folder import read_evaluation, seed_folder
from numina_lean.evaluate.seeds import drawn_from
from numina_lean.evaluate.suites import SUITES
from numina_lean.models.model import Prompt, Sampling
from numina_lean.models.record import Recorder
from numina_lean.problems.problem import Problem
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.folder import read_solutions
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import SandboxRunner

SEEDS, SAMPLES = (42, 43), 4
INTEGERS = [
    {"id": "divisors", "problem": "How many positive divisors has 360?", "answer": "24"},
    {"id": "digits", "problem": "What is the sum of the digits of 2^50?", "answer": "76"},
    {"id": "base", "problem": "Write 476 in base 6.", "answer": "2112_6"},
]
FRACTIONS = [{"id": "half", "problem": "What is 1/3 + 1/6?", "answer": "\\frac{1}{2}"}]
SAYS = {
    # by problem, what the four samples of any seed print
    "360": ("24", "24", "12", "24"),
    "2^50": ("75", "75", "76", "76"),
    "base 6": ("21126", "21126", "21126", "21126"),
    "1/3": ("0.5", "1/2", "1/3", "0.50"),
}


def say(prompt: Prompt, sample: int) -> str:
    (known,) = [key for key in SAYS if key in prompt.messages[-1].content]
    if shown := seen(prompt):
        return f"The answer is $\\boxed{{{shown}}}$."
    return program(f"print({SAYS[known][sample]!r})")


@dataclass(frozen=True)
class Run:
    """The rows, the recording, and the folder of a run over them."""

    integers: Path
    fractions: Path
    recording: Path
    output: Path
    done: Result

    def command(self, output: Path, *more: str) -> list[str]:
        return [
            "evaluate", "--suite", "amc", "--suite", "math", "--data", f"amc={self.integers}",
            "--data", f"math={self.fractions}", "--seeds", "2", "--samples", str(SAMPLES),
            "--model", f"replay:{self.recording}", "--programs", "1", "--output", str(output),
            *more,
        ]  # fmt: skip


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("evaluation")
    integers, fractions = folder / "integers.jsonl", folder / "fractions.jsonl"
    integers.write_text("".join(f"{json.dumps(row)}\n" for row in INTEGERS) + "{broken\n")
    fractions.write_text("".join(f"{json.dumps(row)}\n" for row in FRACTIONS))
    recording = folder / "said.jsonl"
    record(recording)
    run = Run(integers, fractions, recording, folder / "out", invoke("--version"))
    yield replace(run, done=invoke(*run.command(run.output)))


def record(file: Path) -> None:
    recorder = Recorder(Scripted(say), file)
    with Sandbox(jobs=1) as sandbox:
        runner = SandboxRunner(sandbox, 1)
        for row in (*INTEGERS, *FRACTIONS):
            problem = Problem(row["id"], row["problem"], row["answer"])
            for seed in SEEDS:
                procedure = Procedure(
                    samples=SAMPLES, seed=drawn_from(seed, SAMPLES), early="never"
                )
                solve(recorder, runner, procedure, problem=problem)
        runner.close()
    asyncio.run(recorder.close())


def test_suites_are_solved_with_every_seed_and_reported(whole: Run) -> None:
    assert whole.done.exit_code == 0, whole.done.output
    assert "warning: amc:" in whole.done.stderr
    assert "4 rows, the published set has 83" in whole.done.stderr
    assert "line 4" in whole.done.stderr
    record = json.loads((whole.output / "report.json").read_text())
    amc, math = record["suites"]
    assert (amc["suite"], amc["rows"], amc["broken"], amc["seeds"]) == ("amc", 4, 1, [42, 43])
    strict, literal = amc["rules"]["strict"], amc["rules"]["literal"]
    # 75 and 76 have two votes each: 75 has the lower sample, and wins.
    assert (strict["problems"], strict["vote"]["mean"]) == (2, 0.5)
    assert (literal["problems"], literal["vote"]["mean"]) == (3, pytest.approx(2 / 3))
    assert strict["sample"]["mean"] == pytest.approx((0.75 + 0.5) / 2)
    assert strict["pass"]["4"]["mean"] == 1.0
    assert strict["vote"]["deviation"] == 0.0
    equality = math["rules"]["equality"]
    assert (math["answer_mode"], equality["vote"]["mean"]) == ("general", 1.0)
    assert equality["sample"]["mean"] == 0.75
    assert (whole.output / "report.html").read_text().startswith("<!doctype html>")


def test_seeds_have_samples_of_their_own(whole: Run) -> None:
    lines = [json.loads(line) for line in whole.recording.read_text().splitlines()]
    first = {Sampling(**line["sampling"]).seed for line in lines if line["sample"] == 0}
    assert first == {drawn_from(seed, SAMPLES) for seed in SEEDS}
    for seed in SEEDS:
        settings = seed_folder(whole.output, "amc", seed) / ".state" / "settings.json"
        assert json.loads(settings.read_text())["seed"] == str(drawn_from(seed, SAMPLES))
        assert json.loads(settings.read_text())["early"] == "never"


def test_a_run_goes_on_after_a_kill_and_comes_to_the_same(whole: Run, tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    code = "from numina_lean.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *whole.command(killed)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    traces = seed_folder(killed, "amc", 42) / "traces.jsonl"
    while process.poll() is None and not (traces.exists() and traces.stat().st_size):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "report.json").exists()
    assert invoke(*whole.command(killed)).exit_code == 0

    def outcome(folder: Path) -> dict[tuple[str, int, str], object]:
        return {
            (run.manifest.suite, seed, each.id): (each.answer, each.votes, each.reference)
            for run in read_evaluation(folder)
            for seed, solutions in run.seeds.items()
            for each in solutions
        }

    assert outcome(killed) == outcome(whole.output)
    assert len(outcome(killed)) == 8


def test_a_run_with_fewer_samples_is_compared_with_it(whole: Run, tmp_path: Path) -> None:
    few = tmp_path / "few"
    # Under the ids of the first run, and with its recording: two of its four samples.
    command = whole.command(few)
    command[command.index("--samples") + 1] = "2"
    assert invoke(*command).exit_code == 0
    done = invoke("evaluate", "--compare", str(few), str(whole.output), "--format", "json")
    assert done.exit_code == 0
    amc, math = json.loads(done.stdout)["suites"]
    assert "samples: 2 in A, 4 in B." in amc["notes"]
    assert [each["verdict"] for each in amc["rules"]] == ["not shown", "not shown"]
    # 75 and 75 without the later 76: single samples are better in B on one problem, worse on one.
    assert amc["rules"][0]["sample_difference"] == pytest.approx((-0.25 + 0.5) / 2)
    assert math["rules"][0]["problems"] == 1


def test_what_the_model_cannot_serve_is_left_and_not_counted_as_wrong(
    whole: Run, tmp_path: Path
) -> None:
    lines = whole.recording.read_text().splitlines(keepends=True)
    partly = tmp_path / "partly.jsonl"
    half = [line for line in lines if json.loads(line)["sampling"]["seed"] == 420_000]
    partly.write_text("".join(half))
    command = whole.command(tmp_path / "out")
    command[command.index("--model") + 1] = f"replay:{partly}"
    done = invoke(*command)
    assert done.exit_code == 1
    assert "4 problems are left" in done.stderr
    record = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [each["seeds"] for each in record["suites"]] == [[42], [42]]
    assert record["suites"][0]["rules"]["strict"]["vote"]["mean"] == 0.5
    assert any("One seed" in note for note in record["suites"][0]["notes"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--temperature", "0.5"], "was made with temperature 0.8, not 0.5"),
        (["--modulus", "1000"], "was made with modulus None, not 1000"),
        (["--family", "numina"], "was made with family chat, not numina"),
        (["--samples", "10001"], "a seed has room for 10000"),
    ],
)
def test_a_folder_of_other_settings_is_refused(whole: Run, more: list[str], said: str) -> None:
    before = [read_solutions(seed_folder(whole.output, "amc", seed)) for seed in SEEDS]
    done = invoke(*whole.command(whole.output, *more))
    assert done.exit_code == 2
    assert said in done.stderr
    assert before == [read_solutions(seed_folder(whole.output, "amc", seed)) for seed in SEEDS]


def test_a_folder_of_other_rows_is_refused(whole: Run, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(INTEGERS[0] | {"answer": "25"}))
    done = invoke(
        "evaluate", "--suite", "amc", "--data", str(rows), "--samples", str(SAMPLES), "--model",
        f"replay:{whole.recording}", "--output", str(whole.output),
    )  # fmt: skip
    assert done.exit_code == 2
    assert "was made with rows" in done.stderr


def test_the_suites_that_are_said_are_those_that_are_there() -> None:
    text = invoke("evaluate", "--help").output
    assert all(name in text for name in SUITES)
