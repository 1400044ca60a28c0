"""The rules of `prose.lark` for predicates: what is said of a number, as facts."""

from collections.abc import Sequence
from typing import Any

from lark import Token, Transformer, v_args

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Domain,
    Expression,
    Formula,
    Items,
    Not,
    Number,
    Or,
    Property,
    Relation,
    Symbol,
    conjunction,
    free_symbols,
    number,
    substitute,
)
from numina_lean.translate.rules.formula import FormulaReader
from numina_lean.translate.rules.meaning import (
    Fact,
    Noun,
    above,
    at_least,
    at_most,
    below,
)
from numina_lean.translate.rules.prose_tokens import FormulaToken, NumberWord

_FORMULAS = (Relation, Property, Not, And, Or)


def divides(divisor: Expression) -> Fact:
    return lambda value: Property("divides", (divisor, value))


def has(name: Any, *before: Expression) -> Fact:
    """The property `name` of a number, other arguments first."""
    return lambda value: Property(name, (*before, value))


def negated(fact: Fact) -> Fact:
    return lambda value: Not(fact(value))


def joined(facts: Sequence[Fact]) -> Fact:
    return lambda value: conjunction(tuple(fact(value) for fact in facts))


def about(letter: str, formulas: tuple[Formula, ...]) -> Fact:
    """What `formulas` say of `letter`, said of any number."""
    return lambda value: substitute(conjunction(formulas), letter, value)  # type: ignore[return-value]


def only_letter(formulas: tuple[Formula, ...]) -> str:
    """The one free letter of `formulas`."""
    letters = frozenset(name for formula in formulas for name in free_symbols(formula))
    if len(letters) != 1:
        raise DeclineError("domain_unclear", "it is not said which letter is meant")
    return next(iter(letters))


@v_args(inline=True)
class PredicateReader(Transformer[Token, Any]):
    """Meanings of formulas inside prose, and of predicates: facts about a number."""

    def __init__(self, formulas: FormulaReader) -> None:
        super().__init__(visit_tokens=False)
        self.formulas = formulas

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        raise DeclineError("unparsed_text", f"no meaning for {data}")

    # Formulas

    def parts(self, token: Token) -> tuple[Any, ...]:
        carried: FormulaToken = token.value
        return self.formulas.items(carried.tree)

    def formula_term(self, token: Token) -> Expression:
        (part,) = self.parts(token)
        if isinstance(part, _FORMULAS):
            raise DeclineError("unparsed_text", "a relation in the place of a number")
        return part  # type: ignore[no-any-return]

    def relation(self, token: Token) -> Formula:
        formulas = self.parts(token)
        return conjunction(tuple(formulas))

    def relations(self, *tokens: Token) -> tuple[Formula, ...]:
        return tuple(self.relation(token) for token in tokens)

    def letter_name(self, token: Token) -> str:
        part = self.formula_term(token)
        if not isinstance(part, Symbol):
            raise DeclineError("unparsed_text", "a number in the place of a letter")
        return part.name

    def count_term(self, token: Token) -> Expression:
        carried: NumberWord = token.value
        return number(carried.value)

    def natural_number(self, token: Token) -> int:
        value = (
            self.count_term(token)
            if isinstance(token.value, NumberWord)
            else self.formula_term(token)
        )
        if not isinstance(value, Number) or value.value.denominator != 1:
            raise DeclineError("unparsed_text", "no whole number where one is needed")
        return int(value.value)

    # What a predicate says

    def predicate(self, fact: Fact) -> Fact:
        return fact

    def both(self, first: Fact, second: Fact) -> Fact:
        return joined((first, second))

    def either(self, first: Fact, second: Fact) -> Fact:
        return lambda value: Or((first(value), second(value)))

    def neither(self, first: Fact, second: Fact) -> Fact:
        return joined((negated(first), negated(second)))

    def is_noun(self, noun: Noun) -> Fact:
        facts = noun.facts
        if noun.domain is Domain.INT and not _are_integral(facts):
            facts = (has("integer"), *facts)
        elif noun.domain not in (None, Domain.INT) or not facts:
            raise DeclineError("domain_unclear", "numbers of a kind that is not said")
        if (noun.letter is not None and not noun.collective) or open_divisor in noun.facts:
            raise DeclineError("unparsed_text", "a named number in the place of a property")
        return joined(facts)

    def divisible_by(self, values: Any) -> Fact:
        return joined([divides(value) for value in _values(values)])

    def divisible_by_any(self, values: Any) -> Fact:
        options = [divides(value) for value in _values(values)]
        return lambda value: Or(tuple(option(value) for option in options))

    def terms_and(self, *values: Any) -> tuple[Expression, ...]:
        return tuple(
            part
            for value in values
            for part in (self.parts(value) if isinstance(value, Token) else (value,))
        )

    terms_and_strict = terms_and
    terms_or = terms_and

    def congruent_to(self, rest: Expression, modulus: Any) -> Fact:
        below_line = self.formula_term(modulus) if isinstance(modulus, Token) else modulus
        return lambda value: Property("congruent", (value, rest, below_line))

    def coprime_to(self, other: Expression) -> Fact:
        return has("coprime", other)

    def pred_even(self) -> Fact:
        return has("even")

    def pred_odd(self) -> Fact:
        return has("odd")

    def pred_prime(self) -> Fact:
        return has("prime")

    def pred_positive(self) -> Fact:
        return above(number(0))

    def pred_negative(self) -> Fact:
        return below(number(0))

    def pred_less(self, bound: Expression) -> Fact:
        return below(bound)

    def pred_greater(self, bound: Expression) -> Fact:
        return above(bound)

    def pred_at_most(self, bound: Expression) -> Fact:
        return at_most(bound)

    def pred_at_least(self, bound: Expression) -> Fact:
        return at_least(bound)

    def pred_equal(self, value: Expression) -> Fact:
        return lambda left: Relation("=", left, value)

    def pred_not(self, fact: Fact) -> Fact:
        return negated(fact)

    def pred_between_inclusive(self, low: Expression, high: Expression) -> Fact:
        return joined((at_least(low), at_most(high)))

    def pred_between(self, low: Expression, high: Expression) -> Fact:
        return Between(low, high)

    def predicate_one_noun(self, noun: Noun) -> Fact:
        return self.is_noun(noun)

    def pred_more_than(self, amount: Expression, fact: Fact) -> Fact:
        return lambda value: fact(Apply("sub", (value, amount)))

    def pred_fewer_than(self, amount: Expression, fact: Fact) -> Fact:
        return lambda value: fact(Apply("add", (value, amount)))


class Between:
    """A fact "between low and high" that does not say whether the ends count."""

    def __init__(self, low: Expression, high: Expression) -> None:
        self.low, self.high = low, high

    def __call__(self, value: Expression) -> Formula:
        raise DeclineError("ambiguous", "whether the ends of a range count")

    def strictly(self, value: Expression) -> Formula:
        return And((Relation("<", self.low, value), Relation("<", value, self.high)))


def open_divisor(value: Expression) -> Formula:
    raise DeclineError("unparsed_text", "divisors of what is not said")


def _are_integral(facts: Sequence[Fact]) -> bool:
    """Whether some fact can hold of integers only."""
    probe = Symbol("probe")
    return any(isinstance(fact(probe), Property) for fact in facts if fact is not open_divisor)


def _values(values: Any) -> tuple[Expression, ...]:
    flat: list[Expression] = []
    for value in values if isinstance(values, tuple) else (values,):
        flat.extend(value.items if isinstance(value, Items) else (value,))
    return tuple(flat)
