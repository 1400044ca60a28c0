"""The validation suites: where their rows are, how many there should be, how answers are read.

`amc`, `aime`, `math4` and `math5` are the four sets that the AIMO team validated on. Their rows
come from the Hub by name, or from a file that has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from numina_lean.answers.extract import final_answer
from numina_lean.check.output import visible
from numina_lean.errors import InputError
from numina_lean.evaluate.ballot import RULES, Reading, reads
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow, FieldNames, read_problems
from numina_lean.solve.procedure import AnswerMode
from numina_lean.solve.solution import reference_of

_MATH = (
    "algebra", "counting_and_probability", "geometry", "intermediate_algebra", "number_theory",
    "prealgebra", "precalculus",
)  # fmt: skip
_STEPS = "####"
"""In GSM8K's column of answers, what stands before the answer; the solution comes before it."""


@dataclass(frozen=True, slots=True)
class Suite:
    """`rows`: how many the published set has. `configs`: those of the dataset that make it up.

    `modulus`: as the procedure of the contest, where answers are below it by the contest's rules.
    """

    name: str
    title: str
    dataset: str
    split: str
    rows: int
    answer_mode: AnswerMode
    modulus: int | None = None
    configs: tuple[str | None, ...] = (None,)
    names: FieldNames = field(default_factory=FieldNames)

    @property
    def reading(self) -> Reading:
        """The widest rule that it is read by."""
        return Reading(RULES[self.answer_mode][-1], self.modulus)


SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite("amc", "AMC 12, 2022 and 2023, integer answers",
              "AI-MO/aimo-validation-amc", "train", 83, "integer"),
        Suite("aime", "AIME, 2022 to 2024",
              "AI-MO/aimo-validation-aime", "train", 90, "integer", 1000),
        Suite("math4", "MATH test, level 4, integer answers",
              "AI-MO/aimo-validation-math-level-4", "train", 754, "integer"),
        Suite("math5", "MATH test, level 5, integer answers",
              "AI-MO/aimo-validation-math-level-5", "train", 721, "integer"),
        Suite("gsm8k", "GSM8K test",
              "openai/gsm8k", "test", 1319, "general", None, ("main",),
              FieldNames(problem="question")),
        Suite("math", "MATH test",
              "EleutherAI/hendrycks_math", "test", 5000, "general", None, _MATH),
    )
}  # fmt: skip


def suite_named(name: str) -> Suite:
    """Raises `InputError` for a name that no suite has."""
    if name not in SUITES:
        raise InputError(f"--suite {name}: there is no such suite. Pass {', '.join(SUITES)}")
    return SUITES[name]


@dataclass(frozen=True, slots=True)
class Rows:
    """`total` rows: `problems`, whose answers can be judged, and those that are `broken`."""

    total: int
    problems: tuple[Problem, ...]
    broken: tuple[BrokenRow, ...]


def rows_of(suite: Suite, data: str | None = None, names: FieldNames | None = None) -> Rows:
    """All rows of a suite, in order: from `data` (a file or folder, with columns `names`), or from
    the Hub. Raises `InputError` where that cannot be read.

    A row whose id came before, or whose answer the suite's rule does not read, is broken.
    """
    found = list(_read(suite, data, names))
    problems: dict[str, Problem] = {}
    broken: list[BrokenRow] = []
    for row in found:
        judged = row if isinstance(row, BrokenRow) else _judged(row, suite)
        if isinstance(judged, BrokenRow):
            broken.append(judged)
        elif judged.id in problems:
            broken.append(BrokenRow(judged.id, "another row has this id"))
        else:
            problems[judged.id] = judged
    return Rows(len(found), tuple(problems.values()), tuple(broken))


def _read(
    suite: Suite, data: str | None, names: FieldNames | None
) -> Iterator[Problem | BrokenRow]:
    if data is not None:
        return read_problems(data, names)
    return chain.from_iterable(
        read_problems(suite.dataset, suite.names, split=suite.split, config=config)
        for config in suite.configs
    )


def _judged(problem: Problem, suite: Suite) -> Problem | BrokenRow:
    """The problem with its answer alone, taken out of its solution where it has to be."""
    answer = problem.answer
    if _STEPS in answer:
        answer = final_answer(answer) or answer
    if not answer:
        answer = final_answer(problem.solution) or ""
    known = replace(problem, answer=answer)
    reference = reference_of(known)
    if reference is None:
        return BrokenRow(problem.id, "it has no answer to judge by")
    if not reads(reference, suite.reading):
        return BrokenRow(problem.id, f'its answer "{visible(reference[:40])}" is not an integer')
    return known
