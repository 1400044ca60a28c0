"""Pairs of a problem and its formal statement, as `formal_pairs.jsonl` has them, for core Lean.

A pair that needs no mathlib is taken as its row gives it. Of the others, the header is dropped and
mathlib's number types are replaced by core Lean's, ℝ by `Rat`; whether the result elaborates is for
the engine to say. Most do not; some of the rest say something else than over ℝ.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numina_lean.calibrate.wording import answer_of
from numina_lean.gates.binder import split_binder
from numina_lean.problems.problem import Problem
from numina_lean.translate.reading import UnreadableError, read_statement
from numina_lean.translate.statement import Statement

HEADER = "set_option autoImplicit false"
"""Before every statement: a name that is declared nowhere is an error."""

_HEADER_LINE = re.compile(r"^(?:import|open|set_option|noncomputable section)\b.*$", re.MULTILINE)
_HOLE = re.compile(r"(?<![\w.])sorry(?!\w)")
_VARIABLE = re.compile(r"^variable\s+((?:[({\[][^)}\]\n]*[)}\]]\s*)+)$", re.MULTILINE)
_BINDER = re.compile(r"[({\[][^)}\]]*[)}\]]")
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


def core_pairs(rows: Iterable[Mapping[str, Any]]) -> Iterator[Pair]:
    """The rows whose statement can be read and has no hole, in order. None is known to elaborate.

    Variables of a section that a theorem mentions become its first binders, as they are in Lean.
    """
    for row in rows:
        try:
            read = read_statement(core_text(row))
        except UnreadableError:
            continue
        if not _HOLE.search("\n".join((*read.definitions, *read.binders, read.conclusion))):
            yield Pair(problem_of(row), _self_contained(read), retyped=not row["core_only"])


def _self_contained(read: Statement) -> Statement:
    said = "\n".join((*read.binders, read.conclusion))
    inherited: list[str] = []

    def taken(match: re.Match[str]) -> str:
        for text in _BINDER.findall(match[1]):
            binder = split_binder(text)
            used = binder and [each for each in binder.names if _mentions(said, each)]
            if binder and used:
                inherited.append(f"({' '.join(used)} : {binder.type})")
        return ""

    definitions = tuple(
        text for each in read.definitions if (text := _VARIABLE.sub(taken, each).strip())
    )
    header = "\n".join(part for part in (HEADER, read.header) if part)
    return Statement(read.name, header, (*inherited, *read.binders), read.conclusion, definitions)


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.']){re.escape(name)}(?![\w'])", text) is not None


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
