"""What answers look like, for the documentation of the API. Tests hold real answers to it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from numina_lean.check.verdict import Verdict
from numina_lean.lean.report import (
    Declaration,
    EngineName,
    Message,
    Mismatch,
    Position,
    Severity,
    Sorry,
)


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Refusal(_Exact):
    """Why a request is not answered, in one line."""

    detail: str


class VerdictFields(_Exact):
    """Our verdict on a source, and what it rests on."""

    verdict: Verdict
    reason: str | None = Field(description="a code that refines the verdict")
    detail: str | None = Field(description="a line for a person")
    declarations: list[Declaration]
    missing_modules: list[str]
    engine: EngineName
    lean_version: str
    mathlib_revision: str | None
    header_hash: str
    seconds: float
    truncated: bool
    replayed: bool = Field(description="a process that ran none of its code took it again")
    mismatches: list[Mismatch] = Field(description="departures from the reference")
    cached: bool


class TypedResult(VerdictFields):
    index: int = Field(description="which of the items, from 0")
    id: str
    messages: list[Message]
    sorries: list[Sorry]


class TypedAnswer(_Exact):
    results: list[TypedResult]


class ReplMessage(_Exact):
    severity: Severity
    pos: Position
    endPos: Position | None = None
    data: str


class ReplSorry(_Exact):
    pos: Position
    endPos: Position
    goal: str


class ReplResponse(_Exact):
    """The answer of the Lean REPL to a command. `time` is there in answers of `/verify`."""

    env: int
    messages: list[ReplMessage] = []
    sorries: list[ReplSorry] = []
    time: float | None = None


class CheckResult(_Exact):
    """`response`, or `error` where Lean gave no answer."""

    id: str
    time: float
    response: ReplResponse | None = None
    error: str | None = None
    diagnostics: dict[str, Any] | None = None
    numina_lean: VerdictFields


class CheckAnswer(_Exact):
    results: list[CheckResult]


class VerifyResult(_Exact):
    custom_id: str
    response: ReplResponse | None = None
    error: str | None = None
    numina_lean: VerdictFields


class VerifyAnswer(_Exact):
    results: list[VerifyResult]


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Refusal, "description": "no key, or a wrong one"},
    413: {"model": Refusal, "description": "the body is too large"},
    422: {"model": Refusal, "description": "not a request, or beyond a limit"},
    429: {"model": Refusal, "description": "too much is waiting; see Retry-After"},
    500: {"model": Refusal, "description": "a defect of the server"},
    503: {"model": Refusal, "description": "the server is ending"},
}
