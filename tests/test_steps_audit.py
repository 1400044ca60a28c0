"""What Lean says of the steps of a solution, and which false equalities are no errors."""

import pytest

from numina_lean.check.pool import Pool
from numina_lean.steps.audit import Auditor
from numina_lean.steps.find import steps_of
from numina_lean.steps.question import Question, question
from numina_lean.steps.surroundings import Surroundings

Verdict = tuple[str, str | None]
"""Verdict and reason."""


def verdicts(pool: Pool, solution: str, problem: str = "") -> list[Verdict]:
    return [(step.verdict, step.reason) for step in Auditor(pool).audit(problem, solution)]


JUDGED = {
    "arithmetic": ("48/2 = 24 and 24 + 48 = 73.", [("holds", None), ("wrong", None)]),
    "after an innocent word": ("for a total of 3 + 4 = 8", [("wrong", None)]),
    "a share": ("So 20% of 50 = 10.", [("holds", None)]),
    "a percentage without its hundredth": ("3 / 4 * 100 = 75%", [("holds", None)]),
    "rounded": ("10 / 3 = 3.33", [("rounded", None)]),
    "cut off": ("20 / 3 = 6.66", [("rounded", None)]),
    "further off": ("10 / 3 = 3.34", [("rounded", None)]),
    "too far off": ("10 / 3 = 3.4", [("rounded", None)]),
    "wrong decimals": ("10 / 4 = 2.6", [("wrong", None)]),
    "approximate": (r"$\frac{22}{7} \approx 3.14$", [("rounded", None)]),
    "counting": (r"$\binom{5}{2} + 4! = 34$", [("holds", None)]),
    "a root with a value": (r"$\sqrt{49} - \sqrt[3]{8} = 5$", [("holds", None)]),
    "a wrong root": (r"$\sqrt{49} = 8$", [("wrong", None)]),
    "a logarithm": (r"$\log_2 8 = 3$", [("holds", None)]),
    "a surd": (r"$(1 + \sqrt{2})^2 = 3 + 2\sqrt{2}$", [("holds", None)]),
    "a surd simplified": (r"$\sqrt{52} = 2\sqrt{13}$", [("holds", None)]),
    "a wrong surd": (r"$\sqrt{52} = 4\sqrt{13}$", [("wrong", None)]),
    "an identity": (r"$(x + 1)(x - 1) = x^2 - 1$", [("holds", None)]),
    "an identity of quotients": (r"$\frac{x}{x^2} = \frac{1}{x}$", [("holds", None)]),
    "a letter with one value": (
        r"$2x + 1 = 7$, so $x = 3$ and $x^2 = 10$",
        [("holds", None), ("unread", "free_variable"), ("unread", "free_variable")],
    ),
    "a letter with two values": (
        r"$2x + 1 = 7$, so $x = 3$ or $x = 4$",
        [("unread", "free_variable")] * 3,
    ),
    "a congruence": (
        r"$2^{10} \equiv 1024 \equiv 4 \equiv 5 \pmod{10}$",
        [("holds", None), ("holds", None), ("wrong", None)],
    ),
    "inequalities": (r"$2 < 3 \le 3 < 1$", [("holds", None), ("holds", None), ("wrong", None)]),
    "a mixed number or a product": (
        r"$2\frac{1}{2} = 2.5$ and $4\frac{1}{2} = 2$",
        [("holds", None), ("holds", None)],
    ),
    "a product under a root": (r"$\sqrt{50-50\frac{4}{5}} = \sqrt{10}$", [("holds", None)]),
}


@pytest.mark.lean
@pytest.mark.parametrize("name", JUDGED)
def test_verdicts_are_those_of_lean(pool: Pool, name: str) -> None:
    solution, expected = JUDGED[name]
    assert verdicts(pool, solution) == expected


NO_ERRORS = {
    "a condition": (r"Solve $x + 3 = 5$ and $2x = 9$.", "", "free_variable"),
    "a definition": (r"Let $f = 3$.", "", "free_variable"),
    "a supposition": ("Suppose that $2 + 2 = 5$.", "", "supposed"),
    "a contradiction": ("This gives $1 + 1 = 3$, a contradiction.", "", "supposed"),
    "taken back in the next sentence": ("Then 4 + 4 = 9. That is impossible.", "", "supposed"),
    "another base": ("So 5 + 3 = 10.", "Add in base 8.", "other_arithmetic"),
    "residues": ("So 5 + 3 = 1.", "Compute modulo 7.", "other_arithmetic"),
    "an operation of its own": (r"$3 * 4 = 10$", r"Let $a * b = 2a + b$.", "other_arithmetic"),
    "units": ("3 feet * 1 = 36 inches", "", "units"),
    "a product under a root": (r"$\sqrt{50-50\frac{4}{5}} = \sqrt{10}$", "", None),
    "a triangle": (r"a $6-8-10 = 3-4-5$ triangle", "", "ambiguous"),
    "cents": ("5 * $0.25 = 125 cents", "", "units"),
    "words before": ("half of 6 + 4 = 5", "", "words"),
    "a list on each side": (r"$\frac26, \frac28 = \frac13, \frac14$", "", "words"),
    "a multiplication before": ("multiplied by $3 + 4 = 8$", "", "words"),
    "a factorial after the formula": (r"which gives $200 \cdot 199 = 200$ !", "", "words"),
    "a factorial after the number": ("3 * 2 * 1 = 3!", "", "words"),
    "words after": ("6 + 6 = 1 dozen", "", "words"),
    "numbers beside each other": ("The 2 hours = 120", "", "bare"),
    "a chain that runs on": ("2 + 3 = 5 * 4 = 20", "", "run_on"),
    "a division by a fraction": ("14 / 1 / 4 = 56", "", None),
}


@pytest.mark.parametrize("name", NO_ERRORS)
def test_a_false_equality_that_may_be_meant_otherwise_is_not_called_wrong(name: str) -> None:
    solution, problem, reason = NO_ERRORS[name]
    around = Surroundings(problem, solution)
    answers = [question(step, around) for step in steps_of(solution)]
    wrong = [each for each in answers if isinstance(each, Question) and each.verdict == "wrong"]
    assert wrong == []
    assert reason is None or reason in answers


@pytest.mark.lean
def test_what_lean_does_not_prove_is_open(pool: Pool) -> None:
    """Powers with letters in the exponent are beyond `grind`, true as they are."""
    (step,) = Auditor(pool).audit("", r"$(2^3)^x = 8^x$")
    assert step.verdict == "open"
    assert step.statement is not None


@pytest.mark.lean
def test_a_question_is_asked_once_and_rows_keep_their_order(pool: Pool) -> None:
    rows = [(n, "", f"{n % 2} + 1 = {n % 2 + 1}") for n in range(6)]
    before = sum(pool.statistics().done.values())
    audited = list(Auditor(pool).audit_all(rows))
    assert [key for key, _ in audited] == list(range(6))
    assert all(step.verdict == "holds" for _, steps in audited for step in steps)
    assert sum(pool.statistics().done.values()) - before == 2
