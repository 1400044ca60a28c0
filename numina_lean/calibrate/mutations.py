"""Statements made wrong on purpose, one fault each, so that what a gate catches can be counted.

A mutant is made on the text of a statement, at one place; whether it compiles and whether it really
says something else is for `calibrate.genuine` to find out. Which places of a statement are taken is
decided by a digest of the text, so that a run makes the same mutants as the one before.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from numina_lean.gates.binder import conjuncts, split_binder
from numina_lean.translate.statement import Statement


class Fault(StrEnum):
    """What is wrong with a mutant. The first seven are those that the literature counts most."""

    DROP_HYPOTHESIS = "drop_hypothesis"
    """A hypothesis, one part of it, or a premise of the conclusion is gone."""
    FLIP_INEQUALITY = "flip_inequality"
    """`<` is `>`, `≤` is `≥`."""
    NAT_TO_INT = "nat_to_int"
    """The variables over ℕ are over ℤ."""
    WRONG_ANSWER = "wrong_answer"
    """The answer's numeral is another."""
    SWAP_QUANTIFIERS = "swap_quantifiers"
    """`∀ x, ∃ y` is `∃ y, ∀ x`; a quantifier that stands alone is the other one."""
    STRICT_WEAK = "strict_weak"
    """`<` is `≤`, or the other way round."""
    OFF_BY_ONE = "off_by_one"
    """A numeral, the answer's apart, is one more or one less."""
    WRONG_OPERATOR = "wrong_operator"
    """`+` is `-`, `*` is `+`."""
    NEGATED_CONCLUSION = "negated_conclusion"
    ADDED_CONTRADICTION = "added_contradiction"
    """A further hypothesis makes the hypotheses contradict each other."""


LISTED = tuple(Fault)[:7]
"""The classes over which the overall rate is taken; the others are shown beside it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`statement` differs from `original` by `fault` alone; `change` shows the place."""

    fault: Fault
    original: Statement
    statement: Statement
    change: str


@dataclass(frozen=True, slots=True)
class _Edit:
    """Put `text` for the characters from `start` to `end` of part `part`."""

    part: int
    start: int
    end: int
    text: str


Parts = tuple[str, ...]
"""The binders, and the conclusion after them."""

_NUMERAL = re.compile(r"(?<![\w.'₀-₉])\d+(?![\w.'])")
_INEQUALITY = re.compile(r"[<>≤≥]")
_NAT = re.compile(r"(?<![\w.])(?:Nat|ℕ)(?![\w.'])")
_ORDERED = re.compile(r"(∀|∃)( [^,∀∃]+,)\s*(∀|∃)( [^,∀∃]+,)")
_QUANTIFIER = re.compile(r"∀|∃")
_OPERATOR = re.compile(r"(?<= )[+*-](?= )|(?<=[\w)])[+*-](?=[\w(])")
_PREMISE = re.compile(r"(?:(?<=, )|(?<=^)|(?<=→ ))([^,∀∃→↔()]*[<>≤≥=≠∣∈][^,∀∃→↔()]*) → ")
_FLIPPED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤"}
_LOOSENED = {"<": "≤", ">": "≥", "≤": "<", "≥": ">"}
_OTHER_QUANTIFIER = {"∀": "∃", "∃": "∀"}
_OTHER_OPERATOR = {"+": "-", "-": "+", "*": "+"}


def mutants(statement: Statement, answer: str, most: int = 1) -> Iterator[Mutant]:
    """At most `most` mutants of each class. `answer`: the numerals in it are the answer's."""
    for fault, make in _MAKERS.items():
        made = list(dict.fromkeys(make(statement, answer)))
        made.sort(key=lambda pair: _rank(fault, pair[0]))
        for changed, change in made[:most]:
            if changed != statement:
                yield Mutant(fault, statement, changed, change)


def _rank(fault: Fault, statement: Statement) -> str:
    return hashlib.sha256(f"{fault}\n{statement.source()}".encode()).hexdigest()


_Made = Iterator[tuple[Statement, str]]


def _parts(statement: Statement) -> Parts:
    return (*statement.binders, statement.conclusion)


def _edited(statement: Statement, *edits: _Edit) -> tuple[Statement, str]:
    """`statement` with edits of one part, given from left to right."""
    parts = list(_parts(statement))
    told: list[str] = []
    for edit in reversed(edits):
        text = parts[edit.part]
        told.insert(0, f"{text[edit.start : edit.end].strip()} → {edit.text.strip() or 'nothing'}")
        parts[edit.part] = text[: edit.start] + edit.text + text[edit.end :]
    changed = replace(statement, binders=tuple(parts[:-1]), conclusion=parts[-1])
    return changed, "; ".join(dict.fromkeys(told))


def _replaced(statement: Statement, pattern: re.Pattern[str], by: dict[str, str]) -> _Made:
    for part, text in enumerate(_parts(statement)):
        for match in pattern.finditer(text, _type_starts(statement, part)):
            edit = _Edit(part, match.start(), match.end(), by[match[0]])
            yield _edited(statement, edit)


def _type_starts(statement: Statement, part: int) -> int:
    """Where the type of a binder begins; names before it are no mathematics."""
    if part == len(statement.binders):
        return 0
    return max(statement.binders[part].find(":"), 0)


def _is_hypothesis(binder: str) -> bool:
    split = split_binder(binder)
    return split is not None and split.says


def _dropped(statement: Statement, answer: str) -> _Made:
    for index, binder in enumerate(statement.binders):
        if not _is_hypothesis(binder):
            continue
        rest = (*statement.binders[:index], *statement.binders[index + 1 :])
        yield replace(statement, binders=rest), f"{binder} → nothing"
        split = split_binder(binder)
        parts = conjuncts(split.type) if split else ()
        for left_out in range(len(parts) if len(parts) > 1 else 0):
            kept = " ∧ ".join(parts[:left_out] + parts[left_out + 1 :])
            assert split is not None
            smaller = f"{binder[0]}{' '.join(split.names)} : {kept}{binder[-1]}"
            binders = (*statement.binders[:index], smaller, *statement.binders[index + 1 :])
            yield replace(statement, binders=binders), f"{parts[left_out]} → nothing"
    last = len(statement.binders)
    for match in _PREMISE.finditer(statement.conclusion):
        yield _edited(statement, _Edit(last, match.start(), match.end(), ""))


def _flipped(statement: Statement, answer: str) -> _Made:
    yield from _replaced(statement, _INEQUALITY, _FLIPPED)


def _loosened(statement: Statement, answer: str) -> _Made:
    yield from _replaced(statement, _INEQUALITY, _LOOSENED)


def _to_integers(statement: Statement, answer: str) -> _Made:
    """All variables over ℕ at once, and those alone: casts to ℕ stay, and may not compile."""
    parts = []
    for part, text in enumerate(_parts(statement)):
        start = _type_starts(statement, part)
        parts.append(text[:start] + _NAT.sub("Int", text[start:]))
    changed = replace(statement, binders=tuple(parts[:-1]), conclusion=parts[-1])
    if changed != statement:
        yield changed, "ℕ → ℤ"


def _answer_changed(statement: Statement, answer: str) -> _Made:
    wanted = {int(found) for found in re.findall(r"\d+", answer.replace("{,}", ""))}
    last = len(statement.binders)
    for match in _NUMERAL.finditer(statement.conclusion):
        number = int(match[0])
        if number in wanted:
            for other in (number + 1, abs(number - 1), 2 * number + 1, number + 10):
                yield _edited(statement, _Edit(last, match.start(), match.end(), str(other)))


def _off_by_one(statement: Statement, answer: str) -> _Made:
    wanted = {int(found) for found in re.findall(r"\d+", answer.replace("{,}", ""))}
    for part, text in enumerate(_parts(statement)):
        for match in _NUMERAL.finditer(text, _type_starts(statement, part)):
            number = int(match[0])
            if part == len(statement.binders) and number in wanted:
                continue
            for other in {number + 1, max(number - 1, 0)} - {number}:
                yield _edited(statement, _Edit(part, match.start(), match.end(), str(other)))


def _swapped(statement: Statement, answer: str) -> _Made:
    for part, text in enumerate(_parts(statement)):
        for match in _ORDERED.finditer(text):
            if match[1] != match[3]:
                swapped = f"{match[3]}{match[4]} {match[1]}{match[2]}"
                yield _edited(statement, _Edit(part, match.start(), match.end(), swapped))
        for match in _QUANTIFIER.finditer(text):
            other = _OTHER_QUANTIFIER[match[0]]
            yield _edited(statement, _Edit(part, match.start(), match.end(), other))


def _other_operator(statement: Statement, answer: str) -> _Made:
    yield from _replaced(statement, _OPERATOR, _OTHER_OPERATOR)


def _negated(statement: Statement, answer: str) -> _Made:
    negated = replace(statement, conclusion=f"¬ ({statement.conclusion})")
    yield negated, "negated"


def _contradicted(statement: Statement, answer: str) -> _Made:
    """The negation of a hypothesis beside it: no numeral or word is new."""
    for index, binder in enumerate(statement.binders):
        split = split_binder(binder)
        if split is not None and _is_hypothesis(binder):
            added = f"(h_added : ¬ ({split.type}))"
            binders = (*statement.binders[: index + 1], added, *statement.binders[index + 1 :])
            yield replace(statement, binders=binders), f"nothing → {added}"


_MAKERS: dict[Fault, Callable[[Statement, str], _Made]] = {
    Fault.DROP_HYPOTHESIS: _dropped,
    Fault.FLIP_INEQUALITY: _flipped,
    Fault.NAT_TO_INT: _to_integers,
    Fault.WRONG_ANSWER: _answer_changed,
    Fault.SWAP_QUANTIFIERS: _swapped,
    Fault.STRICT_WEAK: _loosened,
    Fault.OFF_BY_ONE: _off_by_one,
    Fault.WRONG_OPERATOR: _other_operator,
    Fault.NEGATED_CONCLUSION: _negated,
    Fault.ADDED_CONTRADICTION: _contradicted,
}
