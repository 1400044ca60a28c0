"""Runs programs that a model wrote, each with a fresh state, isolated, within limits, fast.

A `Sandbox` has some workers, each a server with the libraries imported in a cell of its own; a
program costs a fork of it. Does not decide which programs may run: any may, and finds nothing.
"""

import math
from types import TracebackType
from typing import Self

from numina_lean.errors import InputError, NuminaError
from numina_lean.sandbox.bubblewrap import UNSAFE_OPTION, Bubblewrap, SandboxError, find_bubblewrap
from numina_lean.sandbox.execution import Execution
from numina_lean.sandbox.layers import LIBRARIES_REMEDY, Layer, lacking, tried
from numina_lean.sandbox.limits import Limits
from numina_lean.sandbox.place import bare, cell
from numina_lean.sandbox.worker import Worker, WorkerError
from numina_lean.sandbox.workers import Workers

_LONGEST = 1 << 20
"""Characters of a program."""


class SandboxUnavailableError(NuminaError):
    """This machine cannot isolate a program, or cannot run one. The message names the remedy."""

    exit_code = 3


class Sandbox:
    """A context manager; everything of it may be used from many threads at once.

    At most `jobs` programs run at a time, others wait. With `unsafe`, what isolates on this machine
    still does, and where that is not enough programs run all the same.
    """

    def __init__(
        self,
        *,
        jobs: int = 2,
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        unsafe: bool = False,
    ) -> None:
        if jobs < 1:
            raise InputError(f"a sandbox of {jobs} jobs runs nothing. Give at least 1")
        self._limits = limits
        self._unsafe = unsafe
        self._workers = Workers(jobs, self._started)
        self._bubblewrap: Bubblewrap | None = None
        self._isolation: dict[str, str | None] | None = None
        self._open = False
        self.layers: tuple[Layer, ...] = ()

    def __enter__(self) -> Self:
        """Start the first worker and try each layer of isolation in it.

        Raises `SandboxUnavailableError`.
        """
        why = None
        try:
            self._bubblewrap = find_bubblewrap()
        except SandboxError as error:
            why = str(error)
        self._open = True
        try:
            self._try(why)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, code: str, *, preamble: str = "", timeout: float | None = None) -> Execution:
        """Run a program with a fresh state, and `preamble` before it in the same names.

        `timeout` is its wall time in seconds, if it is not that of the limits. Waits while as many
        run as may. Raises `SandboxUnavailableError` if no worker can be started any more and
        `RuntimeError` outside of the `with`; whatever the program does raises nothing.
        """
        worker = self._taken()
        try:
            return self._execution(worker, code, preamble, timeout, kept=False)
        finally:
            self._workers.give(worker)

    def session(self) -> "Session":
        """A kept state, for programs that go on where the last one ended. Takes up one of the jobs
        until it is closed; waits for it. Raises as `run` does.
        """
        return Session(self, self._taken())

    def close(self) -> None:
        """End every worker; programs that still run are `killed`. Safe to call twice."""
        self._workers.close()

    def _started(self) -> Worker:
        place = cell(self._bubblewrap, self._limits) if self._bubblewrap else bare(self._limits)
        worker = Worker(place)
        if self._isolation is None:
            self._isolation = worker.layers
        elif worker.layers != self._isolation:
            worker.close()
            raise WorkerError(f"it isolates otherwise than the first did ({worker.layers})")
        return worker

    def _taken(self) -> Worker:
        if not self._open:
            raise RuntimeError("the sandbox is not open. Use it in a `with` statement")
        try:
            return self._workers.take()
        except WorkerError as error:
            raise SandboxUnavailableError(f"the Python sandbox does not start: {error}") from error

    def _try(self, without_cell: str | None) -> None:
        worker = self._taken()
        try:
            self.layers = tried(worker, without_cell)
        except WorkerError as error:
            raise SandboxUnavailableError(f"the Python sandbox does not work: {error}") from error
        finally:
            self._workers.give(worker)
        problem = lacking(self.layers)
        if problem is not None and not self._unsafe:
            raise SandboxUnavailableError(
                f"programs cannot be isolated here: {problem}. To run them unisolated all the "
                f"same, pass {UNSAFE_OPTION}"
            )

    def _execution(
        self, worker: Worker, code: str, preamble: str, timeout: float | None, *, kept: bool
    ) -> Execution:
        if len(code) + len(preamble) > _LONGEST:
            return Execution(f"not run: longer than {_LONGEST} characters\n", "refused", 0.0)
        seconds = self._limits.seconds if timeout is None else timeout
        cpu_seconds = math.ceil(self._limits.cpu_seconds * max(1.0, seconds / self._limits.seconds))
        try:
            return worker.run(code, preamble, seconds, cpu_seconds, kept=kept)
        except WorkerError as error:
            return Execution(f"stopped: the sandbox's worker failed ({error})\n", "killed", seconds)


def examine() -> tuple[Layer, ...]:
    """Every layer of this machine, tried with a program. Raises nothing: without a server of
    programs, that is what is broken.
    """
    try:
        with Sandbox(jobs=1, unsafe=True) as sandbox:
            return sandbox.layers
    except SandboxUnavailableError as error:
        return (Layer("server", "broken", str(error), LIBRARIES_REMEDY),)


class Session:
    """A context manager, not for two threads at once. Made by `Sandbox.session`.

    A program that does not come to its end (any outcome but `ok` and `error`, or one that leaves
    its process) takes the state with it: the next one starts afresh.
    """

    def __init__(self, sandbox: Sandbox, worker: Worker) -> None:
        self._sandbox = sandbox
        self._worker: Worker | None = worker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, code: str, *, preamble: str = "", timeout: float | None = None) -> Execution:
        """Run a program in the state that those before it left. Raises as `Sandbox.run` does, and
        `RuntimeError` after `close`.
        """
        if self._worker is None:
            raise RuntimeError("the session is closed")
        if not self._worker.usable:
            self._sandbox._workers.give(self._worker)
            self._worker = None
            self._worker = self._sandbox._taken()
        return self._sandbox._execution(self._worker, code, preamble, timeout, kept=True)

    def close(self) -> None:
        """Forget the state, and let others have the job. Safe to call twice."""
        worker, self._worker = self._worker, None
        if worker is not None:
            try:
                if worker.usable:
                    worker.end_session()
            except WorkerError:
                assert not worker.usable
            finally:
                self._sandbox._workers.give(worker)
