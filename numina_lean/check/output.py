"""Outcomes as text, one JSON object a line or a few lines for a person, and the file they go to.

The keys of the JSON form are listed in `docs/design/check.md`; every key is there in every line.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from numina_lean.check.batch import Result
from numina_lean.check.verdict import UNREADABLE, Outcome, Verdict
from numina_lean.errors import InputError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MESSAGES_SHOWN = 5
_LONGEST_MESSAGE = 2_000


def jsonl_line(result: Result) -> bytes:
    """The result as one line of JSON in UTF-8."""
    return json_line(result_fields(result))


def result_fields(result: Result) -> dict[str, object]:
    """What a line says, in order."""
    return {
        "id": result.outcome.id,
        **outcome_fields(result.outcome),
        "lint": [asdict(finding) for finding in result.findings],
        "origin": result.origin,
    }


def outcome_fields(outcome: Outcome) -> dict[str, object]:
    """What a line says of an outcome, in order; all but whose it is."""
    return {
        "verdict": outcome.verdict.value,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "messages": [asdict(message) for message in outcome.messages],
        "sorries": [asdict(sorry) for sorry in outcome.sorries],
        "declarations": [asdict(declaration) for declaration in outcome.declarations],
        "missing_modules": outcome.missing_modules,
        "engine": outcome.lean.engine,
        "lean_version": outcome.lean.lean_version,
        "mathlib_revision": outcome.lean.mathlib_revision,
        "header_hash": outcome.header_hash,
        "seconds": round(outcome.seconds, 4),
        "truncated": outcome.truncated,
        "replayed": outcome.replayed,
        "mismatches": [asdict(mismatch) for mismatch in outcome.mismatches],
        "cached": outcome.cached,
    }


def json_line(record: dict[str, object]) -> bytes:
    """Any object as one line of JSON in UTF-8."""
    # A lone surrogate, which UTF-8 cannot say, comes out as the JSON escape that it is.
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def text_lines(result: Result) -> Iterator[str]:
    """A line with the verdict, then what explains it: the reason, or Lean's first errors.

    Errors are given as `place:line:column`, which editors jump to.
    """
    outcome, origin = result.outcome, result.origin
    name = outcome.id if outcome.id == origin else f"{outcome.id} ({origin})"
    yield visible(f"{outcome.verdict.value:<13} {name}  {outcome.seconds:.2f} s")
    why = ": ".join(part for part in (outcome.reason, outcome.detail) if part)
    if outcome.reason or (why and not outcome.errors):
        yield visible(f"  {why}")
    for mismatch in outcome.mismatches:
        yield visible(f"  mismatch ({mismatch.code}): {mismatch.name}: {mismatch.detail}")
    for message in outcome.errors[:_MESSAGES_SHOWN]:
        text = message.text[:_LONGEST_MESSAGE]
        first, *rest = text.rstrip().splitlines() or [""]
        place = f"{origin}:{message.start.line}:{message.start.column}"
        yield visible(f"  {place}: {first}")
        yield from (visible(f"    {line}") for line in rest)
    if len(outcome.errors) > _MESSAGES_SHOWN:
        yield f"  … and {len(outcome.errors) - _MESSAGES_SHOWN} more errors"
    for finding in result.findings:
        about = f"{finding.declaration}: " if finding.declaration else ""
        yield visible(f"  warning: {finding.code}: {about}{finding.detail}")


def visible(text: str) -> str:
    """`text` without control characters, so that no message of Lean can drive the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class ResultFile:
    """A context manager: what is written goes to `FILE.partial`, renamed to `FILE` at the end.

    Each line is in the file when `write` returns, so that a run that was cut short leaves what it
    had under `partial`, and an older `FILE` as it was. What is not a regular file (a device, a
    pipe) is written directly.
    """

    def __init__(self, path: Path) -> None:
        """Raises `InputError` if the file cannot be written."""
        if path.is_dir():
            raise InputError(f"--output {path}: is a folder. Name a file in it")
        self._path = path.resolve()
        self._direct = path.exists() and not path.is_file()
        self._empty = True
        self.partial = path if self._direct else Path(f"{self._path}.partial")
        try:
            self._file: IO[bytes] = self.partial.open("wb", buffering=0)
        except OSError as error:
            raise InputError(f"--output {path}: {error.strerror}") from error

    def write(self, data: bytes) -> None:
        """Raises `InputError` when the disk is full and the like."""
        self._empty = False
        try:
            self._file.write(data)
        except OSError as error:
            raise InputError(f"--output {self._path}: {error.strerror}") from error

    def __enter__(self) -> "ResultFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if self._direct:
            return
        if kind is None:
            self.partial.replace(self._path)
        elif self._empty:
            self.partial.unlink(missing_ok=True)

    @property
    def leaves_partial(self) -> bool:
        """Whether there are results under `partial`, were the run to end here."""
        return not (self._direct or self._empty)


@dataclass(slots=True)
class Tally:
    """Running counts of a run: sources by verdict, and inputs that no source was read from.

    `cached` are the sources that were not checked anew, `warned` those that a lint warns of.
    """

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    unreadable: int = 0
    cached: int = 0
    warned: int = 0

    def add(self, result: Result) -> None:
        if result.unreadable:
            self.unreadable += 1
        else:
            self.verdicts[result.outcome.verdict] += 1
            self.cached += result.outcome.cached
            self.warned += bool(result.findings)

    @property
    def total(self) -> int:
        return self.verdicts.total() + self.unreadable

    def counts(self) -> dict[str, int]:
        """What there was any of, in the order of the verdicts."""
        counts = {verdict.value: self.verdicts[verdict] for verdict in Verdict}
        counts[UNREADABLE] = self.unreadable
        return {name: count for name, count in counts.items() if count}
