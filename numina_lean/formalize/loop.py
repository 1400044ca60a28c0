"""The loop: problems of a stream through a chain, several at a time, into a corpus folder.

Rows are recorded as they are finished; the corpus puts them in input order. Whatever ends the
loop early (Ctrl-C, an engine that is gone, a kill) costs the rows in flight and no others.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from itertools import islice

from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.corpus.corpus import Corpus, Finished
from numina_lean.errors import EngineUnavailableError
from numina_lean.formalize.chain import Chain
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.problems.select import Selector, Skipped
from numina_lean.prove.prove import Checker

READ_AHEAD = 256
"""Input rows between the oldest in flight and the newest."""

_ENGINE_GONE = frozenset({"engine_start", "engine_unavailable"})


class StoppedError(Exception):
    """The loop is ending: the problem in flight is given up, and another run does it."""


@dataclass(slots=True)
class StoppableChecker:
    """A checker that, once `stop` is set, answers no more; and that a missing engine stops.

    An outcome that speaks of the engine and not of the item never becomes a row.
    """

    checker: Checker
    stop: threading.Event

    def check(self, item: Item) -> Outcome:
        """Raises `StoppedError`, `EngineUnavailableError`."""
        if self.stop.is_set():
            raise StoppedError
        try:
            outcome = self.checker.check(item)
        except CancelledError as error:
            raise StoppedError from error
        if self.stop.is_set():
            raise StoppedError
        if outcome.verdict is Verdict.CRASHED and outcome.reason in _ENGINE_GONE:
            raise EngineUnavailableError(
                f"Lean does not start ({outcome.detail}). Run numina-lean doctor; "
                "the same command then goes on where this one stopped"
            )
        return outcome


def run(
    problems: Iterator[Problem | BrokenRow],
    corpus: Corpus,
    chain: Chain,
    *,
    stop: threading.Event,
    workers: int,
    limit: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Take the first `limit` rows of `problems` through `chain` into `corpus`.

    `stop` is the event that `chain`'s checker watches; it is set when the loop is left by an
    exception. `advance` is called with the number of input rows done, from the calling thread.
    Raises what a chain raises, after recording what else is finished.
    """
    todo = _todo(islice(problems, limit), corpus, chain, advance)
    flight: dict[Future[Finished], int] = {}
    newest = -1
    executor = ThreadPoolExecutor(workers, thread_name_prefix="problem")
    try:
        while True:
            while _has_room(flight, workers, newest):
                job = next(todo, None)
                if job is None:
                    break
                newest = job.position
                flight[executor.submit(job.run)] = newest
            if not flight:
                break
            done = wait(flight, return_when=FIRST_COMPLETED).done
            failures = [future for future in done if future.exception() is not None]
            corpus.record([future.result() for future in done if future not in failures])
            advance(len(done) - len(failures))
            for future in done:
                del flight[future]
            for future in failures:
                future.result()
    except BaseException:
        stop.set()
        raise
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    corpus.flush()


def _has_room(flight: Mapping[Future[Finished], int], workers: int, newest: int) -> bool:
    if not flight:
        return True
    return len(flight) < 2 * workers and newest - min(flight.values()) < READ_AHEAD


@dataclass(frozen=True, slots=True)
class _Job:
    position: int
    run: Callable[[], Finished]


def _todo(
    problems: Iterator[Problem | BrokenRow],
    corpus: Corpus,
    chain: Chain,
    advance: Callable[[int], None],
) -> Iterator[_Job]:
    """The rows that no earlier run finished. Every row passes the selector, finished or not."""
    selector = Selector()
    for position, row in enumerate(problems):
        why = selector.judge(row) if isinstance(row, Problem) else None
        if corpus.is_finished(position, row.id):
            advance(1)
        else:
            yield _Job(position, partial(_finish, chain, position, row, why))


def _finish(chain: Chain, position: int, row: Problem | BrokenRow, why: Skipped | None) -> Finished:
    if isinstance(row, BrokenRow):
        return chain.broken(position, row)
    if why is not None:
        return chain.skipped(position, row, why)
    return chain.formalize(position, row)
