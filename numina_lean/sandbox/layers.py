"""What isolates a program on this machine, layer by layer, each tried for real.

A program of ours is run as a model's would be, and tries what it must not be able to do. Enough is:
its own namespaces (bubblewrap) or Landlock; and the filter of system calls; and the limits.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from numina_lean.sandbox.worker import Worker, WorkerError

State = Literal["works", "absent", "broken"]
Name = Literal["bubblewrap", "landlock", "seccomp", "limits", "libraries", "server"]

_SECONDS = 20.0
_DONE = "done"
_TRIES = """
import json, os, resource, socket

def tried(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"

def fork():
    if os.fork() == 0:
        os._exit(0)
    os.wait()

print(json.dumps({
    "read": tried(lambda: open(SECRET).close()),
    "write": tried(lambda: open(SECRET + ".new", "w").close()),
    "proc": tried(lambda: open("/proc/self/status").close()),
    "process": tried(fork),
    "socket": tried(lambda: socket.socket().close()),
    "memory": resource.getrlimit(resource.RLIMIT_AS)[1] != resource.RLIM_INFINITY,
}))
"""
_INSTALL = "Install bubblewrap (Debian, Ubuntu: apt install bubblewrap)"
_KERNEL = "Needs Linux 5.13 with Landlock among its security modules (lsm=landlock,…)"
_SECCOMP = "Needs Linux on x86_64 or aarch64, and a container that lets it filter system calls"
LIBRARIES_REMEDY = "pip install 'numina-lean[informal]'"
_NEEDED = ("numpy", "sympy", "scipy", "networkx")


@dataclass(frozen=True, slots=True)
class Layer:
    """`remedy` says what gets it, where it does not work."""

    name: Name
    state: State
    detail: str
    remedy: str | None = None


def tried(worker: Worker, without_cell: str | None) -> tuple[Layer, ...]:
    """Every layer, as the worker's programs find it; `without_cell`: why they are in no cell.

    Raises `WorkerError`.
    """
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder).resolve() / "secret"
        secret.write_text("of the host", encoding="utf-8")
        preamble = f"SECRET = {str(secret)!r}"
        execution = worker.run(_TRIES, preamble, _SECONDS, int(_SECONDS), kept=False)
    try:
        found: dict[str, Any] = json.loads(execution.output)
    except ValueError as error:
        said = (execution.output.strip().splitlines() or [execution.outcome])[-1]
        raise WorkerError(f"a first program did not run: {said}") from error
    return (
        _namespaces(found, without_cell),
        _landlock(found, worker.layers["landlock"]),
        _seccomp(found, worker.layers["seccomp"]),
        _limits(found),
        _libraries(worker.libraries),
    )


def lacking(layers: Sequence[Layer]) -> str | None:
    """Why these layers do not isolate a program, with the remedy; None where they do."""
    by_name = {layer.name: layer for layer in layers}
    files = [by_name["bubblewrap"], by_name["landlock"]]
    if not any(layer.state == "works" for layer in files):
        return "; ".join(f"{layer.name}: {layer.detail}" for layer in files) + f". {_INSTALL}"
    for name in ("seccomp", "limits"):
        layer = by_name[name]
        if layer.state != "works":
            return f"{name}: {layer.detail}. {layer.remedy}"
    return None


def _namespaces(found: dict[str, Any], without_cell: str | None) -> Layer:
    if without_cell is not None:
        absent = "not installed" in without_cell
        return Layer("bubblewrap", "absent" if absent else "broken", without_cell, _INSTALL)
    if _DONE in (found["read"], found["write"]):
        return Layer("bubblewrap", "broken", "a program reaches files of the host", _INSTALL)
    return Layer("bubblewrap", "works", "user, process, network, mount and other namespaces")


def _landlock(found: dict[str, Any], problem: str | None) -> Layer:
    if problem is not None:
        return Layer("landlock", "absent", problem, _KERNEL)
    if _DONE in (found["read"], found["write"], found["proc"]):
        return Layer("landlock", "broken", "a program reaches files that it may not", _KERNEL)
    return Layer("landlock", "works", "no file but the libraries' and the program's own")


def _seccomp(found: dict[str, Any], problem: str | None) -> Layer:
    if problem is not None:
        return Layer("seccomp", "absent", problem, _SECCOMP)
    if _DONE in (found["process"], found["socket"]):
        return Layer("seccomp", "broken", "a program makes processes or sockets", _SECCOMP)
    return Layer("seccomp", "works", "no sockets, processes, programs, signals to others, tracing")


def _limits(found: dict[str, Any]) -> Layer:
    if not found["memory"]:
        return Layer("limits", "broken", "a program's memory is not bounded", _SECCOMP)
    return Layer("limits", "works", "memory, processor time, files, threads, output")


def _libraries(versions: dict[str, str]) -> Layer:
    missing = [name for name in _NEEDED if name not in versions]
    if missing:
        return Layer(
            "libraries", "absent", f"not installed: {', '.join(missing)}", LIBRARIES_REMEDY
        )
    return Layer("libraries", "works", ", ".join(f"{k} {v}" for k, v in versions.items()))
