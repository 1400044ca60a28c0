"""The one outcome of each job, made from whatever its examination came to."""

from numina_lean.check.queue import Job
from numina_lean.check.tally import Tally
from numina_lean.check.verdict import Judgement, Outcome, Verdict, declarations, judge
from numina_lean.lean.engine import Engine
from numina_lean.lean.report import Message, Report

NOTHING = Report((), (), (), 0.0)


class Outcomes:
    """Settles the futures of jobs and counts the verdicts. Thread-safe."""

    def __init__(self, engine: Engine, tally: Tally) -> None:
        self._lean = engine.lean
        self._judges = engine.judges
        self._tally = tally

    def examined(self, job: Job, report: Report) -> None:
        """Lean has said what there is to say."""
        self.settle(job, judge(report, job.item), report)

    def bad_header(self, job: Job, messages: tuple[Message, ...]) -> None:
        """Lean refuses the header of the source."""
        detail = _first_line(messages, "header rejected")
        report = Report(messages, (), (), 0.0)
        self.settle(job, Judgement(Verdict.ERROR, "header", detail), report)

    def bad_reference(self, job: Job, messages: tuple[Message, ...]) -> None:
        """Lean refuses the reference, or there is nothing in it to keep to."""
        detail = f"the reference: {_first_line(messages, 'it cannot be compared with')}"
        self.settle(job, Judgement(Verdict.ERROR, "reference", detail))

    def timeout(self, job: Job, detail: str, seconds: float) -> None:
        judgement = Judgement(Verdict.TIMEOUT, "wall_clock", detail)
        self.settle(job, judgement, seconds=seconds)

    def crashed(self, job: Job, reason: str | None, detail: str, seconds: float = 0.0) -> None:
        self.settle(job, Judgement(Verdict.CRASHED, reason, detail), seconds=seconds)

    def needs(self, job: Job, missing: tuple[str, ...]) -> None:
        """The source, or its reference, imports modules that the engine does not have."""
        judgement = Judgement(Verdict.NEEDS_MATHLIB, None, f"needs {', '.join(missing)}")
        self.settle(job, judgement, missing=missing)

    def settle(
        self,
        job: Job,
        judgement: Judgement,
        report: Report = NOTHING,
        *,
        seconds: float | None = None,
        missing: tuple[str, ...] = (),
    ) -> None:
        """Give `job` its one outcome. `seconds` where they are not those of `report`."""
        ruling = report.ruling
        outcome = Outcome(
            id=job.item.id,
            verdict=judgement.verdict,
            lean=self._lean,
            header_hash=job.header.digest,
            seconds=report.seconds if seconds is None else seconds,
            reason=judgement.reason,
            detail=judgement.detail,
            messages=report.messages,
            sorries=report.sorries,
            declarations=declarations(report),
            missing_modules=missing,
            truncated=report.truncated,
            # A ruling on an engine that does not judge compares, and replays nothing.
            replayed=self._judges and ruling is not None and ruling.refusal is None,
            mismatches=() if ruling is None else ruling.mismatches or (),
        )
        self._tally.outcome(outcome.verdict)
        job.future.set_result(outcome)


def _first_line(messages: tuple[Message, ...], otherwise: str) -> str:
    return messages[0].text.partition("\n")[0] if messages else otherwise
