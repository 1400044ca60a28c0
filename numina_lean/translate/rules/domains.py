"""Which domain an expression lives in, and what must hold for it to have a value at all."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.evaluation import known_value
from numina_lean.translate.rules.expression import (
    Apply,
    Call,
    Collection,
    Domain,
    Expression,
    Formula,
    Node,
    Number,
    Quantified,
    Relation,
    Series,
    Symbol,
    Tally,
    children,
    free_symbols,
    number,
)

_NATURAL = frozenset(
    {"factorial", "binomial", "gcd", "lcm", "digit_sum", "digit_count", "digit_at", "fibonacci",
     "of_digits", "divisor_count", "divisor_sum"}
)  # fmt: skip
_REAL = frozenset(
    {"sqrt", "root", "log", "ln", "exp", "sin", "cos", "tan", "cot", "sec", "csc", "pi", "e",
     "degrees"}
)  # fmt: skip


@dataclass(frozen=True)
class Function:
    """A function of the problem's own: parameters, their domain and body, and the result's."""

    parameters: tuple[str, ...]
    body: Expression
    domain: Domain


@dataclass(frozen=True)
class Context:
    """What is known of the letters in a formula."""

    letters: Mapping[str, Domain] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)

    def with_letter(self, name: str, domain: Domain) -> "Context":
        return Context({**self.letters, name: domain}, self.functions)


def domain_of(expression: Expression, context: Context) -> Domain:
    """The least domain in which `expression` has its meaning; raises `DeclineError`."""
    match expression:
        case Number(value):
            if value.denominator != 1:
                return Domain.RAT
            return Domain.NAT if value >= 0 else Domain.INT
        case Symbol(name):
            if name not in context.letters:
                raise DeclineError("undefined_symbol", f"the letter {name}")
            return context.letters[name]
        case Call(name):
            if name not in context.functions:
                raise DeclineError("undefined_symbol", f"the function {name}")
            return context.functions[name].domain
        case Series(index=index, body=body):
            return domain_of(body, context.with_letter(index, Domain.NAT))
        case Tally(kind, collection):
            return Domain.NAT if kind == "count" else collection.domain
        case Apply(name, args):
            return _operation(name, args, context)
    raise DeclineError("unsupported_notion", "a tuple inside an expression")


def _operation(name: str, args: tuple[Expression, ...], context: Context) -> Domain:
    if name in _NATURAL:
        return Domain.NAT
    if name in _REAL:
        return Domain.REAL
    if name == "i":
        return Domain.COMPLEX
    if name == "norm":
        return Domain.REAL
    if name in ("floor", "ceil"):
        return Domain.INT
    if name == "pow":
        return _power(args[0], args[1], context)
    joined = max(domain_of(arg, context) for arg in args)
    if name == "abs" and joined is Domain.COMPLEX:
        return Domain.REAL
    if name in ("sub", "neg"):
        return max(joined, Domain.INT)
    if name == "div":
        return max(joined, Domain.RAT)
    if name in ("mod", "quotient"):
        if joined > Domain.INT and not all(is_natural(arg) for arg in args):
            raise DeclineError("unsupported_notion", "a remainder of what is no integer")
        return Domain.NAT if joined is Domain.NAT else Domain.INT
    return joined


def _power(base: Expression, exponent: Expression, context: Context) -> Domain:
    below = domain_of(base, context)
    above = domain_of(exponent, context)
    if above is Domain.NAT:
        return below
    if above is Domain.INT or _integer_value(exponent) is not None:
        return max(below, Domain.RAT)
    if below is Domain.COMPLEX or above is Domain.COMPLEX:
        raise DeclineError("unsupported_notion", "a complex power")
    return Domain.REAL


def _integer_value(expression: Expression) -> int | None:
    if free_symbols(expression):
        return None
    value = known_value(expression)
    return int(value) if value is not None and value.denominator == 1 else None


def is_natural(expression: Expression) -> bool:
    """Whether `expression` has no letters, and it and all its parts have natural values.

    Then natural subtraction and division give what the text means.
    """
    if isinstance(expression, Tally | Series):
        return False
    if isinstance(expression, Apply) and expression.function in _REAL:
        return False
    if isinstance(expression, Apply) and expression.function == "pow":
        exponent = known_value(expression.args[1])
        if exponent is None or exponent.denominator != 1:
            return False
    value = None if free_symbols(expression) else known_value(expression)
    if value is None or value < 0 or value.denominator != 1:
        return False
    return all(is_natural(part) for part in children(expression))  # type: ignore[arg-type]


def approximate(expression: Expression) -> float | None:
    """A rough value of a closed expression, to see that a denominator is not zero."""
    value = known_value(expression)
    if value is not None:
        return float(value) if abs(value) < 10**300 else None
    match expression:
        case Apply("sqrt", (inner,)):
            part = approximate(inner)
            return part**0.5 if part is not None and part >= 0 else None
        case Apply("pi"):
            return math.pi
        case Apply("degrees", (inner,)):
            part = approximate(inner)
            return math.radians(part) if part is not None else None
        case Apply("sin" | "cos" as name, (inner,)):
            part = approximate(inner)
            return (
                (math.sin(part) if name == "sin" else math.cos(part)) if part is not None else None
            )
        case Apply("pow", (base, Number(exponent))) if exponent.denominator == 1 and exponent < 50:
            part = approximate(base)
            return part ** int(exponent) if part is not None and abs(part) < 1e5 else None
        case Apply("add" | "sub" | "mul" | "div" | "neg" as name, args):
            parts = [approximate(arg) for arg in args]
            numbers = [part for part in parts if part is not None]
            if len(numbers) < len(parts):
                return None
            if name == "neg":
                return -numbers[0]
            left, right = numbers
            if name == "div":
                return left / right if abs(right) > 1e-9 else None
            return {"add": left + right, "sub": left - right, "mul": left * right}[name]
    return None


def value_conditions(node: Node, context: Context) -> tuple[Formula, ...]:
    """What must hold of the letters so that every part of `node` has a value, in reading order.

    A closed part that has no value (or is not seen to have one) declines. Conditions under a
    binder that speak of the bound letter decline too: their place is inside.
    """
    found: list[Formula] = []
    for condition in _conditions(node, context):
        if condition not in found:
            found.append(condition)
    return tuple(found)


def _conditions(node: Node, context: Context) -> Iterator[Formula]:
    if isinstance(node, Series | Quantified | Collection):
        bound = node.index if isinstance(node, Series) else node.variable
        for part in children(node):
            for condition in _conditions(part, context):
                if bound not in free_symbols(condition):
                    yield condition
                elif not _harmless(condition, node):
                    raise DeclineError("not_well_defined", "a condition on a bound letter")
        return
    for part in children(node):
        yield from _conditions(part, context)
    match node:
        case Apply("div", (_, bottom)):
            yield from _required("≠", bottom)
        case Apply("pow", (base, exponent)):
            value = known_value(exponent)
            if value is not None and value.denominator != 1:
                yield from _required("≥" if value > 0 else ">", base)
            elif value is not None and value < 0:
                yield from _required("≠", base)
            elif (
                value is None
                and known_value(base) is None
                and max(free_domains(exponent, context), default=Domain.NAT) > Domain.NAT
            ):
                yield from _required(">", base)
        case Apply("sqrt", (inner,)):
            yield from _required("≥", inner)
        case Apply("root", (degree, inner)):
            if (known_value(degree) or Fraction(0)) % 2 == 0:
                yield from _required("≥", inner)
        case Apply("ln", (inner,)):
            yield from _required(">", inner)
        case Apply("log", (base, inner)):
            yield from _required(">", base)
            yield from _required("≠", Apply("sub", (base, number(1))))
            yield from _required(">", inner)
        case Apply("mod" | "quotient", (_, modulus)):
            yield from _required(">", modulus)
        case Apply("tan" | "sec", (angle,)):
            yield from _required("≠", Apply("cos", (angle,)))
        case Apply("cot" | "csc", (angle,)):
            yield from _required("≠", Apply("sin", (angle,)))
        case Apply("of_digits", (Symbol() as base, *digits)):
            values = [known_value(digit) or Fraction(0) for digit in digits]
            yield Relation("<", number(max(Fraction(1), *values)), base)


def free_domains(node: Node, context: Context) -> list[Domain]:
    return [context.letters[name] for name in free_symbols(node) if name in context.letters]


def _harmless(condition: Formula, node: Node) -> bool:
    """Whether a condition on a series' index holds for its whole range: `index ≠ 0` from 1 on."""
    if not isinstance(node, Series):
        return False
    low, high = known_value(node.low), known_value(node.high)
    if low is None:
        return False
    match condition:
        case Relation("≠" | ">" | "≥", side, Number(zero)) if zero == 0:
            first = known_value(side, {node.index: low})
            later = known_value(side, {node.index: low + 1})
            if high is not None and high - low <= 2000:
                values = [
                    known_value(side, {node.index: Fraction(place)})
                    for place in range(int(low), int(high) + 1)
                ]
                return all(value is not None and value > 0 for value in values)
            return first is not None and later is not None and 0 < first <= later and _grows(side)
    return False


def _grows(side: Expression) -> bool:
    """Built from letters and numbers by addition, multiplication and powers only."""
    match side:
        case Number(value):
            return value >= 0
        case Symbol():
            return True
        case Apply("add" | "mul" | "pow", args):
            return all(_grows(arg) for arg in args)
    return False


def _required(name: str, side: Expression) -> Iterator[Formula]:
    if free_symbols(side):
        yield Relation(name, side, number(0))  # type: ignore[arg-type]
        return
    if any(isinstance(part, Call) for part in [side, *children(side)]):
        raise DeclineError("unsupported_notion", "division by a value of a function")
    value = approximate(side)
    if value is None or {"≠": abs(value) < 1e-9, ">": value < 1e-9, "≥": value < -1e-9}[name]:
        raise DeclineError("not_well_defined", "an operation on numbers that has no clear value")
