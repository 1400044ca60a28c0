"""What a Lean says of a source: messages, sorries with goals, declarations with their axioms.

Facts only. What they mean for a corpus (proved, rejected, …) is decided in `numina_lean.check`.
Lines count from 1, columns from 0 in code points, as Lean counts them, and always in the
coordinates of the whole source the user gave, header included.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["trace", "info", "warning", "error"]
EngineName = Literal["embedded", "native"]
DeclarationKind = Literal[
    "axiom", "def", "theorem", "opaque", "quot", "inductive", "constructor", "recursor"
]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a source: `line` from 1, `column` from 0 (code points)."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Message:
    """One diagnostic of Lean. `kind` is Lean's own tag (e.g. `hasSorry`), where it has one."""

    severity: Severity
    text: str
    start: Position
    end: Position | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Sorry:
    """A literal `sorry` in the source, with the goal that it leaves open, pretty-printed."""

    goal: str
    start: Position
    end: Position | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A constant that the source added to the environment.

    `axioms`: every axiom it rests on, sorted, found by walking the constants it uses
    (`sorryAx` among them where a proof is missing). An `example` adds no constant; it is
    listed under the name `example` + `@line` so that its axioms are audited all the same.
    """

    name: str
    kind: DeclarationKind
    axioms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeanInfo:
    """Which Lean spoke. `mathlib_revision` is None where there is no mathlib."""

    engine: EngineName
    lean_version: str
    mathlib_revision: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one check brought to light.

    `seconds` is wall time inside the engine. `truncated` says that messages were dropped or
    cut because the output passed the check's limit.
    """

    messages: tuple[Message, ...]
    sorries: tuple[Sorry, ...]
    declarations: tuple[Declaration, ...]
    seconds: float
    truncated: bool = False

    @property
    def has_errors(self) -> bool:
        return any(message.severity == "error" for message in self.messages)
