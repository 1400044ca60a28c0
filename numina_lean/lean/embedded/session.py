"""A live embedded Lean: a Node process that runs `server/main.cjs`, and the talk with it.

Requests are JSON lines on its standard input; answers are JSON lines on a pipe of its own, which
nothing that Lean runs can reach. The process is confined by Node's permission model: it reads its
own package and nothing else, and starts no other process.
"""

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.embedded.install import Installation
from numina_lean.lean.engine import (
    BadReferenceError,
    Check,
    CheckTimeoutError,
    CrashCause,
    HeaderError,
    SessionCrashedError,
)
from numina_lean.lean.metaprogram import Reach, reach
from numina_lean.lean.report import (
    Declaration,
    Evidence,
    Message,
    Mismatch,
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
SOURCE_EXIT = "the source ended the process"
# Raises the stack limit in a shell, for it must be in force when the program is loaded.
LAUNCH = 'ulimit -s "$1" && shift && exec "$@"'
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


@dataclass(frozen=True, slots=True)
class Image:
    """The open descriptor of a file that an image is to be taken into, or used from."""

    descriptor: int
    act: Literal["take", "use"]


def _command(installation: Installation, *descriptors: int) -> list[str]:
    limit, stack_kib = _stack_limits()
    root, server = installation.root.resolve(), SERVER.resolve()
    return [
        *("/bin/sh", "-c", LAUNCH, "sh", limit),
        *(str(installation.node), f"--stack-size={stack_kib}", "--wasm-lazy-validation"),
        *("--permission", "--allow-worker", "--no-warnings"),
        *(f"--allow-fs-read={root}/*", f"--allow-fs-read={server}/*"),
        *(str(server / "main.cjs"), str(root), *map(str, descriptors)),
    ]


class EmbeddedSession:
    """One Node process with one header loaded. See `numina_lean.lean.engine.Session`."""

    def __init__(
        self,
        installation: Installation,
        header: Header,
        request: dict[str, Any],
        image: Image | None = None,
    ) -> None:
        """Start the process and load the header that `request` describes.

        `image` has its imports and modules, or is to have them; afterwards `image_taken` says so.

        Raises `HeaderError`, `SessionCrashedError`, `CheckTimeoutError` (not ready in time),
        `EngineUnavailableError` (Node cannot be started).
        """
        self._header = header
        self._buffer = bytearray()
        self._reaping = threading.Lock()
        self._spent = False
        answers, remote = os.pipe()
        descriptors = (remote,) if image is None else (remote, image.descriptor)
        try:
            self._process = subprocess.Popen(
                _command(installation, *descriptors),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=descriptors,
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
            act = None if image is None else image.act
            ready = self._ask({**request, "image": act}, START_TIMEOUT)
        except BaseException:
            self.kill()
            raise
        if "headerErrors" in ready:
            self.kill()
            raise HeaderError(tuple(_message(raw) for raw in ready["headerErrors"]))
        self.lean_version: str = ready["leanVersion"]
        self.image_taken = act == "take" and ready["notTaken"] is None

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
        """See `Session.check`. Rules on the constants where no code of the source has run."""
        extent = self._reach(check)
        wanted = "evidence" if check.evidence else "ruling" if extent is Reach.NONE else None
        request = {
            "body": check.body,
            "reference": check.reference,
            "timeoutMs": _milliseconds(check.timeout),
            "heartbeats": check.heartbeats,
            "goals": check.goals,
            "axioms": check.axioms,
            "outputLimit": check.output_limit,
            "wanted": wanted,
        }
        answer = self._ask_within({"check": request}, check.timeout)
        # What a task still running, Lean's global references, or memory behind a name taken from
        # native code may hold, the next check would meet.
        self._spent = self._spent or extent > Reach.NONE
        if answer["aborted"]:
            return replace(_ABORTED, seconds=answer["seconds"], reach=extent)
        if "referenceErrors" in answer:
            raise BadReferenceError(tuple(_message(raw) for raw in answer["referenceErrors"]))
        return _report(answer, self._header.imports, extent)

    def _reach(self, check: Check) -> Reach:
        bodies = [check.body, *([] if check.reference is None else [check.reference])]
        return max(reach(self._header.imports, body) for body in bodies)

    def judge(
        self, evidence: Evidence, reference: Evidence | None = None, *, timeout: float = 60.0
    ) -> Ruling:
        """See `Session.judge`."""
        request = {
            "evidence": evidence.constants,
            "reference": None if reference is None else reference.constants,
            "timeoutMs": _milliseconds(timeout),
        }
        answer = self._ask_within({"judge": request}, timeout)
        if answer["aborted"]:
            return Ruling((), "recurses too deeply")
        return _ruling(answer["ruling"])

    def _ask_within(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The answer. Raises `CheckTimeoutError` where it comes because time was up."""
        answer = self._ask(request, timeout + GRACE)
        self._spent = self._spent or answer["aborted"]
        if answer["cancelled"]:
            raise CheckTimeoutError(f"no end within {timeout:g} s", alive=not answer["aborted"])
        return answer

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
                cause=self._crash_cause(answer["fatal"], told=bool(line)),
            )
        return answer

    def _crash_cause(self, fatal: str, *, told: bool) -> CrashCause:
        """Who ended the process, which has been reaped."""
        if fatal == SOURCE_EXIT:
            return "exit"
        code = self._process.returncode
        # An orderly end without a word means that its pipes were closed.
        killed = code >= 0 or code in (-signal.SIGKILL, -signal.SIGTERM)
        return "fault" if told or not killed else "unknown"

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


_ABORTED = Report(
    (
        Message(
            "error",
            "Lean gave up on the source: it nests or recurses too deeply",
            Position(1, 0),
            kind="runtime.deepRecursion",
        ),
    ),
    (),
    (),
    0.0,
)
_NO_TARGET = Message(
    "error", "the reference declares no theorem and leaves no definition open", Position(1, 0)
)


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


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


def _declarations(raw: list[dict[str, Any]]) -> tuple[Declaration, ...]:
    return tuple(Declaration(each["name"], each["kind"], tuple(each["axioms"])) for each in raw)


def _ruling(raw: dict[str, Any]) -> Ruling:
    if raw["emptyReference"]:
        raise BadReferenceError((_NO_TARGET,))
    mismatches = raw["mismatches"]
    return Ruling(
        _declarations(raw["declarations"]),
        raw["refusal"],
        None
        if mismatches is None
        else tuple(Mismatch(each["code"], each["name"], each["detail"]) for each in mismatches),
    )


def _report(answer: dict[str, Any], imports: tuple[str, ...], extent: Reach) -> Report:
    ruling, constants = answer["ruling"], answer["evidence"]
    return Report(
        messages=tuple(_message(raw) for raw in answer["messages"]),
        sorries=tuple(
            Sorry(
                raw["goal"], _position(raw["start"]), _position(raw["end"]) if raw["end"] else None
            )
            for raw in answer["sorries"]
        ),
        declarations=_declarations(answer["declarations"]),
        seconds=answer["seconds"],
        truncated=answer["truncated"],
        exited=answer["exited"],
        reach=extent,
        ruling=None if ruling is None else _ruling(ruling),
        evidence=None if constants is None else Evidence(imports, constants),
    )
