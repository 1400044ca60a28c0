"""What Lean tells of one theorem: its elaborated type, and what short tactics made of it."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from numina_lean.lint.term import Binder, Free, Term, instantiate, read_term

ObligationKind = Literal["le", "dvd", "ne"]
_KINDS: dict[str, ObligationKind] = {"le": "le", "dvd": "dvd", "ne": "ne"}

MARK = "numina_lint "
"""What the messages of `numina_lint%` begin with."""


class LintFailedError(Exception):
    """A statement could not be linted. The text says why; it becomes a finding of its own."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A binder of a statement as a local variable: `term` stands for it in what follows it."""

    name: str
    kind: str
    type: Term
    term: Free
    is_hypothesis: bool


@dataclass(frozen=True, slots=True)
class Obligation:
    """What has to hold for an operation to mean what it says.

    `le`: right ≤ left, for `left - right`; `dvd`: right divides left; `ne`: right is not zero.
    `text` is the operation, `tactic` what proved it harmless from what is assumed where it stands.
    `tried` is false where nothing was tried, because the statement has too many. `assumed` is what
    holds inside the statement at that place, its hypotheses apart.
    """

    kind: ObligationKind
    text: str
    left: Term
    right: Term
    tactic: str | None
    tried: bool
    assumed: tuple[Term, ...]


@dataclass(frozen=True)
class Facts:
    """About one theorem, from which findings are made.

    `keys` are those of the binders as local variables, in order. `stated`: its proof rests directly
    on `sorry`. `unused` and `repeated` are indices of hypotheses among the binders: those that the
    proof does not touch, and those that say what the conclusion says. `vacuous`, `trivial` and
    `substituted` name the tactic that proved, in turn, False from the hypotheses, the conclusion,
    and the conclusion once equal variables are replaced.
    """

    name: str
    type: Term
    keys: tuple[str, ...]
    hypotheses: frozenset[int]
    stated: bool
    unused: frozenset[int]
    repeated: frozenset[int]
    vacuous: str | None
    trivial: str | None
    substituted: str | None
    obligations: tuple[Obligation, ...]

    @cached_property
    def _opened(self) -> tuple[tuple[Variable, ...], Term]:
        variables: list[Variable] = []
        rest = self.type
        for index, key in enumerate(self.keys):
            if not (isinstance(rest, Binder) and rest.forall):
                raise LintFailedError("the statement was not understood: fewer binders than told")
            term = Free(key)
            variables.append(
                Variable(
                    rest.name or f"hypothesis {index + 1}",
                    rest.kind,
                    rest.type,
                    term,
                    index in self.hypotheses,
                )
            )
            rest = instantiate(rest.body, term)
        return tuple(variables), rest

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self._opened[0]

    @property
    def conclusion(self) -> Term:
        return self._opened[1]


def read_facts(name: str, text: str) -> Facts:
    """The facts of one message of our Lean module. Raises `LintFailedError`."""
    try:
        raw = json.loads(text.removeprefix(MARK))
        if "failed" in raw:
            raise LintFailedError(str(raw["failed"]))
        return _facts(name, raw)
    except (ValueError, KeyError, TypeError) as error:
        raise LintFailedError(f"the answer of Lean was not understood: {error}") from error
    except RecursionError as error:
        raise LintFailedError("the statement nests too deeply") from error


def _facts(name: str, raw: dict[str, Any]) -> Facts:
    return Facts(
        name=name,
        type=read_term(raw["type"]),
        keys=tuple(key for _, key in raw["variables"]),
        hypotheses=frozenset(raw["hypotheses"]),
        stated=raw["stated"],
        unused=frozenset(raw["unused"]),
        repeated=frozenset(raw["repeated"]),
        vacuous=raw["vacuous"],
        trivial=raw["trivial"],
        substituted=raw["substituted"],
        obligations=tuple(_obligation(each) for each in raw["obligations"]),
    )


def _obligation(raw: dict[str, Any]) -> Obligation:
    return Obligation(
        kind=_KINDS[raw["kind"]],
        text=" ".join(raw["term"].split()),
        left=read_term(raw["left"]),
        right=read_term(raw["right"]),
        tactic=raw["by"],
        tried=raw["tried"],
        assumed=tuple(map(read_term, raw["assumed"])),
    )
