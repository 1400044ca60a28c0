"""The protocol of the Lean REPL at v4.15.0: requests to bytes, bytes to typed responses.

Covers commands with and without an environment, their messages and sorries, the error answer,
and the framing of any answer. Does not cover proof states, pickling and files, which the REPL
has too and the engine has no use for; `encode` and `decode` carry them all the same.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from numina_lean.lean.report import Message, Position, Severity, Sorry

# Every answer of the REPL begins with one of its own keys. Elaborated code can write to the same
# stream, so an answer may stand after anything, on the same line even.
_ANSWER_START = re.compile(
    rb'\{\s*"(?:env|message|messages|sorries|tactics|infotree|proofState|proofStatus|goals|traces)"'
)
_MOST_STARTS = 16
_SURROGATE = re.compile("[\ud800-\udfff]")


class ProtocolError(Exception):
    """What the REPL wrote is not an answer of the protocol."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a command: the environment it left, and what Lean said of it."""

    env: int
    messages: tuple[Message, ...] = ()
    sorries: tuple[Sorry, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(message.severity == "error" for message in self.messages)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The REPL's `{"message": …}`: it did not run the request (an unknown environment, say)."""

    text: str


class _Place(BaseModel):
    line: int
    column: int

    def position(self) -> Position:
        return Position(self.line, self.column)


class _WireMessage(BaseModel):
    severity: Severity
    pos: _Place
    end: _Place | None = Field(default=None, alias="endPos")
    data: str


class _WireSorry(BaseModel):
    goal: str
    pos: _Place
    end: _Place | None = Field(default=None, alias="endPos")


class _WireAnswer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    env: int
    messages: list[_WireMessage] = []
    sorries: list[_WireSorry] = []


class _WireRefusal(BaseModel):
    message: str


_RESPONSE: TypeAdapter[_WireAnswer | _WireRefusal] = TypeAdapter(_WireAnswer | _WireRefusal)


def encode(request: Mapping[str, object]) -> bytes:
    """One request: JSON on one line, then exactly one blank line.

    Characters go as they are: Lean 4.15 reads `\\u` escapes of four digits only, so that an
    escaped 𝓝 would arrive as two broken characters. Lone surrogates, which no UTF-8 has, become
    U+FFFD.
    """
    text = json.dumps(request, ensure_ascii=False)
    return _SURROGATE.sub("\ufffd", text).encode() + b"\n\n"


def encode_command(command: str, env: int | None) -> bytes:
    """Elaborate `command` in environment `env`; only without one may it begin with `import`."""
    return encode({"cmd": command} if env is None else {"cmd": command, "env": env})


def decode(block: bytes) -> dict[str, object] | None:
    """The JSON object that ends `block`, or None when no answer begins in it.

    `block` is what the REPL wrote up to a blank line, noise of elaborated code before the answer
    included. Raises `ProtocolError` when something begins like an answer and is none.
    """
    starts = _ANSWER_START.finditer(block)
    for _, start in zip(range(_MOST_STARTS), starts, strict=False):
        try:
            value = json.loads(block[start.start() :].decode(errors="replace"))
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    if _ANSWER_START.search(block) is None:
        return None
    raise ProtocolError(f"the REPL wrote {_excerpt(block)}, which is not an answer")


def parse_response(fields: Mapping[str, object]) -> Answer | Refusal:
    """The typed answer to a command. Raises `ProtocolError` when `fields` is not one."""
    try:
        response = _RESPONSE.validate_python(fields)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ProtocolError(f"the REPL's answer is not that to a command: {where}") from error
    if isinstance(response, _WireRefusal):
        return Refusal(response.message)
    return Answer(
        response.env,
        tuple(
            Message(m.severity, m.data, m.pos.position(), m.end.position() if m.end else None)
            for m in response.messages
        ),
        tuple(
            Sorry(s.goal, s.pos.position(), s.end.position() if s.end else None)
            for s in response.sorries
        ),
    )


def _excerpt(block: bytes) -> str:
    return repr(block[:200].decode(errors="replace"))
