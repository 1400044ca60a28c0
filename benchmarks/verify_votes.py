"""What `--verify lean` changes in votes: the real solver, sandbox and Lean over simulated samples.

MATH rows (by default of the shared `informal_dev.jsonl`), drawn with a fixed seed. For each, a
model that is right with a chance drawn from a Beta distribution of mean `--right` writes a program
that prints its answer, and then boxes what it was shown; wrong answers are the right one plus or
minus a small number, by Zipf's law. The same samples are counted twice: plainly, and with what the
referee says of each class. Prints how often Lean decides, and how many answers it changes.

    python benchmarks/verify_votes.py [FILE] [--rows N] [--samples N] [--right P]

Bar: no problem that the plain vote answers rightly is lost. Does not cover a model that translates:
what the rules do not read is left to the plain vote.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from sc_tir_simulated import SHARED as _TRACES
from tir_replay import Nobody, ask

from numina_lean.answers.equality import equal
from numina_lean.check.pool import Pool
from numina_lean.lean.discover import choose_engine
from numina_lean.models.model import Completion, Prompt, Reply, Sampling, Usage
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import read_problems
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.classes import Classes
from numina_lean.solve.lean_referee import LeanReferee
from numina_lean.solve.procedure import OUTPUT_MARK, Procedure
from numina_lean.solve.referee import PROVED_FACTOR, factors
from numina_lean.solve.runner import SandboxRunner
from numina_lean.solve.solver import Solver
from numina_lean.solve.vote import vote

SHARED = _TRACES.parent / "informal_dev.jsonl"
SEED = 11
STEPS = range(1, 9)
_SHOWN = re.compile(r"```output\n(.*?)\n?```", re.DOTALL)


@dataclass
class Drawn:
    """A model whose samples are drawn answers, shown by a program and then boxed."""

    answers: dict[str, list[str]]
    name: str = "drawn"

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        shown = _SHOWN.findall(prompt.prefill)
        if shown:
            text = f"So the answer is $\\boxed{{{shown[-1].strip()}}}$."
        else:
            asked = prompt.messages[-1].content
            answer = next(own[first] for text, own in self.answers.items() if text in asked)
            text = f"We compute.\n```python\nprint({answer!r})\n```\n{OUTPUT_MARK}"
        return Reply.of([Completion(first, text, "stop", Usage(1, 1))], 0.0)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        yield (await self.complete(prompt, sampling, first=sample)).completions[0]

    async def close(self) -> None:
        return


def drawn(chance: random.Random, right: str, mean: float, samples: int) -> list[str]:
    """Answers of `samples` samples; the concentration of the Beta distribution is 1.4, as in
    `sc_tir_simulated.py`."""
    rate = chance.betavariate(1.4 * mean, 1.4 * (1 - mean))
    wrong = [_off(right, sign * step) for step in STEPS for sign in (1, -1)]
    weights = [1 / (1 + place) for place in range(len(wrong))]
    return [
        right if chance.random() < rate else chance.choices(wrong, weights)[0]
        for _ in range(samples)
    ]


def _off(right: str, by: int) -> str:
    plain = right.strip()
    if re.fullmatch(r"-?\d+", plain):
        return str(int(plain) + by)
    return f"{plain} {'+' if by > 0 else '-'} {abs(by)}"


@dataclass
class Found:
    """`rulings` by class of answers; the rest by problem."""

    rulings: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    seconds: float = 0.0


async def measure(problems: list[Problem], options: argparse.Namespace) -> Found:
    chance = random.Random(SEED)
    answers = {
        each.problem: drawn(chance, each.answer, options.right, options.samples)
        for each in problems
    }
    procedure = Procedure(samples=options.samples, answer_mode="general", early="never")
    found = Found()
    with Pool(choose_engine("embedded"), jobs=2) as pool, Sandbox(jobs=2) as sandbox:
        referee = LeanReferee(pool, timeout=10.0)

        def rule(problem: Problem, new: tuple[str, ...]) -> dict[str, float]:
            began = time.monotonic()
            opinions = {answer: referee.rule(problem, answer) for answer in new}
            found.seconds += time.monotonic() - began
            found.rulings.update(opinion.ruling for opinion in opinions.values())
            if any(one.ruling in ("proved", "refuted") for one in opinions.values()):
                decided.add(problem.id)
            return dict(factors(opinions))

        decided: set[str] = set()
        runner = SandboxRunner(sandbox, 2)
        solver = Solver(
            Drawn(answers), ask, runner, procedure, Nobody(),
            places=asyncio.Semaphore(16), referee=rule, most=PROVED_FACTOR,
        )  # fmt: skip
        for problem in problems:
            solved = await solver.solve(problem)
            classes = Classes(procedure)
            plain = vote(solved.traces, procedure, classes).winner
            before = plain is not None and equal(plain, problem.answer)
            winner = solved.votes.winner
            after = winner is not None and equal(winner, problem.answer)
            found.problems["decided"] += problem.id in decided
            found.problems["right before"] += before
            found.problems["right after"] += after
            found.problems["won"] += after and not before
            if before and not after:
                found.lost.append(f"{problem.id}: {problem.answer!r} became {winner!r}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", default=str(SHARED))
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--right", type=float, default=0.2)
    options = parser.parse_args()
    if not Path(options.file).is_file():
        parser.error(f"{options.file}: no such file")
    rows = [row for row in read_problems(options.file) if isinstance(row, Problem)]
    math = [row for row in rows if row.source == "math" and row.answer.strip()]
    problems = random.Random(SEED).sample(math, min(options.rows, len(math)))
    started = time.monotonic()
    found = asyncio.run(measure(problems, options))
    count = len(problems)
    print(f"{count} MATH rows, {options.samples} samples each, right with mean {options.right}")
    print("classes of answers: " + ", ".join(f"{n} {name}" for name, n in found.rulings.items()))
    print(f"Lean decides on a class of {found.problems['decided'] / count:.1%} of the problems")
    print(
        f"right: {found.problems['right before']} by the plain vote, "
        f"{found.problems['right after']} with Lean; "
        f"won {found.problems['won']}, lost {len(found.lost)}"
    )
    print(f"{found.seconds:.0f} s of {time.monotonic() - started:.0f} s spent on Lean")
    for line in found.lost:
        print(f"lost: {line}")
    return 1 if found.lost else 0


if __name__ == "__main__":
    sys.exit(main())
