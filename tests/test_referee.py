"""What a referee makes of answers: proved, refuted, or nothing; and what that counts in a vote."""

import pytest

from numina_lean.check.pool import Pool
from numina_lean.problems.problem import Problem
from numina_lean.solve.lean_referee import LeanReferee
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.referee import PROVED_FACTOR, Opinion, factors
from numina_lean.solve.trace import Trace
from numina_lean.solve.vote import vote


def problem(text: str) -> Problem:
    """The known answer is a false one: a referee may not look at it."""
    return Problem(id="p", problem=text, answer="-12345")


@pytest.mark.lean
@pytest.mark.parametrize(
    ("text", "answer", "ruling"),
    [
        ("What is the remainder when $3^{50}$ is divided by 7?", "2", "proved"),
        ("What is the remainder when $3^{50}$ is divided by 7?", "3", "refuted"),
        ("Solve for $x$: $3x + 5 = 26$.", "7", "proved"),
        ("Solve for $x$: $3x + 5 = 26$.", "$x = 7$", "proved"),
        ("Solve for $x$: $3x + 5 = 26$.", "8", "refuted"),
        ("If $a+b=9$ and $a-b=1$, what is the value of $ab$?", "20", "proved"),
        ("If $a+b=9$ and $a-b=1$, what is the value of $ab$?", "21", "refuted"),
        ("Who is the tallest of the three?", "4", "untranslated"),
        ("Solve for $x$: $3x + 5 = 26$.", "", "untranslated"),
        ("Solve for $x$: $3x + 5 = 26$.", "\ud800 \\frac{", "untranslated"),
        # Hypotheses that contradict each other prove every answer, and refute every one.
        ("If $2x = 2$ and $3x = 6$, what is the value of $x+1$?", "2", "open"),
        ("If $2x = 2$ and $3x = 6$, what is the value of $x+1$?", "7", "open"),
    ],
)
def test_rulings(pool: Pool, text: str, answer: str, ruling: str) -> None:
    assert LeanReferee(pool).rule(problem(text), answer).ruling == ruling


@pytest.mark.lean
def test_an_answer_is_judged_once(pool: Pool) -> None:
    referee = LeanReferee(pool)
    asked = problem("Evaluate $5 - 9$.")
    first = referee.rule(asked, "-4")
    before = sum(pool.statistics().done.values())
    assert referee.rule(asked, "-4") is first
    assert sum(pool.statistics().done.values()) == before
    assert first.statement is not None
    assert "sorry" not in first.statement


def test_a_veto_and_a_proof_decide_a_vote() -> None:
    opinions = {
        "5": Opinion("refuted", "", None),
        "6": Opinion("proved", "", None),
        "7": Opinion("open", "", None),
        "8": Opinion("untranslated", "", None),
    }
    weights = factors(opinions)
    assert weights == {"5": 0.0, "6": PROVED_FACTOR, "7": 1.0, "8": 1.0}
    answers = ["5"] * 30 + ["7"] * 17 + ["6"]
    traces = [Trace("p", n, (), "answered", answer) for n, answer in enumerate(answers)]
    found = vote(traces, Procedure(), lambda answer: answer, weights)
    assert [each.answer for each in found.classes] == ["6", "7"]
