"""A program's process, seen from the server: what it prints, whether it goes on, its end."""

import os
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from .capture import Capture
from .confine import CONTROL, Confinement, mapped
from .libraries import reseed
from .program import ERROR, Namespace

_CHUNK = 1 << 16
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class End:
    """`signal` is None where the process ended with a `status`."""

    status: int
    signal: signal.Signals | None
    cpu_seconds: float
    peak_bytes: int


@dataclass(slots=True)
class Child:
    """`control`, in a kept session, is where programs are handed in and statuses come back.

    `handed` is what is still to be written there.
    """

    pid: int
    output: int
    capture: Capture
    control: socket.socket | None = None
    handed: bytearray = field(default_factory=bytearray)
    end: End | None = None
    stopped: bool = False

    def read(self) -> bool:
        """Take some of what has been printed. False: for now, or for ever, there is no more."""
        try:
            data = os.read(self.output, _CHUNK)
        except BlockingIOError:
            return False
        self.capture.take(data)
        return bool(data)

    def hand(self) -> bool:
        """Write as much of `handed` as goes; says whether that was all."""
        if self.control is not None and self.handed:
            try:
                del self.handed[: self.control.send(self.handed)]
            except BlockingIOError:
                return False
            except ConnectionError:  # it has closed its end: it cannot be given anything
                self.handed.clear()
        return not self.handed

    def ended(self) -> bool:
        """Whether it has ended. Notes as well, in a session, whether it has stopped itself."""
        if self.end is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid and os.WIFSTOPPED(status):
                self.stopped = self.control is not None and os.WSTOPSIG(status) == signal.SIGSTOP
            elif pid:
                self._note(status, usage)
        return self.end is not None

    def go_on(self) -> None:
        """Continue a session that has stopped itself."""
        self.stopped = False
        os.kill(self.pid, signal.SIGCONT)

    def status(self) -> int:
        """What a session's process says of the program that it ran."""
        assert self.control is not None
        try:
            said = self.control.recv(_CHUNK)
        except OSError:
            said = b""
        return said[-1] if said else ERROR

    def used(self) -> tuple[float, int]:
        """Its processor seconds and its threads; nothing where the system does not say."""
        try:
            with open(f"/proc/{self.pid}/stat", "rb") as stat:  # noqa: PTH123
                words = stat.read().rpartition(b")")[2].split()
        except OSError:
            return 0.0, 0
        return (int(words[11]) + int(words[12])) / _TICKS, int(words[17])

    def destroy(self) -> None:
        """End it, and whatever is in its session of processes; take what it printed till then."""
        if self.end is None:
            for kill in (os.killpg, os.kill):
                with suppress(ProcessLookupError):
                    kill(self.pid, signal.SIGKILL)
            _, status, usage = os.wait4(self.pid, 0)
            self._note(status, usage)
        while self.read() and not self.capture.endless:
            pass

    def close(self) -> None:
        os.close(self.output)
        if self.control is not None:
            self.control.close()

    def _note(self, status: int, usage: resource.struct_rusage) -> None:
        by = signal.Signals(os.WTERMSIG(status)) if os.WIFSIGNALED(status) else None
        code = 0 if by else os.WEXITSTATUS(status)
        self.end = End(code, by, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10)


def start(
    confinement: Confinement, folder: str, code: str, preamble: str, cpu_seconds: int
) -> Child:
    """A process that runs one program and ends with its status."""

    def body() -> int:
        return Namespace().run(code, preamble)

    return _forked(confinement, folder, body, cpu_seconds=cpu_seconds)


def keep(confinement: Confinement, folder: str) -> Child:
    """A process that runs the programs that it is handed, and stops itself after each.

    While it is stopped nothing of it runs. It is to be continued when the next is handed in.
    """
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    child = _forked(confinement, folder, _run_what_is_handed, control=theirs)
    theirs.close()
    child.control = ours
    return child


def framed(text: str) -> bytes:
    data = text.encode(errors="surrogatepass")
    return len(data).to_bytes(4, "big") + data


def _run_what_is_handed() -> int:
    namespace = Namespace()
    while True:
        preamble, code = _handed(), _handed()
        status = namespace.run(code, preamble)
        os.write(CONTROL, bytes([status]))
        os.kill(os.getpid(), signal.SIGSTOP)


def _handed() -> str:
    size = int.from_bytes(_exactly(4), "big")
    return _exactly(size).decode(errors="surrogatepass")


def _exactly(size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(CONTROL, size - len(data))
        if not more:
            raise EOFError("the session is over")
        data += more
    return data


def _forked(
    confinement: Confinement,
    folder: str,
    body: Callable[[], int],
    control: socket.socket | None = None,
    cpu_seconds: int | None = None,
) -> Child:
    reading, writing = os.pipe()
    held = mapped()
    pid = os.fork()
    if pid == 0:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            confinement.apply(writing, control.fileno() if control else None, cpu_seconds, held)
            os.chdir(folder)
            reseed()
            os._exit(body())
        except BaseException as error:  # noqa: BLE001  (nothing may go on in the server's place)
            with suppress(BaseException):
                os.write(2, f"not run: {type(error).__name__}: {error}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(writing)
    os.set_blocking(reading, False)
    return Child(pid, reading, Capture(confinement.limits["output_bytes"]))
