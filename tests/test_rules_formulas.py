"""Formulas: one meaning each, or a reason why there is none."""

from fractions import Fraction

import pytest

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.evaluation import UnknownValueError, evaluate, holds
from numina_lean.translate.rules.expression import Apply, Call, Expression, Property, Series, Symbol
from numina_lean.translate.rules.formula import FormulaReader, parse_formula
from numina_lean.translate.rules.polynomial import same_quotient


def read(text: str, reader: FormulaReader | None = None) -> Expression:
    (item,) = (reader or FormulaReader()).items(parse_formula(text))
    return item  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\frac12", Fraction(1, 2)),
        (r"\dfrac 3{10}", Fraction(3, 10)),
        (r"3\frac{1}{2}", Fraction(7, 2)),
        (r"-2^2", -4),
        (r"(-2)^2", 4),
        (r"2^{3^2}", 512),
        (r"2^{-3}", Fraction(1, 8)),
        (r"12 \div 3 \cdot 2", 8),
        (r"7 - 4 - 1", 2),
        (r"80,\!607", 80607),
        (r"1{,}234{,}567", 1234567),
        (r".25", Fraction(1, 4)),
        (r"2(3)(4)", 24),
        (r"5! - 3!", 114),
        (r"\binom{6}{2}", 15),
        (r"\left| -3 \right| + |2-7|", 8),
        (r"\lfloor -2.5 \rfloor", -3),
        (r"\lceil -2.5 \rceil", -2),
        (r"\sqrt[3]{27} + \sqrt{\frac{9}{4}}", Fraction(9, 2)),
        (r"16^{3/4}", 8),
        (r"\log_2 32", 5),
        (r"\log_28", 3),
        (r"\gcd(12, 18)", 6),
        (r"\text{lcm}[4, 6]", 12),
        (r"1011_2 + 12_{3}", 16),
        (r"2014_{10}", 2014),
        (r"25\%", Fraction(1, 4)),
        (r"\sum_{k=1}^{4} k^2", 30),
        (r"\prod_{i = 2}^{4} i", 24),
        (r"17 \bmod 5", 2),
    ],
)
def test_a_formula_has_the_value_that_mathematics_gives_it(text, value):
    assert evaluate(read(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"1 + 2 + 3 + \cdots + 100", 5050),
        (r"1 + 2 + \dots + 9 + 10", 55),
        (r"1^3 + 2^3 + 3^3 + \dots + 10^3", 3025),
        (r"5 + 9 + 13 + \cdots + 41", 230),
        (r"1 + 3 + 9 + \cdots + 243", 364),
        (r"2 \cdot 4 \cdot 6 \cdots 10", 3840),
        (r"\frac1{1\cdot 2} + \frac1{2\cdot 3} + \cdots + \frac1{9\cdot 10}", Fraction(9, 10)),
    ],
)  # fmt: skip
def test_dots_stand_for_the_terms_between(text, value):
    series = read(text)
    assert isinstance(series, Series)
    assert evaluate(series) == value


@pytest.mark.parametrize(
    "text",
    [
        r"1 + \cdots + 100",  # one term shows no pattern
        r"1 + 4 + 9 + \cdots + 100",  # neither arithmetic nor geometric
        r"1 + 3 + 5 + \cdots + 100",  # the last term is not on the line
        r"1 + 2 + 4 + \cdots",  # has no end
        r"1 - 2 + 3 - \cdots + 99",
    ],
)
def test_dots_without_one_clear_pattern_are_declined(text):
    with pytest.raises(DeclineError) as declined:
        read(text)
    assert declined.value.reason == "unsupported_notion"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"1/2x", "ambiguous"),
        (r"6 \div 2(1+2)", "ambiguous"),
        (r"x^10", "unparsed_math"),
        (r"\int x", "unparsed_math"),
        (r"x_{", "unparsed_math"),
        (r"2 \star 3", "undefined_symbol"),
        (r"f(2) + 1", "undefined_symbol"),
        (r"129_8", "not_well_defined"),
        (r"x \pm 1", "unparsed_math"),
        (r"a < b > c", "unparsed_math"),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "unparsed_math"),
    ],
)
def test_a_formula_without_one_sure_meaning_is_declined(text, reason):
    with pytest.raises(DeclineError) as declined:
        read(text)
    assert declined.value.reason == reason


def test_a_letter_before_parentheses_is_a_call_only_where_it_is_defined():
    called = read("f(x+1)", FormulaReader(functions=frozenset({"f"})))
    assert isinstance(called, Call)
    multiplied = read("n(x+1)")
    assert isinstance(multiplied, Apply)
    assert multiplied.function == "mul"


def test_a_star_is_a_product_unless_the_problem_defines_it():
    assert evaluate(read("3*2")) == 6
    assert read("3*2", FormulaReader(operators=frozenset({"*"}))) == Call(
        "*", (read("3"), read("2"))
    )


def test_bars_are_absolute_values_or_divisibility():
    assert read(r"3 \mid n") == Property("divides", (read("3"), Symbol("n")))
    assert read(r"3 | n") == Property("divides", (read("3"), Symbol("n")))
    assert evaluate(read("|2-5| + |-1|")) == 4


def test_the_index_of_symbolic_dots_runs_to_the_letter():
    series = read(r"1 \cdot 2 + 2 \cdot 3 + \cdots + n(n+1)")
    assert isinstance(series, Series)
    assert series.high == Symbol("n")
    assert same_quotient(series.body, read("k^2+k"))


def test_congruence_and_divisibility_hold_as_they_should():
    (congruence,) = FormulaReader().items(parse_formula(r"17 \equiv 2 \pmod 5"))
    assert holds(congruence)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [r"\frac{1}{0}", r"\sqrt{2}", r"(-8)^{1/2}", "10!^{10!}"])
def test_what_has_no_rational_value_is_not_given_one(text):
    with pytest.raises(UnknownValueError):
        evaluate(read(text))
