"""A Lean session over a live REPL: the header loaded once, then checks on top of it.

Requests of a session, in order: the imports with `autoImplicit false`; the commands of its own; the
preamble, moved down so that its positions are the header's; then for each check the heartbeat
limit (once for each limit), the reference, the source, the audit, and the export of its constants.
What judges such an export is defined, when first asked for, on the imports alone.

The REPL never frees an environment. The resident memory is reported, and whoever owns the
session decides when to start another.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from numina_lean.lean.engine import BadReferenceError, Check, HeaderError
from numina_lean.lean.metaprogram import Reach, reach
from numina_lean.lean.native.audit import UNAUDITED, UnauditedError
from numina_lean.lean.native.auditor import Auditor, Named
from numina_lean.lean.native.declared import exits
from numina_lean.lean.native.judging import (
    JudgeCommand,
    make_evidence,
    new_nonce,
    read_ruling,
    refused,
)
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
        self._imports_env = self._load(first, None, deadline)
        env = self._auditor.prepare(self._imports_env, deadline)
        preamble = header.preamble.strip()
        if preamble:
            env = self._load("\n" * len(imports) + preamble, env, deadline)
        self._auditor.settle(env, deadline)
        self._header_env = env
        self._limited_envs: dict[int, int] = {}
        self._judging = JudgeCommand(secrets.token_hex(8))
        self._judging_env: int | None = None
        self._ran_code = False

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
        return self._ran_code or self._process.gone

    def check(self, check: Check) -> Report:
        """See `Session.check`. The timeout holds for all of it together.

        Declarations are listed when Lean reports no error and `check.axioms` is set; otherwise
        there are none. What could not be audited rests on `unaudited`, which is no axiom that
        anybody accepts, and a warning says why.
        """
        started = time.monotonic()
        deadline = started + check.timeout
        env = self._env_with(check.heartbeats, deadline)
        wanted = self._reference(check, env, deadline)
        answer = self._process.elaborate(check.body, env, deadline)
        report = Report(
            answer.messages,
            answer.sorries if check.goals else _without_goals(answer.sorries),
            (),
            0.0,
            exited=exits(check.body),
            reach=self._reach(check),
        )
        self._ran_code = self._ran_code or report.reach > Reach.NONE
        if not answer.has_errors:
            report = self._examined(report, check, env, answer, wanted, deadline)
        report = replace(report, seconds=time.monotonic() - started)
        return limit_report(report, check.output_limit)

    def judge(
        self, evidence: Evidence, reference: Evidence | None = None, *, timeout: float = 60.0
    ) -> Ruling:
        """See `Session.judge`."""
        return self._judge(evidence, reference, time.monotonic() + timeout)

    def _judge(self, evidence: Evidence, reference: Evidence | None, deadline: float) -> Ruling:
        nonce = new_nonce()
        try:
            request = self._judging.request(nonce, evidence, reference)
            answer = self._process.elaborate(request, self._judge_env(deadline), deadline)
            return read_ruling(answer, nonce, evidence, compared=reference is not None)
        except UnauditedError as error:
            return refused(str(error))

    def _judge_env(self, deadline: float) -> int:
        """The imports with the command that judges, defined when first asked for."""
        if self._judging_env is None:
            definition = self._judging.definition
            answer = self._process.elaborate(definition, self._imports_env, deadline)
            if answer.has_errors:
                raise UnauditedError("the header does not import Lean, which could judge it")
            self._judging_env = answer.env
        return self._judging_env

    def _reach(self, check: Check) -> Reach:
        bodies = [check.body, *([] if check.reference is None else [check.reference])]
        return max(reach(self._header.imports, body) for body in bodies)

    def _reference(self, check: Check, env: int, deadline: float) -> Answer | None:
        """Lean's answer to the reference of `check`. Raises `BadReferenceError`."""
        if check.reference is None:
            return None
        answer = self._process.elaborate(check.reference, env, deadline)
        if answer.has_errors:
            raise BadReferenceError(_errors(answer))
        return answer

    def _examined(
        self,
        report: Report,
        check: Check,
        env: int,
        answer: Answer,
        wanted: Answer | None,
        deadline: float,
    ) -> Report:
        """`report` with what can be told of the constants that `answer` to `check.body` left."""
        try:
            named = self._auditor.name(check.body, env, answer, deadline)
            if check.axioms:
                report = replace(report, declarations=self._auditor.audit(named, deadline))
            if check.evidence:
                return replace(report, evidence=self._evidence(named, deadline))
            if wanted is not None and report.reach is Reach.NONE:
                reference = self._evidence(Named("", wanted, {}), deadline)
                ruling = self._judge(self._evidence(named, deadline), reference, deadline)
                return replace(report, ruling=ruling)
        except UnauditedError as error:
            text = f"the source could not be audited: {error}"
            noted = (*report.messages, Message("warning", text, _START, kind=UNAUDITED))
            unknown = (Declaration(UNAUDITED, "opaque", (UNAUDITED,)),)
            return replace(report, messages=noted, declarations=report.declarations or unknown)
        return report

    def _evidence(self, named: Named, deadline: float) -> Evidence:
        text = self._auditor.export(named.answer.env, deadline)
        return make_evidence(self._header.imports, named.examples, text)

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
