"""The processes that computer algebra runs in, as the calling side sees them.

A server (`numina_lean.answers.server`) is started when it is first needed and kept; it answers one
question at a time, each in a fork of its own. One that does not answer in time is killed with all
of its children and replaced. All end with the interpreter.
"""

import atexit
import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Literal

SECONDS = 3.0
"""What one question may take; the server ends it, and is ended if it does not within `GRACE`."""

GRACE = 2.0
_START = 120.0
_MOST = max(1, min(4, os.cpu_count() or 1))

_log = logging.getLogger(__name__)


class _GoneError(Exception):
    """The server ended, does not answer, or never came up."""


class _Server:
    """A server process and its two pipes."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", "from numina_lean.answers.server import main; main()"]
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        self._process = subprocess.Popen(
            [*command, str(SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={"PYTHONPATH": path, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
            start_new_session=True,
        )
        self._rest = b""
        try:
            self._line(_START)
        except _GoneError:
            self.end()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, one: str, other: str) -> str:
        """The server's word. Raises `_GoneError`."""
        assert self._process.stdin is not None
        text = json.dumps([one, other], ensure_ascii=False)  # fits a pipe: writing cannot wait
        question = text.encode(errors="surrogatepass") + b"\n"
        try:
            self._process.stdin.write(question)
        except OSError as error:
            raise _GoneError from error
        return self._line(SECONDS + GRACE)

    def end(self) -> None:
        """Kill it and its children, and reap it."""
        if self.alive:
            if hasattr(os, "killpg"):  # its forks are in its group
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _line(self, seconds: float) -> str:
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise _GoneError
                data = os.read(self._process.stdout.fileno(), 4096)
                if not data:
                    raise _GoneError
                self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()


class Prover:
    """Up to `_MOST` servers, given out to threads one each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.Semaphore(_MOST)
        self._idle: list[_Server] = []
        self._broken = False

    def prove(self, one: str, other: str) -> Literal["numeric", "symbolic"] | None:
        """How computer algebra showed them equal, or None."""
        with self._places:
            with self._lock:
                if self._broken:
                    return None
                server = self._idle.pop() if self._idle else None
            if server is not None and not server.alive:
                server.end()
                server = None
            try:
                server = server or self._started()
                if server is None:
                    return None
                word = server.ask(one, other)
            except _GoneError:
                if server is not None:
                    server.end()
                return None
            with self._lock:
                self._idle.append(server)
        return "numeric" if word == "numeric" else "symbolic" if word == "symbolic" else None

    def close(self) -> None:
        """End all servers that are not at work."""
        with self._lock:
            servers, self._idle = self._idle, []
        for server in servers:
            server.end()

    def _started(self) -> _Server | None:
        try:
            return _Server()
        except (_GoneError, OSError):
            self._broken = True
            _log.warning(
                "no computer algebra: answers are compared by arithmetic alone; "
                "pip install 'numina-lean[informal]'"
            )
            return None


_prover = Prover()
atexit.register(lambda: _prover.close())


def _forget() -> None:
    """In a fork: the servers are the parent's."""
    global _prover
    _prover = Prover()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def prove(one: str, other: str) -> Literal["numeric", "symbolic"] | None:
    """How computer algebra showed the answers equal; None where it did not, or not in time."""
    return _prover.prove(one, other)
