"""How many times as fast programs run in the sandbox as by the published notebook's executor.

The notebook starts a fresh `python3` for each program, which imports math, numpy and sympy, one
after the other, and prints the last line's value. The sandbox runs the same programs with the same
names, two at a time. Both sides take turns, block by block, so that what else the machine does
falls on both; the sandbox is warm, and its start is given besides. Then the sandbox runs 1,000
programs, and its memory, descriptors and processes are counted on the way.

Two lists of programs: those of recorded traces of models (a JSON lines file with `trajectory`),
drawn with a fixed seed, which are what the sandbox is for; and the harder list of
`sandbox_programs.py`, half of it equations for sympy, which cost both sides their own time.

    python benchmarks/sandbox_rate.py [TRACES] [--drawn 300] [--jobs 2] [--programs 1000]

Bars: 50 times on the programs of models (on the list where there is no file of traces); resident
memory and descriptors flat; no process left.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil
from sandbox_programs import PROGRAMS

from numina_lean.sandbox.execution import Execution
from numina_lean.sandbox.sandbox import Sandbox

PREAMBLE = "import math\nimport numpy as np\nimport sympy as sp\n"
BLOCK = 30
BAR = 50.0
SEED = 7
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "tir_samples.jsonl"
_BLOCKS = re.compile(r"```python\n(.*?)```", re.DOTALL)


def of_models(path: Path, count: int) -> list[str]:
    """`count` of the programs in the traces."""
    with path.open(encoding="utf-8") as lines:
        found = [code for line in lines for code in _BLOCKS.findall(json.loads(line)["trajectory"])]
    return random.Random(SEED).sample(found, min(count, len(found)))


def by_the_notebook(code: str) -> str:
    """What a fresh interpreter prints, with the last line's value, as the notebook has it."""
    lines = code.strip().split("\n")
    if "print(" not in lines[-1] and "=" not in lines[-1].split("(")[0]:
        lines[-1] = f"print({lines[-1]})"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(PREAMBLE + "\n".join(lines))
        command = [sys.executable, str(path)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ran.stdout + ran.stderr


@dataclass
class Side:
    """What one side has spent."""

    wall: float = 0.0
    cpu: float = 0.0

    def run(self, act: Callable[[Sequence[str]], list[str]], codes: Sequence[str]) -> list[str]:
        cpu, began = spent(), time.perf_counter()
        outputs = act(codes)
        self.wall += time.perf_counter() - began
        self.cpu += spent() - cpu
        return outputs


def spent() -> float:
    """Processor seconds of all processes below this one, those that have ended included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        ended.ru_utime + ended.ru_stime + sum(sum(one.cpu_times()[:4]) for one in processes()[1:])
    )


def compare(sandbox: Sandbox, programs: Sequence[str], jobs: int) -> float:
    """Wall time of the notebook's side over that of the sandbox; prints both."""
    notebook, ours = Side(), Side()
    alike = 0
    with ThreadPoolExecutor(jobs) as pool:

        def run(code: str) -> Execution:
            return sandbox.run(code, preamble=PREAMBLE)

        def in_the_sandbox(codes: Sequence[str]) -> list[str]:
            return [execution.output for execution in pool.map(run, codes)]

        def in_the_notebook(codes: Sequence[str]) -> list[str]:
            return [by_the_notebook(code) for code in codes]

        in_the_sandbox(["import time; time.sleep(1)"] * jobs)  # each worker starts
        for start in range(0, len(programs), BLOCK):
            codes = programs[start : start + BLOCK]
            expected = notebook.run(in_the_notebook, codes)
            alike += sum(map(same, expected, ours.run(in_the_sandbox, codes)))
    count = len(programs)
    print(f"{count} programs; the last line of the output is the same for {alike}")
    for name, side in (("notebook", notebook), (f"sandbox, {jobs} at a time", ours)):
        print(
            f"{side.wall / count * 1000:7.1f} ms a program, "
            f"{side.cpu / count * 1000:6.1f} ms of processor time: {name}"
        )
    ratio = notebook.wall / ours.wall
    print(f"{ratio:.1f} times as fast; in processor time {notebook.cpu / ours.cpu:.1f} times")
    return ratio


def same(expected: str, output: str) -> bool:
    """Their tracebacks show more: the last line tells. Arrays the notebook prints without their
    type."""
    return expected.strip().split("\n")[-1] == output.strip().split("\n")[-1]


def endure(sandbox: Sandbox, jobs: int, count: int) -> bool:
    """Run `count` programs and print what is held on the way. False: something grows or is left."""
    held: list[tuple[int, int]] = []
    step = max(1, count // 5)
    codes = islice(cycle(PROGRAMS), count)
    with ThreadPoolExecutor(jobs) as pool:
        for done in range(0, count, step):
            some = list(islice(codes, min(step, count - done)))
            list(pool.map(lambda code: sandbox.run(code, preamble=PREAMBLE), some))
            held.append(holding())
            print(
                f"after {done + len(some):5d} programs: {held[-1][0] >> 20} MiB resident, "
                f"{held[-1][1]} descriptors, {len(zombies())} zombies"
            )
    grown = held[-1][0] / held[0][0]
    print(f"memory at the end is {grown:.3f} of that after the first {step}")
    return grown < 1.05 and held[-1][1] <= held[0][1] and not zombies()


def processes() -> list[psutil.Process]:
    return [psutil.Process(), *psutil.Process().children(recursive=True)]


def holding() -> tuple[int, int]:
    """Resident bytes of the servers, and descriptors of theirs and of this process."""
    servers = processes()
    resident = sum(one.memory_info().rss for one in servers[1:])
    return resident, sum(one.num_fds() for one in servers)


def zombies() -> list[psutil.Process]:
    return [one for one in processes() if one.status() == psutil.STATUS_ZOMBIE]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("traces", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--drawn", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--programs", type=int, default=1000)
    options = parser.parse_args()
    began = time.perf_counter()
    with Sandbox(jobs=options.jobs) as sandbox:
        print(f"sandbox starts in {time.perf_counter() - began:.2f} s; {os.cpu_count()} cores")
        print("layers: " + ", ".join(f"{layer.name} {layer.state}" for layer in sandbox.layers))
        print("the list of sandbox_programs.py:")
        ratio = compare(sandbox, PROGRAMS, options.jobs)
        if options.traces.exists():
            print(f"programs of models, from {options.traces.name}:")
            ratio = compare(sandbox, of_models(options.traces, options.drawn), options.jobs)
        flat = endure(sandbox, options.jobs, options.programs)
    left = psutil.Process().children(recursive=True)
    print(f"{ratio:.1f} times as fast as the notebook's executor (bar: {BAR:.0f})")
    print(f"leaks nothing: {'yes' if flat else 'NO'}; processes left: {len(left)}")
    return 0 if ratio >= BAR and flat and not left else 1


if __name__ == "__main__":
    sys.exit(main())
