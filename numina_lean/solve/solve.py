"""Problems of a stream through the solver, many at a time, into a folder."""

import asyncio
from collections.abc import Iterator
from itertools import islice

from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.solve.board import Board
from numina_lean.solve.folder import SolveFolder
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.solution import solution_of
from numina_lean.solve.solver import Solver
from numina_lean.solve.trace import Trace
from numina_lean.solve.vote import Vote


class Keeper:
    """A `Listener` that puts traces on the disk before it counts them."""

    def __init__(self, folder: SolveFolder, board: Board) -> None:
        self._folder = folder
        self._board = board

    def stepped(self, problem: Problem, trace: Trace) -> None:
        self._board.stepped(problem, trace)

    def ended(self, problem: Problem, trace: Trace) -> None:
        if trace.turns or trace.ended != "failed":
            self._folder.keep_trace(trace)
        self._board.ended(trace)

    def voted(self, problem: Problem, votes: Vote) -> None:
        self._board.voted(problem, votes)


async def run(
    problems: Iterator[Problem | BrokenRow],
    solver: Solver,
    folder: SolveFolder,
    board: Board,
    procedure: Procedure,
    *,
    flight: int,
    limit: int | None = None,
) -> list[BrokenRow]:
    """Solve the first `limit` problems that `folder` has not, `flight` at a time; gives the rows
    that are no problems.

    Ids that come again are solved once. A problem whose vote is not final, as the model failed, is
    left for another run. Raises what `Solver.solve` raises; what has ended by then
    is kept.
    """
    broken: list[BrokenRow] = []
    tasks: set[asyncio.Task[None]] = set()
    begun: set[str] = set()

    async def one(problem: Problem) -> None:
        board.begin(problem)
        solved = await solver.solve(problem, folder.begun(problem))
        if not solved.complete:
            board.postpone(problem)
            return
        solution = await asyncio.to_thread(solution_of, solved, procedure)
        folder.keep_solution(solution)
        board.finish(problem, solution)

    try:
        for row in islice(problems, limit):
            if isinstance(row, BrokenRow):
                broken.append(row)
            elif row.id not in begun and not folder.is_solved(row):
                begun.add(row.id)
                tasks.add(asyncio.create_task(one(row)))
            while len(tasks) >= flight:
                tasks = await _next(tasks)
        while tasks:
            tasks = await _next(tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return broken


async def _next(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Wait until one has ended; those that have not. Raises what one of them raised."""
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return rest
