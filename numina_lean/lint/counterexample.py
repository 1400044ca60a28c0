"""A search for small numbers at which a statement is false.

Evaluates hypotheses and conclusion exactly (`arithmetic`), so what it finds is a counterexample;
where it finds none nothing is known. Covers statements whose variables are numbers and whose
hypotheses can all be evaluated.
"""

import itertools
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction

from numina_lean.lint.arithmetic import Numbers, Reading, numbers
from numina_lean.lint.facts import Facts
from numina_lean.lint.term import Term, conjuncts, free_keys, head, operands

GRID = 1_000
"""The most points of the grid of small numbers that are tried."""
DRAWS = 400
"""Points drawn from a wider range after that."""
SEED = 7

_SMALL: dict[Numbers, tuple[int | str, ...]] = {
    Numbers.NATURAL: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12),
    Numbers.INTEGER: (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, 10, -10),
    Numbers.FIELD: (0, 1, -1, 2, -2, "1/2", "-1/2", 3, -3, "1/3", "1/10", 10),
}

Point = dict[str, Fraction]


def counterexample(facts: Facts) -> dict[str, Fraction] | None:
    """Values of the statement's variables, by name, at which it is false; None if none is known."""
    variables = [each for each in facts.variables if not each.is_hypothesis]
    hypotheses = [each.type for each in facts.variables if each.is_hypothesis]
    systems = {each.term.key: numbers(each.type) for each in variables}
    if any(system is None for system in systems.values()):
        return None
    known = {key: system for key, system in systems.items() if system is not None}
    for point in _points(known, _definitions(hypotheses, known)):
        reading = Reading(point)
        truths = {reading.truth(each) for each in hypotheses}
        if False in truths:
            continue
        conclusion = reading.truth(facts.conclusion)
        if None in truths or conclusion is None:
            return None
        if not conclusion:
            return {each.name: point[each.term.key] for each in variables}
    return None


def _definitions(hypotheses: list[Term], systems: Mapping[str, Numbers]) -> dict[str, Term]:
    """Variables that a hypothesis says to equal a term without them, as `x = y + 1`."""
    found: dict[str, Term] = {}
    for hypothesis in hypotheses:
        for part in conjuncts(hypothesis):
            if head(part) != "Eq" or len(operands(part)) != 3:
                continue
            _, left, right = operands(part)
            for variable, term in ((left, right), (right, left)):
                key = _key(variable)
                if key in systems and key not in found and key not in free_keys(term):
                    found[key] = term
                    break
    return found


def _key(term: Term) -> str:
    keys = free_keys(term)
    return next(iter(keys)) if len(keys) == 1 and not operands(term) else ""


def _points(systems: dict[str, Numbers], definitions: dict[str, Term]) -> Iterator[Point]:
    """Small points first. Defined variables get what their definition comes to."""
    for defined in (definitions, {}) if definitions else ({},):
        free = [key for key in systems if key not in defined]
        for values in _values([systems[key] for key in free]):
            point = dict(zip(free, values, strict=True))
            if _complete(point, systems, defined):
                yield point


def _complete(point: Point, systems: dict[str, Numbers], definitions: dict[str, Term]) -> bool:
    """Work the defined variables out, in whatever order works; False where that fails."""
    left = dict(definitions)
    while left:
        reading = Reading(point)
        known = {
            key: value for key, term in left.items() if (value := reading.value(term)) is not None
        }
        if not known:
            return False
        for key, value in known.items():
            del left[key]
            system = systems[key]
            if system is not Numbers.FIELD and value.denominator != 1:
                return False
            if system is Numbers.NATURAL and value < 0:
                return False
            point[key] = value
    return True


def _values(systems: list[Numbers]) -> Iterator[tuple[Fraction, ...]]:
    if not systems:
        yield ()
        return
    widest = max(2, int(GRID ** (1 / len(systems))))
    axes = [[Fraction(each) for each in _SMALL[system][:widest]] for system in systems]
    yield from itertools.islice(itertools.product(*axes), GRID)
    draw = random.Random(SEED)
    for _ in range(DRAWS):
        yield tuple(_drawn(draw, system) for system in systems)


def _drawn(draw: random.Random, system: Numbers) -> Fraction:
    size = draw.choice((3, 10, 100))
    number = draw.randint(0 if system is Numbers.NATURAL else -size, size)
    return Fraction(number, draw.choice((1, 1, 2, 3, 10)) if system is Numbers.FIELD else 1)


def point_text(point: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point.items())
