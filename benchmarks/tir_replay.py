"""Real traces through the real solver and the real sandbox: do their programs print the same again?

FILE is JSON lines with `id`, `problem`, `trajectory` (text, ```python and ```output blocks),
`answer` and `source`. Each trace is solved twice: a model that follows the trace is recorded; then
`replay:` of the recording is solved, and must come to the same texts. Traces of MathCoder are
notebooks: their programs share their state.

Prints, by source, how many outputs are reproduced: byte for byte, up to spaces, up to the last
digits of a float, the same exception; and the rest by why they differ, with examples. Then how many
traces end as answered, and with the answer of the trace.

    python benchmarks/tir_replay.py [FILE] [--limit N] [--examples N]
"""

import argparse
import asyncio
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from numina_lean.answers.equality import equal
from numina_lean.answers.extract import final_answer
from numina_lean.models.model import (
    Completion,
    Message,
    Model,
    ModelError,
    Prompt,
    Reply,
    Sampling,
    Usage,
)
from numina_lean.models.record import Recorder
from numina_lean.models.replay import Replay
from numina_lean.problems.problem import Problem
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.procedure import OUTPUT_MARK, Procedure
from numina_lean.solve.runner import SandboxRunner
from numina_lean.solve.solver import Solver
from numina_lean.solve.trace import Trace
from numina_lean.solve.vote import Vote

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "tir_samples.jsonl"
JOBS = 2
MOST_ROUNDS = 40
QUANTILES = {"median": 0.5, "90 %": 0.9, "99 %": 0.99, "longest": 1.0}
_OUTPUT = re.compile(r"```output\n(.*?)(?:\n?```|\Z)", re.DOTALL)
_COLOURS = re.compile(r"\x1b?\[[0-9;]*m")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?|-?\d+")
_EXCEPTION = re.compile(
    r"^\s*(?:\w+\.)*(\w*(?:Error|Exception|Interrupt|Exit|Warning))\b", re.MULTILINE
)
_NOTHING = "<empty_execution>"
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True)
class Followed:
    """A trace as recorded: its texts, each ended by the mark but the last, and their outputs."""

    id: str
    problem: Problem
    texts: tuple[str, ...]
    outputs: tuple[str, ...]
    source: str
    correct: bool


def followed(path: Path) -> Iterator[Followed]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        texts, outputs, at = [], [], 0
        for match in _OUTPUT.finditer(row["trajectory"]):
            before = row["trajectory"][at : match.start()].lstrip("\n")
            texts.append(before + OUTPUT_MARK)
            outputs.append(match[1])
            at = match.end()
        texts.append(row["trajectory"][at:].lstrip("\n"))
        problem = Problem(row["id"], f"{row['id']}\n{row['problem']}", str(row["answer"]))
        yield Followed(
            row["id"], problem, tuple(texts), tuple(outputs), row["source"], bool(row["correct"])
        )


class Follower:
    """A model that goes on as the trace of its problem did, whatever it is shown."""

    name = "follower"

    def __init__(self, traces: dict[str, Followed]) -> None:
        self._traces = traces

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        asked = prompt.messages[-1].content.removeprefix("Problem: ")
        trace = self._traces[asked.partition("\n")[0]]
        round = prompt.prefill.count(OUTPUT_MARK)
        if round >= len(trace.texts):
            raise ModelError("not_recorded", f"{trace.id} has no text {round}")
        text = trace.texts[round]
        return Reply.of([Completion(first, text, "stop", Usage(0, len(text) // 3))], 0.0)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        reply = await self.complete(prompt, sampling, first=sample)
        yield reply.completions[0]

    async def close(self) -> None:
        pass


class Nobody:
    """A listener that is not interested."""

    def stepped(self, problem: Problem, trace: Trace) -> None: ...

    def ended(self, problem: Problem, trace: Trace) -> None: ...

    def voted(self, problem: Problem, votes: Vote) -> None: ...


def ask(problem: Problem, so_far: str) -> Prompt:
    return Prompt((Message("user", problem.problem),), prefill=so_far)


async def solve(traces: list[Followed], model: Model, runner: SandboxRunner) -> dict[str, Trace]:
    """The trace that the solver makes of each."""
    places = asyncio.Semaphore(4 * JOBS)

    async def one(trace: Followed) -> tuple[str, Trace]:
        procedure = Procedure(
            samples=1, rounds=MOST_ROUNDS, output_chars=20_000, restart=False,
            kept=trace.source.startswith("MathCoder"), answer_mode="general", early="never",
        )  # fmt: skip
        solver = Solver(model, ask, runner, procedure, Nobody(), places=places)
        solved = await solver.solve(trace.problem)
        return trace.id, solved.traces[0]

    return dict(await asyncio.gather(*(one(trace) for trace in traces)))


def likeness(was: str, now: str, run: str) -> str:
    """How an output of now relates to the one that is recorded."""
    was, now = _COLOURS.sub("", was).strip(), _COLOURS.sub("", now).strip()
    if was == _NOTHING and not now:
        return "same, nothing"
    if was == now:
        return "same"
    if was.split() == now.split():
        return "same but for spaces"
    if _ADDRESS.sub("0x", was) == _ADDRESS.sub("0x", now):
        return "same but for addresses"
    if _close(was, now):
        return "same up to float digits"
    before, after = _EXCEPTION.findall(was), _EXCEPTION.findall(now)
    if before and after and before[-1] == after[-1]:
        return "same exception"
    if "Timeout" in was or "timed out" in was.lower() or run == "timeout":
        return "DIFFERS: a time limit, then or now"
    if before and after:
        return "DIFFERS: another exception"
    if before:
        return "DIFFERS: failed then, not now"
    if after or run != "ok":
        return "DIFFERS: fails now"
    if sorted(_NUMBER.findall(was)) == sorted(_NUMBER.findall(now)):
        return "DIFFERS: same numbers, written otherwise or in another order"
    if now.startswith(was) or was.startswith(now):
        return "DIFFERS: one is the beginning of the other"
    return "DIFFERS: other"


def _close(was: str, now: str) -> bool:
    if _NUMBER.sub("#", was) != _NUMBER.sub("#", now):
        return False
    pairs = zip(_NUMBER.findall(was), _NUMBER.findall(now), strict=True)
    return all(abs(float(a) - float(b)) <= 1e-6 * max(1.0, abs(float(a))) for a, b in pairs)


async def measure(options: argparse.Namespace) -> None:
    traces = list(followed(options.file))[: options.limit]
    by_id = {trace.id: trace for trace in traces}
    with tempfile.TemporaryDirectory() as folder, Sandbox(jobs=JOBS) as sandbox:
        runner = SandboxRunner(sandbox, JOBS)
        file = Path(folder) / "said.jsonl"
        recorder = Recorder(Follower(by_id), file)
        first = await solve(traces, recorder, runner)
        await recorder.close()
        replay = Replay(file)
        again = await solve(traces, replay, runner)
        await replay.close()
        runner.close()
    report(traces, first, again, options.examples)


def report(
    traces: list[Followed], first: dict[str, Trace], again: dict[str, Trace], examples: int
) -> None:
    likenesses: dict[str, Counter[str]] = defaultdict(Counter)
    shown: dict[str, list[str]] = defaultdict(list)
    endings: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for trace in traces:
        made = first[trace.id]
        endings[str(made.ended)] += 1
        outputs = [turn for turn in made.turns if turn.output is not None]
        for was, turn in zip(trace.outputs, outputs, strict=False):
            how = likeness(was, turn.output or "", turn.run or "")
            likenesses[trace.source][how] += 1
            if how.startswith("DIFFERS"):
                shown[how].append(f"{trace.id}\n  was: {was[:300]!r}\n  now: {turn.output!r:.300}")
        missing = len(trace.outputs) - len(outputs)
        if missing > 0:
            likenesses[trace.source]["DIFFERS: not run, the trace ended before"] += missing
        stated = final_answer(trace.texts[-1])
        if made.ended == "answered" and stated is not None and made.answer is not None:
            answers["as in the trace" if equal(stated, made.answer) else "another"] += 1
    total = sum((sum(count.values()) for count in likenesses.values()), 0)
    good = sum(n for count in likenesses.values() for how, n in count.items() if how[:4] == "same")
    for source, count in likenesses.items():
        print(f"{source}: {sum(count.values())} outputs")
        for how, n in count.most_common():
            print(f"    {n:5} {how}")
    for how, found in shown.items():
        print(f"\n{how}: {len(found)}")
        for example in found[:examples]:
            print(f"  {example}")
    print(f"\n{good} of {total} outputs reproduced ({good / total:.1%})")
    print(f"{len(traces)} traces end: {dict(endings.most_common())}; answers {dict(answers)}")
    took = sorted(
        turn.run_seconds for made in first.values() for turn in made.turns if turn.run is not None
    )
    shares = {name: took[int(share * (len(took) - 1))] for name, share in QUANTILES.items()}
    print("seconds of a program: " + ", ".join(f"{name} {s:.3f}" for name, s in shares.items()))
    same = sum(first[each.id].text == again[each.id].text for each in traces)
    print(f"replay: of the recording gives the same text for {same} of {len(traces)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--examples", type=int, default=4)
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"{options.file}: no such file")
    asyncio.run(measure(options))


if __name__ == "__main__":
    main()
