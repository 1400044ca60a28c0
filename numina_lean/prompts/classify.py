"""Asking what kind of problem a text is, and whether problem and solution are whole, as JSON."""

from dataclasses import dataclass

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts import schema
from numina_lean.prompts.chat import DATA
from numina_lean.prompts.family import Family
from numina_lean.prompts.quoting import Quotes

PROBLEM_TYPES = (
    "Algebra",
    "Geometry",
    "Number Theory",
    "Combinatorics",
    "Calculus",
    "Inequalities",
    "Logic and Puzzles",
    "Other",
)
QUESTION_TYPES = ("math-word-problem", "proof", "MCQ")
VALIDITIES = ("Yes", "Incomplete", "No")


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """A problem and its solution, empty where there is none."""

    problem: str
    solution: str = ""


SCHEMA = schema.text(
    schema.record(
        problem_type=schema.one_of(PROBLEM_TYPES),
        question_type=schema.one_of(QUESTION_TYPES),
        problem_is_valid=schema.one_of(VALIDITIES),
        solution_is_valid=schema.one_of(VALIDITIES),
    )
)
_LONGEST_SOLUTION = 6_000
"""Characters of a solution that are shown: its beginning and its end."""

_INSTRUCTIONS = f"""\
You sort competition problems. You do not solve them.

{DATA}

`problem_type`: the field whose ideas the solution needs most. "Inequalities" if an inequality is \
to be proved; "Calculus" if limits, derivatives or integrals are needed; "Combinatorics" includes \
counting and probability; "Algebra" includes word problems that come to equations, functions, \
sequences and polynomials; "Logic and Puzzles" if neither calculation nor counting settles it; \
"Other" if it is no mathematics.
`question_type`: "MCQ" if options to choose from are part of the problem; "proof" if all it asks \
for is a proof; else "math-word-problem".
`problem_is_valid`: "Incomplete" if something is missing without which it cannot be solved (a \
figure, a condition, options, the end of the text); "No" if it is no problem; else "Yes".
`solution_is_valid`: "Incomplete" if it breaks off, leaves out its main step, or solves only a \
part; "No" if it is missing, of another problem, or wrong; else "Yes".

Answer with one JSON object {{"problem_type": "…", "question_type": "…", "problem_is_valid": "…", \
"solution_is_valid": "…"}} and nothing else.
"""


def _classify(request: ClassifyRequest) -> Prompt:
    solution = _shortened(request.solution) or "(none)"
    quotes = Quotes((request.problem, solution))
    parts = ["The problem:", quotes.block("problem", request.problem)]
    parts += ["The solution:", quotes.block("solution", solution)]
    return Prompt(
        (Message("system", _INSTRUCTIONS), Message("user", "\n".join(parts))), schema=SCHEMA
    )


def _shortened(solution: str) -> str:
    if len(solution) <= _LONGEST_SOLUTION:
        return solution
    half = _LONGEST_SOLUTION // 2
    return f"{solution[:half]}\n[…]\n{solution[-half:]}"


FAMILIES: dict[str, Family[ClassifyRequest]] = {
    "chat": Family(
        "chat", "classify", _classify, Sampling(temperature=0.0, max_tokens=512),
        "ours, for any chat model",
    )
}  # fmt: skip
