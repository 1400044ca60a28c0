"""The answers of real solutions and real traces are found and compared as they should be."""

from pathlib import Path

import pytest
from answers_recall import BAR, agreement, recall

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("source", ["math", "gsm8k"])
def test_reference_solutions_give_back_their_answers(shared_data: Path, source: str) -> None:
    found = recall(shared_data / "informal_dev.jsonl", source)
    assert found.solutions == {"math": 1999, "gsm8k": 300}[source]
    assert found.share >= BAR, found.missed


def test_traces_are_judged_as_their_collections_judge_them(shared_data: Path) -> None:
    found = agreement(shared_data / "tir_samples.jsonl")
    assert found.traces == 960
    assert found.share >= 0.97, found.others
