"""Whether a problem's own row calls it usable."""

from numina_lean.problems.problem import Problem
from numina_lean.problems.skipped import Skipped, Unselected

PROOF = "proof"
NOT_FOUND = "notfound"
_VALID = "yes"


def unusable(problem: Problem) -> Skipped | None:
    """Why the row itself rules the problem out, or None."""
    if not problem.problem:
        return Skipped(Unselected.EMPTY, "no text")
    if problem.problem_is_valid.lower() != _VALID:
        detail = f"problem_is_valid is {problem.problem_is_valid!r}"
        return Skipped(Unselected.INVALID_PROBLEM, detail)
    if problem.solution_is_valid.lower() != _VALID:
        detail = f"solution_is_valid is {problem.solution_is_valid!r}"
        return Skipped(Unselected.INVALID_SOLUTION, detail)
    if problem.question_type != PROOF and problem.answer.lower() in ("", NOT_FOUND):
        return Skipped(Unselected.NO_ANSWER, f"the answer is {problem.answer!r}")
    return None
