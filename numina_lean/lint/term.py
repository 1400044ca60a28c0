"""Elaborated Lean terms as our Lean module writes them, and what can be asked of their shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

BinderKind = Literal["", "implicit", "instance"]


@dataclass(frozen=True, slots=True)
class Constant:
    name: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound variable; `index` counts binders outwards from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class Free:
    """A local variable, told from others by `key`."""

    key: str


@dataclass(frozen=True, slots=True)
class Numeral:
    value: int


@dataclass(frozen=True, slots=True)
class Opaque:
    """An instance argument, a string, a projection: nothing that we look into, but its `parts`."""

    parts: "tuple[Term, ...]" = ()


@dataclass(frozen=True, slots=True)
class Application:
    function: "Term"
    arguments: "tuple[Term, ...]"


@dataclass(frozen=True, slots=True)
class Binder:
    """`∀ name : type, body`, an implication or a function type; or `fun name : type => body`."""

    forall: bool
    name: str
    kind: BinderKind
    type: "Term"
    body: "Term"


Term = Constant | Bound | Free | Numeral | Opaque | Application | Binder


def read_term(raw: Any) -> Term:
    """The term of `NuminaLean.Lint.json`. Raises `ValueError` for anything else."""
    match raw:
        case None:
            return Opaque()
        case ["b", int(index)]:
            return Bound(index)
        case ["v", str(key)]:
            return Free(key)
        case ["c", str(name)]:
            return Constant(name)
        case ["n", str(digits)]:
            return Numeral(int(digits))
        case ["s", str()]:
            return Opaque()
        case ["j", int(), of]:
            return Opaque((read_term(of),))
        case ["a", function, *arguments]:
            return Application(read_term(function), tuple(map(read_term, arguments)))
        case [
            ("p" | "l") as letter,
            str(name),
            ("" | "implicit" | "instance") as kind,
            type_,
            body,
        ]:
            return Binder(letter == "p", name, kind, read_term(type_), read_term(body))
    raise ValueError(f"not a term: {str(raw)[:80]}")


def children(term: Term) -> tuple[Term, ...]:
    match term:
        case Application(function, arguments):
            return (function, *arguments)
        case Binder(type=type_, body=body):
            return (type_, body)
        case Opaque(parts):
            return parts
    return ()


def subterms(term: Term) -> Iterator[Term]:
    """`term` and everything in it, outermost first."""
    yield term
    for child in children(term):
        yield from subterms(child)


def free_keys(term: Term) -> frozenset[str]:
    return frozenset(each.key for each in subterms(term) if isinstance(each, Free))


def uses_bound(term: Term, index: int = 0) -> bool:
    """Whether the variable bound `index` binders further out occurs in `term`."""
    if isinstance(term, Bound):
        return term.index == index
    if isinstance(term, Binder):
        return uses_bound(term.type, index) or uses_bound(term.body, index + 1)
    return any(uses_bound(child, index) for child in children(term))


def is_closed(term: Term) -> bool:
    """Whether nothing in `term` depends on a variable, its own binders' apart."""
    return _closed_below(term, 0)


def _closed_below(term: Term, depth: int) -> bool:
    match term:
        case Free():
            return False
        case Bound(index):
            return index < depth
        case Binder(type=type_, body=body):
            return _closed_below(type_, depth) and _closed_below(body, depth + 1)
    return all(_closed_below(child, depth) for child in children(term))


def instantiate(term: Term, value: Term, depth: int = 0) -> Term:
    """`term`, the body of a binder, with `value`, in which nothing is bound, for its variable."""
    match term:
        case Bound(index):
            if index == depth:
                return value
            return Bound(index - 1) if index > depth else term
        case Application(function, arguments):
            return Application(
                instantiate(function, value, depth),
                tuple(instantiate(each, value, depth) for each in arguments),
            )
        case Binder(forall, name, kind, type_, body):
            return Binder(
                forall,
                name,
                kind,
                instantiate(type_, value, depth),
                instantiate(body, value, depth + 1),
            )
        case Opaque(parts):
            return Opaque(tuple(instantiate(each, value, depth) for each in parts))
    return term


def head(term: Term) -> str:
    """The name of the constant that is applied in `term`, or "" where there is none."""
    if isinstance(term, Application):
        term = term.function
    return term.name if isinstance(term, Constant) else ""


def operands(term: Term) -> tuple[Term, ...]:
    return term.arguments if isinstance(term, Application) else ()


def conjuncts(term: Term) -> Iterator[Term]:
    if head(term) == "And" and len(operands(term)) == 2:
        for each in operands(term):
            yield from conjuncts(each)
    else:
        yield term
