"""Where a statement may be false: values of its variables that meet the hypotheses, not the goal.

A search with backtracking over exact arithmetic (`evaluation`): what an equation determines is
worked out, what is bounded is gone through, the rest is tried with small numbers and the
statement's own. Functions are tried from a short list, with the values that hypotheses give them.
What is found is only likely to be a counterexample, since hypotheses about all numbers are tried on
a few: `instances` has Lean decide.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

from numina_lean.lint.facts import Facts, Variable
from numina_lean.lint.term import (
    Free,
    Numeral,
    Term,
    conjuncts,
    free_keys,
    head,
    operands,
    subterms,
)
from numina_lean.prove.evaluation import Evaluation, Steps, UnknownError, Value
from numina_lean.prove.functions import (
    Definition,
    Function,
    Point,
    choices_of,
    formula_text,
    kind_of,
    signature,
)

STEPS = 150_000
"""Terms that are worked out in one search."""
WIDEST = 2_000
"""Values of a bounded variable that are gone through."""
SAMPLED = (10, 11, 12, 13, 31, 64, 101)
"""Where an equation is looked at, to see whether it is linear or quadratic in a variable."""
FARTHEST = 150
"""How far the only variable of a statement is followed."""

_NATURALS = (1, 2, 0, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15)
_INTEGERS = (1, 0, 2, -1, 3, -2, -3, 4, 5, -4, -5, 7, 10, -10)
_RATIONALS = tuple(
    Fraction(each)
    for each in ("1", "0", "2", "-1", "1/2", "3", "-2", "-1/2", "1/3", "4", "10", "1/10", "-10")
)
_NUMBERS = {"Nat": _NATURALS, "Int": _INTEGERS, "Rat": _RATIONALS}
_MOST_NUMERALS = 10
_CHANGES = {"LT.lt": "<", "LE.le": "≤", "GT.gt": ">", "GE.ge": "≥"}


def counterexamples(facts: Facts, steps: int = STEPS) -> Iterator[Point]:
    """Likely counterexamples, none twice; nothing where a variable is of another kind."""
    variables = [each for each in facts.variables if not each.is_hypothesis]
    if any(kind_of(each.type) is None and signature(each.type) is None for each in variables):
        return
    parts = [
        part for each in facts.variables if each.is_hypothesis for part in conjuncts(each.type)
    ]
    left = Steps(steps)
    for functions in choices_of(variables, parts):
        search = _Search(facts, variables, parts, left, dict(functions))
        yield from search.run()


@dataclass
class _Search:
    facts: Facts
    variables: list[Variable]
    parts: list[Term]
    steps: Steps
    point: Point
    numerals: tuple[int, ...] = ()
    evaluation: Evaluation = field(init=False)

    def __post_init__(self) -> None:
        self.evaluation = Evaluation(self.point, self.steps)
        self.defined = {
            key: value.body for key, value in self.point.items() if isinstance(value, Definition)
        }
        for key, body in self.defined.items():
            self.point[key] = partial(self._at, body)
        found = {each.value for each in subterms(self.facts.type) if isinstance(each, Numeral)}
        self.numerals = tuple(sorted(found))[:_MOST_NUMERALS]
        self.keys = {id(part): free_keys(part) for part in self.parts}
        self.kinds = {
            each.term.key: kind
            for each in self.variables
            if (kind := kind_of(each.type)) is not None
        }
        self.types = {each.term.key: each.type for each in self.variables}

    def run(self) -> Iterator[Point]:
        try:
            yield from self._extend(tuple(self.kinds), tuple(self.parts))
        except UnknownError:
            return

    def _extend(self, left: tuple[str, ...], parts: tuple[Term, ...]) -> Iterator[Point]:
        pending = []
        for part in parts:
            if self.keys[id(part)] & set(left):
                pending.append(part)
            elif self._truth(part) is False:
                return
        if not left:
            if self._truth(self.facts.conclusion) is not True:
                yield self._found()
            return
        key, values = self._next(left, pending)
        rest = tuple(each for each in left if each != key)
        for value in values:
            self.point[key] = value
            yield from self._extend(rest, tuple(pending))
        self.point.pop(key, None)

    def _at(self, body: Term, argument: Value) -> Value:
        return self.evaluation.value(body, (argument,))

    def _found(self) -> Point:
        """The values now, formulas as functions with a text of their own."""
        formulas = {
            key: Function(self.point[key], f"fun x => {formula_text(body, self.point)}")
            for key, body in self.defined.items()
        }
        return self.point | formulas

    def _truth(self, part: Term) -> bool | None:
        try:
            return self.evaluation.truth(part)
        except UnknownError:
            if self.steps.left < 0:
                raise
            return None
        except (TypeError, ValueError, OverflowError, IndexError, AttributeError, RecursionError):
            return None

    def _number(self, term: Term) -> int | Fraction | None:
        try:
            value = self.evaluation.value(term)
        except UnknownError:
            if self.steps.left < 0:
                raise
            return None
        except (TypeError, ValueError, OverflowError, IndexError, AttributeError, RecursionError):
            return None
        return value if isinstance(value, int | Fraction) else None

    def _next(self, left: tuple[str, ...], parts: list[Term]) -> tuple[str, Sequence[Value]]:
        """The variable with the fewest values that are left to try, and those."""
        alone: dict[str, list[Term]] = {}
        for part in parts:
            open_ = self.keys[id(part)] & set(left)
            if len(open_) == 1:
                alone.setdefault(next(iter(open_)), []).append(part)
        best: tuple[str, Sequence[Value]] | None = None
        for key in left:
            values = self._values(key, alone.get(key, []), single=len(left) == 1)
            if best is None or len(values) < len(best[1]):
                best = key, values
        assert best is not None
        return best

    def _values(self, key: str, parts: list[Term], *, single: bool) -> Sequence[Value]:
        kind = self.kinds[key]
        if kind == "Bool":
            return (False, True)
        for part in parts:
            if head(part) == "Eq" and len(operands(part)) == 3:
                roots = self._roots(key, part)
                if roots is not None:
                    return [root for root in roots if _fits(root, kind)]
        low, high = self._limits(key, parts)
        if kind == "Fin":
            low, high = 0, int(self._number(operands(self.types[key])[0]) or 1) - 1
        if kind == "Nat":
            low = max(low, 0) if low is not None else 0
        if kind != "Rat" and low is not None and high is not None:
            if high - low <= WIDEST:
                return range(int(low), int(high) + 1)
            return [*range(int(low), int(low) + 60), *range(int(high) - 30, int(high) + 1)]
        return self._small(kind, low, high, single=single)

    def _small(
        self, kind: str, low: Fraction | int | None, high: Fraction | int | None, *, single: bool
    ) -> Sequence[Value]:
        own: list[Value] = []
        for numeral in self.numerals:
            own += [numeral, numeral + 1, numeral - 1, -numeral]
        values: list[Value] = [*_NUMBERS[kind], *own]
        if single and kind != "Rat":
            start = int(low) if low is not None else (int(high) - FARTHEST if high else -FARTHEST)
            values += range(start, start + 2 * FARTHEST)
        if low is not None:
            values += [low, low + 1, low + 2]
        if high is not None:
            values += [high, high - 1, high - 2]
        if kind == "Rat" and low is not None and high is not None:
            values += [low + (high - low) * Fraction(k, 8) for k in range(9)]
        if kind == "Rat":
            values = [Fraction(each) for each in values]
        fitting = [
            each
            for each in dict.fromkeys(values)
            if (low is None or each >= low) and (high is None or each <= high)
        ]
        return [each for each in fitting if _fits(each, kind)]

    def _limits(
        self, key: str, parts: list[Term]
    ) -> tuple[Fraction | int | None, Fraction | int | None]:
        low: Fraction | int | None = None
        high: Fraction | int | None = None
        for part in parts:
            sign = _CHANGES.get(head(part))
            if sign is None or len(operands(part)) != 4:
                continue
            left, right = operands(part)[-2:]
            for side, other, below in ((left, right, sign in "<≤"), (right, left, sign in ">≥")):
                if not _is_variable(side, key) or key in free_keys(other):
                    continue
                limit = self._number(other)
                if limit is None:
                    continue
                if below:
                    high = limit if high is None else min(high, limit)
                else:
                    low = limit if low is None else max(low, limit)
        return low, high

    def _roots(self, key: str, equation: Term) -> list[int | Fraction] | None:
        """Where an equation in one variable may hold, if it is linear or quadratic in it."""
        left, right = operands(equation)[-2:]
        for side, other in ((left, right), (right, left)):
            if _is_variable(side, key) and key not in free_keys(other):
                value = self._number(other)
                return None if value is None else [value]
        samples: list[Fraction] = []
        for at in SAMPLED:
            self.point[key] = Fraction(at) if self.kinds[key] == "Rat" else at
            values = self._number(left), self._number(right)
            if values[0] is None or values[1] is None:
                return None
            samples.append(Fraction(values[0]) - values[1])
        del self.point[key]
        return _interpolated(samples)


def _interpolated(samples: list[Fraction]) -> list[int | Fraction] | None:
    """The rational roots of the polynomial of degree 1 or 2 with these values at `SAMPLED`; None
    where the values are not those of one: a remainder, say, is straight only for a while.
    """
    first, second = samples[1] - samples[0], samples[2] - 2 * samples[1] + samples[0]
    a = second / 2
    b = first - a
    start = SAMPLED[0]
    fitted = [a * (at - start) ** 2 + b * (at - start) + samples[0] for at in SAMPLED]
    if fitted != samples:
        return None
    if a == 0:
        return [_whole(start - samples[0] / b)] if b else None
    discriminant = b * b - 4 * a * samples[0]
    root = _root(discriminant)
    if root is None:
        return []
    return [_whole(start + (-b + sign * root) / (2 * a)) for sign in (1, -1)]


def _whole(number: Fraction) -> int | Fraction:
    return int(number) if number.denominator == 1 else number


def _root(number: Fraction) -> Fraction | None:
    if number < 0:
        return None
    root = Fraction(math.isqrt(number.numerator), math.isqrt(number.denominator))
    return root if root * root == number else None


def _fits(value: Value, kind: str) -> bool:
    if kind == "Rat":
        return True
    return value.denominator == 1 and (kind == "Int" or value >= 0)


def _is_variable(term: Term, key: str) -> bool:
    if head(term) in ("Nat.cast", "NatCast.natCast", "Int.cast", "IntCast.intCast", "Fin.val"):
        term = operands(term)[-1]
    return isinstance(term, Free) and term.key == key
