"""The one small typed tree that every mathematical text is read into.

Expressions denote numbers, formulas denote truth values, a `Collection` denotes the set of the
numbers for which a formula holds. Nothing here knows LaTeX, English or Lean.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from fractions import Fraction
from typing import Literal, TypeAlias, cast


class Domain(IntEnum):
    """Where a number lives. Ordered by inclusion, so that `max` is the join."""

    NAT = 0
    INT = 1
    RAT = 2
    REAL = 3
    COMPLEX = 4


FunctionName = Literal[
    "add", "sub", "mul", "div", "neg", "pow", "sqrt", "root", "abs", "floor", "ceil",
    "factorial", "binomial", "gcd", "lcm", "mod", "quotient", "log", "ln", "exp",
    "sin", "cos", "tan", "cot", "sec", "csc", "max", "min", "digit_sum", "digit_count",
    "digit_at", "fibonacci", "pi", "e", "i", "degrees", "divisor_count", "divisor_sum",
    "of_digits", "norm",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A rational literal as the text writes it."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter. Its domain is what the problem says of it, see `Context`."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A known operation on numbers. `of_digits` takes the base, then digits, leading one first."""

    function: FunctionName
    args: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operation that the problem itself defines."""

    name: str
    args: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Series:
    """The sum or product of `body` for integers `index` from `low` to `high`, both included."""

    kind: Literal["sum", "product"]
    index: str
    low: "Expression"
    high: "Expression"
    body: "Expression"


@dataclass(frozen=True, slots=True)
class Tally:
    """A number got from a whole finite collection."""

    kind: Literal["count", "sum", "product"]
    collection: "Collection"


@dataclass(frozen=True, slots=True)
class Items:
    """An ordered tuple of numbers."""

    items: tuple["Expression", ...]


Expression: TypeAlias = Number | Symbol | Apply | Call | Series | Tally | Items

RelationName = Literal["=", "≠", "<", "≤", ">", "≥"]
PropertyName = Literal[
    "divides", "prime", "composite", "even", "odd", "square", "cube", "power", "coprime",
    "palindrome", "integer", "congruent", "digits", "greatest", "least", "defined",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """`left name right`."""

    name: RelationName
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Property:
    """A named property: divides(a, b), prime(n), congruent(a, b, modulus), digits(n, length) …"""

    name: PropertyName
    args: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    body: "Formula"


@dataclass(frozen=True, slots=True)
class And:
    items: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Quantified:
    """`kind variable in domain, body`."""

    kind: Literal["exists", "forall"]
    variable: str
    domain: Domain
    body: "Formula"


Formula: TypeAlias = Relation | Property | Not | And | Or | Quantified


@dataclass(frozen=True, slots=True)
class Collection:
    """The set of all `variable` in `domain` with `condition`."""

    variable: str
    domain: Domain
    condition: Formula


Node: TypeAlias = Expression | Formula | Collection


def number(value: int | Fraction) -> Number:
    return Number(Fraction(value))


def conjunction(items: tuple[Formula, ...]) -> Formula:
    """The flat conjunction of `items`, without repeats; of one item that item itself."""
    flat: list[Formula] = []
    for item in items:
        for part in item.items if isinstance(item, And) else (item,):
            if part not in flat:
                flat.append(part)
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def children(node: Node) -> Iterator[Node]:
    """The direct parts of `node`."""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            yield from value
        elif not isinstance(value, str | int | Fraction):
            yield value


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything under it, outermost first."""
    yield node
    for child in children(node):
        yield from walk(child)


def free_symbols(node: Node) -> frozenset[str]:
    """The letters that nothing inside `node` binds."""
    if isinstance(node, Symbol):
        return frozenset({node.name})
    inner = frozenset(name for child in children(node) for name in free_symbols(child))
    match node:
        case Series(index=bound):
            bounds = free_symbols(node.low) | free_symbols(node.high)
            return (free_symbols(node.body) - {bound}) | bounds
        case Quantified(variable=bound) | Collection(variable=bound):
            return inner - {bound}
    return inner


def unused_name(name: str, *nodes: Node) -> str:
    """`name`, primed until it is free in none of `nodes`."""
    taken = {each for node in nodes for each in free_symbols(node)}
    while name in taken:
        name += "'"
    return name


def substitute(node: Node, name: str, value: Expression) -> Node:
    """`node` with the free letter `name` replaced by `value` (which must bring no bound letter)."""
    if isinstance(node, Symbol):
        return value if node.name == name else node
    bound = getattr(node, "index", None) or getattr(node, "variable", None)
    if bound == name:
        return node
    changes: dict[str, object] = {}
    for field in fields(node):
        part = getattr(node, field.name)
        if isinstance(part, tuple):
            changes[field.name] = tuple(substitute(item, name, value) for item in part)
        elif not isinstance(part, str | int | Fraction):
            changes[field.name] = substitute(part, name, value)
    return cast(Node, replace(node, **changes)) if changes else node  # type: ignore[arg-type]
