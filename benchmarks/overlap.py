"""Whether generation and checking overlap: the loop's wall time against that of the slower side.

Real Lean, real gates, real prompts; the model is a recording answered with latencies that follow
from the seed (a log-normal around `--latency`, at most `--requests` at once). Three runs over the
same problems, in one process each after the other, no cache:

- checking alone: the loop with a model that answers at once;
- generation alone: every prompt of the loop is asked, and nothing is checked;
- both: the loop.

Bar: both ≤ 1.15 × the slower of the two. The latency is set so that the sides are about equal,
where waiting for each other would cost most (the sum is twice the slower side).

    python benchmarks/overlap.py [FILE] [--problems N] [--samples N] [--latency S]
"""

import argparse
import asyncio
import json
import math
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from replays import model_source

from numina_lean.calibrate.pairs import Pair, core_pairs
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.corpus.corpus import Corpus
from numina_lean.formalize.formalizer import Effort, Formalizer
from numina_lean.formalize.loop import run
from numina_lean.formalize.numbers import Numbers
from numina_lean.formalize.rows import RowMaker
from numina_lean.formalize.stopping import StoppableChecker
from numina_lean.formalize.trial import Trials
from numina_lean.gates.equivalence import cluster
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.gates.order import examine
from numina_lean.lean.discover import choose_engine
from numina_lean.models.model import Completion, Prompt, Reply, Sampling
from numina_lean.prove.prove import prove
from numina_lean.translate.canonical import canonical_digest
from numina_lean.translate.translator import Declined

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "formal_pairs.jsonl"
BAR = 1.15
WARM_UP = 4
"""Problems of a run before the first that counts: by then every process and header has started."""
JOBS = 2
"""Lean processes: as many as the machine of our figures has cores."""


@dataclass
class Simulated:
    """Answers what `texts` has for the problem in the prompt, after a while; `requests` at once."""

    texts: dict[str, Sequence[str]]
    latency: float
    requests: asyncio.Semaphore
    name: str = "simulated"

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        completions = []
        for sample in range(first, first + samples):
            async with self.requests:
                if self.latency:
                    await asyncio.sleep(self._seconds(prompt, sample))
            completions.append(Completion(sample, self._text(prompt, sample), "stop"))
        return Reply.of(completions, 0.0)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        reply = await self.complete(prompt, sampling, first=sample)
        yield reply.completions[0]

    async def close(self) -> None:
        pass

    def _seconds(self, prompt: Prompt, sample: int) -> float:
        """Log-normal with median `latency` and a spread (σ = 0.6) like that of chain-of-thought."""
        return self.latency * math.exp(
            0.6 * random.Random(f"{prompt.digest} {sample}").gauss(0.0, 1.0)
        )

    def _text(self, prompt: Prompt, sample: int) -> str:
        asked = prompt.messages[-1].content
        found = max((key for key in self.texts if key in asked), key=len, default=None)
        return "" if found is None else self.texts[found][sample % len(self.texts[found])]


async def nobody(subject: Subject) -> Sequence[Ruling]:
    return ()


async def loop_seconds(model: Simulated, pairs: list[Pair], samples: int, pool: Pool) -> float:
    """The wall time of the loop over `pairs`."""
    checker = StoppableChecker(pool)
    bench = Bench(checker, "core", 20.0)
    source = model_source(model, samples)
    numbers = Numbers(len(pairs))
    started = time.perf_counter()
    async with AsyncExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(JOBS + 2))
        corpus = stack.enter_context(Corpus(Path(stack.enter_context(
            tempfile.TemporaryDirectory())) / "corpus", {}))  # fmt: skip
        formalizer = Formalizer(
            source=source,
            rows=RowMaker(source, "core"),
            trials=Trials(examine, bench, threads, rounds=0),
            judge=nobody,
            canonical=lambda statement: canonical_digest(statement.source()),
            cluster=lambda statements: cluster(statements, bench),
            prove=lambda statement: prove(statement, checker, profile="core", timeout=20.0),
            threads=threads,
            tell=numbers.ruled,
            effort=Effort(width=samples, enough=samples),
        )
        await run(
            (pair.problem for pair in pairs), corpus, formalizer, checker,
            concurrency=40, numbers=numbers,
        )  # fmt: skip
    return time.perf_counter() - started


async def generation_seconds(model: Simulated, pairs: list[Pair], samples: int) -> float:
    """The wall time of all prompts of the loop, as many problems at once, nothing checked."""
    source = model_source(model, samples)
    problems = asyncio.Semaphore(40)
    started = time.perf_counter()

    async def one(pair: Pair) -> None:
        async with problems:
            proposer = await source.open(pair.problem)
            assert not isinstance(proposer, Declined)
            await asyncio.gather(*(proposer.propose(sample) for sample in range(samples)))

    await asyncio.gather(*(one(pair) for pair in pairs))
    return time.perf_counter() - started


def compiling(path: Path, count: int, pool: Pool) -> list[Pair]:
    """The first pairs whose statement core Lean takes."""
    with path.open(encoding="utf-8") as lines:
        pairs = list(core_pairs(json.loads(line) for line in lines))
    found: list[Pair] = []
    for pair in pairs:
        if pool.check(Item(pair.problem.id, pair.statement.source())).verdict is Verdict.STATEMENT:
            found.append(pair)
        if len(found) == count:
            break
    return found


async def measure(options: argparse.Namespace, pairs: list[Pair], pool: Pool) -> None:
    samples, requests = options.samples, options.requests
    texts = {pair.problem.problem: [f"```lean4\n{pair.statement.source()}```"] for pair in pairs}
    at_once = Simulated(texts, 0.0, asyncio.Semaphore(requests))
    await loop_seconds(at_once, pairs[:WARM_UP], samples, pool)
    checking = await loop_seconds(at_once, pairs, samples, pool)
    print(f"checking alone   {checking:7.1f} s", flush=True)
    mean = math.exp(0.6**2 / 2)
    latency = options.latency or checking * requests / (len(pairs) * samples * mean)
    slow = Simulated(texts, latency, asyncio.Semaphore(requests))
    generation = await generation_seconds(slow, pairs, samples)
    print(f"generation alone {generation:7.1f} s", flush=True)
    both = await loop_seconds(slow, pairs, samples, pool)
    slower = max(checking, generation)
    print(f"{len(pairs)} problems, {samples} samples each, median latency {latency:.2f} s")
    print(f"the loop         {both:7.1f} s: {both / slower:.3f} × the slower side (bar {BAR})")
    print(f"one after the other would be {(checking + generation) / slower:.2f} ×")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--problems", type=int, default=120)
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--requests", type=int, default=32)
    parser.add_argument("--latency", type=float, help="median seconds; by default the even one")
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"{options.file}: no such file")
    with Pool(choose_engine("embedded"), jobs=JOBS) as pool:
        pairs = compiling(options.file, options.problems, pool)
        asyncio.run(measure(options, pairs, pool))


if __name__ == "__main__":
    main()
