"""The loop: problems of a stream through a formalizer, many at a time, into a corpus folder.

Every problem is a task; nothing waits for another problem. Rows are recorded as they are finished;
the corpus puts them in input order. Whatever ends the loop early (Ctrl-C, an engine or a model that
is gone, a kill) costs the rows in flight and no others.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from numina_lean.corpus.corpus import Corpus, Finished
from numina_lean.formalize.formalizer import Formalizer
from numina_lean.formalize.model_source import PostponedError
from numina_lean.formalize.numbers import Numbers
from numina_lean.formalize.stopping import StoppableChecker
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.problems.select import Selector, Skipped

READ_AHEAD = 1024
"""Input rows between the oldest in flight and the newest."""

_Task = asyncio.Task[Finished]


async def run(
    problems: Iterator[Problem | BrokenRow],
    corpus: Corpus,
    formalizer: Formalizer,
    checker: StoppableChecker,
    *,
    concurrency: int,
    numbers: Numbers,
    limit: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Take the first `limit` rows of `problems` through `formalizer` into `corpus`.

    `checker` is the one that `formalizer` checks with; it is stopped when the loop is left by an
    exception. `concurrency`: problems in flight. `advance` is called with the number of input rows
    done. A problem that is postponed is left for another run. Raises what else a formalizer raises,
    after recording what is finished.
    """
    todo = _todo(islice(problems, limit), corpus, formalizer, numbers, advance)
    flight: dict[_Task, int] = {}
    newest = -1
    more = True
    try:
        while more or flight:
            while more and _has_room(flight, concurrency, newest):
                job = await asyncio.to_thread(next, todo, None)
                if job is None:
                    more = False
                    break
                newest = job.position
                flight[asyncio.create_task(job.run())] = newest
            numbers.in_flight = len(flight)
            if flight:
                done, _ = await asyncio.wait(flight, return_when=asyncio.FIRST_COMPLETED)
                await _record(done, corpus, checker, numbers, advance)
                for task in done:
                    del flight[task]
    except BaseException:
        checker.stop()
        raise
    finally:
        for task in flight:
            task.cancel()
        await asyncio.gather(*flight, return_exceptions=True)
        numbers.in_flight = 0
    await asyncio.to_thread(corpus.flush)


async def _record(
    done: set[_Task],
    corpus: Corpus,
    checker: StoppableChecker,
    numbers: Numbers,
    advance: Callable[[int], None],
) -> None:
    """Keep what is finished; then raise what went wrong, if anything did."""
    failures = [task for task in done if task.cancelled() or task.exception() is not None]
    finished = [task.result() for task in done if task not in failures]
    if checker.failure is None:
        await asyncio.to_thread(corpus.record, finished)
        for each in finished:
            numbers.finish(each)
        advance(len(finished))
    if checker.failure is not None:
        raise checker.failure
    for task in failures:
        try:
            task.result()
        except PostponedError:
            numbers.postpone()


def _has_room(flight: Mapping[_Task, int], concurrency: int, newest: int) -> bool:
    if not flight:
        return True
    return len(flight) < concurrency and newest - min(flight.values()) < READ_AHEAD


@dataclass(frozen=True, slots=True)
class _Job:
    position: int
    run: Callable[[], Coroutine[Any, Any, Finished]]


def _todo(
    problems: Iterator[Problem | BrokenRow],
    corpus: Corpus,
    formalizer: Formalizer,
    numbers: Numbers,
    advance: Callable[[int], None],
) -> Iterator[_Job]:
    """The rows that no earlier run finished. Every row passes the selector, finished or not."""
    selector = Selector()
    for position, row in enumerate(problems):
        why = selector.judge(row) if isinstance(row, Problem) else None
        if corpus.is_finished(position, row.id):
            numbers.skip()
            advance(1)
        else:
            yield _job(formalizer, position, row, why)


def _job(
    formalizer: Formalizer, position: int, row: Problem | BrokenRow, why: Skipped | None
) -> _Job:
    async def finish() -> Finished:
        if isinstance(row, BrokenRow):
            return formalizer.broken(position, row)
        if why is not None:
            return formalizer.skipped(position, row, why)
        return await formalizer.formalize(position, row)

    return _Job(position, finish)
