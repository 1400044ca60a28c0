"""A batch: what each input becomes on its way to a pool, and what its outcome becomes after it."""

from collections.abc import Iterable, Iterator

import pytest

from numina_lean.check.batch import (
    Result,
    Terms,
    check_batch,
    require_header,
    require_reference,
)
from numina_lean.check.finding import Finding
from numina_lean.check.header import SharedHeader
from numina_lean.check.source import Defect, Source
from numina_lean.check.verdict import Item, Outcome, Policy, Verdict
from numina_lean.errors import InputError
from numina_lean.lean.report import LeanInfo, Message, Position

LEAN = LeanInfo("embedded", "4.28.0-pre", None)
HEADER = SharedHeader("import Std\nopen Nat\n")
BARE = "theorem t : True := trivial"
HEADED = f"import Init\n{BARE}"


class Scripted:
    """Answers each item with an error on its third line; `asked` are the items."""

    def __init__(self) -> None:
        self.asked: list[Item] = []

    def check(self, item: Item) -> Outcome:
        return next(self.check_all([item]))

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        for item in items:
            self.asked.append(item)
            message = Message("error", "wrong", Position(3, 0))
            yield Outcome(item.id, Verdict.ERROR, LEAN, "", 0.0, messages=(message,))


class Lints:
    """Finds the id of each item; no lint is done before `result` is asked for, but every third."""

    def submit(self, item: Item, outcome: Outcome) -> "Lints.Lint":
        return self.Lint(item)

    class Lint:
        def __init__(self, item: Item) -> None:
            self._id = item.id

        def done(self) -> bool:
            return int(self._id) % 3 == 0

        def result(self) -> tuple[Finding, ...]:
            return (Finding("found", "t", self._id),)


def lines(results: Iterable[Result]) -> list[int]:
    return [result.outcome.messages[0].start.line for result in results]


def run(terms: Terms, *inputs: Source | Defect) -> list[Result]:
    return list(check_batch(Scripted(), LEAN, inputs, terms))


def test_the_shared_header_goes_before_sources_and_references_that_import_nothing() -> None:
    terms = Terms(1.0, 2, HEADER, Policy(strict=True), reference="R")
    items = [
        terms.item(Source("a", "a", BARE)),
        terms.item(Source("a", "a", HEADED)),
        terms.item(Source("a", "a", BARE, reference=HEADED)),
        terms.item(Source("a", "a", BARE, reference="")),
    ]
    assert [item.source for item in items] == [
        HEADER.text + BARE, HEADED, HEADER.text + BARE, HEADER.text + BARE,
    ]  # fmt: skip
    assert [item.reference for item in items] == [
        HEADER.text + "R", HEADER.text + "R", HEADED, HEADER.text,
    ]  # fmt: skip
    assert {(item.timeout, item.heartbeats, item.policy) for item in items} == {
        (1.0, 2, Policy(strict=True))
    }


def test_without_a_reference_none_is_asked_for() -> None:
    assert Terms(1.0, 2, HEADER).item(Source("a", "a", BARE)).reference is None


def test_positions_are_those_of_the_source_alone() -> None:
    sources = (Source("a", "a", BARE), Source("b", "b", HEADED))
    assert lines(run(Terms(1.0, 2, HEADER, reference="R"), *sources)) == [1, 3]


@pytest.mark.parametrize(("reference", "line"), [(BARE, 1), (HEADED, 3)])
def test_a_reference_that_does_not_compile_is_bad_input(reference: str, line: int) -> None:
    pool = Scripted()
    with pytest.raises(InputError, match=f"--against, line {line}, column 0: wrong"):
        require_reference(pool, Terms(1.0, 2, HEADER, Policy(strict=True), reference))
    assert [(item.reference, item.policy) for item in pool.asked] == [(None, Policy())]


def test_without_a_header_or_a_reference_nothing_is_asked_of_them() -> None:
    pool = Scripted()
    require_header(pool, Terms(1.0, 2, SharedHeader()))
    require_reference(pool, Terms(1.0, 2, SharedHeader()))
    assert pool.asked == []


def test_results_and_defects_stand_in_the_order_of_the_inputs() -> None:
    inputs = [
        Defect("d0", "d0", "no"), Source("a", "a", BARE), Defect("d1", "d1", "no"),
        Source("b", "b", BARE), Defect("d2", "d2", "no"),
    ]  # fmt: skip
    found = run(Terms(1.0, 2, SharedHeader()), *inputs)
    assert [each.outcome.id for each in found] == ["d0", "a", "d1", "b", "d2"]
    assert [each.unreadable for each in found] == [True, False, True, False, True]


def test_findings_stand_beside_the_outcome_that_they_are_about() -> None:
    inputs: list[Source | Defect] = [Source(str(at), str(at), BARE) for at in range(1500)]
    inputs.insert(700, Defect("d", "d", "no"))
    found = list(
        check_batch(Scripted(), LEAN, iter(inputs), Terms(1.0, 2, SharedHeader()), Lints())
    )
    assert [each.outcome.id for each in found] == [each.id for each in inputs]
    assert found[700].findings == ()
    assert {
        each.findings == (Finding("found", "t", each.outcome.id),)
        for each in found
        if not each.unreadable
    } == {True}


def test_a_result_is_given_once_its_own_lint_is_done() -> None:
    pool = Scripted()
    inputs = (Source(str(at), str(at), BARE) for at in range(10))
    results = check_batch(pool, LEAN, inputs, Terms(1.0, 2, SharedHeader()), Lints())
    next(results)
    assert len(pool.asked) == 1
    next(results)
    assert len(pool.asked) == 10
