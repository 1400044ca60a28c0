"""Proofs in steps: a sketch whose holes are proved one by one, in their place, and put together.

A hole is a `sorry` that Lean reports with its goal. Each is tried with the other holes left open,
so that a step that fails costs the others nothing; what fills all of them is checked once more as
a whole, against the statement.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import Sorry
from numina_lean.prove.portfolio import Tactic
from numina_lean.prove.prove import Attempt, Checker
from numina_lean.translate.statement import Statement

MOST_HOLES = 16

_HOLE = "sorry"
_INACCESSIBLE = "✝"
_LOCAL = re.compile(r"([^\s:]+(?: [^\s:]+)*) : (.+)", re.DOTALL)

Proofs = Callable[[Statement], Iterable[tuple[Tactic, str]]]
"""What to try on a goal, in which order: proofs that begin with `by`."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A `sorry` of a sketch. `statement` is its goal as a theorem, as far as it can be written."""

    start: int
    tactical: bool
    column: int
    statement: Statement


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a hole: the attempts at it, the last of which fits, or none does."""

    hole: Hole
    attempts: tuple[Attempt, ...]
    proof: str | None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """What came of a sketch. `whole` is the check of the text with all holes filled."""

    sketch: Outcome
    steps: tuple[Step, ...]
    source: str | None = None
    whole: Outcome | None = None

    @property
    def succeeded(self) -> bool:
        return self.whole is not None and self.whole.verdict is Verdict.PROVED


def decompose(
    sketch: str,
    statement: Statement,
    checker: Checker,
    proofs: Proofs,
    *,
    timeout: float,
    most_attempts: int = 40,
) -> Decomposition:
    """Fill the holes of `sketch`, a whole source that states `statement`.

    Nothing is tried where the sketch does not compile, departs from the statement, or has more
    than `MOST_HOLES` holes.
    """
    item = Item(f"{statement.name}:sketch", sketch, timeout, reference=statement.source())
    outcome = checker.check(item)
    if outcome.verdict is not Verdict.STATEMENT or not 1 <= len(outcome.sorries) <= MOST_HOLES:
        return Decomposition(outcome, ())
    holes = [hole_of(sketch, each, statement) for each in outcome.sorries]
    steps = []
    for each in holes:
        hole = each
        if sketch[: each.start].rstrip().endswith("=>"):
            hole = replace(each, tactical=_in_tactics(sketch, each, item, checker))
        step = _step(sketch, hole, len(holes), item, checker, proofs, most_attempts)
        steps.append(step)
        if step.proof is None:
            return Decomposition(outcome, tuple(steps))
    source = sketch
    for step in sorted(steps, key=lambda each: each.hole.start, reverse=True):
        assert step.proof is not None
        source = filled(source, step.hole, step.proof)
    whole = checker.check(replace(item, id=f"{statement.name}:whole", source=source))
    return Decomposition(outcome, tuple(steps), source, whole)


def hole_of(source: str, sorry: Sorry, statement: Statement) -> Hole:
    """The hole at a place that Lean reports."""
    lines = source.splitlines(keepends=True)
    start = sum(map(len, lines[: sorry.start.line - 1])) + sorry.start.column
    line = lines[sorry.start.line - 1]
    before = source[:start].rstrip()
    # A tactic stands behind `by`, `=>`, a bullet or at the head of its line; a term elsewhere.
    # Behind `=>` it may be either, which `_in_tactics` asks Lean.
    head = line[: sorry.start.column].strip()
    tactical = re.search(r"(?:\bby|·|<;>|;)\Z", before) is not None or head in ("", "·", ".")
    goal = statement_of(sorry.goal, statement)
    return Hole(start, tactical, sorry.start.column, goal)


def statement_of(goal: str, statement: Statement) -> Statement:
    """A goal as Lean prints it, as a theorem. What has no name that can be written is left out."""
    above, _, conclusion = goal.partition("⊢")
    binders: list[str] = []
    for text in re.split(r"\n(?=\S)", above):
        match = _LOCAL.fullmatch(text.strip())
        if match is not None and _INACCESSIBLE not in match.group(1):
            binders.append(f"({match.group(1)} : {match.group(2).partition(' := ')[0]})")
    name = f"{statement.name}_step"
    return replace(statement, name=name, binders=tuple(binders), conclusion=conclusion.strip())


def filled(source: str, hole: Hole, proof: str) -> str:
    """`source` with a proof that begins with `by` in the hole's place."""
    assert source.startswith(_HOLE, hole.start)
    lines = proof.removeprefix("by").strip("\n").split("\n")
    if len(lines) == 1:
        text = f"({lines[0].strip()})" if hole.tactical else f"(by {lines[0].strip()})"
    else:
        least = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        column = hole.column if hole.tactical else hole.column + 4
        margin = "\n" + " " * column
        text = margin.join(line[least:] for line in lines)
        if not hole.tactical:
            text = f"(by{margin}{text})"
    return source[: hole.start] + text + source[hole.start + len(_HOLE) :]


def _in_tactics(sketch: str, hole: Hole, item: Item, checker: Checker) -> bool:
    """Whether a tactic stands in the hole's place: then a term does not fit."""
    source = filled(sketch, replace(hole, tactical=False), "by sorry")
    outcome = checker.check(replace(item, id=f"{item.id}:place", source=source))
    return outcome.verdict is Verdict.ERROR


def _step(
    sketch: str,
    hole: Hole,
    holes: int,
    item: Item,
    checker: Checker,
    proofs: Proofs,
    most_attempts: int,
) -> Step:
    attempts: list[Attempt] = []
    for number, (tactic, proof) in enumerate(_distinct(proofs(hole.statement))):
        if number == most_attempts:
            break
        source = filled(sketch, hole, proof)
        name = f"{item.id}:{tactic.name}"
        outcome = checker.check(replace(item, id=name, source=source, heartbeats=tactic.heartbeats))
        attempts.append(Attempt(tactic.name, source, outcome))
        closed = outcome.verdict in (Verdict.STATEMENT, Verdict.PROVED)
        if closed and len(outcome.sorries) == holes - 1:
            return Step(hole, tuple(attempts), proof)
    return Step(hole, tuple(attempts), None)


def _distinct(proofs: Iterable[tuple[Tactic, str]]) -> Iterator[tuple[Tactic, str]]:
    seen: set[str] = set()
    for tactic, proof in proofs:
        if proof not in seen:
            seen.add(proof)
            yield tactic, proof
