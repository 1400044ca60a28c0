"""A TIR build as tests run it: what the model says is written in the test, the sandbox is real."""

import asyncio
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from numina_lean.build.run import BuildRun
from numina_lean.build.tir.build import TirReport, build_tir
from numina_lean.build.tir.sample import Plan, Sampler
from numina_lean.build.tir.traces import TRACES, TraceLog
from numina_lean.models.model import Model, Prompt
from numina_lean.problems.problem import Problem
from numina_lean.prompts.registry import family
from numina_lean.prompts.solve import SolveRequest
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import SandboxRunner

ASKS = family("solve", "chat")
PUBLISHED = re.compile(
    r"(?:(?!```).)*(?:```python\n(?:(?!```).)*\n```\n(?:```output\n(?:(?!```).)*\n```\n)?(?:(?!```).)*)+"
    r"\\boxed\{[^\n]*",
    re.DOTALL,
)
"""Prose, programs with their outputs, and a box in the last line."""


def ask(problem: Problem, so_far: str) -> Prompt:
    return ASKS.render(SolveRequest(problem.problem, so_far))


def build(
    folder: Path,
    model: Model,
    runner: SandboxRunner,
    problems: Iterable[Problem],
    plan: Plan | None = None,
) -> TirReport:
    plan = plan or Plan(Procedure(samples=1, rounds=3, restart=False))

    async def work() -> TirReport:
        with BuildRun(folder, "tir", {"test": "1"}, []) as run, TraceLog(folder / TRACES) as traces:
            sampler = Sampler(model, ask, runner, traces, plan, asyncio.Semaphore(8))
            return await asyncio.wait_for(build_tir(run, problems, sampler, flight=4), 60)

    return asyncio.run(work())


Say = Callable[[Prompt, int], str]
