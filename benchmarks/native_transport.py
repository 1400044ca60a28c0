"""Which transport drives the REPL: plain pipes polled by the caller, or pexpect's popen_spawn?

Both talk to the same scripted process (`tests/scripted_repl.py`), which answers at once, so that
what is measured is the transport: many small answers, and answers of 20 MB. Prints seconds for
each, and the ratio. The product keeps `numina_lean.lean.native.process`; what lost lives here.

    python benchmarks/native_transport.py [--small 5000] [--large 5]

Left out: an answer's meaning, and standard error, which popen_spawn mixes into the answers.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import pexpect
from pexpect.popen_spawn import PopenSpawn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from scripted_repl import message, script

from numina_lean.lean.native.process import ReplProcess
from numina_lean.lean.native.repl import decode, encode_command

LARGE = 20_000_000
TIMEOUT = 600.0


class PexpectProcess:
    """The same contract as `ReplProcess`, as far as the benchmark needs it."""

    def __init__(self, command, folder):
        self._child = PopenSpawn(list(command), cwd=str(folder), timeout=TIMEOUT, maxread=1 << 20)

    def exchange(self, request, deadline):
        self._child.send(request)
        while True:
            self._child.expect_exact(b"\n\n", timeout=deadline - time.monotonic())
            if (answer := decode(self._child.before)) is not None:
                return answer

    def kill(self):
        self._child.sendeof()
        self._child.wait()


def seconds(transport, text, times):
    """Wall time of `times` exchanges; the process is started and warm before."""
    with tempfile.TemporaryDirectory() as folder:
        noted = {"messages": [message("info", "", 1, 0)]}
        rules = [{"match": "large", "answer": noted, "fill": LARGE}, {"answer": noted}]
        process = transport(script(Path(folder), *rules), Path(folder))
        process.exchange(encode_command("warm", 0), time.monotonic() + TIMEOUT)
        started = time.monotonic()
        for _ in range(times):
            answer = process.exchange(encode_command(text, 0), time.monotonic() + TIMEOUT)
        taken = time.monotonic() - started
        process.kill()
    length = len(answer["messages"][0]["data"])
    assert length == (LARGE if text == "large" else 0), length
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=5000)
    parser.add_argument("--large", type=int, default=5)
    arguments = parser.parse_args()
    for kind, times in (("small", arguments.small), ("large", arguments.large)):
        pipes = seconds(ReplProcess, kind, times)
        expect = seconds(PexpectProcess, kind, times)
        row = {
            "answers": kind,
            "number": times,
            "pipes_s": round(pipes, 2),
            f"pexpect_{pexpect.__version__}_s": round(expect, 2),
            "ratio": round(expect / pipes, 2),
        }
        print(json.dumps(row))


if __name__ == "__main__":
    main()
