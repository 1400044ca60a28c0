"""Which constants a check added, and the axioms each rests on, asked of Lean itself.

Two ways. Where the header imports Lean's own elaborator (mathlib does), a command is defined
once, in the header's environment, before any foreign text is elaborated; its name carries a
random token, its answer a random word, so that a source that redefines syntax cannot answer in
its place by chance or by name. Elsewhere `#print axioms` is asked of the names that the text
declares, and only of a text that defines no syntax.

Not covered: a source that runs code of its own inside the process can forge anything. That is
for a sandbox, and for another process to judge what it declares (`judging`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args

from numina_lean.lean.native.repl import Answer
from numina_lean.lean.report import Declaration, DeclarationKind

_KINDS = frozenset(get_args(DeclarationKind))

# Every name is qualified: the header may have opened anything. `CollectAxioms.collect` is what
# `#print axioms` calls. No axioms are collected for names that are not wanted, because each
# walk visits everything below a constant.
_DEFINITION = """\
elab "{command} " nonce:str wanted:str : command => do
  let env ← Lean.getEnv
  let wanted := wanted.getString.splitOn "\\n"
  let kind : Lean.ConstantInfo → String := fun
    | .axiomInfo _ => "axiom"
    | .defnInfo _ => "def"
    | .thmInfo _ => "theorem"
    | .opaqueInfo _ => "opaque"
    | .quotInfo _ => "quot"
    | .inductInfo _ => "inductive"
    | .ctorInfo _ => "constructor"
    | .recInfo _ => "recursor"
  let added := env.constants.foldStage2 (fun rest name info => (name, info) :: rest) []
  let rows ← added.mapM fun (name, info) => do
    let axioms ← if wanted.contains name.toString then do
        let (_, walk) := ((Lean.CollectAxioms.collect name).run env).run {{}}
        let used := walk.axioms.toList.map fun used => Lean.Json.str used.toString
        pure (Lean.Json.arr used.toArray)
      else pure Lean.Json.null
    return Lean.Json.arr #[.str name.toString, .str (kind info), axioms]
  Lean.logInfo (nonce.getString ++ (Lean.Json.arr rows.toArray).compress)
"""

_COMPONENT = re.compile(r"«[^»]*»|[^.]+")
_PRIVATE = re.compile(r"_private\.(?:.*?\.)?0\.")
_AUXILIARY = re.compile(r"(?:eq|match|proof|omega)_[\d_]+")
_PRINTED = re.compile(
    r"'.*' (?:does not depend on any axioms|depends on axioms: \[(?P<axioms>.*)\])", re.DOTALL
)


UNAUDITED = "unaudited"
"""Stands in the axioms of what could not be audited, so that it cannot count as proved."""


class UnauditedError(Exception):
    """The axioms could not be established. What was to be audited must not count as proved."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant that is not imported. `axioms` is None where they were not asked for."""

    name: str
    kind: DeclarationKind
    axioms: tuple[str, ...] | None

    @property
    def shown_name(self) -> str:
        """The name its author gave it: without the prefix of private names."""
        return _PRIVATE.sub("", self.name, count=1)

    @property
    def is_auxiliary(self) -> bool:
        """Made by Lean (`foo.match_1`, `foo.proof_2`): what it rests on counts in its user."""
        components = _COMPONENT.findall(self.shown_name)
        return self.kind != "axiom" and (
            any(part.startswith("_") or part.isdigit() for part in components)
            or _AUXILIARY.fullmatch(components[-1]) is not None
        )


@dataclass(frozen=True, slots=True)
class AuditCommand:
    """The command defined in a session's header; `token` is this session's secret."""

    token: str

    @property
    def definition(self) -> str:
        return _DEFINITION.format(command=self._name)

    def request(self, nonce: str, wanted: Sequence[str] = ()) -> str:
        """Ask for all constants that are not imported, with the axioms of those in `wanted`."""
        if any(character in name for name in wanted for character in "\n\r\0"):
            raise UnauditedError("a declared name has a line break")
        return f"{self._name} {_quote(nonce)} {_quote(chr(10).join(wanted))}"

    @property
    def _name(self) -> str:
        return f"#numina_audit_{self.token}"


def read(answer: Answer, nonce: str) -> tuple[Constant, ...]:
    """What an `AuditCommand` answered, sorted by name.

    Raises `UnauditedError` unless it is one answer.
    """
    try:
        rows = json.loads(marked_text(answer, nonce))
        constants = [
            Constant(
                str(name),
                _kind(kind),
                None if axioms is None else tuple(sorted(str(axiom) for axiom in axioms)),
            )
            for name, kind, axioms in rows
        ]
    except (ValueError, TypeError) as error:
        raise UnauditedError("Lean's list of constants cannot be read") from error
    return tuple(sorted(constants, key=lambda constant: constant.name))


def marked_text(answer: Answer, nonce: str) -> str:
    """What the one message says that begins with `nonce`.

    Raises `UnauditedError` where there is none or another. Messages without it may stand beside
    it: what an earlier command said is sometimes said again.
    """
    texts = [message.text for message in answer.messages if message.text.startswith(nonce)]
    if len(texts) != 1:
        raise UnauditedError("Lean did not answer which constants were added")
    return texts[0].removeprefix(nonce)


def print_request(names: Sequence[str]) -> str:
    """`#print axioms` of every name, one a line."""
    return "\n".join(f"#print axioms {name}" for name in names)


def read_printed(
    answer: Answer, declared: Sequence[tuple[str, DeclarationKind]]
) -> tuple[Declaration, ...]:
    """The declarations in the answer to `print_request` of the names of `declared`.

    Raises `UnauditedError` unless each line got exactly one answer.
    """
    by_line = {message.start.line: message.text for message in answer.messages}
    if len(answer.messages) != len(declared) or len(by_line) != len(declared):
        raise UnauditedError("Lean did not name the axioms of each declaration")
    declarations = []
    for line, (name, kind) in enumerate(declared, 1):
        match = _PRINTED.fullmatch(by_line.get(line, ""))
        if match is None:
            raise UnauditedError(f"Lean did not name the axioms of {name}")
        axioms = (match["axioms"] or "").split(",")
        used = sorted(axiom.strip() for axiom in axioms if axiom.strip())
        declarations.append(Declaration(name, kind, tuple(used)))
    return tuple(declarations)


def _kind(text: str) -> DeclarationKind:
    if text not in _KINDS:
        raise ValueError(text)
    return cast(DeclarationKind, text)


def _quote(text: str) -> str:
    """`text` as a Lean string literal. Only for names and tokens: no control characters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
