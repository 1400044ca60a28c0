"""The loop over traces, with a real sandbox; what the model says is written here."""

import asyncio
from collections.abc import Iterator

import pytest
from solving import Heard, Says, program, seen, solve

from numina_lean.models.model import ModelError, Prompt
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import SandboxRunner

COUNTS = "sum(1 for d in range(1, 361) if 360 % d == 0)"


@pytest.fixture(scope="module")
def runner() -> Iterator[SandboxRunner]:
    with Sandbox(jobs=2) as sandbox:
        runner = SandboxRunner(sandbox, 2)
        yield runner
        runner.close()


def honest(prompt: Prompt, sample: int) -> str:
    """Counts; every third sample counts one too few."""
    shown = seen(prompt)
    if shown:
        return f"So there are $\\boxed{{{shown}}}$ of them."
    return program(COUNTS if sample % 3 else f"{COUNTS} - 1")


def test_the_answer_that_most_programs_print_wins(runner: SandboxRunner) -> None:
    listener = Heard()
    solved = solve(Says(honest), runner, Procedure(samples=7, early="never"), listener=listener)
    assert solved.votes.winner == "24"
    assert [(each.answer, each.weight) for each in solved.votes.classes] == [("24", 4), ("23", 3)]
    assert {trace.ended for trace in solved.traces} == {"answered"}
    assert sorted(trace.sample for trace in listener.over) == list(range(7))
    assert (solved.early, solved.complete) == (False, True)


def test_no_trace_waits_for_another(runner: SandboxRunner) -> None:
    """Sample 0 writes its first text only when sample 1 has ended, its program run and all."""
    listener = Heard()

    async def waits() -> None:
        while not any(trace.sample == 1 for trace in listener.over):
            await asyncio.sleep(0.01)

    model = Says(honest, before=lambda sample, shown: waits() if sample == 0 else None)
    solved = solve(model, runner, Procedure(samples=2, early="never"), listener=listener)
    assert [trace.sample for trace in listener.over] == [1, 0]
    assert len(solved.traces) == 2


def test_once_the_vote_is_settled_what_still_writes_is_cancelled(runner: SandboxRunner) -> None:
    model = Says(
        lambda prompt, sample: honest(prompt, 1),
        before=lambda sample, shown: asyncio.sleep(3600) if sample >= 5 else None,
    )
    solved = solve(model, runner, Procedure(samples=9))
    assert (solved.votes.winner, solved.early, solved.complete) == ("24", True, True)
    assert sorted(model.cancelled) == [5, 6, 7, 8]
    assert [trace.sample for trace in solved.traces] == [0, 1, 2, 3, 4]


def test_traces_of_an_earlier_run_are_not_made_again(runner: SandboxRunner) -> None:
    procedure = Procedure(samples=6, early="never")
    whole = solve(Says(honest), runner, procedure)
    model = Says(honest)
    again = solve(model, runner, procedure, done=whole.traces[:4])
    assert set(model.asked) == {4, 5}
    assert again.votes == whole.votes
    model = Says(honest)
    assert solve(model, runner, procedure, done=whole.traces).votes == whole.votes
    assert model.asked == []


def test_a_trace_that_starts_anew_is_drawn_with_another_seed(runner: SandboxRunner) -> None:
    first = iter(["It is clear."])
    model = Says(lambda prompt, sample: next(first, None) or honest(prompt, 1))
    solved = solve(model, runner, Procedure(samples=1))
    assert solved.votes.winner == "24"
    assert len(set(model.seeds)) == 2


def test_programs_of_a_trace_share_their_state_only_where_that_is_asked_for(
    runner: SandboxRunner,
) -> None:
    def say(prompt: Prompt, sample: int) -> str:
        if not prompt.prefill:
            return program("n = 360\nn")
        if "len" not in prompt.prefill:
            return program("len([d for d in range(1, n + 1) if n % d == 0])")
        return f"So $\\boxed{{{seen(prompt)}}}$."

    kept = solve(Says(say), runner, Procedure(samples=1, kept=True))
    assert kept.votes.winner == "24"
    fresh = solve(Says(say), runner, Procedure(samples=1, answer_mode="general"))
    assert "NameError" in (fresh.traces[0].turns[1].output or "")
    assert fresh.traces[0].failures == 1


def test_a_program_without_end_costs_its_trace_no_more_than_its_time(
    runner: SandboxRunner,
) -> None:
    def say(prompt: Prompt, sample: int) -> str:
        return honest(prompt, 1) if prompt.prefill else program("while True: pass")

    solved = solve(Says(say), runner, Procedure(samples=1, run_seconds=0.5))
    assert solved.traces[0].turns[0].run == "timeout"


def test_a_model_that_fails_leaves_the_problem_for_another_run(runner: SandboxRunner) -> None:
    def say(prompt: Prompt, sample: int) -> str:
        if sample == 2:
            raise ModelError("failed", "gone")
        return honest(prompt, sample)

    solved = solve(Says(say), runner, Procedure(samples=3, early="never"))
    assert not solved.complete
    assert solved.traces[2].ended == "failed"
    assert solved.traces[2].detail == "failed: gone"


def test_a_prompt_that_the_model_refuses_is_an_end(runner: SandboxRunner) -> None:
    def say(prompt: Prompt, sample: int) -> str:
        raise ModelError("refused", "no such thing")

    solved = solve(Says(say), runner, Procedure(samples=3))
    assert {trace.ended for trace in solved.traces} == {"refused"}
    assert (solved.complete, solved.votes.winner) == (True, None)


def test_no_more_traces_are_at_work_than_there_are_places(runner: SandboxRunner) -> None:
    now, most = 0, 0

    async def counted() -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1

    model = Says(honest, before=lambda sample, shown: counted())
    solve(model, runner, Procedure(samples=9, early="never"), places=3)
    assert most == 3
