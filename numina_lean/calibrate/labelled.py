"""Statements with the label that people or a generator gave them: right or wrong, and how."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from numina_lean.calibrate.mutations import Mutant, mutants
from numina_lean.calibrate.pairs import HEADER, Pair, core_pairs, problem_of, retyped
from numina_lean.calibrate.wording import answer_of
from numina_lean.errors import InputError
from numina_lean.problems.problem import Problem
from numina_lean.translate.reading import UnreadableError, read_statement
from numina_lean.translate.statement import Profile, Statement

Half = Literal["dev", "held_out"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A statement of a problem. `right`: it says what the problem says. `fault`: how it does not.

    `mutant` is what it was made of, where it was made. `readable` is false where no theorem could
    be read from the row: `statement` then holds nothing.
    """

    problem: Problem
    statement: Statement
    right: bool
    fault: str = ""
    mutant: Mutant | None = None
    readable: bool = True

    @property
    def half(self) -> Half:
        """Rules are made on one half, reported on both: by the id, so mutants follow their pair."""
        return "held_out" if hashlib.sha256(self.problem.id.encode()).digest()[-1] % 2 else "dev"


def from_pairs(pairs: Iterable[Pair]) -> Iterator[Labelled]:
    """Pairs taken to be right."""
    for pair in pairs:
        yield Labelled(pair.problem, pair.statement, right=True)


def mutated(rows: Iterable[Labelled], most: int = 1) -> Iterator[Labelled]:
    """Mutants of the right ones, at most `most` of a class and statement."""
    for row in rows:
        if row.right:
            for mutant in mutants(row.statement, row.problem.answer, most):
                yield Labelled(
                    row.problem, mutant.statement, False, str(mutant.fault), mutant=mutant
                )


def sampled(rows: Iterable[Labelled], most: int) -> list[Labelled]:
    """At most `most` wrong statements of each fault and half, chosen by digest; all right ones."""
    kept: list[Labelled] = []
    pools: dict[tuple[str, Half], list[Labelled]] = {}
    for row in rows:
        if row.right:
            kept.append(row)
        else:
            pools.setdefault((row.fault, row.half), []).append(row)
    for pool in pools.values():
        kept += sorted(pool, key=_rank)[:most]
    return kept


def _rank(row: Labelled) -> bytes:
    return hashlib.sha256(f"{row.fault}\n{row.statement.source()}".encode()).digest()


# --- Files ---------------------------------------------------------------------------------------

Row = Mapping[str, Any]


def read_labelled(rows: Iterable[tuple[str, Row]], profile: Profile) -> Iterator[Labelled]:
    """The statements of the rows of one file, each with its place, by the fields of its first row.

    Raises `InputError` for a layout that is none of those known.
    """
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    place, row = first
    reader = next((read for fields, read in _LAYOUTS if fields <= set(row)), None)
    if reader is None:
        known = "; ".join(", ".join(sorted(fields)) for fields, _ in _LAYOUTS)
        found = ", ".join(map(str, row))
        raise InputError(
            f"{place}: no layout of labelled statements (found: {found}). Rows need one of: {known}"
        )
    for each in (first, *iterator):
        yield from reader(each[0], each[1], profile)


def _plain(place: str, row: Row, profile: Profile) -> Iterator[Labelled]:
    label = row.get("label")
    if label not in (True, False, "true", "false", "right", "wrong"):
        raise InputError(f"{place}: label is {label!r}. Give true or false")
    informal = str(row.get("problem") or row.get("informal") or "")
    text, own = answer_of(informal)
    answer = str(row["answer"]) if row.get("answer") not in (None, "") else own
    problem = Problem(str(row.get("id") or place), text, answer)
    source = str(row.get("statement") or row.get("formal") or row.get("formal_statement") or "")
    fault = str(row.get("class") or "")
    right = label in (True, "true", "right")
    yield from _read(problem, source, right, fault or ("" if right else "unnamed"))


def _pair(place: str, row: Row, profile: Profile) -> Iterator[Labelled]:
    if profile == "core":
        yield from from_pairs(core_pairs([row]))
    else:
        yield from _read(problem_of(row), str(row["formal"]), True, "")


def _false(place: str, row: Row, profile: Profile) -> Iterator[Labelled]:
    """An inequality that is false, and the theorem that it was meant to be."""
    corrected = str(row["corrected_theorem"])
    variables = corrected.partition("∀")[2].partition(":")[0].strip()
    problem = Problem(str(row["id"]), "", "proof")
    false = f"theorem stated : ∀ {variables} : ℝ, {row['false_statement']} := by sorry"
    for source, right in ((false, False), (corrected, True)):
        text = retyped(source) if profile == "core" else source
        yield from _read(problem, text, right, "" if right else "false_inequality")


def _hazard(place: str, row: Row, profile: Profile) -> Iterator[Labelled]:
    """Arithmetic that means something else in ℕ than in ℚ: wrong as it stands."""
    problem = Problem(str(row["id"]), "", "proof")
    source = f"theorem stated : {row['statement']} := by sorry"
    yield from _read(problem, source, False, str(row["class"]))


def _read(problem: Problem, source: str, right: bool, fault: str) -> Iterator[Labelled]:
    try:
        read = read_statement(source)
    except UnreadableError:
        nothing = Statement("unreadable", "", (), "")
        yield Labelled(problem, nothing, right, fault, readable=False)
        return
    header = read.header or HEADER
    statement = Statement(read.name, header, read.binders, read.conclusion, read.definitions)
    yield Labelled(problem, statement, right, fault)


_Reader = Callable[[str, Row, Profile], Iterator[Labelled]]

_LAYOUTS: tuple[tuple[frozenset[str], _Reader], ...] = (
    (frozenset({"false_statement", "corrected_theorem"}), _false),
    (frozenset({"statement", "class", "detail"}), _hazard),
    (frozenset({"informal", "formal", "core_only"}), _pair),
    (frozenset({"label"}), _plain),
)
"""Fields by which a file is known, and how its rows are read."""
