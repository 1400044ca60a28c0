"""Claims with letters and irrational numbers, as Lean statements about every field.

A claim with letters is one about all their values, where no denominator is zero: over ℚ if it has
no more than letters. √2 is a number whose square is 2, in any field of characteristic 0, so that
Lean's `grind` can prove what follows from that alone; π, sines and the like are letters. Nothing
here says that a claim with letters is false: it may be a condition.
"""

import cmath
import hashlib
import math
from dataclasses import dataclass, field
from fractions import Fraction

from numina_lean.steps.rational import NAME
from numina_lean.translate.rules.evaluation import UnknownValueError, evaluate
from numina_lean.translate.rules.expression import (
    Apply,
    Expression,
    Number,
    Symbol,
    free_symbols,
    walk,
)
from numina_lean.translate.rules.names import lean_name
from numina_lean.translate.rules.polynomial import same_quotient
from numina_lean.translate.rules.setting import HEADERS
from numina_lean.translate.statement import Statement

PROVED = "by grind"
HIGHEST_POWER = 30
_FIELD = ("{R : Type}", "[Lean.Grind.Field R]", "[Lean.Grind.IsCharP R 0]")
_INFIX = {"add": ("+", 65), "sub": ("-", 65), "mul": ("*", 70), "div": ("/", 70)}
_TOLERANCE = 1e-9
_SAMPLES = 3
_LARGEST_ROOT = 10**9


class NoAlgebraError(Exception):
    """The claim is not one about a field."""


@dataclass(slots=True)
class _Printer:
    """Prints expressions over a field, and gathers what they need: letters, roots, denominators."""

    letters: dict[str, str] = field(default_factory=dict)
    irrationals: dict[Expression, str] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    """What is claimed beside the claim itself: that a number is the root it stands for."""

    def text(self, value: Expression, level: int = 0) -> str:
        text, binds = self._print(value)
        return f"({text})" if binds < level else text

    def _print(self, value: Expression) -> tuple[str, int]:
        match value:
            case Number(value=amount):
                if amount.denominator == 1 and amount >= 0:
                    return str(amount), 1024
                return f"{amount.numerator} / {amount.denominator}", 70
            case Symbol(name):
                return self.letters.setdefault(name, lean_name(name)), 1024
            case Apply("neg", (inner,)):
                return f"-{self.text(inner, 76)}", 75
            case Apply(name, (left, right)) if name in _INFIX:
                sign, binds = _INFIX[name]
                bottom = self.text(right, binds + 1)
                if name == "div" and not isinstance(right, Number):
                    self._require(f"{bottom} ≠ 0", right)
                return f"{self.text(left, binds)} {sign} {bottom}", binds
            case Apply("pow", (base, exponent)):
                return self._power(base, exponent)
        return self._irrational(value), 1024

    def _require(self, condition: str, about: Expression) -> None:
        """`condition`, unless it is one about numerals, which needs no saying."""
        if _rational(about) is None and condition not in self.conditions:
            self.conditions.append(condition)

    def _power(self, base: Expression, exponent: Expression) -> tuple[str, int]:
        power = _rational(exponent)
        if power is None or power.denominator != 1:
            return self._irrational(Apply("pow", (base, exponent))), 1024
        if abs(power) > HIGHEST_POWER:
            raise NoAlgebraError
        text = f"{self.text(base, 76)} ^ {abs(power)}"
        if power >= 0:
            return text, 75
        self._require(f"{self.text(base, 51)} ≠ 0", base)
        return f"1 / {text}", 70

    def _irrational(self, value: Expression) -> str:
        rational = _rational(value)
        if rational is not None:
            if rational.denominator == 1 and rational >= 0:
                return str(rational)
            return f"({rational.numerator} / {rational.denominator})"
        root = _surd(value)
        if root is not None:
            return self._surd(value, *root)
        if value in self.irrationals:
            return self.irrationals[value]
        same = self._same_root(value)
        if same is not None:
            return same
        name = f"r{len(self.irrationals) + 1}"
        self.irrationals[value] = name
        match value:
            case Apply("sqrt", (inside,)):
                self.conditions.append(f"{name} ^ 2 = {self.text(inside, 51)}")
            case Apply("root", (Number(degree), inside)) if 2 <= degree <= HIGHEST_POWER:
                self.conditions.append(f"{name} ^ {degree} = {self.text(inside, 51)}")
        return name

    def _same_root(self, value: Expression) -> str | None:
        """The name of a root of the same number written otherwise, with the claim that it is so."""
        for known, name in self.irrationals.items():
            match known, value:
                case Apply("sqrt", (first,)), Apply("sqrt", (second,)):
                    pass
                case Apply("root", (degree, first)), Apply("root", (other, second)):
                    if degree != other:
                        continue
                case _:
                    continue
            if same_quotient(first, second):
                fact = f"{self.text(second, 51)} = {self.text(first, 51)}"
                if fact not in self.facts:
                    self.facts.append(fact)
                return name
        return None

    def _surd(self, value: Expression, factor: Fraction, inside: int) -> str:
        """√52 as 2 * √13, with the claim that its square is 52."""
        square = Apply("sqrt", (Number(Fraction(inside)),))
        name = self.irrationals.get(square)
        if name is None:
            name = self.irrationals[square] = f"r{len(self.irrationals) + 1}"
            self.conditions.append(f"{name} ^ 2 = {inside}")
        if factor == 1:
            return name
        scale = str(factor.numerator)
        if factor.denominator != 1:
            scale = f"{scale} / {factor.denominator}"
        assert isinstance(value, Apply)
        fact = f"({scale} * {name}) ^ 2 = {self.text(value.args[0], 51)}"
        if fact not in self.facts:
            self.facts.append(fact)
        return f"({scale} * {name})"


@dataclass(frozen=True, slots=True)
class Identity:
    """`left = right` for all values of its letters."""

    left: Expression
    right: Expression

    @property
    def letters(self) -> frozenset[str]:
        return free_symbols(self.left) | free_symbols(self.right)

    @property
    def is_algebraic(self) -> bool:
        """Whether all its irrational numbers are roots, of which `grind` knows all it needs."""
        for side in (self.left, self.right):
            for node in walk(side):
                if isinstance(node, Apply) and node.function not in _ALGEBRAIC:
                    return False
        return True

    def seems_true(self) -> bool:
        """Whether it holds at a few points, in floating point. Decides only what Lean is asked."""
        try:
            return all(self._holds_at(sample) for sample in range(_SAMPLES))
        except (ArithmeticError, ValueError, UnknownValueError):
            return False

    def difference(self) -> float | None:
        """By how much the sides differ, where they are real numbers made of roots and π."""
        known = _ALGEBRAIC | {"pi"}
        nodes = (node for side in (self.left, self.right) for node in walk(side))
        if any(isinstance(node, Apply) and node.function not in known for node in nodes):
            return None
        try:
            value = _approximate(self.left, 0) - _approximate(self.right, 0)
        except (ArithmeticError, ValueError, UnknownValueError):
            return None
        return abs(value) if math.isfinite(abs(value)) else None

    def _holds_at(self, sample: int) -> bool:
        left, right = _approximate(self.left, sample), _approximate(self.right, sample)
        return abs(left - right) <= _TOLERANCE * (1 + abs(left) + abs(right))

    def statement(self, *, negated: bool = False) -> Statement:
        """It, or that it is false. Raises `NoAlgebraError`."""
        printer = _Printer()
        claim = f"{printer.text(self.left, 51)} = {printer.text(self.right, 51)}"
        claim = " ∧ ".join([*printer.facts, f"¬ ({claim})" if negated else claim])
        names = [*printer.letters.values(), *printer.irrationals.values()]
        if not names or len(set(names)) < len(names):
            raise NoAlgebraError
        general = bool(printer.irrationals)
        binders = [*(_FIELD if general else ())]
        binders.append(f"({' '.join(names)} : {'R' if general else 'Rat'})")
        binders += (f"(h{place} : {each})" for place, each in enumerate(printer.conditions, 1))
        return Statement(NAME, HEADERS["core"], tuple(binders), claim)


_ALGEBRAIC = frozenset({"add", "sub", "mul", "div", "neg", "pow", "sqrt", "root"})


def _rational(value: Expression) -> Fraction | None:
    if free_symbols(value):
        return None
    try:
        return evaluate(value)
    except (UnknownValueError, OverflowError, RecursionError):
        return None


def _surd(value: Expression) -> tuple[Fraction, int] | None:
    """A square root of a positive rational number as a factor and a root of a squarefree number."""
    if not isinstance(value, Apply) or value.function != "sqrt":
        return None
    inside = _rational(value.args[0])
    if inside is None or inside <= 0 or inside.numerator * inside.denominator > _LARGEST_ROOT:
        return None
    whole, factor = inside.numerator * inside.denominator, Fraction(1, inside.denominator)
    for each in range(2, math.isqrt(whole) + 1):
        while whole % (each * each) == 0:
            whole //= each * each
            factor *= each
    return factor, whole


def _approximate(value: Expression, sample: int) -> complex:
    """The value in floating point, with letters, and what is no algebra, drawn by their names."""
    rational = _rational(value)
    if rational is not None:
        return complex(float(rational))
    match value:
        case Symbol(name):
            return _drawn(f"letter {name}", sample)
        case Apply("pi"):
            return complex(math.pi)
        case Apply("add" | "sub" | "mul" | "div" | "neg" | "pow" | "sqrt" | "root" as name, args):
            return _operated(name, [_approximate(arg, sample) for arg in args])
    # The same function of equal values is the same number, of others another.
    return _drawn(repr(value), sample)


def _operated(name: str, args: list[complex]) -> complex:
    match name, args:
        case "neg", [value]:
            return -value
        case "add", [left, right]:
            return left + right
        case "sub", [left, right]:
            return left - right
        case "mul", [left, right]:
            return left * right
        case "div", [left, right]:
            return left / _nonzero(right)
        case "pow", [base, exponent]:
            return (_nonzero(base) if exponent.real < 0 else base) ** exponent
        case "root", [degree, value]:
            if value.imag == 0 and value.real < 0 and degree.real % 2 == 1:
                return -((-value) ** (1 / degree))
            return value ** (1 / degree)
    return cmath.sqrt(args[0])


def _nonzero(value: complex) -> complex:
    """A denominator of zero would make hypotheses from which all follows."""
    if abs(value) < _TOLERANCE:
        raise ZeroDivisionError
    return value


def _drawn(key: str, sample: int) -> complex:
    """A number between 0.5 and 1.5 that follows from the key."""
    digest = hashlib.sha256(f"{sample} {key}".encode()).digest()
    return complex(0.5 + int.from_bytes(digest[:6]) / 2**48)
