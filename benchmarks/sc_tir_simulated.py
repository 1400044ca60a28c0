"""What is saved as traces advance on their own, and as sampling stops once the vote is settled.

The real solver over a simulated model and sandbox: texts and programs are those of recorded traces
(a JSON lines file with `trajectory`); each text takes as long as its tokens at `--speed` a second
and sequence, at most `--places` texts at once; each program as long as those of the same traces
took in the sandbox (the quantiles that `tir_replay.py` prints). Seconds are shortened by `--scale`.

1. Traces in lockstep, as in the published notebook: in each round all traces of a problem write,
   then all programs run, and nothing goes on before the slowest; against the solver, which has the
   same places and no early stop. For one problem at a time, and for a stream of problems.
   Bar: 1.5 × in wall time.
2. Early stop: votes of `--votes` problems. The chance of a right sample follows a Beta distribution
   with the published mean of a sample (MATH, 7B TIR: 0.68); wrong answers follow Zipf's law. Prints
   the samples that `certain` and `likely` leave out, and the answers that differ from the vote over
   all. Bar: 30 % left out, no answer changed.

    python benchmarks/sc_tir_simulated.py [TRACES] [--problems N] [--places N] [--scale X]
"""

import argparse
import asyncio
import json
import math
import random
import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from tir_replay import Nobody, ask

from numina_lean.models.model import Completion, Prompt, Reply, Sampling, Usage
from numina_lean.problems.problem import Problem
from numina_lean.sandbox.execution import Execution
from numina_lean.solve.classes import Classes
from numina_lean.solve.procedure import OUTPUT_MARK, Procedure
from numina_lean.solve.solver import Solver
from numina_lean.solve.trace import Trace, Turn, after_run, after_text, wanted
from numina_lean.solve.vote import decided, vote

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "tir_samples.jsonl"
CHARACTERS_A_TOKEN = 3.2
"""Of mathematical text and code, by the tokenizers of the models meant."""
LIMIT = 5.0
PROGRAM_SECONDS = ((0.0, 0.012), (0.5, 0.019), (0.9, 0.043), (0.99, 0.31), (1.0, LIMIT))
"""Quantiles, as `tir_replay.py` measured them; between them log-linear."""


@dataclass(frozen=True)
class Recorded:
    """The texts of a trace, each ended by the mark but the last; and the output after each."""

    texts: tuple[str, ...]
    outputs: tuple[str, ...]


def recorded(path: Path, rounds: int) -> list[Recorded]:
    """The traces of the file with as many programs as `rounds` allow, at least one."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = re.split(r"```output\n(.*?)```", json.loads(line)["trajectory"], flags=re.DOTALL)
        texts, outputs = parts[::2], parts[1::2]
        if 1 <= len(outputs) < rounds and all("```python" in text for text in texts[:-1]):
            marked = [text.rstrip("\n") + "\n" + OUTPUT_MARK for text in texts[:-1]]
            found.append(Recorded((*marked, texts[-1]), tuple(outputs)))
    return found


class Traces:
    """Which recorded trace each sample of each problem follows, and how long its steps take."""

    def __init__(self, pool: list[Recorded], speed: float, scale: float) -> None:
        self._pool = pool
        self._speed = speed
        self._scale = scale

    def of(self, problem: str, sample: int) -> Recorded:
        return random.Random(f"{problem} {sample}").choice(self._pool)

    def writing(self, text: str) -> float:
        return len(text) / CHARACTERS_A_TOKEN / self._speed / self._scale

    def running(self, problem: str, sample: int, round: int) -> float:
        draw = random.Random(f"{problem} {sample} {round}").random()
        for (low, least), (high, most) in pairwise(PROGRAM_SECONDS):
            if draw <= high:
                share = (draw - low) / (high - low)
                return (
                    math.exp(math.log(least) * (1 - share) + math.log(most) * share) / self._scale
                )
        raise AssertionError("the last quantile is 1")


class Model:
    """Writes what the recorded trace of a sample has next; the prompt says whose it is."""

    name = "simulated"

    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        found = self._traces.of(prompt.messages[0].content, first)
        text = found.texts[prompt.prefill.count(OUTPUT_MARK)]
        await asyncio.sleep(self._traces.writing(text))
        tokens = Usage(0, round(len(text) / CHARACTERS_A_TOKEN))
        return Reply.of([Completion(first, text, "stop", tokens)], 0.0)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        reply = await self.complete(prompt, sampling, first=sample)
        yield reply.completions[0]

    async def close(self) -> None:
        pass


class Runner:
    """Takes the time that a program takes; a cell is told by its text."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    async def run(self, cells: Sequence[str], seconds: float) -> Execution:
        took = self._traces.running(cells[-1], 0, 0)
        await asyncio.sleep(took)
        return Execution("1", "ok", took)


async def lockstep(problems: list[Problem], traces: Traces, procedure: Procedure) -> float:
    """Seconds for the problems one after the other, round by round, all programs at once."""
    model, runner = Model(traces), Runner(traces)
    started = time.monotonic()
    for problem in problems:
        live = [Trace(problem.id, sample) for sample in range(procedure.samples)]
        while live:
            replies = await asyncio.gather(
                *(
                    model.complete(ask(problem, trace.text), Sampling(), first=trace.sample)
                    for trace in live
                )
            )
            live = [
                after_text(trace, Turn(reply.completions[0].text, "stop"), procedure)
                for trace, reply in zip(live, replies, strict=True)
            ]
            live = [trace for trace in live if wanted(trace) == "run"]
            executions = await asyncio.gather(
                *(runner.run([trace.turns[-1].code or ""], LIMIT) for trace in live)
            )
            live = [
                after_run(trace, execution, procedure)
                for trace, execution in zip(live, executions, strict=True)
            ]
    return time.monotonic() - started


async def by_solver(
    problems: list[Problem], traces: Traces, procedure: Procedure, *, at_once: int, places: int
) -> float:
    """Seconds for the problems by the solver, `at_once` in flight."""
    solver = Solver(
        Model(traces), ask, Runner(traces), procedure, Nobody(), places=asyncio.Semaphore(places)
    )
    flight = asyncio.Semaphore(at_once)

    async def one(problem: Problem) -> None:
        async with flight:
            await solver.solve(problem)

    started = time.monotonic()
    await asyncio.gather(*(one(problem) for problem in problems))
    return time.monotonic() - started


async def wall_times(options: argparse.Namespace, pool: list[Recorded]) -> None:
    procedure = Procedure(early="never", rounds=options.rounds)
    traces = Traces(pool, options.speed, options.scale)
    problems = [Problem(f"p{i}", f"problem {i}", "") for i in range(options.problems)]
    step = await lockstep(problems, traces, procedure)
    alone = await by_solver(problems, traces, procedure, at_once=1, places=options.places)
    stream = await by_solver(problems, traces, procedure, at_once=4, places=options.places)
    print(f"{len(problems)} problems x {procedure.samples} traces, {options.places} places")
    print(f"lockstep                   {step * options.scale:8.0f} s simulated")
    print(f"solver, one problem a time {alone * options.scale:8.0f} s: {step / alone:.2f} x")
    print(f"solver, stream of problems {stream * options.scale:8.0f} s: {step / stream:.2f} x")


def early_stop(count: int, abstained: float) -> None:
    """Samples that each rule leaves out, over problems with drawn answers."""
    chance = random.Random(42)
    wrong = [1 / k for k in range(1, 40)]
    saved = {"certain": 0, "likely": 0}
    changed = {"certain": 0, "likely": 0}
    procedure = Procedure()
    for _ in range(count):
        right = chance.betavariate(0.95, 0.45)
        traces = [_drawn(chance, sample, right, abstained, wrong) for sample in range(48)]
        whole = vote(traces, procedure, Classes(procedure)).winner
        for rule in ("certain", "likely"):
            stopping = replace(procedure, early=rule)
            classes = Classes(procedure)
            order = chance.sample(traces, len(traces))  # traces end in any order
            for taken in range(len(order) + 1):
                votes = vote(order[:taken], procedure, classes)
                if decided(votes, len(order) - taken, stopping):
                    break
            saved[rule] += len(order) - taken
            changed[rule] += votes.winner != whole
    for rule in ("certain", "likely"):
        print(
            f"early stop {rule:8} {saved[rule] / (48 * count):6.1%} of samples left out, "
            f"{changed[rule]} of {count} answers changed"
        )


def _drawn(
    chance: random.Random, sample: int, right: float, abstained: float, wrong: list[float]
) -> Trace:
    if chance.random() < abstained:
        return Trace("p", sample, (), "no_answer")
    answer = 0 if chance.random() < right else chance.choices(range(1, 40), wrong)[0]
    return Trace("p", sample, (), "answered", str(answer))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("traces", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--problems", type=int, default=12)
    parser.add_argument("--places", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--speed", type=float, default=25.0, help="tokens a second and sequence")
    parser.add_argument("--scale", type=float, default=20.0)
    parser.add_argument("--votes", type=int, default=2000)
    options = parser.parse_args()
    if not options.traces.is_file():
        parser.error(f"{options.traces}: no such file")
    pool = recorded(options.traces, options.rounds)
    asyncio.run(wall_times(options, pool))
    early_stop(options.votes, abstained=0.1)


if __name__ == "__main__":
    main()
