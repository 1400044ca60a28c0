"""What an elaborated statement comes to at given values, as far as it can be tried out.

Numbers are exact, by Lean's conventions: natural subtraction stops at zero, integer division rounds
so that no remainder is negative, a division by zero is zero. Lists, pairs, functions and the
library's own definitions are covered too. A quantifier over an infinite type is tried on a sample,
so an answer is no proof: it says where to look, and Lean has the last word.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from numina_lean.lint.term import (
    Application,
    Binder,
    Bound,
    Constant,
    Free,
    Numeral,
    Term,
    head,
    operands,
)

LARGEST = 20_000
"""Bits of the largest number that is worked out."""
LONGEST = 4_000
"""Elements of the longest list."""

Value = Any
"""An int, a `Fraction`, a bool, a list, a tuple, or a function of one value."""


class UnknownError(Exception):
    """The term has no value that can be worked out here."""


class Steps:
    """How much may still be worked out: raises `UnknownError` once that is used up."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise UnknownError


class Evaluation:
    """Reads terms at the values of `free`, by key. `samples`: what a quantifier is tried on."""

    def __init__(self, free: dict[str, Value], steps: Steps, wide: int = 12) -> None:
        self.free = free
        self._steps = steps
        self._naturals = tuple(range(wide + 1))
        self._integers = tuple(sorted(range(-wide // 2, wide // 2 + 1), key=abs))
        self._fractions = tuple(
            Fraction(each) for each in ("0", "1", "-1", "2", "1/2", "-2", "-1/2", "3", "1/3")
        )

    def truth(self, term: Term, bound: tuple[Value, ...] = ()) -> bool:
        """Whether a proposition holds. Raises `UnknownError`."""
        value = self.value(term, bound)
        if not isinstance(value, bool):
            raise UnknownError
        return value

    def value(self, term: Term, bound: tuple[Value, ...] = ()) -> Value:
        """The value of `term`; `bound` are those of its bound variables, innermost first."""
        self._steps.take()
        match term:
            case Bound(index):
                return _known(bound[index] if index < len(bound) else None)
            case Free(key):
                return _known(self.free.get(key))
            case Numeral(number):
                return number
            case Constant(name):
                if name in _CONSTANTS:
                    return _CONSTANTS[name]
                return self._apply(name, (), bound)
            case Binder():
                return self._binder(term, bound)
            case Application(function, arguments):
                name = head(term)
                if name:
                    return self._apply(name, arguments, bound)
                called = self.value(function, bound)
                for argument in arguments:
                    called = _call(called, self.value(argument, bound))
                return called
        raise UnknownError

    def sample(self, type_: Term) -> Sequence[Value]:
        """Some elements of a type, the small ones first. Raises `UnknownError`."""
        if isinstance(type_, Constant):
            match type_.name:
                case "Nat":
                    return self._naturals
                case "Int":
                    return self._integers
                case "Rat" | "Real":
                    return self._fractions
                case "Bool":
                    return (False, True)
        if head(type_) == "Fin" and operands(type_):
            return range(min(int(self.value(operands(type_)[0])), LONGEST))
        raise UnknownError

    def _binder(self, term: Binder, bound: tuple[Value, ...]) -> Value:
        if not term.forall:
            return lambda value: self.value(term.body, (value, *bound))
        try:
            sample = self.sample(term.type)
        except UnknownError:
            return not self.truth(term.type, bound) or self.truth(term.body, (None, *bound))
        return all(self.truth(term.body, (value, *bound)) for value in sample)

    def _apply(self, name: str, arguments: tuple[Term, ...], bound: tuple[Value, ...]) -> Value:
        match name:
            case "And":
                return not self._any(arguments, False, bound)
            case "Or":
                return self._any(arguments, True, bound)
            case "Decidable.decide" if arguments:
                return self.truth(arguments[0], bound)
            case "Exists":
                return self._exists(arguments, bound)
            case "ite" | "dite" if len(arguments) == 5:
                chosen = arguments[3 if self.truth(arguments[1], bound) else 4]
                value = self.value(chosen, bound)
                return _call(value, None) if name == "dite" else value
            case "OfNat.ofNat":
                number = self.value(arguments[1], bound)
                return Fraction(number) if _is_field(arguments[0]) else number
        if name in _TYPED and arguments:
            values = [self.value(each, bound) for each in arguments[-_TYPED[name][0] :]]
            return _bounded(_TYPED[name][1](_system(arguments[0]), *values))
        if name in _PLAIN:
            count, work = _PLAIN[name]
            if len(arguments) >= count:
                explicit = arguments[len(arguments) - count :] if count else ()
                return _bounded(work(*(self.value(each, bound) for each in explicit)))
        if name in _HIGHER:
            count, work = _HIGHER[name]
            if len(arguments) >= count:
                return work(*(self.value(each, bound) for each in arguments[-count:]))
        raise UnknownError

    def _any(self, parts: tuple[Term, ...], wanted: bool, bound: tuple[Value, ...]) -> bool:
        """Whether one of `parts` is `wanted`, though another may not be known."""
        unknown = False
        for each in parts:
            try:
                if self.truth(each, bound) is wanted:
                    return True
            except UnknownError:
                unknown = True
        if unknown:
            raise UnknownError
        return False

    def _exists(self, arguments: tuple[Term, ...], bound: tuple[Value, ...]) -> bool:
        type_, predicate = arguments
        if not isinstance(predicate, Binder):
            raise UnknownError
        try:
            sample = self.sample(type_)
        except UnknownError:
            return self.truth(type_, bound) and self.truth(predicate.body, (None, *bound))
        return any(self.truth(predicate.body, (value, *bound)) for value in sample)


def _known(value: Value) -> Value:
    if value is None:
        raise UnknownError
    return value


def _call(function: Value, argument: Value) -> Value:
    if not callable(function):
        raise UnknownError
    return function(argument)


def _bounded(value: Value) -> Value:
    if isinstance(value, int | Fraction) and value.numerator.bit_length() > LARGEST:
        raise UnknownError
    if isinstance(value, list) and len(value) > LONGEST:
        raise UnknownError
    return value


def _is_field(type_: Term) -> bool:
    return isinstance(type_, Constant) and type_.name in ("Rat", "Real")


def _system(type_: Term) -> str:
    if isinstance(type_, Constant):
        return "Rat" if type_.name == "Real" else type_.name
    return head(type_)


def _numeric(*values: Value) -> None:
    if not all(isinstance(each, int | Fraction) for each in values):
        raise UnknownError


def _add(system: str, a: Value, b: Value) -> Value:
    _numeric(a, b)
    return a + b


def _subtract(system: str, a: Value, b: Value) -> Value:
    _numeric(a, b)
    return max(a - b, 0) if system == "Nat" else a - b


def _multiply(system: str, a: Value, b: Value) -> Value:
    _numeric(a, b)
    return a * b


def _divide(system: str, a: Value, b: Value) -> Value:
    _numeric(a, b)
    if b == 0:
        return b
    if system in ("Nat", "Int"):
        return a // b if b > 0 else -(a // -b)
    if system != "Rat":
        raise UnknownError
    return Fraction(a) / b


def _remainder(system: str, a: Value, b: Value) -> Value:
    if system not in ("Nat", "Int"):
        raise UnknownError
    return a if b == 0 else a - b * _divide(system, a, b)


def _power(system: str, a: Value, n: Value) -> Value:
    _numeric(a, n)
    if n.denominator != 1 or (n < 0 and system != "Rat"):
        raise UnknownError
    size = max(abs(a.numerator), a.denominator).bit_length()
    if size > 1 and size * abs(n.numerator) > LARGEST:
        raise UnknownError
    if a == 0 and n < 0:
        return Fraction(0)
    return a ** int(n) if n >= 0 else Fraction(a) ** int(n)


def _negate(system: str, a: Value) -> Value:
    _numeric(a)
    return -a


def _invert(system: str, a: Value) -> Value:
    if system != "Rat":
        raise UnknownError
    return Fraction(0) if a == 0 else 1 / Fraction(a)


def _cast(system: str, a: Value) -> Value:
    _numeric(a)
    return a


def _equal(a: Value, b: Value) -> bool:
    if callable(a) or callable(b):
        raise UnknownError
    return bool(a == b)


def _divides(system: str, a: Value, b: Value) -> bool:
    if system == "Rat":
        return bool(a != 0 or b == 0)
    return bool(b == 0 if a == 0 else b % a == 0)


def _small(number: Value, most: int = 1_000) -> int:
    if not isinstance(number, int) or not 0 <= number <= most:
        raise UnknownError
    return number


def _prime(number: Value) -> bool:
    n = _small(number, 10**6)
    return n >= 2 and all(n % d for d in range(2, math.isqrt(n) + 1))


def _digits(base: Value, number: Value) -> list[int]:
    found: list[int] = []
    if base < 2:
        raise UnknownError
    while number:
        found.append(number % base)
        number //= base
    return found


def _of_digits(base: Value, digits: Value) -> int:
    total = 0
    for digit in reversed(digits):
        total = digit + base * total
    return total


def _between(low: Value, high: Value) -> list[int]:
    if high - low > LONGEST:
        raise UnknownError
    return list(range(low, high + 1))


def _range_sum(low: Value, high: Value, term: Value) -> Value:
    total: Value = 0
    for each in _between(low, high):
        total = total + _call(term, each)
    return _bounded(total)


def _range_product(low: Value, high: Value, term: Value) -> Value:
    total: Value = 1
    for each in _between(low, high):
        total = _bounded(total * _call(term, each))
    return total


def _fibonacci(number: Value) -> int:
    a, b = 0, 1
    for _ in range(_small(number)):
        a, b = b, a + b
    return a


def _absolute(number: Value) -> Value:
    _numeric(number)
    return abs(number)


def _listed(values: Value) -> list[Value]:
    if not isinstance(values, list):
        raise UnknownError
    return values


_CONSTANTS: dict[str, Value] = {
    "True": True, "False": False, "Bool.true": True, "Bool.false": False,
    "Nat.zero": 0, "List.nil": [],
}  # fmt: skip

_TYPED: dict[str, tuple[int, Callable[..., Value]]] = {
    "HAdd.hAdd": (2, _add),
    "HSub.hSub": (2, _subtract),
    "HMul.hMul": (2, _multiply),
    "HDiv.hDiv": (2, _divide),
    "HMod.hMod": (2, _remainder),
    "HPow.hPow": (2, _power),
    "Neg.neg": (1, _negate),
    "Inv.inv": (1, _invert),
    "Dvd.dvd": (2, _divides),
}
"""Number of operands, and what is done with them in the system of numbers named first."""

_PLAIN: dict[str, tuple[int, Callable[..., Value]]] = {
    "Eq": (2, _equal),
    "Ne": (2, lambda a, b: not _equal(a, b)),
    "bne": (2, lambda a, b: not _equal(a, b)),
    "BEq.beq": (2, _equal),
    "Iff": (2, lambda a, b: a == b),
    "Not": (1, lambda a: not a),
    "LT.lt": (2, lambda a, b: bool(a < b)),
    "LE.le": (2, lambda a, b: bool(a <= b)),
    "GT.gt": (2, lambda a, b: bool(a > b)),
    "GE.ge": (2, lambda a, b: bool(a >= b)),
    "Min.min": (2, min),
    "Max.max": (2, max),
    "abs": (1, _absolute),
    "Nat.cast": (1, lambda a: a),
    "NatCast.natCast": (1, lambda a: a),
    "Int.cast": (1, lambda a: a),
    "IntCast.intCast": (1, lambda a: a),
    "Int.ofNat": (1, lambda a: a),
    "Rat.cast": (1, lambda a: a),
    "Fin.val": (1, lambda a: a),
    "Nat.succ": (1, lambda a: a + 1),
    "Nat.pred": (1, lambda a: max(a - 1, 0)),
    "Int.toNat": (1, lambda a: max(a, 0)),
    "Int.natAbs": (1, _absolute),
    "Nat.gcd": (2, math.gcd),
    "Int.gcd": (2, math.gcd),
    "Nat.lcm": (2, math.lcm),
    "Int.lcm": (2, math.lcm),
    "Nat.Coprime": (2, lambda a, b: math.gcd(a, b) == 1),
    "Rat.den": (1, lambda a: Fraction(a).denominator),
    "Rat.num": (1, lambda a: Fraction(a).numerator),
    "Prod.mk": (2, lambda a, b: (a, b)),
    "Prod.fst": (1, lambda a: a[0]),
    "Prod.snd": (1, lambda a: a[1]),
    "List.cons": (2, lambda a, rest: [a, *_listed(rest)]),
    "List.range": (1, lambda n: list(range(_small(n, LONGEST)))),
    "List.length": (1, lambda values: len(_listed(values))),
    "List.sum": (1, lambda values: sum(_listed(values))),
    "List.Nodup": (1, lambda values: len({*_listed(values)}) == len(values)),
    "Membership.mem": (2, lambda values, each: each in _listed(values)),
    "NuminaLean.isPrime": (1, _prime),
    "NuminaLean.factorial": (1, lambda n: math.factorial(_small(n))),
    "NuminaLean.choose": (2, lambda n, k: math.comb(_small(n), _small(k))),
    "NuminaLean.fib": (1, _fibonacci),
    "NuminaLean.digits": (2, _digits),
    "NuminaLean.ofDigits": (2, _of_digits),
    "NuminaLean.floorSqrt": (1, lambda n: math.isqrt(n)),
    "NuminaLean.between": (2, _between),
    "NuminaLean.integersBetween": (2, _between),
    "and": (2, lambda a, b: a and b),
    "or": (2, lambda a, b: a or b),
    "not": (1, lambda a: not a),
}  # fmt: skip

_HIGHER: dict[str, tuple[int, Callable[..., Value]]] = {
    "List.filter": (2, lambda keep, values: [a for a in _listed(values) if _call(keep, a)]),
    "List.map": (2, lambda f, values: [_call(f, a) for a in _listed(values)]),
    "List.all": (2, lambda values, keep: all(_call(keep, a) for a in _listed(values))),
    "List.any": (2, lambda values, keep: any(_call(keep, a) for a in _listed(values))),
    "NuminaLean.sumRange": (3, _range_sum),
    "NuminaLean.prodRange": (3, _range_product),
}
