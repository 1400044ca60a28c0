"""Runs one program at a time, in a process of its own, and says how it ended.

Only the clock, the kernel's word on the process and the limits decide: nothing that a program
prints does. Whatever the program was, afterwards no process of it is left and its folder is empty;
in a kept session, its process is stopped.
"""

import math
import os
import select
import signal
import time
from contextlib import suppress
from typing import Literal, NamedTuple

from .capture import Capture
from .child import Child, framed, keep, start
from .confine import Confinement
from .folder import Folder
from .program import MEMORY, OK

_TICK = 0.05
"""Seconds between two looks at threads, processor time and the folder."""

_ENTRIES = 10_000
"""Files and folders that a program may have at a time."""

_OUT_OF_MEMORY = (signal.SIGABRT, signal.SIGBUS, signal.SIGKILL, signal.SIGSEGV)
_NEAR = 0.75
"""Of the limit of memory: what a process held that died of the lack of more."""

Outcome = Literal["ok", "error", "timeout", "memory", "killed"]


class HostGoneError(Exception):
    """Whoever asked is gone, or speaks out of turn: nothing is to go on."""


class Task(NamedTuple):
    """A program, what runs before it in its names, and its seconds of wall and processor time."""

    code: str
    preamble: str
    seconds: float
    cpu_seconds: int


class Ended(NamedTuple):
    """`note` is a line for whoever reads the output, where the program could not say it itself."""

    outcome: Outcome
    note: str = ""


_OUT_OF_TIME = Ended("timeout", "TimeoutError: stopped, too much processor time")


class Supervisor:
    """`requests` is where the host asks; it says nothing while a program runs."""

    def __init__(self, confinement: Confinement, folder: Folder, requests: int) -> None:
        self._confinement = confinement
        self._limits = confinement.limits
        self._folder = folder
        self._requests = requests
        self._kept: Child | None = None
        self._woken, waking = os.pipe()
        for descriptor in (self._woken, waking):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)

    def run(self, task: Task) -> dict[str, object]:
        """What came of a program with a fresh state. Raises `OSError` if it cannot clean up."""
        began = time.monotonic()
        child = start(
            self._confinement, self._folder.path, task.code, task.preamble, task.cpu_seconds
        )
        ended = self._watched(child, task, began)
        took = time.monotonic() - began
        child.close()
        self._folder.empty()
        return _result(child, ended, took)

    def run_in_session(self, task: Task) -> dict[str, object]:
        """What came of a program that finds what those before it left, since `end_session`.

        One that does not come to its end takes the state with it.
        """
        began = time.monotonic()
        if self._kept is None:
            self._kept = keep(self._confinement, self._folder.path)
        child = self._kept
        child.capture = Capture(self._limits["output_bytes"])
        child.handed += framed(task.preamble) + framed(task.code)
        child.hand()
        child.go_on()
        ended = self._watched(child, task, began)
        took = time.monotonic() - began
        if child.end is not None:
            self.end_session()
        return _result(child, ended, took)

    def end_session(self) -> None:
        """Nothing of it is left. Raises `OSError` if it cannot clean up."""
        child, self._kept = self._kept, None
        if child is not None:
            child.destroy()
            child.close()
        self._folder.empty()

    def _watched(self, child: Child, task: Task, began: float) -> Ended:
        """Wait until `child` ends or, in a session, stops; end it where it goes too far."""
        before = child.used()[0] if child.control else 0.0
        poll = select.poll()
        for descriptor in (child.output, self._woken, self._requests):
            poll.register(descriptor, select.POLLIN)
        if child.control is not None and child.handed:
            poll.register(child.control, select.POLLOUT)
        look, until = began + _TICK, began + task.seconds
        while not (child.ended() or child.stopped):
            now = time.monotonic()
            if now >= until:
                child.destroy()
                return Ended("timeout", f"TimeoutError: stopped after {task.seconds:g} seconds")
            if now >= look:
                look = now + _TICK
                too_far = self._too_far(child, before + task.cpu_seconds)
                if too_far is not None:
                    child.destroy()
                    return too_far
            wait = min(look, until) - now
            self._attend(child, poll, max(1, math.ceil(wait * 1000)))
        return self._by_itself(child, task)

    def _attend(self, child: Child, poll: select.poll, milliseconds: int) -> None:
        for descriptor, _ in poll.poll(milliseconds):
            if descriptor == self._requests:
                child.destroy()
                raise HostGoneError
            if descriptor == self._woken:
                with suppress(BlockingIOError):
                    os.read(self._woken, 4096)
            elif descriptor == child.output:
                if not child.read():
                    poll.unregister(descriptor)
            elif child.hand():
                poll.unregister(descriptor)

    def _too_far(self, child: Child, most_cpu: float) -> Ended | None:
        """Whether one of the limits that the kernel does not keep has been passed."""
        cpu, threads = child.used()
        size, entries = self._folder.used(_ENTRIES)
        if cpu > most_cpu:
            return _OUT_OF_TIME
        if threads > self._limits["threads"]:
            return Ended("killed", f"stopped: more than {self._limits['threads']} threads")
        if size > self._limits["tmp_bytes"]:
            return Ended("killed", f"stopped: more than {self._limits['tmp_bytes']} bytes of files")
        if entries > _ENTRIES:
            return Ended("killed", f"stopped: more than {_ENTRIES} files, or too deep")
        if child.capture.endless:
            return Ended("killed", "stopped: endless output")
        return None

    def _by_itself(self, child: Child, task: Task) -> Ended:
        """How a process ended that was not ended from here. Reads the rest of its output."""
        while child.read() and not child.capture.endless:
            pass
        if child.stopped:
            return _said(child.status())
        assert child.end is not None
        if child.end.signal is None:
            return _said(child.end.status)
        if child.end.cpu_seconds >= task.cpu_seconds:
            return _OUT_OF_TIME
        held = child.end.peak_bytes > _NEAR * self._limits["memory_bytes"]
        if child.end.signal in _OUT_OF_MEMORY and held:
            return Ended("memory", "MemoryError")
        return Ended("killed", f"ended by {child.end.signal.name}")


def _said(status: int) -> Ended:
    return Ended("ok" if status == OK else "memory" if status == MEMORY else "error")


def _result(child: Child, ended: Ended, seconds: float) -> dict[str, object]:
    text = child.capture.text()
    if ended.note:
        text += ("\n" if text and not text.endswith("\n") else "") + ended.note + "\n"
    return {
        "output": text,
        "outcome": ended.outcome,
        "seconds": seconds,
        "cut": child.capture.cut,
    }
