"""The process of computer algebra: answers questions on its pipes, each in a fork with limits.

A question is a line of JSON, two answers; the reply a line, the verdict. Only this process imports
sympy and latex2sympy2_extended. It reads hostile text, so each question gets a fork that has a
limited memory, no files to write, and is killed when its time is up.
"""

import contextlib
import json
import math
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

Judgement = Callable[[str, str], str]

_MEMORY = 2 << 30
"""Bytes of address space, of which sympy loaded takes a quarter."""


_USUAL = (
    (r"\frac{2\sqrt{3}}{3}", r"2/\sqrt3"),
    ("x^2+2x+1", "(x+1)^2"),
    ("(x-1)/(x^2-1)", "1/(x+1)"),
    (r"\sin 2x", r"2\sin x\cos x"),
    ("y=2x+1", "2x-y+1=0"),
)
"""Asked before the first question: what sympy loads and remembers for them, every fork has."""


def main() -> None:
    """Serve until the asking side closes its pipe. The argument: seconds for one question."""
    seconds = float(sys.argv[1])
    from numina_lean.answers import algebra

    requests, replies = os.fdopen(os.dup(0), "rb"), os.dup(1)
    sink = os.open(os.devnull, os.O_RDWR)
    os.dup2(sink, 0)
    os.dup2(sink, 1)
    for one, other in _USUAL:
        algebra.verdict(one, other)
    os.write(replies, b"ready\n")
    for line in requests:
        one, other = json.loads(line.decode(errors="surrogatepass"))
        os.write(replies, f"{_answer(one, other, seconds, algebra.verdict)}\n".encode())


def _answer(one: str, other: str, seconds: float, verdict: Judgement) -> str:
    """The verdict of a fork, which is gone when this returns; `unknown` where it gave none."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        _fork(one, other, seconds, sink, verdict)
    os.close(sink)
    ready, _, _ = select.select([source], [], [], seconds)
    word = os.read(source, 64).decode() if ready else ""
    os.close(source)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return word or "unknown"


def _fork(one: str, other: str, seconds: float, sink: int, verdict: Judgement) -> NoReturn:
    try:
        for limit, value in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CPU, math.ceil(seconds) + 1),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):  # macOS has no limit of memory
                resource.setrlimit(limit, (value, value))
        os.write(sink, verdict(one, other).encode())
    finally:
        os._exit(0)
