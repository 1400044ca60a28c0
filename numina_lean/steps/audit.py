"""The audit of a worked solution: its steps, each with Lean's verdict.

What Python computes only chooses the question; `holds`, `rounded` and `wrong` are said of what Lean
has proved and of nothing else.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.steps.find import steps_of
from numina_lean.steps.given import given_values
from numina_lean.steps.question import Question, question
from numina_lean.steps.step import Judged, Step, Unread
from numina_lean.steps.surroundings import Surroundings

HEARTBEATS = 40_000
_AHEAD = 64
_REMEMBERED = 50_000

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class _Asked:
    step: Step
    question: Question
    outcome: Future[Outcome]


class Auditor:
    """Asks `checker` about steps; the same question is asked once. Used by one thread.

    `timeout`: seconds of wall time for each proof.
    """

    def __init__(self, checker: Checker, timeout: float = 20.0) -> None:
        self._checker = checker
        self._timeout = timeout
        self._asked: dict[str, Future[Outcome]] = {}

    def audit(self, problem: str, solution: str) -> tuple[Judged, ...]:
        """The steps of `solution` in the order of its text. Raises on no text."""
        return self._judged(solution, self._opened(problem, solution))

    def audit_all(
        self, rows: Iterable[tuple[Key, str, str]]
    ) -> Iterator[tuple[Key, tuple[Judged, ...]]]:
        """Each row's key with its steps, in input order; a row is key, problem, solution.

        Lean works on the rows ahead while one is waited for.
        """
        ahead: deque[tuple[Key, str, list[_Asked | Judged]]] = deque()
        for key, problem, solution in rows:
            ahead.append((key, solution, self._opened(problem, solution)))
            if len(ahead) > _AHEAD:
                first, text, steps = ahead.popleft()
                yield first, self._judged(text, steps)
        for first, text, steps in ahead:
            yield first, self._judged(text, steps)

    def _opened(self, problem: str, solution: str) -> list[_Asked | Judged]:
        around = Surroundings(problem, solution)
        opened: list[_Asked | Judged] = []
        steps = steps_of(solution)
        given = given_values(steps)
        for step in steps:
            asked = question(step, around, given)
            if isinstance(asked, str):
                opened.append(_unread(step, solution, asked))
            else:
                opened.append(_Asked(step, asked, self._ask(asked)))
        return opened

    def _ask(self, asked: Question) -> Future[Outcome]:
        source = asked.statement.source(asked.proof)
        if source not in self._asked:
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            item = Item("step", source, self._timeout, HEARTBEATS)
            self._asked[source] = self._checker.submit(item)
        return self._asked[source]

    def _judged(self, solution: str, opened: list[_Asked | Judged]) -> tuple[Judged, ...]:
        return tuple(
            each if isinstance(each, Judged) else self._ruled(solution, each) for each in opened
        )

    def _ruled(self, solution: str, asked: _Asked) -> Judged:
        proved = asked.outcome.result().verdict is Verdict.PROVED
        step, about = asked.step, asked.question
        return Judged(
            step.start,
            step.end,
            solution[step.start : step.end],
            step.place,
            about.verdict if proved else "open",
            statement=about.statement.source(about.proof),
        )


def _unread(step: Step, solution: str, reason: Unread) -> Judged:
    text = solution[step.start : step.end]
    return Judged(step.start, step.end, text, step.place, "unread", reason)
