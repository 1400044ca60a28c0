"""A batch: what each input becomes on its way to a pool, and what its outcome becomes after it."""

from collections.abc import Iterable, Iterator

from numina_lean.check.batch import Result, Terms, check_batch
from numina_lean.check.finding import Finding
from numina_lean.check.header import SharedHeader
from numina_lean.check.source import Defect, Source
from numina_lean.check.verdict import Item, Outcome, Policy, Verdict
from numina_lean.lean.report import LeanInfo, Message, Position

LEAN = LeanInfo("embedded", "4.28.0-pre", None)
HEADER = SharedHeader("import Std\nopen Nat\n")
BARE = "theorem t : True := trivial"
HEADED = f"import Init\n{BARE}"


class Scripted:
    """Answers each item with an error on its third line; `asked` are the items."""

    def __init__(self, reason: str | None = None) -> None:
        self.asked: list[Item] = []
        self._reason = reason

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        for item in items:
            self.asked.append(item)
            message = Message("error", "wrong", Position(3, 0))
            yield Outcome(
                item.id, Verdict.ERROR, LEAN, "", 0.0, reason=self._reason, messages=(message,)
            )


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


def run(terms: Terms, *inputs: Source | Defect, reason: str | None = None) -> list[Result]:
    return list(check_batch(Scripted(reason), LEAN, inputs, terms))


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


def test_positions_are_those_of_the_source_or_where_it_is_at_fault_the_reference() -> None:
    terms = Terms(1.0, 2, HEADER, reference=HEADED)
    sources = (Source("a", "a", BARE), Source("b", "b", HEADED), Source("c", "c", HEADED, BARE))
    assert lines(run(terms, *sources)) == [1, 3, 3]
    assert lines(run(terms, *sources, reason="reference")) == [3, 3, 1]


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
