"""What a problem says and asks, once its prose is read: the input of `theorem`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    Collection,
    Domain,
    Expression,
    Formula,
    Relation,
    Symbol,
    conjunction,
    number,
)

Fact: TypeAlias = Callable[[Expression], Formula]
"""A property of a number that is yet to be named."""


@dataclass(frozen=True)
class Noun:
    """A phrase such as "positive integers less than 100": a domain and facts.

    `letter` is the name the text gives to such a number. `domain` None means that it is not
    said. `natural` marks words (positive, whole …) by which integers are naturals,
    `divisors` divisors, and `collective` what says something of several numbers together
    (distinct numbers, the solutions), which is lost when it is said of each.
    """

    letter: str | None = None
    domain: Domain | None = None
    facts: tuple[Fact, ...] = ()
    natural: bool = False
    divisors: bool = False
    collective: bool = False

    def with_facts(self, *facts: Fact) -> "Noun":
        return replace(self, facts=(*self.facts, *facts))

    def settled_domain(self, default: Domain | None) -> Domain:
        """The domain that the words mean; `default` where they leave it open."""
        if self.domain is None:
            if default is None:
                raise DeclineError("domain_unclear", "numbers of a kind that is not said")
            return default
        if self.domain is Domain.INT and self.natural:
            return Domain.NAT
        return self.domain

    def condition(self, letter: str) -> tuple[Formula, ...]:
        return tuple(fact(Symbol(letter)) for fact in self.facts)


def collection(noun: Noun, letter: str, domain: Domain) -> Collection:
    """The set that `noun` describes, its members called `letter`."""
    conditions = noun.condition(letter)
    if not conditions:
        conditions = (Relation("=", Symbol(letter), Symbol(letter)),)
    return Collection(letter, domain, conjunction(conditions))


@dataclass(frozen=True)
class Definition:
    """`name(parameters) = body` for all values of the parameters."""

    name: str
    parameters: tuple[str, ...]
    body: Expression


@dataclass(frozen=True)
class Givens:
    """Everything a problem states before it asks."""

    nouns: tuple[tuple[str, Noun], ...] = ()
    formulas: tuple[Formula, ...] = ()
    definitions: tuple[Definition, ...] = ()
    extremes: tuple[tuple[str, Literal["least", "greatest"], Noun], ...] = ()
    universal: tuple[str, ...] = ()
    """Letters that the text says "for all" of."""

    def __add__(self, other: "Givens") -> "Givens":
        return Givens(
            (*self.nouns, *other.nouns),
            (*self.formulas, *other.formulas),
            (*self.definitions, *other.definitions),
            (*self.extremes, *other.extremes),
            (*self.universal, *other.universal),
        )


@dataclass(frozen=True)
class AskTerm:
    """The value of `term`. `rewrite`: the same in another form, letters allowed."""

    term: Expression
    rewrite: bool = False
    base: int | None = None


@dataclass(frozen=True)
class AskTally:
    """How many members a set has, or their sum or product."""

    kind: Literal["count", "sum", "product"]
    noun: Noun


@dataclass(frozen=True)
class AskAll:
    """All members of a set, by their values."""

    noun: Noun
    single: bool = False


@dataclass(frozen=True)
class AskExtreme:
    """The least or greatest member of a set."""

    mode: Literal["least", "greatest"]
    noun: Noun


@dataclass(frozen=True)
class AskOptimum:
    """The least or greatest value of `term` as its letters vary under what is given."""

    mode: Literal["least", "greatest"]
    term: Expression


@dataclass(frozen=True)
class AskLetters:
    """The values of the letters that the givens determine."""

    letters: tuple[str, ...]


@dataclass(frozen=True)
class AskProof:
    """To prove a claim; there is no answer to read."""

    givens: Givens
    claims: tuple[Formula, ...]


Ask: TypeAlias = AskTerm | AskTally | AskAll | AskExtreme | AskOptimum | AskLetters | AskProof


@dataclass(frozen=True)
class Reading:
    """One whole reading of a problem. `base` is that of the answer, where a remark sets it."""

    givens: Givens
    ask: Ask
    base: int | None = None


def at_least(bound: Expression) -> Fact:
    return lambda value: Relation("≤", bound, value)


def at_most(bound: Expression) -> Fact:
    return lambda value: Relation("≤", value, bound)


def above(bound: Expression) -> Fact:
    return lambda value: Relation("<", bound, value)


def below(bound: Expression) -> Fact:
    return lambda value: Relation("<", value, bound)


def digits_long(length: int) -> tuple[Fact, Fact]:
    """Facts of a positive integer with `length` decimal digits."""
    if not 1 <= length <= 12:
        raise DeclineError("unsupported_notion", f"numbers of {length} digits")
    low = 10 ** (length - 1) if length > 1 else 0
    if length == 1:
        raise DeclineError("ambiguous", "whether zero is a one-digit number")
    return at_least(number(low)), at_most(number(10**length - 1))
