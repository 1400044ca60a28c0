"""The gate `conditions`: each condition and quantity of the problem is somewhere in the statement.

A model lists them; what it lists is then held against both texts without it. Its quotes have to be
the problem's words, the names have to be the statement's, and no hypothesis may be left that
neither stands for something in the problem nor is called extra.
"""

import re
from enum import StrEnum

from numina_lean.gates.binder import hypotheses, split_binder
from numina_lean.gates.gate import Ruling, Subject
from numina_lean.gates.panel import Panel, Talk, Vote, answer_of, poll
from numina_lean.gates.replies import Audit, Entry, read_form
from numina_lean.problems.problem import Problem
from numina_lean.prompts.conditions import CONCLUSION, ConditionsRequest
from numina_lean.prompts.quoting import neutral
from numina_lean.prompts.registry import family
from numina_lean.translate.statement import Statement

_WORD = re.compile(r"[^\W\d][\w'!?]*")
_LOST = {"\f": "f", "\b": "b", "\t": "t", "\r": "r"}
_EDGES = " \t\n.,;:…\"“”'`$"


class ConditionsReason(StrEnum):
    """What the audit found, or what is wrong with the audit, besides `PanelReason`."""

    MISSING = "missing_condition"
    WRONG = "wrong_condition"
    EXTRA = "extra_hypothesis"
    MISQUOTED = "misquoted"
    """The audit quotes what the problem does not say."""
    UNKNOWN_NAME = "unknown_hypothesis"
    """The audit names what the statement does not have."""
    UNACCOUNTED = "unaccounted_hypothesis"
    """The statement has a hypothesis that the audit does not mention."""
    INCOMPLETE = "incomplete_audit"
    """The audit lists no goal."""


async def conditions(subject: Subject, panel: Panel) -> Ruling:
    """Pass a statement with a sound audit that finds everything present and nothing added."""

    async def vote(talk: Talk) -> Vote:
        asked = family("conditions", panel.conditions)
        request = ConditionsRequest(
            subject.problem.problem, answer_of(subject.problem), subject.statement.source()
        )
        audit = await talk.ask(
            asked.render(request), asked.sampling, lambda text: read_form(text, Audit)
        )
        reason, detail = ruling_on(audit, subject.problem, subject.statement) or (None, "")
        return talk.vote(audit, reason, detail)

    return await poll(panel, subject, "conditions", vote)


def ruling_on(
    audit: Audit, problem: Problem, statement: Statement
) -> tuple[ConditionsReason, str] | None:
    """What stands against a statement by an audit of it, or against the audit; None for nothing.

    What the audit itself found comes first: a bad audit that finds a defect is no reason to pass.
    """
    return _found(audit) or _unsound(audit, problem, statement)


def _found(audit: Audit) -> tuple[ConditionsReason, str] | None:
    for entry in audit.conditions:
        if entry.verdict == "missing":
            return ConditionsReason.MISSING, f"nothing says {entry.text!r}"
    for entry in audit.conditions:
        if entry.verdict == "wrong":
            return ConditionsReason.WRONG, f"{entry.hypothesis} does not say {entry.text!r}"
    for extra in audit.extra:
        return ConditionsReason.EXTRA, f"{extra.hypothesis}: {extra.reason}"
    return None


def _unsound(
    audit: Audit, problem: Problem, statement: Statement
) -> tuple[ConditionsReason, str] | None:
    said = _squeezed(f"{problem.problem}\n{answer_of(problem) or ''}")
    for entry in audit.conditions:
        if not any(quote and quote in said for quote in _quotes(entry.text)):
            return ConditionsReason.MISQUOTED, f"the problem does not say {entry.text!r}"
    known = _names(statement)
    for entry in audit.conditions:
        unknown = _named(entry) - known
        if unknown or not _named(entry):
            return ConditionsReason.UNKNOWN_NAME, f"no {entry.hypothesis!r} in the statement"
    mentioned = set().union(*map(_named, audit.conditions))
    for binder in hypotheses(statement):
        if not mentioned & set(binder.names):
            names = " ".join(binder.names) or binder.type
            return ConditionsReason.UNACCOUNTED, f"nothing in the audit stands for {names}"
    if not any(entry.kind == "goal" for entry in audit.conditions):
        return ConditionsReason.INCOMPLETE, "the audit lists nothing that is asked for"
    return None


def _named(entry: Entry) -> set[str]:
    """The names that an entry gives: one, or several with commas or `and` between them."""
    return set(_WORD.findall(entry.hypothesis or "")) - {"and"}


def _names(statement: Statement) -> set[str]:
    """What an audit may name: binders and definitions of the statement, and the conclusion."""
    known = {CONCLUSION}
    for text in statement.binders:
        binder = split_binder(text)
        known |= set(binder.names) if binder is not None else set(_WORD.findall(text))
    for definition in statement.definitions:
        known |= set(_WORD.findall(definition.partition(":=")[0]))
    return known


def _quotes(text: str) -> tuple[str, ...]:
    """What a quote may have been: in JSON, `\\frac` that is not escaped loses its backslash."""
    lost = text
    for control, letter in _LOST.items():
        lost = lost.replace(control, f"\\{letter}")
    newlines = lost.replace("\n", "\\n")
    return tuple(_squeezed(each.strip(_EDGES)) for each in (text, lost, newlines))


def _squeezed(text: str) -> str:
    """`text` without white space, in lower case: quotes differ in line breaks and capitals."""
    return re.sub(r"\s+", "", neutral(text)).casefold()
