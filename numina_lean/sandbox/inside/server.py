"""The server of a cell: reads requests, has one program run at a time, writes what came of it.

A request and an answer are each four bytes of length, big-endian, and JSON in ASCII. Before the
first request it says what it could put in force. It ends when whoever started it closes the pipe,
and with a traceback on standard error when it cannot be sure of its state any more.
"""

import json
import os
import platform
import resource
import sys
from typing import Any, TypeVar

from .confine import DESCRIPTORS, Confinement, hide_memory
from .folder import Folder
from .landlock import Rules
from .libraries import load, settle
from .seccomp import Filter, no_new_privileges
from .supervisor import HostGoneError, Supervisor, Task

Layer = TypeVar("Layer", Rules, Filter)

_BESIDES = 8
"""Processes of the cell that are no thread of the program."""


def main() -> None:
    """With one argument, the settings as JSON: `limits`, `folder`, `whole` (it is a file system of
    its own), `readable`, `libraries` (folders), `cell` (it is one of its own namespaces)."""
    settings = json.loads(sys.argv.pop())
    requests, answers = _pipes()
    hide_memory()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    versions = load(settings["libraries"])
    confinement, layers = _confinement(settings)
    folder = Folder(settings["folder"], whole=settings["whole"])
    supervisor = Supervisor(confinement, folder, requests)
    _write(answers, {"layers": layers, "libraries": versions})
    settled = False
    try:
        while (request := _read(requests)) is not None:
            _write(answers, _answer(supervisor, request))
            if not settled:  # after the first answer, for which somebody waits
                settle()
                settled = True
    except HostGoneError:
        pass
    supervisor.end_session()


def _answer(supervisor: Supervisor, request: dict[str, Any]) -> dict[str, object]:
    wanted = request.pop("do")
    if wanted == "run":
        return supervisor.run(Task(**request))
    if wanted == "run_in_session":
        return supervisor.run_in_session(Task(**request))
    if wanted == "end_session":
        supervisor.end_session()
        return {}
    raise ValueError(f"no such request: {wanted}")


def _confinement(settings: dict[str, Any]) -> tuple[Confinement, dict[str, str | None]]:
    """And of each layer what stands against it, None if nothing does."""
    layers: dict[str, str | None] = {"landlock": None, "seccomp": None}
    rules: Rules | None = None
    filter: Filter | None = None
    try:
        devices = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
        rules = _holding(Rules((*settings["readable"], *devices), (settings["folder"],)))
    except OSError as error:
        layers["landlock"] = str(error)
    try:
        filter = _holding(Filter())
    except OSError as error:
        layers["seccomp"] = str(error)
    limits = settings["limits"]
    counted = settings["cell"] and _kernel() >= (5, 14)
    processes = limits["threads"] + _BESIDES if counted else None
    return Confinement(limits, rules, filter, processes), layers


def _holding(layer: Layer) -> Layer:
    """The layer, after a child has put it on itself. Raises `OSError` where the kernel refuses."""
    child = os.fork()
    if child == 0:
        number = 0
        try:
            no_new_privileges()
            layer.apply()
        except OSError as error:
            number = error.errno or 1
        os._exit(number)
    _, status = os.waitpid(child, 0)
    if status != 0:
        number = os.waitstatus_to_exitcode(status)
        raise OSError(number, f"the kernel has it and refuses it ({os.strerror(abs(number))})")
    return layer


def _kernel() -> tuple[int, ...]:
    major, minor = platform.release().split(".")[:2]
    return int(major), int("".join(digit for digit in minor if digit.isdigit()) or 0)


def _pipes() -> tuple[int, int]:
    """Requests and answers get descriptors of their own: what a library prints goes elsewhere."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, answers


def _read(descriptor: int) -> dict[str, Any] | None:
    """None where there will be no more. Raises `ValueError` on what is no request."""
    size = _exactly(descriptor, 4)
    data = size and _exactly(descriptor, int.from_bytes(size, "big"))
    if not data:
        return None
    request: dict[str, Any] = json.loads(data)
    return request


def _exactly(descriptor: int, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        more = os.read(descriptor, size - len(data))
        if not more:
            return None
        data += more
    return bytes(data)


def _write(descriptor: int, answer: dict[str, object]) -> None:
    data = json.dumps(answer).encode("ascii")
    data = len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(descriptor, data) :]
