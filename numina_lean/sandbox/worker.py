"""One server process and its place, seen from the host: a program in, an execution out.

The server is trusted, the program in it is not: should the server die, stay silent or talk
nonsense, the worker says so (`WorkerError`) and is of no more use.
"""

import json
import os
import select
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import IO, Any

from numina_lean.sandbox.bubblewrap import spawn
from numina_lean.sandbox.execution import Execution
from numina_lean.sandbox.place import Place

_STARTING = 60.0
"""Seconds for the libraries to be imported, on a machine that does much else."""

_GRACE = 15.0
"""Seconds that the server may take over those of the program: to end it and to clean up."""

_CLOSING = 5.0
_LONGEST = 64 << 20


class WorkerError(Exception):
    """The server cannot be relied on any more. The message says what it did, or its last words."""


class Worker:
    """Not safe to use from two threads at once, except for `close`."""

    def __init__(self, place: Place) -> None:
        """Start a server there. Raises `WorkerError`."""
        self.usable = True
        """It waits for a request. False after a `WorkerError`, or when one was given up."""

        self._place = place
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed in `close`)
        try:
            self._process = spawn(self._started)
        except OSError as error:
            self._words.close()
            place.leave()
            raise WorkerError(str(error)) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests = self._process.stdin.fileno()
        self._answers = self._process.stdout.fileno()
        os.set_blocking(self._requests, False)
        os.set_blocking(self._answers, False)
        try:
            hello = self._answer(time.monotonic() + _STARTING)
            self.layers: dict[str, str | None] = hello["layers"]
            self.libraries: dict[str, str] = hello["libraries"]
        except (WorkerError, KeyError) as error:
            self.close()
            raise WorkerError(f"the server of programs does not start: {error}") from error

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def run(
        self, code: str, preamble: str, seconds: float, cpu_seconds: int, *, kept: bool
    ) -> Execution:
        """What came of a program; `kept`: of one that finds what those before it left.

        Raises `WorkerError`.
        """
        request: dict[str, object] = {
            "do": "run_in_session" if kept else "run",
            "code": code,
            "preamble": preamble,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
        }
        answer = self._asked(request, seconds)
        try:
            return Execution(**answer)
        except TypeError as error:
            self.usable = False
            raise WorkerError(f"an answer without sense ({error})") from error

    def end_session(self) -> None:
        """Forget what programs left. Raises `WorkerError`."""
        self._asked({"do": "end_session"}, 0.0)

    def kill(self) -> None:
        """End the server and whatever runs in it, while another thread may use it still."""
        self._process.kill()

    def close(self) -> None:
        """End the server and whatever runs in it. Safe to call twice."""
        process = self._process
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        try:
            process.wait(_CLOSING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
        self._words.close()
        self._place.leave()

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._place.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            cwd="/",
            env=self._place.environment,
            start_new_session=True,
        )

    def _asked(self, request: dict[str, object], seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds + _GRACE
        data = json.dumps(request).encode("ascii")
        self.usable = False
        self._send(len(data).to_bytes(4, "big") + data, deadline)
        answer = self._answer(deadline)
        self.usable = True
        return answer

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._requests, select.POLLOUT, deadline)
            try:
                view = view[os.write(self._requests, view) :]
            except OSError as error:
                raise WorkerError(self._last_words(f"it is gone ({error})")) from error

    def _answer(self, deadline: float) -> dict[str, Any]:
        size = int.from_bytes(self._exactly(4, deadline), "big")
        if size > _LONGEST:
            raise WorkerError(f"an answer of {size} bytes")
        data = self._exactly(size, deadline)
        try:
            answer = json.loads(data)
        except ValueError as error:
            raise WorkerError(f"an answer without sense ({error})") from error
        if not isinstance(answer, dict):
            raise WorkerError("an answer without sense")
        return answer

    def _exactly(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(self._answers, select.POLLIN, deadline)
            try:
                more = os.read(self._answers, size - len(data))
            except OSError as error:
                raise WorkerError(self._last_words(f"it is gone ({error})")) from error
            if not more:
                raise WorkerError(self._last_words("it has ended"))
            data += more
        return bytes(data)

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(descriptor, event)
        if left <= 0 or not poll.poll(left * 1000):
            raise WorkerError("no answer in time")

    def _last_words(self, otherwise: str) -> str:
        """The last line that the server wrote to standard error."""
        with suppress(OSError, ValueError):
            self._words.seek(0)
            lines = self._words.read().decode(errors="replace").split("\n")
            said = [line.strip() for line in lines if line.strip()]
            return said[-1] if said else otherwise
        return otherwise
