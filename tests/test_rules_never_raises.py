"""On any text at all, the translator answers: a candidate or a reason of its closed set."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from numina_lean.problems.problem import Problem
from numina_lean.translate.rules import RulesTranslator
from numina_lean.translate.rules.decline import REASONS
from numina_lean.translate.translator import Declined

TRANSLATOR = RulesTranslator()
PIECES = (
    "What is", "Find", "Evaluate", "Solve for", "How many", "Let", "If", "Prove that", "Simplify",
    "the remainder when", "is divided by", "the sum of", "positive integers", "divisors of",
    "such that", "are divisible by", "less than", "the value of", "and", ",", ".", "?", "base 3",
    "$x$", "$n$", "$2^{10}$", "$\\frac{1}{x}$", "$x^2 = 4$", "$f(x) = x + 1$", "$f(3)$", "12", "7",
    "$3 \\star 4$", "$a \\star b = a + b$", "$x \\equiv 2 \\pmod 5$", "$1 + 2 + \\cdots + n$",
    "$n!$", "$\\binom{n}{2}$", "$|x - 1|$", "$\\sqrt{x}$", "$i$", "$101_2$", "$(x, y)$", "$y = 0$",
)  # fmt: skip
ANSWERS = ("3", "-1", "\\frac12", "x+1", "2, 3", "(1,2)", "101_2", "proof", "", "\\text{no}", "x=4")

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answered(text: str, answer: str) -> bool:
    for profile in ("core", "mathlib"):
        found = TRANSLATOR.translate(Problem("p", text, answer), profile=profile, samples=1)
        if isinstance(found, Declined):
            if found.reason not in REASONS:
                return False
        elif not found[0].statement.conclusion:
            return False
    return True


@quick
@given(st.text(max_size=80), st.text(max_size=20))
@example("$" * 5, "$")
@example("Evaluate $" + "(" * 3000 + "$.", "1")
@example("Evaluate $" + "{" * 200 + "1" + "}" * 200 + "$.", "1")
@example("Evaluate $9^{9^{9^{9}}}$.", "1")
@example("Evaluate $\\frac{10^{999999999}}{3}$.", "1")
@example("Evaluate $(999!)!$.", "1")
@example("Evaluate $\\sum_{k=1}^{999999999} k$.", "1")
@example("What is the sum of the digits of $10^{10^{10}}$?", "1")
@example("\x00\ud7ff$\x00$", "\x00")
def test_any_text_is_answered(text, answer):
    assert answered(text, answer)


@quick
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9), st.sampled_from(ANSWERS))
def test_any_heap_of_phrases_is_answered(pieces, answer):
    assert answered(" ".join(pieces), answer)


@quick
@given(
    st.sampled_from(
        (
            "What is the smallest positive integer $n$ such that $n^2$ is divisible by 18?",
            "If $f(x) = \\frac{x+1}{x}$ and $g(x) = x^2$, what is the value of $f(g(2))$?",
            "How many integers $n$ satisfy $-3 < 2n + 1 \\le 9$?",
            "Find the remainder when $1! + 2! + 3! + \\cdots + 50!$ is divided by 15.",
        )
    ),
    st.integers(0, 90),
    st.integers(1, 6),
    st.text(alphabet="${}\\()^_|+-=!.,?x1n ", max_size=4),
)
def test_a_damaged_problem_is_answered(text, place, length, patch):
    assert answered(text[:place] + patch + text[place + length :], "3")
