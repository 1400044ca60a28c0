"""The model, the sandbox and the referee of a run that solves problems, opened once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from numina_lean.cli.checker import open_checker
from numina_lean.cli.dashboard import dashboard
from numina_lean.cli.votes_view import view
from numina_lean.corpus.folder import STATE
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.lean.engine import Engine
from numina_lean.models.model import Model, Prompt
from numina_lean.models.opened import open_recorded
from numina_lean.models.options import ModelOptions
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.prompts.registry import family as prompt_family
from numina_lean.prompts.solve import SolveRequest
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.board import Board, Standing
from numina_lean.solve.folder import HELD, SolveFolder
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.referee import PROVED_FACTOR, factors
from numina_lean.solve.referee import Referee as Judge
from numina_lean.solve.runner import SandboxRunner
from numina_lean.solve.solve import Keeper, run
from numina_lean.solve.solver import Referee, Solver


@dataclass(frozen=True, slots=True)
class Means:
    """What a run solves with. `places`: traces at work at once; `programs`: of those, programs.

    `verify`: the Lean engine that a referee checks answers with, None for a plain vote.
    """

    model: str
    family: str
    options: ModelOptions
    record: Path | None
    places: int
    programs: int
    unsafe: bool
    verify: Engine | None

    def settings(self, procedure: Procedure) -> dict[str, str]:
        """What decides a solution, by name."""
        lean = "none" if self.verify is None else self.verify.lean.lean_version
        named = {"model": self.model, "family": self.family, "verify": lean}
        return named | {name: str(value) for name, value in asdict(procedure).items()}

    def claim(self, folder: Path, procedure: Procedure) -> None:
        """Make `folder` this run's before anything is written there. Raises `InputError`."""
        with RunFolder(folder, self.settings(procedure), HELD):
            return


class Machine:
    """Solves streams of problems, one after the other."""

    def __init__(
        self, means: Means, model: Model, runner: SandboxRunner, referee: Referee | None
    ) -> None:
        self._means = means
        self._model = model
        self._runner = runner
        self._referee = referee
        self._render = prompt_family("solve", means.family).render
        self._places = asyncio.Semaphore(means.places)

    async def solve(
        self,
        problems: Iterator[Problem | BrokenRow],
        folder: Path,
        procedure: Procedure,
        *,
        total: int | None,
        limit: int | None = None,
    ) -> tuple[list[BrokenRow], Standing]:
        """Solve `problems` into `folder`; the rows that are none, and what the run came to."""
        with SolveFolder(folder, self._means.settings(procedure)) as kept:
            board = Board(total, kept.solved, procedure.samples)
            solver = Solver(
                self._model, self._ask, self._runner, procedure, Keeper(kept, board),
                places=self._places, referee=self._referee,
                most=1.0 if self._referee is None else PROVED_FACTOR,
            )  # fmt: skip
            with dashboard(board.standing, view, folder / STATE / "progress.json"):
                broken = await run(
                    problems, solver, kept, board, procedure,
                    flight=self._means.places // procedure.samples + 2, limit=limit,
                )  # fmt: skip
            return broken, board.standing()

    def _ask(self, problem: Problem, so_far: str) -> Prompt:
        return self._render(SolveRequest(problem.problem, so_far))


@asynccontextmanager
async def open_tools(means: Means) -> AsyncIterator[tuple[Model, SandboxRunner]]:
    """The model, recorded and with a breaker, and what runs programs; closed at the end.

    Raises `SandboxUnavailableError`, `ModelUnavailableError` and `InputError`.
    """
    async with AsyncExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(jobs=means.programs, unsafe=means.unsafe))
        runner = SandboxRunner(sandbox, means.programs)
        stack.callback(runner.close)
        opened = open_recorded(means.model, means.options, means.record)
        yield await stack.enter_async_context(opened), runner


@asynccontextmanager
async def open_machine(means: Means, tell: Callable[[str], None]) -> AsyncIterator[Machine]:
    """Everything at work; closed at the end.

    Raises `SandboxUnavailableError`, `ModelUnavailableError`, `EngineUnavailableError` and
    `InputError`.
    """
    async with AsyncExitStack() as stack:
        model, runner = await stack.enter_async_context(open_tools(means))
        referee: Referee | None = None
        if means.verify is not None:
            checker = stack.enter_context(
                open_checker(means.verify, means.programs, no_cache=False, tell=tell)
            )
            from numina_lean.solve.lean_referee import LeanReferee

            referee = _weighing(LeanReferee(checker))
        yield Machine(means, model, runner, referee)


def _weighing(referee: Judge) -> Referee:
    def weigh(problem: Problem, answers: tuple[str, ...]) -> Mapping[str, float]:
        return factors({answer: referee.rule(problem, answer) for answer in answers})

    return weigh
