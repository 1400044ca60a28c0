"""What a Lean says of a source: messages, sorries with goals, declarations with their axioms.

Facts only. What they mean for a corpus (proved, rejected, …) is decided in `numina_lean.check`.
Lines count from 1, columns from 0 in code points, as Lean counts them, and always in the
coordinates of the whole source the user gave, header included.
"""

from dataclasses import dataclass
from typing import Literal

from numina_lean.lean.metaprogram import Reach

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


MismatchCode = Literal["missing", "kind", "universes", "type", "value", "unsafe"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which a source departs from its reference.

    `missing`: it declares no constant of that name; `kind`: another kind of constant (an axiom for
    a theorem); `universes`: other universe parameters; `type`: not definitionally equal; `value`:
    a definition that the reference gives in full says something else; `unsafe`: marked so.
    """

    code: MismatchCode
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a kernel says of the constants of a source, in a process that ran no code of its.

    `declarations` are those that the kernel took, with their axioms. `refusal` names the first
    constant that it did not take, and why; `declarations` are then all that the source claims. None
    where it took all. `mismatches` is None where no
    reference was asked for, empty where the source keeps to it.
    """

    declarations: tuple[Declaration, ...]
    refusal: str | None = None
    mismatches: tuple[Mismatch, ...] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The constants that a source added, as the process that elaborated it tells them.

    Claims, not facts: that process may have run the source's own code. `Session.judge` of another
    process makes a `Ruling` of them. `constants` is the engine's own text form; `imports` are the
    modules that they were elaborated on.
    """

    imports: tuple[str, ...]
    constants: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one check brought to light.

    `seconds` is wall time inside the engine. `truncated` says that messages were dropped or
    cut because the output passed the check's limit. `exited` says that text stands behind an
    `#exit`, which Lean did not read. `reach`: how far code of the source itself could get.
    `ruling` is there where the process could rule on its own constants, or another has;
    `evidence` where the check asked for it. Neither is there after an error.
    """

    messages: tuple[Message, ...]
    sorries: tuple[Sorry, ...]
    declarations: tuple[Declaration, ...]
    seconds: float
    truncated: bool = False
    exited: bool = False
    reach: Reach = Reach.NONE
    ruling: Ruling | None = None
    evidence: Evidence | None = None

    @property
    def has_errors(self) -> bool:
        return any(message.severity == "error" for message in self.messages)
