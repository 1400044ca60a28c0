"""Outcomes as text: one JSON object a line, or a few lines for a person.

The keys of the JSON form are listed in `docs/design/check.md`; every key is there in every line.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from numina_lean.check.verdict import Outcome, Verdict

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MESSAGES_SHOWN = 5
_LONGEST_MESSAGE = 2_000


def jsonl_line(outcome: Outcome, origin: str) -> bytes:
    """The outcome as one line of JSON in UTF-8. `origin` is where its source was read."""
    record = {
        "id": outcome.id,
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
        "origin": origin,
    }
    # A lone surrogate, which UTF-8 cannot say, comes out as the JSON escape that it is.
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def text_lines(outcome: Outcome, origin: str) -> Iterator[str]:
    """A line with the verdict, then what explains it: the reason, or Lean's first errors.

    Errors are given as `place:line:column`, which editors jump to.
    """
    name = outcome.id if outcome.id == origin else f"{outcome.id} ({origin})"
    yield visible(f"{outcome.verdict.value:<13} {name}  {outcome.seconds:.2f} s")
    why = ": ".join(part for part in (outcome.reason, outcome.detail) if part)
    if why:
        yield visible(f"  {why}")
    for message in outcome.errors[:_MESSAGES_SHOWN]:
        text = message.text[:_LONGEST_MESSAGE]
        first, *rest = text.rstrip().splitlines() or [""]
        place = f"{origin}:{message.start.line}:{message.start.column}"
        yield visible(f"  {place}: {first}")
        yield from (visible(f"    {line}") for line in rest)
    if len(outcome.errors) > _MESSAGES_SHOWN:
        yield f"  … and {len(outcome.errors) - _MESSAGES_SHOWN} more errors"


def visible(text: str) -> str:
    """`text` without control characters, so that no message of Lean can drive the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(slots=True)
class Tally:
    """Running counts of a run: outcomes by verdict, inputs that could not be read, seconds."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    defects: int = 0
    lean_seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        self.verdicts[outcome.verdict] += 1
        self.lean_seconds += outcome.seconds

    @property
    def total(self) -> int:
        return self.verdicts.total() + self.defects

    def unacceptable(self, acceptable: frozenset[Verdict]) -> int:
        """How many sources got another verdict than those."""
        return sum(count for verdict, count in self.verdicts.items() if verdict not in acceptable)

    def line(self) -> str:
        """The counts in one line, in the order of the verdicts."""
        parts = [f"{self.verdicts[verdict]} {verdict.value}" for verdict in Verdict]
        parts = [part for part in parts if not part.startswith("0 ")]
        if self.defects:
            parts.append(f"{self.defects} unreadable")
        return f"{self.total} checked: {', '.join(parts) or 'nothing'}"
