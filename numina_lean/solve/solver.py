"""The loop over the traces of one problem: each goes on as soon as its own step is done.

Texts of one trace are written while programs of others run; nothing waits for the slowest. A trace
that ends is told at once, and once the vote is decided, what still runs is cancelled.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from numina_lean.models.model import Model, ModelError, Prompt
from numina_lean.problems.problem import Problem
from numina_lean.solve.classes import Classes
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import Runner
from numina_lean.solve.trace import Ended, Trace, Turn, after_run, after_text, ended, wanted
from numina_lean.solve.vote import Vote, decided, vote

Ask = Callable[[Problem, str], Prompt]
"""The prompt by which a model goes on with the text so far of a problem's solution."""
Referee = Callable[[Problem, tuple[str, ...]], Mapping[str, float]]
"""Factors for answers to a problem; answers that it leaves out have 1. Called in a thread."""
AGAIN: frozenset[Ended] = frozenset({"failed", "stopped"})
"""Traces that ended so are not done: a run that goes on begins them anew."""

_ENDS: dict[str, Ended] = {"too_long": "length", "refused": "refused"}


class Listener(Protocol):
    """Told what happens, in the event loop. `ended` returns once the trace is safe."""

    def stepped(self, problem: Problem, trace: Trace) -> None: ...

    def ended(self, problem: Problem, trace: Trace) -> None: ...

    def voted(self, problem: Problem, votes: Vote) -> None: ...


@dataclass(frozen=True, slots=True)
class Solved:
    """`traces` by sample number: those that ended, and what was `stopped` on its way.

    `early`: the vote was decided before all samples were in. `complete`: the vote is final; it is
    not where traces `failed` that another run may bring to an end. `seconds`: wall time.
    """

    problem: Problem
    traces: tuple[Trace, ...]
    votes: Vote
    early: bool
    complete: bool
    seconds: float


@dataclass(slots=True)
class _Race:
    """The traces of a problem as they stand."""

    problem: Problem
    classes: Classes
    now: dict[int, Trace] = field(default_factory=dict)
    votes: Vote = field(default_factory=Vote)
    factors: dict[str, float] = field(default_factory=dict)

    def left(self) -> int:
        return sum(trace.ended is None for trace in self.now.values())


class Solver:
    """Solves problems with `model`, asked by `ask`. `places` bounds the traces at work at once,
    over all problems. `referee` is asked about each class of answers once, as soon as it turns up,
    and gives the factors of `vote.vote`, none larger than `most`.
    """

    def __init__(
        self,
        model: Model,
        ask: Ask,
        runner: Runner,
        procedure: Procedure,
        listener: Listener,
        *,
        places: asyncio.Semaphore,
        referee: Referee | None = None,
        most: float = 1.0,
    ) -> None:
        self._model = model
        self._ask = ask
        self._runner = runner
        self._procedure = procedure
        self._listener = listener
        self._places = places
        self._referee = referee
        self._most = most

    async def solve(self, problem: Problem, done: Iterable[Trace] = ()) -> Solved:
        """All traces of `problem`, `done` ones from an earlier run among them, and their vote.

        Raises `ModelUnavailableError`, and what the runner raises when it cannot run anything.
        """
        started = time.monotonic()
        race = _Race(problem, Classes(self._procedure))
        for sample in range(self._procedure.samples):
            race.now[sample] = Trace(problem.id, sample)
        for trace in done:
            if trace.ended not in AGAIN and trace.sample in race.now:
                race.now[trace.sample] = trace
        await self._count(race)
        early = await self._run(race)
        # Once more, classes named in the order of the samples, not in that of their ends.
        race.classes = Classes(self._procedure)
        await self._count(race)
        traces = tuple(trace for trace in race.now.values() if trace.ended is not None)
        complete = early or self._decided(race)
        return Solved(problem, traces, race.votes, early, complete, time.monotonic() - started)

    async def _run(self, race: _Race) -> bool:
        """Bring the traces to their ends; True where the vote was decided before."""
        if self._decided(race):
            return race.left() > 0
        tasks = {
            asyncio.create_task(self._bring(race, sample))
            for sample, trace in race.now.items()
            if trace.ended is None
        }
        try:
            while tasks:
                over, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in over:
                    task.result()
                await self._count(race)
                if tasks and self._decided(race):
                    return True
        finally:
            await _cancel(tasks)
            self._stop(race)
        return False

    async def _bring(self, race: _Race, sample: int) -> None:
        """One trace to its end, which is told at once. `race.now` has it at each step."""
        async with self._places:
            while (want := wanted(race.now[sample])) != "nothing":
                trace = race.now[sample]
                step = self._write(race.problem, trace) if want == "text" else self._execute(trace)
                race.now[sample] = await step
                self._listener.stepped(race.problem, race.now[sample])
            self._listener.ended(race.problem, race.now[sample])

    async def _write(self, problem: Problem, trace: Trace) -> Trace:
        prompt = self._ask(problem, trace.text)
        sampling = self._procedure.sampling(trace.restarts)
        started = time.monotonic()
        try:
            reply = await self._model.complete(prompt, sampling, samples=1, first=trace.sample)
        except ModelError as error:
            return ended(
                trace, _ENDS.get(error.reason, "failed"), f"{error.reason}: {error.detail}"
            )
        (completion,) = reply.completions
        turn = Turn(
            text=completion.text,
            finish=completion.finish,
            tokens=completion.usage.completion,
            written_seconds=round(time.monotonic() - started, 3),
        )
        return after_text(trace, turn, self._procedure)

    async def _execute(self, trace: Trace) -> Trace:
        programs = [turn.code for turn in trace.turns if turn.code is not None]
        cells = programs if self._procedure.kept else programs[-1:]
        execution = await self._runner.run(cells, self._procedure.run_seconds)
        return after_run(trace, execution, self._procedure)

    async def _count(self, race: _Race) -> None:
        """Bring `race.votes` up to date. It may take a moment: not in the event loop."""
        await asyncio.to_thread(self._recount, race)
        self._listener.voted(race.problem, race.votes)

    def _recount(self, race: _Race) -> None:
        traces, classes = tuple(race.now.values()), race.classes
        if self._referee is not None:
            seen = (each.answer for each in vote(traces, self._procedure, classes).classes)
            new = tuple(answer for answer in seen if answer not in race.factors)
            if new:
                race.factors |= dict.fromkeys(new, 1.0) | dict(self._referee(race.problem, new))
        race.votes = vote(traces, self._procedure, classes, race.factors)

    def _decided(self, race: _Race) -> bool:
        """Whether neither what is still to end nor what failed could change the winner."""
        failed = sum(trace.ended == "failed" for trace in race.now.values())
        left = (race.left() + failed) * max(1.0, self._most)
        return decided(race.votes, left, self._procedure)

    def _stop(self, race: _Race) -> None:
        """End what is still on its way; what it has written so far is told, too."""
        for sample, trace in race.now.items():
            if trace.ended is None and trace.turns:
                race.now[sample] = ended(trace, "stopped")
                self._listener.ended(race.problem, race.now[sample])


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
