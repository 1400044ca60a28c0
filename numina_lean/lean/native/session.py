"""A Lean session over a live REPL: the header loaded once, then checks on top of it.

Requests of a session, in order: the imports with `autoImplicit false`; the audit command; the
preamble, moved down so that its positions are the header's; then for each check the heartbeat
limit (once for each limit), the source, and the audit.

The REPL never frees an environment. The resident memory is reported, and whoever owns the
session decides when to start another.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from numina_lean.lean.engine import Check, HeaderError
from numina_lean.lean.native.audit import UNAUDITED, UnauditedError
from numina_lean.lean.native.auditor import Auditor
from numina_lean.lean.native.limit import limit_report
from numina_lean.lean.native.process import ReplProcess
from numina_lean.lean.native.repl import Answer, Refusal
from numina_lean.lean.report import Declaration, Evidence, Message, Position, Report, Ruling, Sorry
from numina_lean.lean.source import Header

_READY_TIMEOUT = 300.0  # importing mathlib from a cold disk takes minutes
_START = Position(1, 0)


class NativeSession:
    """One live REPL with one header. Used by one thread at a time, `kill` apart."""

    def __init__(self, process: ReplProcess, header: Header, deadline: float) -> None:
        """Load `header`. Raises `HeaderError`, or a `SessionError` with the process gone."""
        self._process = process
        self._header = header
        self._auditor = Auditor(process)
        # Lean's own default binds undeclared variables silently.
        imports = [f"import {module}" for module in header.imports]
        first = "\n".join([*imports, "set_option autoImplicit false"])
        env = self._load(first, None, deadline)
        env = self._auditor.prepare(env, deadline)
        preamble = header.preamble.strip()
        if preamble:
            env = self._load("\n" * len(imports) + preamble, env, deadline)
        self._auditor.settle(env, deadline)
        self._header_env = env
        self._limited_envs: dict[int, int] = {}

    @classmethod
    def start(cls, command: Sequence[str], folder: Path, header: Header) -> Self:
        """Start `command` in `folder` and load `header`. Raises as `Engine.start` does."""
        process = ReplProcess(command, folder)
        try:
            return cls(process, header, time.monotonic() + _READY_TIMEOUT)
        except BaseException:
            process.kill()
            raise

    @property
    def header(self) -> Header:
        return self._header

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def spent(self) -> bool:
        return self._process.gone

    def check(self, check: Check) -> Report:
        """See `Session.check`. The timeout holds for the check and its audit together.

        Declarations are listed when Lean reports no error and `check.axioms` is set; otherwise
        there are none. What could not be audited rests on `unaudited`, which is no axiom that
        anybody accepts, and a warning says why.
        """
        started = time.monotonic()
        deadline = started + check.timeout
        env = self._env_with(check.heartbeats, deadline)
        answer = self._process.elaborate(check.body, env, deadline)
        messages = answer.messages
        declarations: tuple[Declaration, ...] = ()
        if check.axioms and not answer.has_errors:
            try:
                declarations = self._auditor.audit(check.body, env, answer, deadline)
            except UnauditedError as error:
                text = f"the axioms could not be audited: {error}"
                messages += (Message("warning", text, _START, kind=UNAUDITED),)
                declarations = (Declaration(UNAUDITED, "opaque", (UNAUDITED,)),)
        return limit_report(
            Report(
                messages,
                answer.sorries if check.goals else _without_goals(answer.sorries),
                declarations,
                time.monotonic() - started,
            ),
            check.output_limit,
        )

    def judge(
        self, evidence: Evidence, reference: Evidence | None = None, *, timeout: float = 60.0
    ) -> Ruling:
        raise NotImplementedError

    def resident_bytes(self) -> int:
        return self._process.resident_bytes()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        # Unless an answer is being waited for, killing gives the pipes back too.
        self._process.kill()

    def _env_with(self, heartbeats: int, deadline: float) -> int:
        """The header's environment under a heartbeat limit, made once for each limit."""
        if heartbeats not in self._limited_envs:
            command = f"set_option maxHeartbeats {heartbeats}"
            answer = self._process.elaborate(command, self._header_env, deadline)
            self._limited_envs[heartbeats] = answer.env
        return self._limited_envs[heartbeats]

    def _load(self, command: str, env: int | None, deadline: float) -> int:
        """The environment after a part of the header. Raises `HeaderError` on any error in it.

        A failed import comes as an error message beside an environment that lacks the module.
        """
        response = self._process.run(command, env, deadline)
        if isinstance(response, Refusal):
            raise HeaderError((Message("error", response.text, _START),))
        if response.has_errors:
            raise HeaderError(_errors(response))
        return response.env


def _errors(answer: Answer) -> tuple[Message, ...]:
    return tuple(message for message in answer.messages if message.severity == "error")


def _without_goals(sorries: Sequence[Sorry]) -> tuple[Sorry, ...]:
    return tuple(replace(sorry, goal="") for sorry in sorries)
