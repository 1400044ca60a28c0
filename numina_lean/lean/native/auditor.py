"""Audits what a check added, over the session's own process, by one of the two ways of `audit`."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numina_lean.lean.native.audit import (
    UNAUDITED,
    AuditCommand,
    Constant,
    UnauditedError,
    marked_text,
    print_request,
    read,
    read_printed,
)
from numina_lean.lean.native.declared import declared_names, name_examples
from numina_lean.lean.native.judging import ExportCommand, new_nonce, with_example_name
from numina_lean.lean.native.process import ReplProcess
from numina_lean.lean.native.repl import Answer
from numina_lean.lean.report import Declaration


@dataclass(frozen=True, slots=True)
class Named:
    """A source elaborated with a name for each example: `examples` from that name to the shown."""

    source: str
    answer: Answer
    examples: Mapping[str, str]


class Auditor:
    """Belongs to one session: `prepare`, `settle`; after each check `name`, then the others."""

    def __init__(self, process: ReplProcess) -> None:
        self._process = process
        token = secrets.token_hex(8)  # one for both: what bears it is not the source's
        self._command = AuditCommand(token)
        self._export = ExportCommand(token)
        self._defined = self._exports = False
        self._header_names: frozenset[str] = frozenset()

    def prepare(self, env: int, deadline: float) -> int:
        """Define the commands on top of the imports; the environment to go on from.

        Where the imports do not have Lean's elaborator the definition fails, and `env` itself
        comes back: the audit is then done with `#print axioms`.
        """
        answer = self._process.elaborate(self._command.definition, env, deadline)
        self._defined = not answer.has_errors
        if not self._defined:
            return env
        env = answer.env
        answer = self._process.elaborate(self._export.definition, env, deadline)
        self._exports = not answer.has_errors
        return answer.env if self._exports else env

    def settle(self, env: int, deadline: float) -> None:
        """Take the constants of `env`, the finished header, as not added by any check."""
        if self._defined:
            names = (constant.name for constant in self._ask(env, (), deadline))
            self._header_names = frozenset(names)

    def name(self, source: str, header_env: int, answer: Answer, deadline: float) -> Named:
        """`source` with names for its examples. `answer` is Lean's to it, without errors.

        An `example` leaves nothing to ask about, so a source with some is elaborated again with
        names given to them; where that fails, it stays as it is.
        """
        token = f"numinaExample{secrets.token_hex(4)}n"
        named_source, examples = name_examples(source, token)
        if examples:
            named = self._process.elaborate(named_source, header_env, deadline)
            if not named.has_errors:
                return Named(named_source, named, examples)
        return Named(source, answer, examples)

    def audit(self, named: Named, deadline: float) -> tuple[Declaration, ...]:
        """What was added, with axioms. Examples that do not show up rest on `unaudited`.

        Raises `UnauditedError` when the axioms of the rest cannot be established.
        """
        found = (
            self._added(named.answer.env, deadline)
            if self._defined
            else self._printed(named.source, named.answer.env, deadline)
        )
        shown = [with_example_name(declaration, named.examples) for declaration in found]
        audited = {declaration.name for declaration in shown}
        lost = [name for name in named.examples.values() if name not in audited]
        shown += [Declaration(name, "opaque", (UNAUDITED,)) for name in lost]
        return tuple(sorted(shown, key=lambda declaration: declaration.name))

    def export(self, env: int, deadline: float) -> str:
        """All constants of `env` that are not imported, as text. Raises `UnauditedError`."""
        if not self._exports:
            raise UnauditedError("the header does not import Lean, which could tell them")
        nonce = new_nonce()
        answer = self._process.elaborate(self._export.request(nonce), env, deadline)
        return marked_text(answer, nonce)

    def _added(self, env: int, deadline: float) -> list[Declaration]:
        added = [c for c in self._ask(env, (), deadline) if c.name not in self._header_names]
        # What Lean itself made is left out, unless that is all there is.
        wanted = {c.name for c in added if not c.is_auxiliary} or {c.name for c in added}
        if not wanted:
            return []
        audited = [c for c in self._ask(env, sorted(wanted), deadline) if c.axioms is not None]
        if {c.name for c in audited} != wanted:
            raise UnauditedError("Lean did not name the axioms of each declaration")
        return [Declaration(c.shown_name, c.kind, c.axioms or ()) for c in audited]

    def _ask(self, env: int, wanted: Sequence[str], deadline: float) -> tuple[Constant, ...]:
        nonce = new_nonce()
        request = self._command.request(nonce, wanted)
        return read(self._process.elaborate(request, env, deadline), nonce)

    def _printed(self, source: str, env: int, deadline: float) -> list[Declaration]:
        declared = declared_names(source)
        if declared is None:
            raise UnauditedError(
                "the source declares without a name or defines syntax, and its header does not "
                "import Lean, which could list what was added. Add: import Lean"
            )
        if not declared:
            return []
        request = print_request([name for name, _ in declared])
        return list(read_printed(self._process.elaborate(request, env, deadline), declared))
