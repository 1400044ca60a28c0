"""The programs of traces, run in the sandbox's workers while the event loop goes on."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from numina_lean.sandbox.execution import Execution
from numina_lean.sandbox.sandbox import Sandbox

PREAMBLE = "import math\nimport numpy as np\nimport sympy as sp\n"
"""What the published executor puts before each program."""


class Runner(Protocol):
    """Runs the programs of a trace."""

    async def run(self, cells: Sequence[str], seconds: float) -> Execution:
        """Run `cells` one after the other in one state that starts fresh; what the last one gave.

        `seconds`: wall time that each may take.
        """
        ...


class SandboxRunner:
    """A `Runner` over a sandbox, which it neither starts nor ends; `jobs`: programs at a time."""

    def __init__(self, sandbox: Sandbox, jobs: int) -> None:
        self._sandbox = sandbox
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="program")

    async def run(self, cells: Sequence[str], seconds: float) -> Execution:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, tuple(cells), seconds)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _run(self, cells: tuple[str, ...], seconds: float) -> Execution:
        *before, last = cells
        if not before:
            return self._sandbox.run(last, preamble=PREAMBLE, timeout=seconds)
        with self._sandbox.session() as session:
            session.run(PREAMBLE, timeout=seconds)
            for cell in before:
                session.run(cell, timeout=seconds)
            return session.run(last, timeout=seconds)
