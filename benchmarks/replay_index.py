"""How fast a recording is indexed and read, and what its index takes.

    python benchmarks/replay_index.py [--completions 200000] [--characters 4000] [--reads 20000]

Writes a recording (0.9 GB as it stands) to a temporary folder, opens it as a replay, and reads
completions in random order. Times are of the processor, so that a busy machine measures the same.
"""

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path

import psutil

from numina_lean.models.model import Completion, Message, Prompt, Sampling, Usage
from numina_lean.models.recorded import line_of
from numina_lean.models.replay import Replay

SAMPLING = Sampling(seed=0, max_tokens=2048)
SAMPLES = 8


def prompt(number: int) -> Prompt:
    return Prompt((Message("user", f"problem {number}"),))


def write(path: Path, completions: int, characters: int) -> None:
    with path.open("wb") as stream:
        for number in range(completions):
            text = f"{number} ".ljust(characters, "x")
            one = Completion(number % SAMPLES, text, "stop", Usage(300, 900))
            stream.write(line_of("m", prompt(number // SAMPLES), SAMPLING, one, 1.0))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--completions", type=int, default=200_000)
    parser.add_argument("--characters", type=int, default=4_000)
    parser.add_argument("--reads", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.jsonl"
        write(path, options.completions, options.characters)
        measure(path, options.completions, options.reads)


def measure(path: Path, completions: int, reads: int) -> None:
    process = psutil.Process()
    before, start = process.memory_info().rss, time.process_time()
    replay = Replay(path)
    seconds, after = time.process_time() - start, process.memory_info().rss
    size = path.stat().st_size
    print(f"index: {size / 1e9:.2f} GB in {seconds:.1f} s ({size / 1e9 / seconds:.2f} GB/s)")
    print(f"memory: {(after - before) / completions:.0f} bytes a completion")

    async def read() -> float:
        chance = random.Random(0)
        start = time.process_time()
        for _ in range(reads):
            number = chance.randrange(completions)
            asked = prompt(number // SAMPLES)
            reply = await replay.complete(asked, SAMPLING, first=number % SAMPLES)
            assert reply.completions[0].text.startswith(f"{number} ")
        return time.process_time() - start

    print(f"read: {reads / asyncio.run(read()):.0f} completions a second, in random order")
    asyncio.run(replay.close())


if __name__ == "__main__":
    main()
