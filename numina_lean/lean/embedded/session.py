"""A live embedded Lean: a Node process that runs `server/main.cjs`, and the talk with it.

Requests are JSON lines on its standard input; answers are JSON lines on a pipe of its own, which
nothing that Lean runs can reach. The process is confined by Node's permission model: it reads its
own package and nothing else, and starts no other process.
"""

import contextlib
import json
import os
import re
import resource
import select
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.embedded.install import Installation
from numina_lean.lean.engine import (
    Check,
    CheckTimeoutError,
    HeaderError,
    SessionCrashedError,
)
from numina_lean.lean.report import (
    Declaration,
    Evidence,
    Message,
    Position,
    Report,
    Ruling,
    Severity,
    Sorry,
)
from numina_lean.lean.source import Header

SERVER = Path(__file__).parent / "server"
START_TIMEOUT = 120.0
"""Seconds that a process may take to load the header; a few are usual on an idle machine."""
GRACE = 3.0
"""Seconds after a check's timeout in which Lean may still stop by itself before it is killed."""
NODE_STACK_KIB = 400_000
STACK_RESERVE_KIB = 1_024
READ_SIZE = 1 << 20
OUT_OF_MEMORY = "out of memory"
# Raises the stack limit in a shell, for it must be in force when the program is loaded.
LAUNCH = 'ulimit -s "$1" && shift && exec "$@"'
# What runs a source's own code, or names what does: in plain Lean, and by importing Lean itself.
_RUNS_CODE = re.compile(
    r"#eval|\b(?:macro\w*|elab\w*|by_elab|run_\w+|initialize|builtin_\w+|init|unsafe|extern|"
    r"implemented_by|export|prefer_native)\b"
)
_META = re.compile(r"(?:Lean|Lake)(?:\.|$)")
_SEVERITY: dict[str, Severity] = {
    "information": "info",
    "warning": "warning",
    "error": "error",
    "trace": "trace",
}


def _stack_limits() -> tuple[str, int]:
    """The shell's stack limit and Node's `--stack-size` in KiB that fits into it."""
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    if hard == resource.RLIM_INFINITY:
        return "unlimited", NODE_STACK_KIB
    hard_kib = hard // 1024
    return str(hard_kib), min(NODE_STACK_KIB, max(984, hard_kib - STACK_RESERVE_KIB))


def _command(installation: Installation, answers: int) -> list[str]:
    limit, stack_kib = _stack_limits()
    root, server = installation.root.resolve(), SERVER.resolve()
    return [
        *("/bin/sh", "-c", LAUNCH, "sh", limit),
        *(str(installation.node), f"--stack-size={stack_kib}", "--wasm-lazy-validation"),
        *("--permission", "--allow-worker", "--no-warnings"),
        *(f"--allow-fs-read={root}/*", f"--allow-fs-read={server}/*"),
        *(str(server / "main.cjs"), str(root), str(answers)),
    ]


class EmbeddedSession:
    """One Node process with one header loaded. See `numina_lean.lean.engine.Session`."""

    def __init__(self, installation: Installation, header: Header, request: dict[str, Any]) -> None:
        """Start the process and load the header that `request` describes.

        Raises `HeaderError`, `SessionCrashedError`, `CheckTimeoutError` (not ready in time),
        `EngineUnavailableError` (Node cannot be started).
        """
        self._header = header
        self._buffer = bytearray()
        self._reaping = threading.Lock()
        self._spent = False
        answers, remote = os.pipe()
        try:
            self._process = subprocess.Popen(
                _command(installation, remote),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(remote,),
                cwd=installation.root,
                env={},
                start_new_session=True,
            )
        except OSError as error:
            os.close(answers)
            raise EngineUnavailableError(f"the embedded Lean does not start: {error}") from error
        finally:
            os.close(remote)
        self._answers = answers
        try:
            ready = self._ask(request, START_TIMEOUT)
        except BaseException:
            self.kill()
            raise
        if "headerErrors" in ready:
            self.kill()
            raise HeaderError(tuple(_message(raw) for raw in ready["headerErrors"]))
        self.lean_version: str = ready["leanVersion"]

    @property
    def header(self) -> Header:
        return self._header

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def spent(self) -> bool:
        return self._spent or self._process.poll() is not None

    def check(self, check: Check) -> Report:
        request = {
            "body": check.body,
            "timeoutMs": max(1, int(check.timeout * 1000)),
            "heartbeats": check.heartbeats,
            "goals": check.goals,
            "axioms": check.axioms,
            "outputLimit": check.output_limit,
        }
        answer = self._ask(request, check.timeout + GRACE)
        if answer["cancelled"]:
            self._spent = answer["aborted"]
            raise CheckTimeoutError(
                f"no end within {check.timeout:g} s", alive=not answer["aborted"]
            )
        if answer["aborted"]:
            self._spent = True
            return Report((_ABORTED,), (), (), answer["seconds"])
        self._spent = self._spent or self._leaves_traces(check.body)
        return _report(answer)

    def judge(
        self, evidence: Evidence, reference: Evidence | None = None, *, timeout: float = 60.0
    ) -> Ruling:
        raise NotImplementedError

    def _leaves_traces(self, body: str) -> bool:
        """Whether `body` may have changed what outlives its environment.

        A running task, Lean's global references, memory behind a name taken from native code:
        the next check would meet them. Errs towards yes; a new process costs two seconds.
        """
        meta = any(_META.match(module) for module in self._header.imports)
        return meta or _RUNS_CODE.search(body) is not None

    def resident_bytes(self) -> int:
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def kill(self) -> None:
        with self._reaping:
            self._spent = True
            if self._process.returncode is None:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()

    def close(self) -> None:
        """`kill`, then give the pipes back. For the thread that owns the session."""
        self.kill()
        if self._process.stdin is not None and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # what it had not read does not matter
                self._process.stdin.close()
        if self._answers >= 0:
            os.close(self._answers)
            self._answers = -1

    def _ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """One request, one answer. Kills the process on a timeout and on what is no answer."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._read_line(time.monotonic() + timeout)
        except BrokenPipeError:
            self.kill()
            raise SessionCrashedError("the embedded Lean died before it took the check") from None
        except TimeoutError:
            self.kill()
            raise CheckTimeoutError(
                f"did not stop within {timeout:g} s and was killed", alive=False
            ) from None
        answer: dict[str, Any] = json.loads(line) if line else {"fatal": "the process ended"}
        if "fatal" in answer:
            self.kill()
            raise SessionCrashedError(
                f"the embedded Lean died: {answer['fatal']}",
                out_of_memory=OUT_OF_MEMORY in answer["fatal"],
            )
        return answer

    def _read_line(self, deadline: float) -> bytes:
        """The next line, or what there was of it when the process ended (then of no use: b"")."""
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimeoutError
            chunk = os.read(self._answers, READ_SIZE)
            if not chunk:
                return b""
            self._buffer += chunk
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line


_ABORTED = Message(
    "error",
    "Lean gave up on the source: it nests or recurses too deeply",
    Position(1, 0),
    kind="runtime.deepRecursion",
)


def _position(raw: dict[str, int]) -> Position:
    return Position(raw["line"], raw["column"])


def _message(raw: dict[str, Any]) -> Message:
    return Message(
        _SEVERITY[raw["severity"]],
        raw["text"],
        _position(raw["start"]),
        _position(raw["end"]) if raw["end"] else None,
        raw["kind"],
    )


def _report(answer: dict[str, Any]) -> Report:
    return Report(
        messages=tuple(_message(raw) for raw in answer["messages"]),
        sorries=tuple(
            Sorry(
                raw["goal"], _position(raw["start"]), _position(raw["end"]) if raw["end"] else None
            )
            for raw in answer["sorries"]
        ),
        declarations=tuple(
            Declaration(raw["name"], raw["kind"], tuple(raw["axioms"]))
            for raw in answer["declarations"]
        ),
        seconds=answer["seconds"],
        truncated=answer["truncated"],
    )
