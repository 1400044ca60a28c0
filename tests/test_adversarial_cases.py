"""The published cases of other checkers' test suites: each gets the verdict that it asks for."""

import json
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict

pytestmark = [pytest.mark.lean, pytest.mark.shared]

CASES = 39
UNJUDGED = 14
"""What imports modules that the embedded engine does not have."""


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> list[dict[str, Any]]:
    text = (shared_data / "checker" / "adversarial_cases.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def outcomes(pool: Pool, cases: list[dict[str, Any]]) -> dict[str, Future[Outcome]]:
    return {
        case["id"]: pool.submit(Item(case["id"], case["submission"], reference=case["target"]))
        for case in cases
    }


@pytest.mark.parametrize("number", range(CASES))
def test_a_case_gets_the_verdict_it_asks_for(
    cases: list[dict[str, Any]], outcomes: dict[str, Future[Outcome]], number: int
) -> None:
    case = cases[number]
    outcome = outcomes[case["id"]].result()
    accepted = outcome.verdict is Verdict.PROVED
    if outcome.verdict is Verdict.NEEDS_MATHLIB:
        assert "import" in case["submission"]
    elif case["expected"] == "accept":
        assert accepted, (case["id"], outcome.reason, outcome.detail)
    elif case["expected"] == "reject":
        assert not accepted, case["id"]
        assert outcome.verdict in (Verdict.REJECTED, Verdict.ERROR)


def test_most_cases_can_be_judged_without_mathlib(
    cases: list[dict[str, Any]], outcomes: dict[str, Future[Outcome]]
) -> None:
    assert len(cases) == CASES
    unjudged = [
        outcome
        for outcome in (future.result() for future in outcomes.values())
        if outcome.verdict is Verdict.NEEDS_MATHLIB
    ]
    assert len(unjudged) == UNJUDGED
    assert all(outcome.missing_modules for outcome in unjudged)
