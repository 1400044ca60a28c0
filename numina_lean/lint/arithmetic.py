"""What arithmetic comes to, worked out exactly.

Terms over the natural numbers, the integers, and the rationals or reals (`+ - * / % ^`, negation,
inverse, absolute value, casts, literals, `min`, `max`, factorials, binomials), and relations and
connectives over them, by Lean's own conventions: natural subtraction stops at zero, division of
integers rounds, a division by zero is zero. What is not of that kind has no value (None).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from numina_lean.lint.term import Application, Binder, Constant, Free, Numeral, Term, head, operands

LARGEST_POWER = 200_000
"""No power is worked out that has more bits than this."""
LARGEST_FACTORIAL = 1_000
REMAINDER = "HMod.hMod"


class Numbers(StrEnum):
    """Number systems as they divide: two round, the third does not."""

    NATURAL = "ℕ"
    INTEGER = "ℤ"
    FIELD = "ℚ or ℝ"


_SYSTEMS = {
    "Nat": Numbers.NATURAL,
    "Int": Numbers.INTEGER,
    "Rat": Numbers.FIELD,
    "Real": Numbers.FIELD,
}


def numbers(type_: Term) -> Numbers | None:
    """The number system that `type_` is, if it is one."""
    return _SYSTEMS.get(type_.name) if isinstance(type_, Constant) else None


@dataclass(frozen=True, slots=True)
class Reading:
    """How terms are read: `rational` gives every operation the meaning it has in the rationals."""

    variables: Mapping[str, Fraction]
    rational: bool = False

    def value(self, term: Term) -> Fraction | None:
        """The value of a numeric term."""
        match term:
            case Free(key):
                return self.variables.get(key)
            case Numeral(number):
                return Fraction(number)
            case Application(_, arguments):
                name = head(term)
                if name == "OfNat.ofNat":
                    literal = numbers(arguments[0]) and len(arguments) > 1
                    return self.value(arguments[1]) if literal else None
                if name == "OfScientific.ofScientific" and len(arguments) == 5:
                    return self._decimal(*arguments)
                if name in _UNARY and arguments:
                    return self._unary(name, arguments)
                if (name in _BINARY or name == REMAINDER) and len(arguments) >= 2:
                    return self._binary(name, arguments)
        return None

    def _decimal(
        self, type_: Term, _: Term, digits: Term, below: Term, places: Term
    ) -> Fraction | None:
        """`1.5`, which Lean keeps as digits and how many of them stand behind the point."""
        number, shift = self.value(digits), self.value(places)
        if number is None or shift is None or not numbers(type_):
            return None
        factor = _power(Fraction(10), -shift if below == Constant("Bool.true") else shift)
        return None if factor is None else number * factor

    def _unary(self, name: str, arguments: tuple[Term, ...]) -> Fraction | None:
        if name == "Inv.inv" and numbers(arguments[0]) is not Numbers.FIELD:
            return None
        value = self.value(arguments[-1])
        return None if value is None else _UNARY[name](value)

    def _binary(self, name: str, arguments: tuple[Term, ...]) -> Fraction | None:
        left, right = self.value(arguments[-2]), self.value(arguments[-1])
        if left is None or right is None:
            return None
        system = numbers(arguments[0])
        if name == "HSub.hSub" and system is Numbers.NATURAL and not self.rational:
            return max(Fraction(0), left - right)
        if name == "HDiv.hDiv" and system is not Numbers.FIELD and not self.rational:
            return None if system is None else _rounded(left, right)
        if name == REMAINDER:
            quotient = None if system is Numbers.FIELD else _rounded(left, right)
            return None if quotient is None else left - right * quotient
        return _BINARY[name](left, right)

    def truth(self, statement: Term) -> bool | None:
        """Whether a statement over such terms is true."""
        if isinstance(statement, Binder):
            return self._implication(statement)
        name, arguments = head(statement), operands(statement)
        if isinstance(statement, Constant):
            return {"True": True, "False": False}.get(statement.name)
        if name in _RELATIONS and len(arguments) >= 3 and numbers(arguments[0]):
            left, right = self.value(arguments[-2]), self.value(arguments[-1])
            return None if left is None or right is None else _RELATIONS[name](left, right)
        truths = [self.truth(each) for each in arguments] if name in _CONNECTIVES else []
        match name, truths:
            case "Not", [only]:
                return None if only is None else not only
            case "And", [left_truth, right_truth]:
                return _both(left_truth, right_truth)
            case "Or", [left_truth, right_truth]:
                return _either(left_truth, right_truth)
            case "Iff", [bool(), bool()]:
                return truths[0] == truths[1]
        return None

    def _implication(self, statement: Binder) -> bool | None:
        if not statement.forall:
            return None
        premise = self.truth(statement.type)
        if premise is False:
            return True
        # The body of an implication does not use what it binds.
        conclusion = self.truth(statement.body)
        return _either(None if premise is None else not premise, conclusion)


def _rounded(left: Fraction, right: Fraction) -> Fraction | None:
    """`left / right` in the integers, as Lean rounds: the remainder is never negative."""
    if left.denominator != 1 or right.denominator != 1:
        return None
    if right == 0:
        return Fraction(0)
    return Fraction(left // right if right > 0 else -(left // -right))


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1:
        return None
    size = max(abs(base.numerator), base.denominator).bit_length() * abs(exponent.numerator)
    if size > LARGEST_POWER:
        return None
    if base == 0 and exponent < 0:
        return Fraction(0)
    return Fraction(base**exponent.numerator)


def _factorial(number: Fraction) -> Fraction | None:
    small = number.denominator == 1 and 0 <= number <= LARGEST_FACTORIAL
    return Fraction(math.factorial(int(number))) if small else None


def _binomial(above: Fraction, below: Fraction) -> Fraction | None:
    whole = above.denominator == below.denominator == 1 and above >= 0 and below >= 0
    small = whole and max(above, below) <= LARGEST_FACTORIAL
    return Fraction(math.comb(int(above), int(below))) if small else None


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return True if left and right else None


def _either(left: bool | None, right: bool | None) -> bool | None:
    if left or right:
        return True
    return False if left is False and right is False else None


_UNARY: dict[str, Callable[[Fraction], Fraction | None]] = {
    "Neg.neg": lambda a: -a,
    "Inv.inv": lambda a: 1 / a if a else Fraction(0),
    "abs": abs,
    "Nat.cast": lambda a: a,
    "NatCast.natCast": lambda a: a,
    "Int.cast": lambda a: a,
    "IntCast.intCast": lambda a: a,
    "Rat.cast": lambda a: a,
    "Nat.succ": lambda a: a + 1,
    "Int.toNat": lambda a: max(a, Fraction(0)),
    "Int.natAbs": abs,
    "Nat.factorial": _factorial,
    "NuminaLean.factorial": _factorial,
}
_BINARY: dict[str, Callable[[Fraction, Fraction], Fraction | None]] = {
    "HAdd.hAdd": lambda a, b: a + b,
    "HSub.hSub": lambda a, b: a - b,
    "HMul.hMul": lambda a, b: a * b,
    "HDiv.hDiv": lambda a, b: a / b if b else Fraction(0),
    "HPow.hPow": _power,
    "Min.min": min,
    "Max.max": max,
    "Nat.choose": _binomial,
    "NuminaLean.choose": _binomial,
}
_RELATIONS: dict[str, Callable[[Fraction, Fraction], bool | None]] = {
    "Eq": lambda a, b: a == b,
    "Ne": lambda a, b: a != b,
    "LT.lt": lambda a, b: a < b,
    "LE.le": lambda a, b: a <= b,
    "GT.gt": lambda a, b: a > b,
    "GE.ge": lambda a, b: a >= b,
    "Dvd.dvd": lambda a, b: (
        (b == 0 if a == 0 else (b / a).denominator == 1)
        if a.denominator == b.denominator == 1
        else None
    ),
}
_CONNECTIVES = frozenset({"Not", "And", "Or", "Iff"})
