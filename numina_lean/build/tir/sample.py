"""The stage that samples: passes over a problem until one of them gives a solution.

A pass draws traces through SC-TIR's solver, whose programs run as they are written. Passes differ
in their seeds alone. Published: three passes, the later ones for what the earlier failed.
"""

import asyncio
from dataclasses import dataclass, replace

from numina_lean.build.stage import Postponed
from numina_lean.build.tir.row import Attempt, Sampled, ValueProblem
from numina_lean.build.tir.traces import TraceLog
from numina_lean.build.tir.verdict import Executed, Judgement, judge
from numina_lean.models.model import Model
from numina_lean.problems.problem import Problem
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import Runner
from numina_lean.solve.solver import Ask, Solver
from numina_lean.solve.trace import Trace
from numina_lean.solve.vote import Vote

PASS_STRIDE = 100_000_007
"""What a pass adds to the seed: far more than samples and restarts do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`passes`: how often a problem is tried at most. `executed`: the rule of `verdict`.

    Of `procedure`, answer mode, modulus and early stop have no say: every sample is brought to its
    end, and judged by itself.
    """

    procedure: Procedure
    passes: int = 3
    executed: Executed = "printed"

    def of_pass(self, number: int) -> Procedure:
        """The procedure of pass `number`, from 1."""
        return replace(
            self.procedure,
            seed=self.procedure.seed + PASS_STRIDE * (number - 1),
            answer_mode="general",
            modulus=None,
            early="never",
        )


class _Keeper:
    """A `Listener` that puts the traces of one pass on the disk."""

    def __init__(self, traces: TraceLog, number: int) -> None:
        self._traces = traces
        self._number = number

    def stepped(self, problem: Problem, trace: Trace) -> None:
        return

    def ended(self, problem: Problem, trace: Trace) -> None:
        self._traces.keep(self._number, trace)

    def voted(self, problem: Problem, votes: Vote) -> None:
        return


class Sampler:
    """Samples problems with a model and a runner; `places` bounds the traces at work at once."""

    def __init__(
        self, model: Model, ask: Ask, runner: Runner, traces: TraceLog, plan: Plan,
        places: asyncio.Semaphore,
    ) -> None:  # fmt: skip
        self.plan = plan
        self._traces = traces
        self._solvers = {
            number: Solver(
                model, ask, runner, plan.of_pass(number), _Keeper(traces, number), places=places
            )
            for number in range(1, plan.passes + 1)
        }

    async def sample(self, row: ValueProblem) -> Sampled | Postponed:
        """The passes over one problem. `Postponed` where the model failed a trace.

        Raises `ModelUnavailableError`, and what the runner raises when it cannot run anything.
        """
        attempts: list[Attempt] = []
        solutions: dict[str, None] = {}
        problem = Problem(row.id, row.problem, row.answer, source=row.source)
        for number, solver in self._solvers.items():
            solved = await solver.solve(problem, self._traces.begun(row.id, number))
            failed = next((each for each in solved.traces if each.ended == "failed"), None)
            if failed is not None:
                return Postponed(f"pass {number}: {failed.detail}")
            judgements = await asyncio.to_thread(self._judged, solved.traces, row.answer)
            for trace, found in zip(solved.traces, judgements, strict=True):
                attempts.append(Attempt(number, trace.sample, found.fate, found.detail))
                if found.solution is not None:
                    solutions[found.solution] = None
            if solutions:
                break
        return Sampled(
            row.id, row.problem, row.answer, row.source, tuple(attempts), tuple(solutions)
        )

    def _judged(self, traces: tuple[Trace, ...], reference: str) -> list[Judgement]:
        return [judge(trace, reference, self.plan.executed) for trace in traces]
