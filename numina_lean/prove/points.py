"""Where a statement may be false: values of its variables that meet the hypotheses, not the goal.

A search with backtracking over exact arithmetic (`evaluation`): what an equation determines is
worked out, what is bounded is gone through, the rest is tried with small numbers and the
statement's own. Functions are tried from a short list, with the values that hypotheses give them.
What is found is only likely to be a counterexample, since hypotheses about all numbers are tried on
a few: `instances` has Lean decide.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from numina_lean.lint.facts import Facts, Variable
from numina_lean.lint.term import (
    Application,
    Binder,
    Constant,
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

STEPS = 150_000
"""Terms that are worked out in one search."""
WIDEST = 2_000
"""Values of a bounded variable that are gone through."""
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


@dataclass(frozen=True, slots=True)
class Function:
    """A function as a value, with its Lean text."""

    call: Callable[[Value], Value]
    text: str

    def __call__(self, value: Value) -> Value:
        return self.call(value)


Point = dict[str, Value]
"""Values by the key of the variable."""


def kind_of(type_: Term) -> str | None:
    """`Nat`, `Int`, `Rat`, `Bool` or `Fin` for such a type, else None."""
    if isinstance(type_, Constant) and type_.name in (*_NUMBERS, "Bool"):
        return type_.name
    return "Fin" if head(type_) == "Fin" else None


def signature(type_: Term) -> tuple[tuple[str, ...], str] | None:
    """The argument types and the result of a function between numbers."""
    arguments: list[str] = []
    while isinstance(type_, Binder) and type_.forall:
        kind = kind_of(type_.type)
        if kind not in _NUMBERS:
            return None
        arguments.append(kind)
        type_ = type_.body
    result = kind_of(type_)
    return (tuple(arguments), result) if arguments and result in _NUMBERS and result else None


def counterexamples(facts: Facts, steps: int = STEPS) -> Iterator[Point]:
    """Likely counterexamples, none twice; nothing where a variable is of another kind."""
    variables = [each for each in facts.variables if not each.is_hypothesis]
    if any(kind_of(each.type) is None and signature(each.type) is None for each in variables):
        return
    parts = [
        part for each in facts.variables if each.is_hypothesis for part in conjuncts(each.type)
    ]
    left = Steps(steps)
    for functions in _functions(variables, parts):
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
                yield dict(self.point)
            return
        key, values = self._next(left, pending)
        rest = tuple(each for each in left if each != key)
        for value in values:
            self.point[key] = value
            yield from self._extend(rest, tuple(pending))
        self.point.pop(key, None)

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
        for at in (10, 11, 12, 13):
            self.point[key] = Fraction(at) if self.kinds[key] == "Rat" else at
            values = self._number(left), self._number(right)
            if values[0] is None or values[1] is None:
                return None
            samples.append(Fraction(values[0]) - values[1])
        del self.point[key]
        return _interpolated(samples)


def _interpolated(samples: list[Fraction]) -> list[int | Fraction] | None:
    """The rational roots of the polynomial of degree 1 or 2 with these values at 10, 11, 12, 13."""
    first = [samples[i + 1] - samples[i] for i in range(3)]
    second = [first[i + 1] - first[i] for i in range(2)]
    if second[0] != second[1]:
        return None
    if second[0] == 0:
        return [_whole(10 - samples[0] / first[0])] if first[0] else None
    a = second[0] / 2
    b = first[0] - a
    discriminant = b * b - 4 * a * samples[0]
    root = _root(discriminant)
    if root is None:
        return []
    return [_whole(10 + (-b + sign * root) / (2 * a)) for sign in (1, -1)]


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


# --- Functions -----------------------------------------------------------------------------------

_FAMILY: tuple[tuple[Callable[[Value], Value], str], ...] = (
    (lambda x: x, "fun x => {x}"),
    (lambda x: 0, "fun _ => 0"),
    (lambda x: 1, "fun _ => 1"),
    (lambda x: x + 1, "fun x => {x} + 1"),
    (lambda x: 2 * x, "fun x => 2 * {x}"),
    (lambda x: 2, "fun _ => 2"),
    (lambda x: x * x, "fun x => {x} * {x}"),
    (lambda x: x + 2, "fun x => {x} + 2"),
)
_BELOW_ZERO: tuple[tuple[Callable[[Value], Value], str], ...] = (
    (lambda x: -x, "fun x => -{x}"),
    (lambda x: -1, "fun _ => -1"),
    (lambda x: 1 - x, "fun x => 1 - {x}"),
)
_CASTS = {("Nat", "Int"): "(x : Int)", ("Nat", "Rat"): "(x : Rat)", ("Int", "Rat"): "(x : Rat)"}


def _functions(variables: list[Variable], parts: list[Term]) -> Iterator[Point]:
    """Choices for the variables that are functions; one empty choice where none is."""
    functional = [each for each in variables if signature(each.type) is not None]
    if not functional:
        yield {}
        return
    if len(functional) > 2:
        return
    choices = [list(_candidates(each, parts)) for each in functional]
    for first in choices[0]:
        for second in choices[1] if len(choices) > 1 else [None]:
            point: Point = {functional[0].term.key: first}
            if second is not None:
                point[functional[1].term.key] = second
            yield point


def _candidates(variable: Variable, parts: list[Term]) -> Iterator[Function]:
    found = signature(variable.type)
    assert found is not None
    arguments, result = found
    if len(arguments) != 1:
        return
    same = "x" if arguments[0] == result else _CASTS.get((arguments[0], result))
    pins = dict(_pins(variable.term.key, parts))
    family = _FAMILY if result == "Nat" else _FAMILY + _BELOW_ZERO
    for call, text in family:
        if "{x}" in text and same is None:
            continue
        plain = text.format(x=same or "")
        if not pins:
            yield Function(call, plain)
            continue
        argument, _, body = plain.removeprefix("fun ").partition(" => ")
        name = "x" if argument == "_" else argument
        for at, value in reversed(pins.items()):
            body = f"if {name} = {_text(at)} then {_text(value)} else {body}"
        yield Function(_pinned(call, pins), f"fun {name} => {body}")


def _pinned(call: Callable[[Value], Value], pins: dict[Value, Value]) -> Callable[[Value], Value]:
    return lambda x: pins[x] if x in pins else call(x)


def _pins(key: str, parts: list[Term]) -> Iterator[tuple[Value, Value]]:
    """The values that hypotheses give a function at numbers."""
    evaluation = Evaluation({}, Steps(1_000))
    for part in parts:
        if head(part) != "Eq" or len(operands(part)) != 3:
            continue
        left, right = operands(part)[-2:]
        for side, other in ((left, right), (right, left)):
            if isinstance(side, Application) and side.function == Free(key):
                try:
                    yield evaluation.value(side.arguments[0]), evaluation.value(other)
                except (UnknownError, TypeError):
                    continue


def _text(value: Value) -> str:
    return f"({value})" if value < 0 or isinstance(value, Fraction) else str(value)


def value_text(value: Value) -> str:
    """A value as Lean text."""
    if isinstance(value, Function):
        return f"({value.text})"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value)
