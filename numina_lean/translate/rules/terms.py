"""The rules of `prose.lark` for phrases that name a number: "the remainder when …", "half of …"."""

from typing import Any

from lark import Token, v_args

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    Apply,
    Domain,
    Expression,
    Formula,
    FunctionName,
    Items,
    Number,
    Property,
    Relation,
    Series,
    Symbol,
    Tally,
    number,
)
from numina_lean.translate.rules.meaning import Noun, collection
from numina_lean.translate.rules.nouns import NounReader
from numina_lean.translate.rules.predicates import Between
from numina_lean.translate.rules.prose_tokens import NumberWord


def _folded(name: FunctionName, values: tuple[Expression, ...]) -> Expression:
    if len(values) < 2:
        raise DeclineError("unparsed_text", f"{name} of one number")
    result = values[0]
    for value in values[1:]:
        result = Apply(name, (result, value))
    return result


@v_args(inline=True)
class TermReader(NounReader):
    """Meanings of terms: each is one expression."""

    def same(self, value: Expression) -> Expression:
        return value

    def same_formula(self, *tokens: Any) -> Expression:
        return self.formula_term(tokens[-1])

    def terms(self, *values: Any) -> tuple[Expression, ...]:
        return self.terms_and(*values)

    terms_two = terms

    def gcd_term(self, values: tuple[Expression, ...]) -> Expression:
        return _folded("gcd", _spread(values))

    def lcm_term(self, values: tuple[Expression, ...]) -> Expression:
        return _folded("lcm", _spread(values))

    def remainder(self, value: Expression, divisor: Any) -> Expression:
        if isinstance(divisor, Token):
            divisor = self.formula_term(divisor)
        return Apply("mod", (value, divisor))

    def remainder_reversed(self, divisor: Expression, value: Expression) -> Expression:
        return Apply("mod", (value, divisor))

    def quotient_term(self, value: Expression, divisor: Expression) -> Expression:
        raise DeclineError("ambiguous", "whether a quotient is whole or exact")

    def units_digit(self, value: Expression) -> Expression:
        return Apply("mod", (value, number(10)))

    def tens_digit(self, value: Expression) -> Expression:
        return Apply("digit_at", (number(1), value))

    def hundreds_digit(self, value: Expression) -> Expression:
        return Apply("digit_at", (number(2), value))

    def last_digits(self, token: Token, value: Expression) -> Expression:
        return Apply("mod", (value, number(10 ** self.natural_number(token))))

    def digit_sum(self, value: Expression) -> Expression:
        return Apply("digit_sum", (number(10), value))

    def digit_count(self, value: Expression) -> Expression:
        return Apply("digit_count", (number(10), value))

    def difference(self, values: tuple[Expression, ...]) -> Expression:
        left, right = self._pair(values)
        return Apply("abs", (Apply("sub", (left, right)),))

    def _pair(self, values: tuple[Expression, ...]) -> tuple[Expression, Expression]:
        if len(values) != 2:
            raise DeclineError("unparsed_text", "not two numbers")
        return values[0], values[1]

    def sum_term(self, values: tuple[Expression, ...]) -> Expression:
        return _folded("add", values)

    def product_term(self, values: tuple[Expression, ...]) -> Expression:
        return _folded("mul", values)

    def ratio_term(self, *values: Any) -> Expression:
        left, right = self._pair(values[0] if len(values) == 1 else values)
        return Apply("div", (left, right))

    def square_term(self, value: Expression) -> Expression:
        return Apply("pow", (value, number(2)))

    def cube_term(self, value: Expression) -> Expression:
        return Apply("pow", (value, number(3)))

    def reciprocal(self, value: Expression) -> Expression:
        return Apply("div", (number(1), value))

    def square_root(self, value: Expression) -> Expression:
        return Apply("sqrt", (value,))

    def absolute(self, value: Expression) -> Expression:
        return Apply("abs", (value,))

    def average(self, values: tuple[Expression, ...]) -> Expression:
        return Apply("div", (_folded("add", values), number(len(values))))

    def fraction_word(self, *tokens: Token) -> Expression:
        words: list[NumberWord] = [token.value for token in tokens]
        top = words[0].value if len(words) == 2 else 1
        return Apply("div", (number(top), number(words[-1].value)))

    def fraction_of(self, part: Expression, value: Expression) -> Expression:
        return Apply("mul", (part, value))

    def half_of(self, value: Expression) -> Expression:
        return Apply("div", (value, number(2)))

    def twice(self, value: Expression) -> Expression:
        return Apply("mul", (number(2), value))

    def percent_of(self, part: Expression, value: Expression) -> Expression:
        return Apply("mul", (Apply("div", (part, number(100))), value))

    def part_of(self, token: Token, value: Expression) -> Expression:
        part = self.formula_term(token)
        match part:
            case Apply("div", (_, Number())):
                return Apply("mul", (part, value))
        raise DeclineError("unparsed_text", "“of” after what is no fraction and no percentage")

    def more_than(self, amount: Expression, value: Expression) -> Expression:
        return Apply("add", (value, _no_percentage(amount)))

    def less_than_term(self, amount: Expression, value: Expression) -> Expression:
        return Apply("sub", (value, _no_percentage(amount)))

    def times_term(self, left: Expression, right: Expression) -> Expression:
        return Apply("mul", (left, right))

    def plus_term(self, left: Expression, right: Expression) -> Expression:
        return Apply("add", (left, right))

    def factorial_term(self, value: Expression) -> Expression:
        return Apply("factorial", (value,))

    def counted_plain(self, noun: Noun) -> Noun:
        return noun

    def count_of(self, noun: Noun) -> Expression:
        return self._tally("count", noun)

    def sum_of(self, noun: Noun) -> Expression:
        return self._tally("sum", noun)

    def product_of(self, noun: Noun) -> Expression:
        return self._tally("product", noun)

    def _tally(self, kind: Any, noun: Noun) -> Expression:
        """A tally inside a longer term: only of integers, whose domain needs no context."""
        if any(isinstance(fact, Between) for fact in noun.facts):
            raise DeclineError("ambiguous", "whether the ends of a range count")
        domain = noun.settled_domain(None)
        if domain > Domain.INT:
            raise DeclineError("unsupported_notion", "a sum over numbers that are no integers")
        return Tally(kind, collection(noun, noun.letter or "n", domain))

    def first_terms(self, count: Expression, noun: Noun) -> Expression:
        """The sum of the first so many positive integers, odd or even ones or squares."""
        index = Symbol("k")
        positive = Relation("<", number(0), index)
        odd, even = Property("odd", (index,)), Property("even", (index,))
        square = Property("power", (number(2), index))
        doubled = Apply("mul", (number(2), index))
        bodies: dict[frozenset[Formula], Expression] = {
            frozenset({positive}): index,
            frozenset({positive, odd}): Apply("sub", (doubled, number(1))),
            frozenset({positive, even}): doubled,
            frozenset({positive, square}): Apply("pow", (index, number(2))),
        }
        said = frozenset(noun.condition("k"))
        if said not in bodies or noun.domain is not Domain.INT:
            raise DeclineError("unsupported_notion", "the first of a sequence")
        return Series("sum", "k", number(1), count, bodies[said])

    def first_sum(self, value: Expression) -> Expression:
        return value


def _spread(values: tuple[Expression, ...]) -> tuple[Expression, ...]:
    return tuple(
        item for value in values for item in (value.items if isinstance(value, Items) else (value,))
    )


def _no_percentage(amount: Expression) -> Expression:
    """`amount`, unless it may be a part of what it is added to: 20% more than 50 is 60."""
    match amount:
        case Apply("div", (_, Number(value))) if value == 100:
            raise DeclineError("ambiguous", "a percentage more or less than something")
    return amount
