"""Pairs of a problem and its formal statement, as `formal_pairs.jsonl` has them, for core Lean.

A pair that needs no mathlib is taken as its row gives it. Of the others, the header is dropped and
mathlib's number types are replaced by core Lean's, ℝ by `Rat`; whether the result elaborates is for
the engine to say. Most do not; some of the rest say something else than over ℝ.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numina_lean.calibrate.wording import answer_of
from numina_lean.problems.problem import Problem
from numina_lean.translate.reading import UnreadableError, read_statement
from numina_lean.translate.statement import Statement

HEADER = "set_option autoImplicit false"
"""Before every statement: a name that is declared nowhere is an error."""

_HEADER_LINE = re.compile(r"^(?:import|open|set_option|noncomputable section)\b.*$", re.MULTILINE)
_TYPES = {"ℕ": "Nat", "ℤ": "Int", "ℚ": "Rat", "ℝ": "Rat"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A problem and a statement of it. `retyped`: the statement's types are not those it had."""

    problem: Problem
    statement: Statement
    retyped: bool = False


def core_text(row: Mapping[str, Any]) -> str:
    """The Lean source of a row of `formal_pairs.jsonl` in core Lean."""
    return str(row["core_statement"]) if row["core_only"] else retyped(str(row["formal"]))


def retyped(source: str) -> str:
    """`source` without its header, with core Lean's number types for mathlib's."""
    text = _HEADER_LINE.sub("", source)
    for theirs, ours in _TYPES.items():
        text = text.replace(theirs, ours)
    return text


def core_pairs(rows: Iterator[Mapping[str, Any]]) -> Iterator[Pair]:
    """The rows whose statement can be read, in order. None is known to elaborate."""
    for row in rows:
        try:
            read = read_statement(core_text(row))
        except UnreadableError:
            continue
        statement = Statement(
            read.name,
            "\n".join(part for part in (HEADER, read.header) if part),
            read.binders,
            read.conclusion,
            read.definitions,
        )
        yield Pair(problem_of(row), statement, retyped=not row["core_only"])


def problem_of(row: Mapping[str, Any]) -> Problem:
    """The problem of a row, with the answer that its text ends with."""
    text, answer = answer_of(str(row["informal"]))
    return Problem(
        id=str(row["id"]),
        problem=text,
        answer=answer,
        question_type="proof" if answer == "proof" else "math-word-problem",
        source=str(row.get("source", "")),
    )
