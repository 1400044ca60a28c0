"""Which samples a TIR build keeps, what it writes of them, and that nothing is sampled twice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from solving import Says, program, seen
from tir_building import PUBLISHED, build

from numina_lean.build.tir.sample import PASS_STRIDE, Plan
from numina_lean.models.model import Completion, ModelError, Prompt, Reply, Sampling, Usage
from numina_lean.problems.problem import Problem
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.procedure import OUTPUT_MARK, Procedure
from numina_lean.solve.runner import SandboxRunner

PROBLEM = Problem("divisors", "How many positive divisors has 360?", "24")
COUNT = "print(sum(1 for d in range(1, 361) if 360 % d == 0))"


@pytest.fixture(scope="module")
def runner() -> Iterator[SandboxRunner]:
    with Sandbox(jobs=1) as sandbox:
        runner = SandboxRunner(sandbox, 1)
        yield runner
        runner.close()


def answering(first: str, last: str) -> Says:
    """Says `first`, and once it was shown an output, `last`."""
    return Says(lambda prompt, sample: last if seen(prompt) else first)


def table(folder: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((folder / "data").glob("*.parquet"))
            for row in pq.read_table(path).to_pylist()]  # fmt: skip


def test_a_right_executed_answer_is_published_in_the_published_form(
    runner: SandboxRunner, tmp_path: Path
) -> None:
    report = build(
        tmp_path, answering(program(COUNT), "There are 24.\n\nSo it is $\\boxed{24}$.\n\nDone."),
        runner, [PROBLEM],
    )  # fmt: skip
    (row,) = table(tmp_path)
    assert list(row) == ["problem", "solution", "messages"]
    assert row["solution"] == (
        f"We let the machine count.\n```python\n{COUNT}\n```\n```output\n24\n```\n"
        "There are 24.\n\nSo it is $\\boxed{24}$."
    )
    assert PUBLISHED.fullmatch(row["solution"])
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
    assert row["messages"][1]["content"] == row["solution"]
    assert [(each.taken, each.kept) for each in report.yields] == [(1, 1), (0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("first", "last", "fate"),
    [
        pytest.param(program("print(25)"), "It is $\\boxed{25}$.", "wrong", id="wrong"),
        pytest.param(program("print(23)"), "Plus one: $\\boxed{24}$.", "not_executed", id="words"),
        pytest.param("It is $\\boxed{24}$.", "", "hallucinated", id="no-program"),
        pytest.param(program("1 / 0"), "It is $\\boxed{24}$.", "program_failed", id="failed"),
        pytest.param(program(COUNT), "The answer is 24.", "no_box", id="no-box"),
        pytest.param(program(COUNT), "I give up.", "no_answer", id="no-answer"),
        pytest.param(
            "Run:\n```python\nprint(24)\n```\n```output\n24\n```\nIt is $\\boxed{24}$.", "",
            "invented_output", id="output-of-its-own-and-no-run",
        ),
        pytest.param(
            program(COUNT), "```output\n24\n```\nIt is $\\boxed{24}$.", "invented_output",
            id="output-of-its-own-after-a-run",
        ),
        pytest.param(
            program(COUNT), "It is $\\boxed{24}$.<|im_end|>", "special_token", id="special-token"
        ),
    ],
)  # fmt: skip
def test_what_does_not_count_is_dropped_and_its_reason_told(
    runner: SandboxRunner, tmp_path: Path, first: str, last: str, fate: str
) -> None:
    report = build(tmp_path, answering(first, last), runner, [PROBLEM])
    assert table(tmp_path) == []
    assert [dict(each.fates) for each in report.yields] == [{fate: 1}] * 3
    (lost,) = map(json.loads, (tmp_path / "rejected.jsonl").read_text().splitlines())
    assert (lost["stage"], lost["reason"]) == ("keep", fate)


def test_by_the_weaker_rule_it_is_enough_that_a_program_ran(
    runner: SandboxRunner, tmp_path: Path
) -> None:
    model = answering(program("print(23)"), "Plus one: $\\boxed{24}$.")
    plan = Plan(Procedure(samples=1, restart=False), 1, "ran")
    assert build(tmp_path, model, runner, [PROBLEM], plan).rows == 1


def test_a_failure_is_tried_again_with_another_seed_and_only_until_it_succeeds(
    runner: SandboxRunner, tmp_path: Path
) -> None:
    model = Says(lambda prompt, sample: _second_time(model, prompt))
    report = build(tmp_path, model, runner, [PROBLEM])
    assert [(each.taken, each.kept) for each in report.yields] == [(1, 0), (1, 1), (0, 0)]
    assert [dict(each.fates) for each in report.yields] == [{"wrong": 1}, {"kept": 1}, {}]
    assert model.seeds == [42, 42, 42 + PASS_STRIDE, 42 + PASS_STRIDE]
    assert json.loads((tmp_path / "manifest.json").read_text())["passes"][1]["share"] == 1.0


def _second_time(model: Says, prompt: Prompt) -> str:
    if shown := seen(prompt):
        return f"It is $\\boxed{{{shown}}}$."
    return program(COUNT if model.seeds[-1] != 42 else "print(25)")


def test_of_several_samples_each_text_is_kept_once(runner: SandboxRunner, tmp_path: Path) -> None:
    def say(prompt: Prompt, sample: int) -> str:
        if shown := seen(prompt):
            return f"It is $\\boxed{{{shown}}}$."
        return program(["print(24)", "print(12 * 2)", "print(24)", "print(5)"][sample])

    plan = Plan(Procedure(samples=4, restart=False))
    report = build(tmp_path, Says(say), runner, [PROBLEM], plan)
    assert report.rows == len({row["solution"] for row in table(tmp_path)}) == 2
    assert dict(report.yields[0].fates) == {"kept": 3, "wrong": 1}
    lines = (tmp_path / "traces.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["sample"] for line in lines) == [0, 1, 2, 3]


@dataclass
class Failing:
    """Answers by `inner` for so many requests, and then fails."""

    inner: Says
    left: int
    name: str = "says"
    asked: list[int] = field(default_factory=list)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        if self.left == 0:
            raise ModelError("failed", "the line is down")
        self.left -= 1
        self.asked.append(first)
        text = self.inner.say(prompt, first)
        return Reply.of([Completion(first, text, "stop", Usage(1, 1))], 0.0)

    def stream(self, prompt: Prompt, sampling: Sampling, *, sample: int = 0) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        return


def test_a_run_that_the_model_failed_goes_on_without_sampling_anything_again(
    runner: SandboxRunner, tmp_path: Path
) -> None:
    def say(prompt: Prompt, sample: int) -> str:
        if shown := seen(prompt):
            return f"It is $\\boxed{{{shown}}}$."
        return program("print(24)" if "360" in str(prompt.messages) else "print(1)")

    says = Says(say)
    problems = [PROBLEM, Problem("one", "What is the least positive integer?", "2")]
    plan = Plan(Procedure(samples=1, restart=False), 2)
    first = Failing(says, 4)
    report = build(tmp_path, first, runner, problems, plan)
    assert (report.rows, report.postponed) == (1, 1)
    second = Failing(says, 100)
    report = build(tmp_path, second, runner, problems, plan)
    assert (report.rows, report.postponed) == (1, 0)
    # Two problems in pass 1 and one of them in pass 2, of two texts each.
    assert len(first.asked) + len(second.asked) == 6
    lines = [json.loads(line) for line in (tmp_path / "traces.jsonl").read_text().splitlines()]
    keys = [(line["problem_id"], line["pass"], line["sample"]) for line in lines]
    assert sorted(keys) == [("divisors", 1, 0), ("one", 1, 0), ("one", 2, 0)]
    assert build(tmp_path, Failing(says, 0), runner, problems, plan) == report


def test_the_trace_log_forgives_a_line_cut_short(runner: SandboxRunner, tmp_path: Path) -> None:
    model = answering(program(COUNT), "It is $\\boxed{24}$.")
    build(tmp_path, model, runner, [PROBLEM])
    with (tmp_path / "traces.jsonl").open("a") as stream:
        stream.write('{"pass": 1, "problem_id": "di')
    other = replace(PROBLEM, id="other", problem="How many divisors has 360 that are positive?")
    build(tmp_path, model, runner, [PROBLEM, other])
    lines = [json.loads(line) for line in (tmp_path / "traces.jsonl").read_text().splitlines()]
    assert [line["problem_id"] for line in lines] == ["divisors", "other"]


def test_a_program_without_its_closing_fence_is_closed(
    runner: SandboxRunner, tmp_path: Path
) -> None:
    first = f"Count.\n```py\n{COUNT}\n{OUTPUT_MARK}"
    build(tmp_path, answering(first, "It is \\[\\boxed{24}\n\\]\nas said."), runner, [PROBLEM])
    (row,) = table(tmp_path)
    assert row["solution"] == (
        f"Count.\n```python\n{COUNT}\n```\n```output\n24\n```\nIt is \\[\\boxed{{24}}\n\\]"
    )
