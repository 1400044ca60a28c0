"""Audits what a check added, over the session's own process, by one of the two ways of `audit`."""

import secrets
from collections.abc import Sequence

from numina_lean.lean.native.audit import (
    UNAUDITED,
    AuditCommand,
    Constant,
    UnauditedError,
    print_request,
    read,
    read_printed,
)
from numina_lean.lean.native.declared import declared_names, name_examples
from numina_lean.lean.native.process import ReplProcess
from numina_lean.lean.native.repl import Answer
from numina_lean.lean.report import Declaration


class Auditor:
    """Belongs to one session: `prepare`, then `settle`, then `audit` after each check."""

    def __init__(self, process: ReplProcess) -> None:
        self._process = process
        self._command = AuditCommand(secrets.token_hex(8))
        self._defined = False
        self._header_names: frozenset[str] = frozenset()

    def prepare(self, env: int, deadline: float) -> int:
        """Define the audit command on top of the imports; the environment to go on from.

        Where the imports do not have Lean's elaborator the definition fails, and `env` itself
        comes back: the audit is then done with `#print axioms`.
        """
        answer = self._process.elaborate(self._command.definition, env, deadline)
        self._defined = not answer.has_errors
        return answer.env if self._defined else env

    def settle(self, env: int, deadline: float) -> None:
        """Take the constants of `env`, the finished header, as not added by any check."""
        if self._defined:
            names = (constant.name for constant in self._ask(env, (), deadline))
            self._header_names = frozenset(names)

    def audit(
        self, source: str, header_env: int, answer: Answer, deadline: float
    ) -> tuple[Declaration, ...]:
        """What `source` added, with axioms. `answer` is Lean's to it in `header_env`, errorless.

        An `example` leaves nothing to ask about, so a source with some is elaborated again with
        names given to them; those that do not show up then rest on `unaudited`. Raises
        `UnauditedError` when the axioms of the rest cannot be established.
        """
        token = f"numinaExample{secrets.token_hex(4)}n"
        named_source, examples = name_examples(source, token)
        if examples:
            named = self._process.elaborate(named_source, header_env, deadline)
            if not named.has_errors:
                source, answer = named_source, named
        found = (
            self._added(answer.env, deadline)
            if self._defined
            else self._printed(source, answer.env, deadline)
        )
        shown = [_with_example_name(declaration, examples) for declaration in found]
        audited = {declaration.name for declaration in shown}
        lost = [name for name in examples.values() if name not in audited]
        shown += [Declaration(name, "opaque", (UNAUDITED,)) for name in lost]
        return tuple(sorted(shown, key=lambda declaration: declaration.name))

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
        nonce = secrets.token_hex(16)
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


def _with_example_name(declaration: Declaration, examples: dict[str, str]) -> Declaration:
    """Under the name `example@line` where it is an example in a namespace or not."""
    shown = examples.get(declaration.name.rpartition(".")[2])
    if shown is None:
        return declaration
    return Declaration(shown, declaration.kind, declaration.axioms)
