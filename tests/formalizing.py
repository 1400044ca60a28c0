"""The loop as tests run it: real gates and a real corpus folder, around a source of their own."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from numina_lean.check.checker import Checker
from numina_lean.corpus.corpus import Corpus
from numina_lean.formalize.formalizer import Effort, Formalizer, Judge
from numina_lean.formalize.funnel import Funnel, count
from numina_lean.formalize.loop import run
from numina_lean.formalize.numbers import Numbers
from numina_lean.formalize.rows import RowMaker
from numina_lean.formalize.source import Source
from numina_lean.formalize.stopping import StoppableChecker
from numina_lean.formalize.trial import Trials
from numina_lean.gates.equivalence import cluster
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.gates.order import examine
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.prove.prove import prove
from numina_lean.translate.canonical import canonical_digest


async def nobody(subject: Subject) -> Sequence[Ruling]:
    """Judges nothing."""
    return ()


def formalize(
    folder: Path,
    checker: Checker,
    problems: Sequence[Problem | BrokenRow],
    source_in: Callable[[Executor], Source],
    *,
    effort: Effort = Effort(width=3, enough=3),  # noqa: B008 - frozen
    repairs: int = 0,
    judge: Judge = nobody,
    known: frozenset[bytes] = frozenset(),
    limit: int | None = None,
    advance: Callable[[int], None] = lambda rows: None,
) -> Funnel:
    """Run `problems` through the loop into `folder`; what the folder then holds."""
    stoppable = StoppableChecker(checker)
    bench = Bench(stoppable, "core", 30.0)
    with (
        Corpus(folder, {"made": "by a test"}, shard_rows=4) as corpus,
        ThreadPoolExecutor(4) as threads,
    ):
        source = source_in(threads)
        numbers = Numbers(len(problems))
        formalizer = Formalizer(
            source=source,
            rows=RowMaker(source, "core"),
            trials=Trials(examine, bench, threads, repairs),
            judge=judge,
            canonical=lambda statement: canonical_digest(statement.source()),
            cluster=lambda statements: cluster(statements, bench),
            prove=lambda statement: prove(statement, stoppable, profile="core", timeout=30.0),
            threads=threads,
            tell=numbers.ruled,
            effort=effort,
            known=known,
        )
        asyncio.run(
            run(
                iter(problems),
                corpus,
                formalizer,
                stoppable,
                concurrency=6,
                numbers=numbers,
                limit=limit,
                advance=advance,
            )
        )
        return count(corpus)
