"""A problem in NuminaMath-1.5 form, made once where a row is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of NuminaMath 1.5.

    `id` is the row's own where it has one, else a digest of the problem text. `answer` is the
    final value, or one of the literals `proof` and `notfound`. `solve_rate` is the share of tries
    that solved it, where the row has such a number; it is kept as it stands there.
    """

    id: str
    problem: str
    answer: str
    solution: str = ""
    problem_type: str = ""
    question_type: str = ""
    source: str = ""
    exam: str = ""
    level: str = ""
    problem_is_valid: str = "Yes"
    solution_is_valid: str = "Yes"
    synthetic: bool = False
    solve_rate: float | None = None
