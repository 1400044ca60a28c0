"""How constants travel from a process to one that ran no code of theirs, and what that one rules.

Two commands in Lean (in `commands/`), each defined under a session's secret on top of imports
alone, and only where these bring Lean's own elaborator along, as mathlib does. What the first
writes is a claim; the second puts it before the kernel.

Not covered: what the kernel itself gets wrong; what a definition says that a reference leaves open
(any value of its type will do). What is `unsafe` or `partial` is not replayed, so that nothing that
is may rest on it.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast, get_args

from pydantic import BaseModel, ValidationError

from numina_lean.lean.engine import BadReferenceError
from numina_lean.lean.native.audit import UNAUDITED, Constant, UnauditedError, marked_text
from numina_lean.lean.native.repl import Answer
from numina_lean.lean.report import (
    Declaration,
    DeclarationKind,
    Evidence,
    Message,
    Mismatch,
    MismatchCode,
    Position,
    Ruling,
)

# What the first command writes: a source may have written something else in its place.
_CLAIMS = re.compile(r"[A-Za-z0-9_%.?; ]*")
_COMMANDS = Path(__file__).with_name("commands")
_CODES = frozenset(get_args(MismatchCode))
_NOTHING_STATED = Message(
    "error", "the reference declares no theorem and leaves no definition open", Position(1, 0)
)


@dataclass(frozen=True, slots=True)
class ExportCommand:
    """The command that writes the constants of an environment; `token` is the session's secret."""

    token: str

    @property
    def definition(self) -> str:
        return _definition(("export",), self.token)

    def request(self, nonce: str) -> str:
        return f'#numina_export_{self.token} "{nonce}"'


@dataclass(frozen=True, slots=True)
class JudgeCommand:
    """The command that rules on what an `ExportCommand` wrote, perhaps in another process."""

    token: str

    @property
    def definition(self) -> str:
        return _definition(("read", "kernel", "compare", "judge"), self.token)

    def request(self, nonce: str, evidence: Evidence, reference: Evidence | None) -> str:
        """Raises `UnauditedError` where a text is not what an `ExportCommand` writes."""
        texts = [_claims(evidence), "" if reference is None else _claims(reference)]
        quoted = " ".join(f'"{text}"' for text in texts)
        return f'#numina_judge_{self.token} "{nonce}" {quoted}'


def make_evidence(imports: tuple[str, ...], examples: Mapping[str, str], text: str) -> Evidence:
    """`text` is an `ExportCommand`'s; `examples`: from the names examples got to those shown."""
    return Evidence(imports, f"{json.dumps(dict(examples))}\n{text}")


def read_ruling(answer: Answer, nonce: str, evidence: Evidence, *, compared: bool) -> Ruling:
    """What a `JudgeCommand` answered, asked of `evidence`, `compared` with a reference or not.

    Raises `BadReferenceError` for a reference that states nothing, `UnauditedError` for anything
    but one answer.
    """
    try:
        said = _Said.model_validate_json(marked_text(answer, nonce))
    except ValidationError as error:
        raise UnauditedError("Lean's ruling cannot be read") from error
    if said.mismatches is None:
        raise BadReferenceError((_NOTHING_STATED,))
    if any(code not in _CODES for code, _, _ in said.mismatches):
        raise UnauditedError("Lean's ruling cannot be read")
    examples = _examples(evidence)
    declarations = [_declaration(*row, examples) for row in said.declarations]
    mismatches = [Mismatch(cast(MismatchCode, c), _shown(n), d) for c, n, d in said.mismatches]
    return Ruling(
        tuple(sorted(declarations, key=lambda each: each.name)),
        said.refusal,
        tuple(sorted(mismatches, key=lambda each: each.name)) if compared else None,
    )


def refused(why: str) -> Ruling:
    """The ruling on what could not be put before the kernel at all."""
    return Ruling((Declaration(UNAUDITED, "opaque", (UNAUDITED,)),), why)


def with_example_name(declaration: Declaration, examples: Mapping[str, str]) -> Declaration:
    """Under the name `example@line` where it is an example, in a namespace or not."""
    shown = examples.get(declaration.name.rpartition(".")[2])
    if shown is None:
        return declaration
    return Declaration(shown, declaration.kind, declaration.axioms)


def new_nonce() -> str:
    """A word that no source can have known."""
    return secrets.token_hex(16)


class _Said(BaseModel):
    refusal: str | None
    declarations: list[tuple[str, DeclarationKind, tuple[str, ...]]]
    mismatches: list[tuple[str, str, str]] | None


@cache
def _text(name: str) -> str:
    return (_COMMANDS / f"{name}.lean").read_text(encoding="utf-8")


def _definition(names: tuple[str, ...], token: str) -> str:
    return "\n".join(_text(name) for name in names).replace("TOKEN", token)


def _claims(evidence: Evidence) -> str:
    text = evidence.constants.partition("\n")[2]
    if _CLAIMS.fullmatch(text) is None:
        raise UnauditedError("the source's constants are not told as they should be")
    return text


def _examples(evidence: Evidence) -> dict[str, str]:
    examples: dict[str, str] = json.loads(evidence.constants.partition("\n")[0])
    return examples


def _declaration(
    name: str, kind: DeclarationKind, axioms: tuple[str, ...], examples: Mapping[str, str]
) -> Declaration:
    declaration = Declaration(_shown(name), kind, tuple(sorted(axioms)))
    return with_example_name(declaration, examples)


def _shown(name: str) -> str:
    return Constant(name, "def", None).shown_name
