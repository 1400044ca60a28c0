"""The judge that needs no computer algebra: rational arithmetic, and double precision to refute.

It says `exact` or `numeric` where that is certain, `unequal` where values are too far apart for
rounding to be the cause, and leaves the rest `unknown`.
"""

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from numina_lean.answers.closeness import allowance, near
from numina_lean.answers.compare import Verdict
from numina_lean.answers.terms import symbols
from numina_lean.answers.value import Call, Expression, Number, Symbol, Value

_CERTAIN = 1e-9
"""Share of the largest intermediate value by which values that differ in truth differ at least;
the rounding of doubles stays far below it."""

_POINTS = (0.7310585786300049, 2.302585092994046)
"""Where expressions with variables are tried: no root or pole of what competitions ask."""

_FUNCTIONS: dict[str, Callable[[complex], complex]] = {
    "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "sinh": cmath.sinh, "cosh": cmath.cosh,
    "tanh": cmath.tanh, "arcsin": cmath.asin, "arccos": cmath.acos, "arctan": cmath.atan,
    "ln": cmath.log, "exp": cmath.exp, "abs": abs,
    "cot": lambda z: 1 / cmath.tan(z), "sec": lambda z: 1 / cmath.cos(z),
    "csc": lambda z: 1 / cmath.sin(z), "degree": lambda z: z * math.pi / 180,
}  # fmt: skip
_CONSTANTS = {"pi": complex(math.pi), "e": complex(math.e), "i": 1j, "∞": complex(math.inf)}


class NoValueError(Exception):
    """Doubles do not reach: no value, too large, or a function that jumps."""


class Arithmetic:
    """A `Judge`; see the module."""

    def same(self, one: Expression, other: Expression) -> Verdict:
        if one == other:
            return "exact"
        allowed, unit = allowance(one, other)
        if isinstance(one, Number) and isinstance(other, Number):
            return "numeric" if near(one.value, other.value, allowed, unit) else "unequal"
        names = symbols(one) | symbols(other)
        if not names:
            return _constants(one, other, allowed, unit)
        return "unequal" if any(_differ(one, other, at) for at in _places(names)) else "unknown"

    def proportional(self, one: Expression, other: Expression, *, positive: bool) -> Verdict:
        if one == other:
            return "exact"
        names = symbols(one) | symbols(other)
        try:
            ratios = [evaluated(one, at)[0] / evaluated(other, at)[0] for at in _places(names)]
        except (NoValueError, ZeroDivisionError, OverflowError):
            return "unknown"
        if abs(ratios[0] - ratios[1]) > 1e-6 * max(map(abs, ratios)):
            return "unequal"
        return "unequal" if positive and ratios[0].real < 0 else "unknown"

    def unions(self, one: Value, other: Value) -> Verdict:
        return "unknown"


def _constants(
    one: Expression, other: Expression, allowed: Fraction, unit: Fraction | None
) -> Verdict:
    try:
        left, right = evaluated(one, {}), evaluated(other, {})
    except NoValueError:
        return "unknown"
    infinite = [math.isinf(abs(value)) for value, _ in (left, right)]
    if any(infinite):
        return "unequal" if infinite[0] != infinite[1] or left[0] != right[0] else "unknown"
    largest = max(left[1], right[1])
    size = max(abs(left[0]), abs(right[0]))
    difference = abs(left[0] - right[0])
    if not allowed:
        return "unequal" if difference > _CERTAIN * largest else "unknown"
    doubt = 1e-13 * largest
    limit = min(float(allowed) * size, float(unit) if unit is not None else math.inf)
    if difference + doubt <= limit:
        return "numeric"
    return "unequal" if difference - doubt > limit else "unknown"


def _places(names: frozenset[str]) -> list[dict[str, complex]]:
    """Points for all names, different for each of them."""
    ordered = sorted(names)
    return [
        {name: complex(point + 0.37 * at + 0.011 * at * at) for at, name in enumerate(ordered)}
        for point in _POINTS
    ]


def _differ(one: Expression, other: Expression, at: dict[str, complex]) -> bool:
    try:
        left, right = evaluated(one, at), evaluated(other, at)
    except NoValueError:
        return False
    allowed, _ = allowance(one, other)
    share = max(_CERTAIN, 2 * float(allowed))
    return abs(left[0] - right[0]) > share * max(left[1], right[1])


def evaluated(expression: Expression, at: dict[str, complex]) -> tuple[complex, float]:
    """Its value in double precision and the largest size met on the way. Raises `NoValueError`."""
    evaluation = _Evaluation(at)
    try:
        value = evaluation.value(expression)
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise NoValueError from error
    if cmath.isnan(value):
        raise NoValueError
    return value, evaluation.largest


@dataclass(slots=True)
class _Evaluation:
    at: dict[str, complex]
    largest: float = 0.0

    def value(self, expression: Expression) -> complex:
        if isinstance(expression, Number):
            found = complex(float(expression.value))
        elif isinstance(expression, Symbol):
            known = _CONSTANTS if expression.constant else self.at
            found = known[expression.name]
        else:
            found = self.call(expression)
        self.largest = max(self.largest, abs(found))
        return found

    def call(self, call: Call) -> complex:
        args = [self.value(arg) for arg in call.args]
        head = call.head
        if head == "+":
            return sum(args[1:], args[0])
        if head == "*":
            found = args[0]
            for arg in args[1:]:
                found = _multiplied(found, arg)
            return found
        if head == "^":
            return _powered(*args)
        if head in _FUNCTIONS:
            return complex(_FUNCTIONS[head](args[0]))
        if head == "log":
            return cmath.log(args[0]) / cmath.log(args[1])
        if head == "root":
            return _root(*args)
        if any(arg.imag for arg in args):
            raise NoValueError
        return complex(self.of_reals(head, [arg.real for arg in args]))

    def of_reals(self, head: str, args: list[float]) -> float:
        """Functions of real numbers; the factorial is continued as Γ(x + 1), as sympy has it."""
        if head == "factorial":
            return math.gamma(args[0] + 1)
        if head == "binom":
            above, below = args
            return math.gamma(above + 1) / math.gamma(below + 1) / math.gamma(above - below + 1)
        if head in ("floor", "ceil") and abs(args[0] - round(args[0])) > _CERTAIN * self.largest:
            return float(math.floor(args[0]) if head == "floor" else math.ceil(args[0]))
        raise NoValueError


def _multiplied(one: complex, other: complex) -> complex:
    """The product; of reals it is real, also where one is infinite."""
    if one.imag == other.imag == 0:
        return complex(one.real * other.real)
    return one * other


def _powered(base: complex, exponent: complex) -> complex:
    if base.imag == 0 and exponent.imag == 0 and (base.real > 0 or exponent.real.is_integer()):
        return complex(base.real**exponent.real)
    return complex(base**exponent)


def _root(radicand: complex, degree: complex) -> complex:
    odd = degree.imag == 0 and degree.real.is_integer() and int(degree.real) % 2
    if radicand.imag == 0 and radicand.real < 0 and odd:
        return -complex((-radicand.real) ** (1 / degree.real))
    return _powered(radicand, 1 / degree)
