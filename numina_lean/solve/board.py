"""What a run of the solver has come to so far: for the live view, and the same as JSON."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from numina_lean.problems.problem import Problem
from numina_lean.solve.solution import Solution
from numina_lean.solve.trace import Trace, wanted
from numina_lean.solve.vote import Vote


@dataclass(frozen=True, slots=True)
class Running:
    """A problem in flight: how many of its traces write, have a program run, wait, have ended."""

    id: str
    width: int
    writing: int
    executing: int
    ended: int
    votes: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole run at one moment. `postponed`: problems left for another run.

    Tokens, programs and seconds are those of this run.
    """

    total: int | None
    before: int
    solved: int
    postponed: int
    answered: int
    known: int
    correct: int
    traces: int
    tokens: int
    programs: int
    seconds: float
    endings: dict[str, int]
    running: tuple[Running, ...]

    @property
    def left(self) -> float | None:
        """Seconds to the end of the input, at the pace so far."""
        if self.total is None or not self.solved:
            return None
        return max(0, self.total - self.before - self.solved) * self.seconds / self.solved

    def fields(self) -> dict[str, object]:
        left = self.left
        return {
            "total": self.total,
            "before": self.before,
            "solved": self.solved,
            "postponed": self.postponed,
            "answered": self.answered,
            "known": self.known,
            "correct": self.correct,
            "accuracy": self.correct / self.known if self.known else None,
            "traces": self.traces,
            "tokens": self.tokens,
            "programs": self.programs,
            "seconds": round(self.seconds, 3),
            "seconds_left": None if left is None else round(left, 1),
            "endings": self.endings,
            "running": [
                {"id": each.id, "width": each.width, "ended": each.ended, "votes": each.votes}
                for each in self.running
            ],
        }


@dataclass(slots=True)
class _Problem:
    traces: dict[int, Trace] = field(default_factory=dict)
    votes: Vote = field(default_factory=Vote)


class Board:
    """Keeps count. Told from the event loop, looked at from another thread."""

    def __init__(self, total: int | None, before: int, width: int) -> None:
        self._total = total
        self._before = before
        self._width = width
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._running: dict[str, _Problem] = {}
        self._endings: Counter[str] = Counter()
        self._solved = self._postponed = self._answered = self._known = self._correct = 0
        self._traces = self._tokens = self._programs = 0

    def begin(self, problem: Problem) -> None:
        with self._lock:
            self._running[problem.id] = _Problem()

    def stepped(self, problem: Problem, trace: Trace) -> None:
        with self._lock:
            if problem.id in self._running:
                self._running[problem.id].traces[trace.sample] = trace

    def voted(self, problem: Problem, votes: Vote) -> None:
        with self._lock:
            if problem.id in self._running:
                self._running[problem.id].votes = votes

    def ended(self, trace: Trace) -> None:
        with self._lock:
            self._traces += 1
            self._tokens += trace.tokens
            self._programs += sum(turn.output is not None for turn in trace.turns)
            if trace.ended is not None:
                self._endings[trace.ended] += 1

    def finish(self, problem: Problem, solution: Solution) -> None:
        with self._lock:
            self._running.pop(problem.id, None)
            self._solved += 1
            self._answered += solution.answer is not None
            self._known += solution.correct is not None
            self._correct += solution.correct is True

    def postpone(self, problem: Problem) -> None:
        with self._lock:
            self._running.pop(problem.id, None)
            self._postponed += 1

    def standing(self) -> Standing:
        with self._lock:
            running = tuple(
                _running(name, each, self._width) for name, each in self._running.items()
            )
            return Standing(
                self._total, self._before, self._solved, self._postponed, self._answered,
                self._known, self._correct, self._traces, self._tokens, self._programs,
                time.monotonic() - self._started, dict(self._endings), running,
            )  # fmt: skip


def _running(name: str, problem: _Problem, width: int) -> Running:
    wants = Counter(wanted(trace) for trace in problem.traces.values())
    votes = tuple((each.answer, each.weight) for each in problem.votes.classes)
    return Running(name, width, wants["text"], wants["run"], wants["nothing"], votes)
