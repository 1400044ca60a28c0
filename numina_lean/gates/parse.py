"""The gate `parse`: whether the text is that of one sane statement, before any Lean runs.

Covers the form alone: length, sorry and axioms inside the statement, syntax that runs code, and
that printing and reading the statement give it back, so that nothing in its parts ends it early.
"""

import re
from enum import StrEnum

from numina_lean.check.verdict import Item, Policy, forbidden, no_text
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.lean.skeleton import skeleton
from numina_lean.lean.source import split_header
from numina_lean.translate.reading import UnreadableError, read_statement
from numina_lean.translate.statement import Statement

LONGEST = 20_000
"""Characters of a statement's source."""

_SORRY = re.compile(r"(?<![\w.])(?:sorry|admit|sorryAx|stop)(?![\w'])")
_ASSUMES = re.compile(r"(?<![\w.])(?:axiom|opaque|variable|unsafe|partial)(?![\w'])")
_THEOREM = re.compile(r"(?<![\w.])(?:theorem|lemma|example)(?![\w'])")


class ParseReason(StrEnum):
    """Why a statement's text is not accepted."""

    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    """No statement can be read from what it prints, or it is no Unicode text."""
    READS_OTHERWISE = "reads_otherwise"
    """What it prints is another statement: some part of it ends the theorem early."""
    SORRY = "sorry_in_statement"
    """Something in the statement itself is left open, as a solution to be filled in."""
    ASSUMES = "assumes"
    """Declares an axiom, a variable, or the like, on which the theorem would rest unseen."""
    SEVERAL_THEOREMS = "several_theorems"
    METAPROGRAM = "metaprogram"
    """Changes syntax or runs code."""


def parse(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement whose text is of the form described above."""
    found = _defect(subject.statement)
    if found is None:
        return Ruling("parse", passed=True)
    reason, detail = found
    return Ruling("parse", passed=False, reason=reason, detail=detail)


def _defect(statement: Statement) -> tuple[ParseReason, str] | None:
    source = statement.source()
    if len(source) > LONGEST:
        return ParseReason.TOO_LONG, f"{len(source)} characters"
    item = Item("parse", source, policy=Policy(strict=True))
    odd = no_text(item)
    if odd is not None:
        return ParseReason.UNREADABLE, odd.detail or ""
    try:
        again = read_statement(source)
    except UnreadableError as error:
        return ParseReason.UNREADABLE, error.detail
    if (again.name, again.binders) != (statement.name, statement.binders) or (
        again.conclusion != statement.conclusion.strip()
    ):
        return ParseReason.READS_OTHERWISE, "printing and reading it give another statement"
    return _words(statement, item)


def _words(statement: Statement, item: Item) -> tuple[ParseReason, str] | None:
    text = "\n".join((*statement.definitions, *statement.binders, statement.conclusion))
    bare = skeleton(text) or text
    if match := _SORRY.search(bare):
        return ParseReason.SORRY, f"says {match[0]}"
    if match := _ASSUMES.search(bare):
        return ParseReason.ASSUMES, f"says {match[0]}"
    if match := _THEOREM.search(bare):
        return ParseReason.SEVERAL_THEOREMS, f"says {match[0]} before the theorem"
    header, body = split_header(item.source)
    refused = forbidden(item.policy, header.imports, body)
    return None if refused is None else (ParseReason.METAPROGRAM, refused.detail or "")
