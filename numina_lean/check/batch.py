"""A stream of inputs through a pool: one result for each input, in order, whatever the input is."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from numina_lean.check.header import SharedHeader
from numina_lean.check.inputs import Defect, Source
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.errors import InputError
from numina_lean.lean.report import LeanInfo

UNREADABLE = "unreadable"
"""The reason code of an input that no source could be read from; its verdict is `error`."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an input came to. `origin` is the place it was read from."""

    origin: str
    outcome: Outcome

    @property
    def unreadable(self) -> bool:
        return self.outcome.reason == UNREADABLE


@dataclass(frozen=True, slots=True)
class Terms:
    """What every source of a batch is checked under: limits as in `Item`, and a shared header."""

    timeout: float
    heartbeats: int
    header: SharedHeader


def check_batch(
    pool: Pool, lean: LeanInfo, inputs: Iterable[Source | Defect], terms: Terms
) -> Iterator[Result]:
    """Results in the order of `inputs`, of which no more are held than the pool holds."""
    waiting: deque[Defect | tuple[str, bool]] = deque()

    def items() -> Iterator[Item]:
        for each in inputs:
            if isinstance(each, Defect):
                waiting.append(each)
                continue
            headed = terms.header.applies_to(each.text)
            text = terms.header.before(each.text) if headed else each.text
            waiting.append((each.origin, headed))
            yield Item(each.id, text, terms.timeout, terms.heartbeats)

    for outcome in pool.check_all(items()):
        while isinstance(first := waiting.popleft(), Defect):
            yield _unreadable(first, lean)
        origin, headed = first
        yield Result(origin, terms.header.moved_back(outcome) if headed else outcome)
    for each in waiting:
        if isinstance(each, Defect):
            yield _unreadable(each, lean)


def _unreadable(defect: Defect, lean: LeanInfo) -> Result:
    return Result(
        defect.origin,
        Outcome(defect.id, Verdict.ERROR, lean, "", 0.0, reason=UNREADABLE, detail=defect.detail),
    )


def require_header(pool: Pool, terms: Terms) -> None:
    """Raise `InputError` if Lean finds an error in the shared header itself."""
    if not terms.header.text:
        return
    item = Item("--header", terms.header.text, terms.timeout, terms.heartbeats)
    for message in pool.check(item).errors:
        place = f"line {message.start.line}, column {message.start.column}"
        first_line = message.text.partition("\n")[0]
        raise InputError(f"--header, {place}: {first_line}")
