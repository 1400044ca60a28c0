"""The rules of `prose.lark` for nouns: phrases that describe a set of numbers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lark import Token, v_args

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    Apply,
    Domain,
    Expression,
    Formula,
    Property,
    Relation,
    Tally,
    free_symbols,
    number,
)
from numina_lean.translate.rules.meaning import (
    Fact,
    Noun,
    above,
    at_least,
    at_most,
    below,
    collection,
    digits_long,
)
from numina_lean.translate.rules.predicates import (
    Between,
    PredicateReader,
    about,
    divides,
    has,
    only_letter,
    open_divisor,
)


def divisor_tally(value: Expression) -> Tally:
    """How many positive divisors `value` has."""
    letter = next(name for name in "dtuv" if name not in free_symbols(value))
    noun = Noun(facts=(above(number(0)), lambda part: Property("divides", (part, value))))
    return Tally("count", collection(noun, letter, Domain.NAT))


@v_args(inline=True)
class NounReader(PredicateReader):
    """Meanings of nouns: adjectives and the phrases after the noun add facts to its head."""

    # Adjectives: changes to a noun

    def noun(self, *parts: Any) -> Noun:
        """Adjectives, head and what follows; each but the head is a function on nouns."""
        (place,) = [at for at, part in enumerate(parts) if isinstance(part, Noun)]
        result = parts[place]
        for change in (*reversed(parts[:place]), *parts[place + 1 :]):
            result = change(result)
        return result  # type: ignore[no-any-return]

    def positive(self) -> Any:
        return lambda noun: _natural(noun.with_facts(above(number(0))))

    def nonnegative(self) -> Any:
        return lambda noun: _natural(noun.with_facts(at_least(number(0))))

    def negative(self) -> Any:
        return lambda noun: _no_divisors(noun).with_facts(below(number(0)))

    def nonzero(self) -> Any:
        return lambda noun: _no_divisors(noun).with_facts(
            lambda value: Relation("≠", value, number(0))
        )

    def even(self) -> Any:
        return lambda noun: _integral(noun).with_facts(has("even"))

    def odd(self) -> Any:
        return lambda noun: _integral(noun).with_facts(has("odd"))

    def prime(self) -> Any:
        return lambda noun: _natural(_integral(noun)).with_facts(has("prime"))

    def composite(self) -> Any:
        return lambda noun: _natural(_integral(noun)).with_facts(has("composite"))

    def square_adjective(self) -> Any:
        return lambda noun: _natural(_integral(noun)).with_facts(has("power", number(2)))

    def real(self) -> Any:
        return lambda noun: _with_domain(noun, Domain.REAL)

    def rational(self) -> Any:
        return lambda noun: _with_domain(noun, Domain.RAT)

    def whole(self) -> Any:
        return lambda noun: _natural(_with_domain(noun, Domain.INT))

    def natural(self) -> Any:
        return lambda noun: _natural(_with_domain(noun, Domain.INT)).with_facts(above(number(0)))

    def integer_adjective(self) -> Any:
        return lambda noun: _no_divisors_unless_positive(_with_domain(noun, Domain.INT))

    def distinct(self) -> Any:
        return lambda noun: replace(noun, collective=True)

    def nothing(self) -> Any:
        return lambda noun: noun

    nothing_after = nothing

    def with_digits(self, token: Token) -> Any:
        facts = digits_long(self.natural_number(token))
        return lambda noun: _natural(_with_domain(noun, Domain.INT)).with_facts(*facts)

    # Heads

    def integers(self) -> Noun:
        return Noun(domain=Domain.INT)

    def numbers(self) -> Noun:
        return Noun()

    def primes(self) -> Noun:
        return Noun(domain=Domain.INT, natural=True, facts=(has("prime"),))

    def _divisors(self, values: tuple[Expression, ...]) -> Noun:
        def dividing(value: Expression) -> Fact:
            return lambda part: Property("divides", (part, value))

        facts = (above(number(0)), *(dividing(value) for value in values))
        return Noun(domain=Domain.INT, natural=True, divisors=True, facts=facts)

    def terms_or_term(self, *values: Expression) -> tuple[Expression, ...]:
        return values

    def divisors_of(self, values: tuple[Expression, ...]) -> Noun:
        return self._divisors(values)

    def divisors_open(self) -> Noun:
        return Noun(domain=Domain.INT, natural=True, divisors=True, facts=(open_divisor,))

    def multiples_of(self, value: Expression) -> Noun:
        return Noun(domain=Domain.INT, facts=(divides(value),))

    def squares(self) -> Noun:
        return Noun(domain=Domain.INT, natural=True, facts=(has("power", number(2)),))

    def cubes(self) -> Noun:
        return Noun(domain=Domain.INT, natural=True, facts=(has("power", number(3)),))

    def palindromes(self) -> Noun:
        return Noun(domain=Domain.INT, natural=True, facts=(has("palindrome"),))

    def values_of(self, token: Token) -> Noun:
        return Noun(letter=self.letter_name(token))

    def integers_named(self, token: Token) -> Noun:
        return Noun(letter=self.letter_name(token), domain=Domain.INT)

    numbers_named = values_of

    def primes_named(self, token: Token) -> Noun:
        return Noun(
            letter=self.letter_name(token), domain=Domain.INT, natural=True, facts=(has("prime"),)
        )

    def solutions_of(self, token: Token) -> Noun:
        formula = self.relation(token)
        letter = only_letter((formula,))
        return Noun(letter=letter, facts=(about(letter, (formula,)),), collective=True)

    def solutions_named(self, letter: Token, token: Token) -> Noun:
        name = self.letter_name(letter)
        return Noun(letter=name, facts=(about(name, (self.relation(token),)),))

    def solution_noun(self, token: Token) -> Noun:
        return self.solutions_of(token)

    def named_value(self, letter: Token, *changes: Any) -> Noun:
        result = Noun(letter=self.letter_name(letter))
        for change in changes:
            result = change(result)
        return result

    def named_equation(self, letter: Token, token: Token) -> Noun:
        name = self.letter_name(letter)
        return Noun(letter=name, facts=(about(name, (self.relation(token),)),))

    # After the noun

    def less_than(self, bound: Expression) -> Any:
        return lambda noun: noun.with_facts(below(bound))

    def greater_than(self, bound: Expression) -> Any:
        return lambda noun: noun.with_facts(above(bound))

    def at_most(self, bound: Expression) -> Any:
        return lambda noun: noun.with_facts(at_most(bound))

    def at_least(self, bound: Expression) -> Any:
        return lambda noun: noun.with_facts(at_least(bound))

    def between_inclusive(self, low: Expression, high: Expression) -> Any:
        return lambda noun: noun.with_facts(at_least(low), at_most(high))

    def between_strict(self, low: Expression, high: Expression) -> Any:
        return lambda noun: noun.with_facts(above(low), below(high))

    def between(self, low: Expression, high: Expression) -> Any:
        """Whether the ends count is left open: read strictly, and checked not to matter."""
        return lambda noun: noun.with_facts(Between(low, high))

    def that_is(self, fact: Fact) -> Any:
        return lambda noun: noun.with_facts(fact)

    def satisfying(self, *relations: Any) -> Any:
        formulas = self.relations(*_flat(relations))

        def change(noun: Noun) -> Noun:
            letter = noun.letter or only_letter(formulas)
            return replace(noun, letter=letter).with_facts(about(letter, formulas))

        return change

    def such_that(self, clauses: tuple[Formula, ...]) -> Any:
        def change(noun: Noun) -> Noun:
            letter = noun.letter or only_letter(clauses)
            return replace(noun, letter=letter).with_facts(about(letter, clauses))

        return change

    def count_of_divisors(self, count: Expression) -> Expression:
        return count

    def with_divisors(self, count: Expression) -> Any:
        return lambda noun: _positive_integers(noun).with_facts(
            lambda value: Relation("=", divisor_tally(value), count)
        )

    def remainder_phrase(self, *pairs: Expression) -> tuple[Fact, ...]:
        def leaves(rest: Expression, divisor: Expression) -> Fact:
            return lambda value: Relation("=", Apply("mod", (value, divisor)), rest)

        return tuple(leaves(*pair) for pair in zip(pairs[::2], pairs[1::2], strict=True))

    def leaving(self, facts: tuple[Fact, ...]) -> Any:
        return lambda noun: _integral(noun).with_facts(*facts)

    def dividing(self, value: Expression) -> Any:
        return lambda noun: _integral(noun).with_facts(
            lambda part: Property("divides", (part, value))
        )

    def digits_sum_to(self, total: Expression) -> Any:
        return lambda noun: _natural(_integral(noun)).with_facts(
            lambda value: Relation("=", Apply("digit_sum", (number(10), value)), total)
        )


def close_divisors(noun: Noun, values: tuple[Expression, ...]) -> Noun:
    """ "How many divisors does N have": the open place of the noun filled."""
    if open_divisor not in noun.facts:
        raise DeclineError("unparsed_text", "what is had is no divisor")

    def dividing(value: Expression) -> Fact:
        return lambda part: Property("divides", (part, value))

    facts: list[Fact] = []
    for fact in noun.facts:
        if fact is open_divisor:
            facts += [above(number(0)), *(dividing(value) for value in values)]
        else:
            facts.append(fact)
    return replace(noun, facts=tuple(facts))


def _flat(parts: Sequence[Any]) -> list[Any]:
    return [
        item for part in parts for item in (part if isinstance(part, list | tuple) else (part,))
    ]


def _with_domain(noun: Noun, domain: Domain) -> Noun:
    if noun.domain is not None and noun.domain is not domain:
        raise DeclineError("domain_unclear", "two kinds of numbers at once")
    return replace(noun, domain=domain)


def _integral(noun: Noun) -> Noun:
    return noun if noun.domain is Domain.INT else _with_domain(noun, Domain.INT)


def _natural(noun: Noun) -> Noun:
    return replace(noun, natural=True)


def _positive_integers(noun: Noun) -> Noun:
    if noun.domain is not Domain.INT or not noun.natural:
        raise DeclineError("domain_unclear", "divisors of what need not be positive")
    return noun


def _no_divisors(noun: Noun) -> Noun:
    if noun.divisors or noun.natural:
        raise DeclineError("domain_unclear", "negative divisors")
    return noun


def _no_divisors_unless_positive(noun: Noun) -> Noun:
    # "integer divisors" may count negative ones; "positive integer divisors" says more, but the
    # adjectives are applied from the noun outwards, so the sign is not known yet.
    if noun.divisors:
        raise DeclineError("ambiguous", "whether negative divisors count")
    return noun
