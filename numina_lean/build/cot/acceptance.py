"""What is accepted of a solution, whoever wrote it: by its reference where it has one."""

from numina_lean.answers.equality import equal
from numina_lean.build.cot.ending import boxed_answer, ends_as_proof, with_box, with_qed
from numina_lean.build.cot.row import Checked, CotRow
from numina_lean.build.stage import Rejected
from numina_lean.problems.multiple_choice import read_options


def answers(problem: str, solution: str, answer: str) -> bool:
    """Whether what the solution boxes is the answer; of a choice, its letter or what it stands for.

    Takes a few seconds at most, and does not raise.
    """
    found = boxed_answer(solution)
    if found is None:
        return False
    return equal(found, answer) or _same_choice(problem, found, answer)


def judged(row: CotRow, solution: str) -> Checked | Rejected:
    """What is known of `solution` as one of the row's problem."""
    if row.proof:
        if ends_as_proof(solution):
            return "proof"
        return Rejected("no_end", f"a proof that does not end in ■: {solution[-200:]}")
    found = boxed_answer(solution)
    if found is None:
        return Rejected("no_box", f"no answer in a box: {solution[-200:]}")
    if row.answer is None:
        return "unchecked"
    if answers(row.problem, solution, row.answer):
        return "matched"
    return Rejected("wrong_answer", f"{found}, where {row.answer} is known")


def written(row: CotRow, solution: str | None) -> str | Rejected:
    """A solution that a model wrote, with its end as a rule makes it, where it is accepted."""
    if not solution:
        return Rejected("malformed", "no solution between its tags")
    ended = with_qed(solution) if row.proof and ends_as_proof(solution) else solution
    if not row.proof:
        ended = with_box(solution, row.answer) or solution
    verdict = judged(row, ended)
    return verdict if isinstance(verdict, Rejected) else ended


def _same_choice(problem: str, one: str, other: str) -> bool:
    """Whether one is a letter, and the other what stands beside that letter in the problem."""
    options = read_options(problem)
    if options is None:
        return False
    for letter, value in ((one, other), (other, one)):
        option = options.values.get(letter.strip("()$. "))
        if option is not None and equal(option, value):
            return True
    return False
