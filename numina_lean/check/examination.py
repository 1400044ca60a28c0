"""How one source is examined: what runs in which process, and who rules on what it declares.

Where no code of the source can run, the process that elaborates it also replays its constants and
compares them with the reference. Otherwise that process only hands its constants over, as evidence;
another, which never ran code of a source, replays and compares. Its imports are those of source
and reference together.

Decides nothing about what the findings mean (`verdict`), nor about processes that die (`worker`).
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from numina_lean.check.queue import Job
from numina_lean.lean.engine import (
    BadReferenceError,
    Check,
    CheckTimeoutError,
    HeaderError,
    Session,
)
from numina_lean.lean.metaprogram import Reach, reach
from numina_lean.lean.report import Evidence, Report, Ruling
from numina_lean.lean.source import Header, split_header

T = TypeVar("T")


class Bench(Protocol):
    """Where processes come from: one at a time, never one that ran code of a source."""

    @property
    def judges(self) -> bool:
        """As `Engine.judges`."""
        ...

    def use(self, header: Header, work: Callable[[Session], T], *, runs_code: bool) -> T:
        """What `work` gives for a process that has loaded `header`.

        The process is not used again if `work` runs code of a source in it. Raises what
        `Engine.start` and `work` raise.
        """
        ...


def examine(job: Job, bench: Bench) -> Report:
    """What Lean says of the source of `job`, with a ruling wherever one can be had.

    `reach` is that of the source by itself. Raises `HeaderError` for the source's own header,
    `BadReferenceError` for whatever is wrong with the reference, and the `SessionError`s.
    """
    extent = reach(job.header.imports, job.body)
    reference = None if job.item.reference is None else split_header(job.item.reference)
    if reference is None:
        return _examine_alone(job, bench, extent)
    header, body = reference
    if not bench.judges:
        return _examine_unjudged(job, bench, extent, body if header == job.header else None)
    if header == job.header and extent == reach(header.imports, body) == Reach.NONE:
        return _check(job, bench, extent, reference=body)
    evidence = _evidence_of_reference(job, bench, header, body)
    return _judged(job, bench, _check(job, bench, extent, evidence=True), evidence)


def _examine_alone(job: Job, bench: Bench, extent: Reach) -> Report:
    if not bench.judges:
        return _examine_unjudged(job, bench, extent, None)
    if extent is Reach.NONE:
        return _check(job, bench, extent)
    return _judged(job, bench, _check(job, bench, extent, evidence=True), None)


def _examine_unjudged(job: Job, bench: Bench, extent: Reach, reference: str | None) -> Report:
    """On an engine whose processes do not judge one another."""
    if reference is not None and reach(job.header.imports, reference) > extent:
        # The reference is the user's own, but what it runs may be left behind for the source.
        extent = reach(job.header.imports, reference)
    report = _check(job, bench, extent, reference=reference)
    return replace(report, ruling=None) if extent > Reach.NONE else report


def _check(
    job: Job, bench: Bench, extent: Reach, *, reference: str | None = None, evidence: bool = False
) -> Report:
    item = job.item
    check = Check(job.body, item.timeout, item.heartbeats, reference=reference, evidence=evidence)
    report = bench.use(
        job.header, lambda session: session.check(check), runs_code=extent > Reach.NONE
    )
    return replace(report, reach=extent)


def _evidence_of_reference(job: Job, bench: Bench, header: Header, body: str) -> Evidence:
    """The constants of the reference, elaborated on its own header."""
    check = Check(body, job.item.timeout, job.item.heartbeats, goals=False, evidence=True)
    runs_code = reach(header.imports, body) > Reach.NONE
    try:
        report = bench.use(header, lambda session: session.check(check), runs_code=runs_code)
    except HeaderError as error:
        raise BadReferenceError(error.messages) from error
    except CheckTimeoutError as error:
        raise CheckTimeoutError(f"the reference: {error}", alive=error.alive) from error
    errors = tuple(message for message in report.messages if message.severity == "error")
    if errors or report.evidence is None:
        raise BadReferenceError(errors)
    return report.evidence


def _judged(job: Job, bench: Bench, report: Report, reference: Evidence | None) -> Report:
    """`report` with the ruling of another process on its evidence, where it has any."""
    evidence = report.evidence
    if evidence is None or report.has_errors:
        return report
    ruling, seconds = _rule(job, bench, evidence, reference)
    return replace(report, ruling=ruling, evidence=None, seconds=report.seconds + seconds)


def _rule(
    job: Job, bench: Bench, evidence: Evidence, reference: Evidence | None
) -> tuple[Ruling, float]:
    """The ruling, and the seconds that it took."""
    added = () if reference is None else reference.imports
    header = Header(tuple(dict.fromkeys((*evidence.imports, *added))))
    timeout = job.item.timeout

    def rule(session: Session) -> tuple[Ruling, float]:
        started = time.monotonic()
        ruling = session.judge(evidence, reference, timeout=timeout)
        return ruling, time.monotonic() - started

    try:
        return bench.use(header, rule, runs_code=False)
    except HeaderError as error:  # each of the two imports went well by itself
        raise BadReferenceError(error.messages) from error
    except CheckTimeoutError as error:
        raise CheckTimeoutError(f"the kernel, once more: {error}", alive=error.alive) from error
