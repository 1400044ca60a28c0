"""The stages that ask a model: vary a seed, translate, solve, realign, box.

Each leaves alone a row that does not need it. Without a model, a row that does is rejected, except
that what would only be realigned stays as its source has it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from numina_lean.build.cot.acceptance import answers, judged, written
from numina_lean.build.cot.asking import NO_MODEL, Asker
from numina_lean.build.cot.ending import boxed_answer, with_box, with_qed
from numina_lean.build.cot.row import CotRow
from numina_lean.build.cot.sources import SOURCES
from numina_lean.build.stage import Postponed, Rejected
from numina_lean.problems.figure import needs_figure
from numina_lean.problems.language import foreign_language
from numina_lean.prompts.cot import CotRequest, replied

Realign = Literal["recipe", "all", "none"]
"""Whose solutions are rewritten: of the sources that say so, of all, or of none."""

Result = CotRow | Rejected | Postponed

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FOREIGN = re.compile(
    "[\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]"
)


@dataclass(frozen=True, slots=True)
class ModelStages:
    """`asker`: None for a build without a model."""

    asker: Asker | None
    realign_which: Realign = "recipe"

    async def vary(self, row: CotRow) -> Result:
        """A new problem with its solution, from a row that is a copy of its seed."""
        if not row.seed:
            return row
        if self.asker is None:
            return NO_MODEL
        found = await self.asker.ask(
            "vary", _request(row), lambda text: _varied(row, text), variant=row.variant
        )
        return _told(found, "vary")

    async def translate(self, row: CotRow) -> Result:
        """The row in English. Kept where no number is lost and the box still has the answer."""
        if not is_foreign(row):
            return row
        if self.asker is None:
            return NO_MODEL
        found = await self.asker.ask(
            "translate", _request(row), lambda text: _translated(row, text)
        )
        return _told(found, "translate")

    async def solve(self, row: CotRow) -> Result:
        """A solution for a row that has none, kept only where it matches the reference answer."""
        if row.solution:
            return row
        if row.answer is None:
            return Rejected("no_solution", "and no reference answer to hold a new one against")
        return await self._rewritten(row, "solve")

    async def realign(self, row: CotRow) -> Result:
        """The solution as a chain of thought, kept only where it matches the reference answer."""
        wanted = self.realign_which == "all" or (
            self.realign_which == "recipe" and SOURCES[row.source].realign
        )
        if self.asker is None or not wanted or _is_model_written(row):
            return row
        return await self._rewritten(row, "realign")

    async def box(self, row: CotRow) -> Result:
        """The row with its answer in a box, or with ■ at its end: by rule, else by a model."""
        ruled = with_qed(row.solution) if row.proof else with_box(row.solution, row.answer)
        if ruled is not None:
            return row if ruled == row.solution else replace(row, solution=ruled)
        if self.asker is None:
            return Rejected("no_box", f"no answer found to box: {row.solution[-200:]}", review=True)
        return await self._rewritten(row, "box", lambda text: _repeated(row.solution, text))

    async def _rewritten(
        self, row: CotRow, name: str, also: Callable[[str], Rejected | None] = lambda _: None
    ) -> Result:
        if self.asker is None:
            return NO_MODEL

        def judge(text: str) -> CotRow | Rejected:
            solution = written(row, replied(text, "solution"))
            if isinstance(solution, Rejected):
                return solution
            return also(solution) or replace(row, solution=solution)

        return _told(await self.asker.ask(name, _request(row), judge), name)


def is_foreign(row: CotRow) -> bool:
    """Whether the problem or the solution is in another language than English."""
    return any(foreign_language(text) for text in (row.problem, row.solution) if text)


def check(row: CotRow) -> CotRow | Rejected:
    """The last stage: the row as it would be published, with what is known of its answer."""
    if is_foreign(row):
        return Rejected("not_english", row.problem[:200])
    verdict = judged(row, row.solution)
    if isinstance(verdict, Rejected):
        return replace(verdict, review=row.given)
    return replace(row, checked=verdict)


def _request(row: CotRow) -> CotRequest:
    return CotRequest(row.problem, row.solution or None, row.proof)


def _told(found: tuple[CotRow, int] | Rejected | Postponed, name: str) -> Result:
    if not isinstance(found, tuple):
        return found
    row, tries = found
    return replace(row, stages=(*row.stages, f"{name}:{tries}"))


def _is_model_written(row: CotRow) -> bool:
    return any(stage.split(":")[0] in ("vary", "solve", "realign") for stage in row.stages)


def _varied(seed: CotRow, text: str) -> CotRow | Rejected:
    problem, solution = replied(text, "problem"), replied(text, "solution")
    if not problem or not solution:
        return Rejected("malformed", "no problem or no solution between its tags")
    if "".join(problem.split()) == "".join(seed.problem.split()):
        return Rejected("same_problem", "the seed again")
    if needs_figure(problem):
        return Rejected("needs_figure", problem[:200])
    row = replace(seed, problem=problem, solution=solution)
    verdict = judged(row, solution)
    return verdict if isinstance(verdict, Rejected) else row


def _translated(row: CotRow, text: str) -> CotRow | Rejected:
    problem, solution = replied(text, "problem"), replied(text, "solution") or ""
    if not problem or bool(solution) != bool(row.solution):
        return Rejected("malformed", "no problem or no solution between its tags")
    translated = replace(row, problem=problem, solution=solution)
    if is_foreign(translated):
        return Rejected("still_foreign", problem[:200])
    lost = set(_NUMBER.findall(row.problem)) - set(_NUMBER.findall(problem))
    if lost:
        return Rejected("lost_numbers", f"{', '.join(sorted(lost))} in: {problem[:200]}")
    if row.answer is None:
        return translated
    if _FOREIGN.search(row.answer):
        return replace(translated, answer=boxed_answer(solution), given=False)
    before, after = (answers(each.problem, each.solution, row.answer) for each in (row, translated))
    if before and not after:
        return Rejected("wrong_answer", f"the translation does not box {row.answer}")
    return translated


def _repeated(before: str, after: str) -> Rejected | None:
    """Why `after` is not `before` with another end: its first half must be the same."""
    old, new = "".join(before.split()), "".join(after.split())
    if new.startswith(old[: len(old) // 2]):
        return None
    return Rejected("rewritten", "the solution was to be repeated, and was changed")
