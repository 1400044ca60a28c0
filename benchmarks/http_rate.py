"""How much of the in-process rate is left over HTTP: small statements, 64 connections.

Each round checks as many statements, no two alike, with a pool in this process and then over HTTP
with a server in another that has as many Lean processes; no cache. The client shares the machine.
Prints both rates, their ratio, and the medians. With --batch, that many statements a request.

Run: python benchmarks/http_rate.py [--rounds 5] [--count 1000] [--connections 64] [--batch 1]
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.discover import choose_engine

WARM_UP = 100


def main() -> None:
    arguments = _arguments()
    count, jobs = arguments.count, arguments.jobs
    numbers = iter(range(10**9))
    with Pool(choose_engine("embedded"), jobs=jobs) as pool, _server(jobs) as port:

        def over_http(statements: list[str]) -> float:
            client = _Client(port, arguments.batch)
            return asyncio.run(client.rate(statements, arguments.connections))

        _in_process(pool, _statements(numbers, WARM_UP))
        over_http(_statements(numbers, WARM_UP))
        rounds = []
        for number in range(arguments.rounds):
            here = _in_process(pool, _statements(numbers, count))
            there = over_http(_statements(numbers, count))
            rounds.append((here, there))
            print(f"round {number + 1}: in process {here:.1f}/s, HTTP {there:.1f}/s", flush=True)
    here, there = (median(rates) for rates in zip(*rounds, strict=True))
    ratio = median(there / here for here, there in rounds)
    print(
        f"median of {arguments.rounds}: in process {here:.1f}/s, HTTP {there:.1f}/s, "
        f"ratio {ratio:.1%} ({jobs} processes, {arguments.connections} connections, "
        f"{arguments.batch} a request)"
    )


def _statements(numbers: Iterator[int], count: int) -> list[str]:
    return [f"theorem t{n} : {n} + 1 = {n + 1} := rfl" for n in _take(numbers, count)]


def _take(numbers: Iterator[int], count: int) -> list[int]:
    return [next(numbers) for _ in range(count)]


def _in_process(pool: Pool, statements: list[str]) -> float:
    """Checks a second."""
    items = [Item(str(index), source) for index, source in enumerate(statements)]
    started = time.perf_counter()
    proved = sum(outcome.verdict is Verdict.PROVED for outcome in pool.check_all(items))
    seconds = time.perf_counter() - started
    assert proved == len(statements)
    return proved / seconds


@contextmanager
def _server(jobs: int) -> Iterator[int]:
    """The port of a server in a process of its own."""
    command = [sys.executable, "-m", "numina_lean", "serve", "--port", "0", "--no-cache"]
    command += ["--engine", "embedded", "--jobs", str(jobs)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r":(\d+) ", line)
        if found is None:
            sys.exit(f"no server: {line}")
        try:
            yield int(found[1])
        finally:
            process.terminate()


class _Client:
    """As little as speaks HTTP: what it costs is taken from the Lean processes."""

    def __init__(self, port: int, batch: int) -> None:
        self._port = port
        self._batch = batch
        self._proved = 0

    async def rate(self, statements: list[str], connections: int) -> float:
        """Checks a second."""
        batch = self._batch
        requests = [statements[at : at + batch] for at in range(0, len(statements), batch)]
        started = time.perf_counter()
        await asyncio.gather(*(self._connection(requests) for _ in range(connections)))
        seconds = time.perf_counter() - started
        assert self._proved == len(statements), f"{self._proved} of {len(statements)} proved"
        return self._proved / seconds

    async def _connection(self, requests: list[list[str]]) -> None:
        """One request after another, until none is left."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        while requests:
            snippets = [{"id": str(n), "code": code} for n, code in enumerate(requests.pop())]
            body = json.dumps({"snippets": snippets, "timeout": 60}).encode()
            writer.write(
                b"POST /api/check HTTP/1.1\r\nhost: localhost\r\n"
                b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                % (len(body), body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            found = re.search(rb"content-length: (\d+)", head)
            assert head.startswith(b"HTTP/1.1 200") and found is not None, head
            answer = await reader.readexactly(int(found[1]))
            self._proved += answer.count(b'"verdict": "proved"')
        writer.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
