"""A stream of inputs through a pool: one result for each input, in order, whatever the input is."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from numina_lean.check.checker import Checker
from numina_lean.check.finding import Finding
from numina_lean.check.header import SharedHeader
from numina_lean.check.pool import WINDOW
from numina_lean.check.source import Defect, Source
from numina_lean.check.verdict import UNREADABLE, Item, Outcome, Policy, Verdict
from numina_lean.errors import InputError
from numina_lean.lean.report import LeanInfo


class Lint(Protocol):
    """A lint under way."""

    def done(self) -> bool: ...

    def result(self) -> tuple[Finding, ...]: ...


class Linter(Protocol):
    """What a batch needs of `numina_lean.lint`."""

    def submit(self, item: Item, outcome: Outcome) -> Lint: ...


@dataclass(frozen=True, slots=True)
class Result:
    """What an input came to. `origin` is the place it was read from."""

    origin: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()

    @property
    def unreadable(self) -> bool:
        return self.outcome.reason == UNREADABLE


@dataclass(frozen=True, slots=True)
class Terms:
    """What every source of a batch is checked under: limits and policy as in `Item`, and more.

    `header` goes before every source and reference that imports nothing. `reference` is that of
    all sources which bring none of their own.
    """

    timeout: float
    heartbeats: int
    header: SharedHeader
    policy: Policy = field(default_factory=Policy)
    reference: str | None = None

    def item(self, source: Source) -> Item:
        """What is to be checked for `source`."""
        reference = self.reference if source.reference is None else source.reference
        return Item(
            source.id,
            self.header.put_before(source.text),
            self.timeout,
            self.heartbeats,
            None if reference is None else self.header.put_before(reference),
            self.policy,
        )

    def result(self, source: Source, outcome: Outcome) -> Result:
        """`outcome` of `item(source)` as it is told: the header is not to be seen in it."""
        headed = self.header.applies_to(source.text)
        return Result(source.origin, self.header.moved_back(outcome) if headed else outcome)


def check_batch(
    pool: Checker,
    lean: LeanInfo,
    inputs: Iterable[Source | Defect],
    terms: Terms,
    linter: Linter | None = None,
) -> Iterator[Result]:
    """Results in the order of `inputs`, of which no more are held than the pool holds.

    With `linter`, as many again: those whose lint is under way.
    """
    waiting: deque[Defect | tuple[Source, Item]] = deque()

    def items() -> Iterator[Item]:
        for each in inputs:
            if isinstance(each, Defect):
                waiting.append(each)
            else:
                item = terms.item(each)
                waiting.append((each, item))
                yield item

    def answered() -> Iterator[tuple[Result, Lint | None]]:
        for outcome in pool.check_all(items()):
            while isinstance(first := waiting.popleft(), Defect):
                yield _unreadable(first, lean), None
            source, item = first
            lint = None if linter is None else linter.submit(item, outcome)
            yield terms.result(source, outcome), lint
        for each in waiting:
            if isinstance(each, Defect):
                yield _unreadable(each, lean), None

    return _with_findings(answered())


def _with_findings(results: Iterable[tuple[Result, Lint | None]]) -> Iterator[Result]:
    """Each result once its lint is done, in order."""
    pending: deque[tuple[Result, Lint | None]] = deque()
    for pair in results:
        pending.append(pair)
        while pending and (len(pending) >= WINDOW or _is_done(pending[0][1])):
            yield _finished(*pending.popleft())
    while pending:
        yield _finished(*pending.popleft())


def _is_done(lint: Lint | None) -> bool:
    return lint is None or lint.done()


def _finished(result: Result, lint: Lint | None) -> Result:
    return result if lint is None else replace(result, findings=lint.result())


def _unreadable(defect: Defect, lean: LeanInfo) -> Result:
    return Result(
        defect.origin,
        Outcome(defect.id, Verdict.ERROR, lean, "", 0.0, reason=UNREADABLE, detail=defect.detail),
    )


def require_header(pool: Checker, terms: Terms) -> None:
    """Raise `InputError` if Lean finds an error in the shared header itself."""
    if terms.header.text:
        item = Item("--header", terms.header.text, terms.timeout, terms.heartbeats)
        _require_no_error("--header", pool.check(item))


def require_reference(pool: Checker, terms: Terms) -> None:
    """Raise `InputError` if the reference of all sources does not compile."""
    if terms.reference is not None:
        source = Source("--against", "--against", terms.reference)
        item = replace(terms.item(source), reference=None, policy=Policy())
        _require_no_error("--against", terms.result(source, pool.check(item)).outcome)


def _require_no_error(option: str, outcome: Outcome) -> None:
    for message in outcome.errors:
        place = f"line {message.start.line}, column {message.start.column}"
        first_line = message.text.partition("\n")[0]
        raise InputError(f"{option}, {place}: {first_line}")
