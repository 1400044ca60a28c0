"""A REPL process behind plain pipes: one request out, one answer in, before a deadline.

Covers framing, noise, an overlong answer, standard error, death and hanging of the process.
Does not say what to do after a failure: the process is gone then, and the caller starts another.
The pipes are polled by the calling thread, so there is no reader thread to leak and nothing to
join; `benchmarks/native_transport.py` compares this with pexpect.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import psutil

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.engine import CheckTimeoutError, SessionCrashedError
from numina_lean.lean.native.repl import (
    Answer,
    ProtocolError,
    Refusal,
    decode,
    encode_command,
    parse_response,
)
from numina_lean.sandbox.bubblewrap import spawn

_READ_SIZE = 1 << 20
_LONGEST_ANSWER = 256 << 20
_STDERR_TAIL = 4096
# A source can read its environment, which may hold keys; and a foreign LEAN_PATH would mislead.
_PASSED_ON = ("HOME", "PATH", "TMPDIR", "LANG", "LC_ALL", "ELAN_HOME", "LEAN_NUM_THREADS")
_KILLED = frozenset(
    code for kill in (signal.SIGKILL, signal.SIGTERM) for code in (-kill, 128 + kill)
)
_GRACE = 2.0  # seconds for a process that closed its pipes to be reaped


def _start(command: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,  # what has children: all are killed as one group
    )


class ReplProcess:
    """One live process. Used by one thread at a time; `kill` may come from any."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start `command` in `folder`. Raises `EngineUnavailableError` when it cannot start."""
        try:
            self._process = spawn(lambda: _start(command, folder))
        except OSError as error:
            raise EngineUnavailableError(
                f"cannot start {command[0]} in {folder}: {error.strerror or error}. "
                "Run: numina-lean setup --engine native"
            ) from error
        self._streams: tuple[IO[bytes], ...] = tuple(
            stream
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr)
            if stream is not None
        )
        self._stdin, self._stdout, self._stderr = (stream.fileno() for stream in self._streams)
        for descriptor in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(descriptor, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)
        self._unread = bytearray()
        self._complaints = bytearray()
        self._in_use = threading.Lock()
        self._killed = False
        self._ended = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether the process has ended. It is not reaped by asking."""
        if self._killed:
            return True
        try:
            return psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            return True
        except OSError:  # no descriptor left to look with: not known to be
            return False

    def exchange(self, request: bytes, deadline: float) -> dict[str, object]:
        """Send `request` and wait for its answer until `deadline` (`time.monotonic()`).

        Raises `CheckTimeoutError` after killing the process, `SessionCrashedError` when it
        died or wrote what is not one answer. Either way the process is gone.
        """
        with self._in_use:
            if self._killed:
                raise SessionCrashedError("the Lean process is gone")
            try:
                self._forget_noise()
                return self._send_and_receive(request, deadline)
            except ProtocolError as error:
                self._end()
                raise SessionCrashedError(str(error)) from error
            except BaseException:
                self._end()
                raise
            finally:
                if self._killed:
                    self._close()

    def run(self, command: str, env: int | None, deadline: float) -> Answer | Refusal:
        """Elaborate `command` in environment `env` (None: from its own imports).

        Raises what `exchange` raises.
        """
        fields = self.exchange(encode_command(command, env), deadline)
        try:
            return parse_response(fields)
        except ProtocolError as error:
            self.kill()
            raise SessionCrashedError(str(error)) from error

    def elaborate(self, command: str, env: int | None, deadline: float) -> Answer:
        """As `run`, for a command that the REPL has no ground to refuse."""
        response = self.run(command, env, deadline)
        if isinstance(response, Refusal):
            self.kill()
            raise SessionCrashedError(f"the REPL refused a command: {response.text}")
        return response

    def resident_bytes(self) -> int:
        """Resident memory of the process and its children; 0 when it is gone or cannot be seen."""
        total = 0
        for process in self._family():
            with contextlib.suppress(psutil.Error, OSError):
                total += process.memory_info().rss
        return total

    def kill(self) -> None:
        """End the process and its children at once and reap it. Harmless when it is gone."""
        self._end()
        if self._in_use.acquire(blocking=False):
            # Else a thread is waiting for an answer: it sees the end of file and closes.
            try:
                self._close()
            finally:
                self._in_use.release()

    def _forget_noise(self) -> None:
        """Drop what was written since the last answer. An answer among it means forgery."""
        self._drain(self._stderr)
        self._drain(self._stdout)
        if self._ended:
            raise self._crash()
        if decode(bytes(self._unread)) is not None:
            raise ProtocolError("an answer came that nobody asked for: the process is not trusted")
        self._unread.clear()

    def _send_and_receive(self, request: bytes, deadline: float) -> dict[str, object]:
        outgoing = memoryview(request)
        self._selector.register(self._stdin, selectors.EVENT_WRITE)
        searched = received = 0
        try:
            while True:
                ready = self._wait(deadline)
                if self._stderr in ready:
                    self._drain(self._stderr)
                if self._stdin in ready:
                    outgoing = outgoing[self._write(outgoing) :]
                    if not outgoing:
                        self._selector.unregister(self._stdin)
                if self._stdout not in ready:
                    continue
                received += self._drain(self._stdout)
                if received > _LONGEST_ANSWER:
                    raise SessionCrashedError(f"the answer passes {_LONGEST_ANSWER >> 20} MiB")
                while (end := self._unread.find(b"\n\n", searched)) >= 0:
                    block = bytes(self._unread[:end])
                    del self._unread[: end + 2]
                    searched = 0
                    if (answer := decode(block)) is not None:
                        return answer
                if self._ended:  # though what it had answered before counts
                    raise self._crash()
                searched = max(0, len(self._unread) - 1)
        finally:
            with contextlib.suppress(KeyError):
                self._selector.unregister(self._stdin)

    def _wait(self, deadline: float) -> set[int]:
        """The descriptors that are ready. Raises when the deadline passes first."""
        left = deadline - time.monotonic()
        if left > 0:
            ready = {key.fd for key, _ in self._selector.select(left)}
            if ready:
                return ready
        raise CheckTimeoutError("Lean did not answer in time and was killed", alive=False)

    def _write(self, data: memoryview) -> int:
        try:
            return os.write(self._stdin, data)
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            raise self._crash() from None

    def _drain(self, descriptor: int) -> int:
        """Read all that is there, at most `_LONGEST_ANSWER` bytes; the number of bytes."""
        total = 0
        while total <= _LONGEST_ANSWER:
            try:
                chunk = os.read(descriptor, _READ_SIZE)
            except BlockingIOError:
                break
            if not chunk:
                # A closed descriptor stays readable for ever: stop watching it.
                self._ended |= descriptor == self._stdout
                with contextlib.suppress(KeyError):
                    self._selector.unregister(descriptor)
                break
            total += len(chunk)
            if descriptor == self._stdout:
                self._unread += chunk
            else:
                self._complaints += chunk
                del self._complaints[:-_STDERR_TAIL]
        return total

    def _crash(self) -> SessionCrashedError:
        """What to raise for a process that has ended, or has closed its output."""
        how = self._obituary()
        code = self._process.returncode
        # A sandbox ends with 128 and the number of the signal that ended what it held.
        killed = code is None or code in _KILLED or self._killed
        return SessionCrashedError(how, cause="unknown" if killed else "fault")

    def _obituary(self) -> str:
        """How the process ended, with the last it said on standard error."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        with contextlib.suppress(OSError, ValueError):
            self._drain(self._stderr)
        code = self._process.returncode
        if self._killed:
            how = "the Lean process was killed"
        elif code is None:
            how = "the Lean process closed its output"
        elif code < 0:
            how = f"the Lean process died of {signal.Signals(-code).name}"
        else:
            how = f"the Lean process ended with status {code}"
        last_words = " ".join(self._complaints.decode(errors="replace").split())[-500:]
        return f"{how}: {last_words}" if last_words else how

    def _family(self) -> list[psutil.Process]:
        try:
            parent = psutil.Process(self.pid)
            return [parent, *parent.children(recursive=True)]
        except (psutil.Error, OSError):
            return []

    def _end(self) -> None:
        self._killed = True
        # A child that left the group is found through its parent, while that one lives.
        children = self._family()[1:]
        # Not yet reaped, its number is its own, and so is the group's, even when it is dead.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        self._process.wait()

    def _close(self) -> None:
        self._selector.close()
        for stream in self._streams:
            with contextlib.suppress(OSError):
                stream.close()
