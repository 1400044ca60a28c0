"""Reads a paper in a process of its own, with bounds on time and memory.

PDF files come from strangers: one that is broken, endless or made to hurt ends that process, and
the paper is unreadable for one reason. The process is `python -m numina_lean.papers.inside`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.papers.choose import ReaderName, check_paper
from numina_lean.papers.inside import OUT_OF_MEMORY
from numina_lean.papers.paper import Page, Paper, UnreadablePaperError

_LONGEST_DETAIL = 300
_OUT_OF_MEMORY = ("MemoryError", "bad_alloc", "Cannot allocate memory")


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds`: wall time for a paper. `megabytes`: address space of the process that reads;
    kept by the system, on Linux."""

    seconds: float = 900.0
    megabytes: int = 6144


class Guard:
    """A context manager that reads papers, each in its own process; several threads may ask.

    Leaving it ends the processes that still read; what waits for them is told `crashed`.
    """

    def __init__(self, reader: ReaderName = "auto", limits: Limits | None = None) -> None:
        self._reader = reader
        self._limits = limits or Limits()
        self._running: set[subprocess.Popen[str]] = set()
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> "Guard":
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._closed = True
            for process in self._running:
                _end(process)

    def read(self, path: Path, images: Path) -> Paper:
        """The paper, read within the limits; its figures are in `images` afterwards.

        Raises `UnreadablePaperError`; `InputError` where the reader cannot work here.
        """
        check_paper(path)
        with tempfile.TemporaryDirectory(prefix="numina-lean-paper-") as folder:
            result = Path(folder) / "paper.json"
            task = {
                "path": str(path.absolute()),
                "images": str(images.absolute()),
                "reader": self._reader,
                "result": str(result),
                "limits": asdict(self._limits),
            }
            said = self._run(json.dumps(task))
            if not result.exists():
                raise UnreadablePaperError("crashed", said or "the process that read it died")
            return _paper(json.loads(result.read_text(encoding="utf-8")), path)

    def _run(self, task: str) -> str:
        """Run the task to its end; the last line the process wrote to standard error."""
        process = self._started()
        try:
            _, errors = process.communicate(task, timeout=self._limits.seconds)
        except subprocess.TimeoutExpired as error:
            detail = f"took over {self._limits.seconds:g} s"
            raise UnreadablePaperError("timeout", detail) from error
        finally:
            _end(process)
            self._running.discard(process)
        lines = [line for line in errors.splitlines() if line.strip()]
        out_of_memory = any(sign in line for line in lines[-3:] for sign in _OUT_OF_MEMORY)
        if process.returncode == OUT_OF_MEMORY or out_of_memory:
            raise UnreadablePaperError("memory", f"needs over {self._limits.megabytes} MB")
        if process.returncode < 0:
            name = signal.Signals(-process.returncode).name
            return f"the process that read it was ended by {name}"
        return lines[-1][:_LONGEST_DETAIL] if lines else ""

    def _started(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._closed:
                raise UnreadablePaperError("crashed", "the run is ending")
            process = subprocess.Popen(
                [sys.executable, "-m", "numina_lean.papers.inside"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        return process


def read_paper(
    path: Path, images: Path, reader: ReaderName = "auto", limits: Limits | None = None
) -> Paper:
    """One paper, as `Guard.read` reads it."""
    with Guard(reader, limits) as guard:
        return guard.read(path, images)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and whatever it started, an OCR program for one."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):  # all of them have ended
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _paper(row: dict[str, object], path: Path) -> Paper:
    failure = row.get("unreadable")
    if isinstance(failure, dict):
        raise UnreadablePaperError(failure["reason"], failure["detail"])
    if "input_error" in row:
        raise InputError(str(row["input_error"]))
    pages = row["pages"]
    assert isinstance(pages, list)
    made = [Page(**{**page, "images": tuple(page["images"])}) for page in pages]
    return Paper(str(path), tuple(made))
