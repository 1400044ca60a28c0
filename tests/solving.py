"""The solver as tests run it: what the model says is written in the test, the sandbox is real."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

from numina_lean.models.model import (
    Completion,
    Model,
    Prompt,
    Reply,
    Sampling,
    Usage,
)
from numina_lean.problems.problem import Problem
from numina_lean.prompts.registry import family
from numina_lean.prompts.solve import SolveRequest
from numina_lean.solve.procedure import OUTPUT_MARK, Procedure
from numina_lean.solve.runner import SandboxRunner
from numina_lean.solve.solver import Solved, Solver
from numina_lean.solve.trace import Trace
from numina_lean.solve.vote import Vote

PROBLEM = Problem("divisors", "How many positive divisors has 360?", "24")

ASKS = family("solve", "chat")


def program(code: str) -> str:
    return f"We let the machine count.\n```python\n{code}\n```\n{OUTPUT_MARK}"


def seen(prompt: Prompt) -> str:
    """The last output that the model is shown; empty before the first."""
    outputs = re.findall(r"```output\n(.*?)\n?```", prompt.prefill, re.DOTALL)
    return outputs[-1] if outputs else ""


@dataclass
class Says:
    """A model by a function from prompt and sample to what it says, maybe after a while."""

    say: Callable[[Prompt, int], str]
    before: Callable[[int, str], object] = lambda sample, shown: None
    name: str = "says"
    asked: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    seeds: list[int | None] = field(default_factory=list)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        self.asked.append(first)
        self.seeds.append(sampling.seed)
        try:
            waits = self.before(first, seen(prompt))
            if asyncio.iscoroutine(waits):
                await waits
        except asyncio.CancelledError:
            self.cancelled.append(first)
            raise
        text = self.say(prompt, first)
        return Reply.of([Completion(first, text, "stop", Usage(1, len(text)))], 0.0)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        yield (await self.complete(prompt, sampling, first=sample)).completions[0]

    async def close(self) -> None:
        return


@dataclass
class Heard:
    """A listener that remembers."""

    over: list[Trace] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)

    def stepped(self, problem: Problem, trace: Trace) -> None:
        return

    def ended(self, problem: Problem, trace: Trace) -> None:
        self.over.append(trace)

    def voted(self, problem: Problem, votes: Vote) -> None:
        self.votes.append(votes)


def solve(
    model: Model,
    runner: SandboxRunner,
    procedure: Procedure,
    *,
    done: Iterable[Trace] = (),
    listener: Heard | None = None,
    places: int = 64,
    problem: Problem = PROBLEM,
) -> Solved:
    async def work() -> Solved:
        solver = Solver(
            model,
            lambda problem, so_far: ASKS.render(SolveRequest(problem.problem, so_far)),
            runner,
            procedure,
            listener or Heard(),
            places=asyncio.Semaphore(places),
        )
        return await asyncio.wait_for(solver.solve(problem, done), 60)

    return asyncio.run(work())
