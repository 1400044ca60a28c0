"""A threshold that keeps a precision: what is chosen, and the intervals it is chosen by."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.gates.votes import Labelled, choose_threshold, rate, thresholds


def sample(*groups: tuple[int, int, bool]) -> list[Labelled]:
    """`(yes, how many, faithful)`, each of three votes."""
    return [Labelled(yes, 3, faithful) for yes, many, faithful in groups for _ in range(many)]


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (8, 10, 0.4439, 0.9748),
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (1, 2, 0.0126, 0.9874),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_those_of_the_tables(hits: int, total: int, low: float, high: float) -> None:
    found = rate(hits, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(0, 60), st.integers(0, 60))
def test_an_interval_holds_its_share_and_is_the_mirror_of_its_complement(a: int, b: int) -> None:
    found, other = rate(a, a + b), rate(b, a + b)
    assert 0.0 <= found.low <= found.high <= 1.0
    if a + b:
        assert found.low <= found.value <= found.high
    assert found.low == pytest.approx(1 - other.high, abs=1e-6)


def test_the_lowest_threshold_that_keeps_the_precision_is_chosen() -> None:
    votes = sample((3, 200, True), (2, 100, True), (2, 1, False), (1, 10, True), (1, 40, False))
    chosen = choose_threshold(votes, precision=0.97)
    assert chosen is not None
    assert chosen.threshold == pytest.approx(2 / 3)
    assert (chosen.passed.hits, chosen.slipped.hits) == (300, 1)
    assert chosen.precision == pytest.approx(300 / 301)


def test_without_enough_labels_there_is_no_threshold() -> None:
    assert choose_threshold(sample((3, 10, True), (0, 10, False)), precision=0.99) is None
    assert choose_threshold(sample((3, 2000, True), (0, 10, False)), precision=0.99) is not None


def test_a_panel_that_passes_everything_or_nothing_is_no_panel() -> None:
    assert choose_threshold(sample((3, 50, True), (3, 50, False)), precision=0.9) is None
    assert choose_threshold(sample((0, 50, True), (0, 50, False)), precision=0.9) is None
    assert choose_threshold([], precision=0.9) is None


def test_where_few_statements_are_faithful_more_is_asked_of_the_votes() -> None:
    votes = sample((3, 400, True), (2, 100, True), (2, 10, False), (0, 490, False))
    usual = choose_threshold(votes, precision=0.95)
    rare = choose_threshold(votes, precision=0.95, faithful_share=0.2)
    assert usual is not None
    assert rare is not None
    assert usual.threshold < rare.threshold


def test_the_share_of_the_sample_gives_its_own_precision() -> None:
    votes = sample((3, 90, True), (0, 10, True), (3, 5, False), (0, 95, False))
    (choice,) = thresholds(votes, faithful_share=0.5)
    assert choice.precision == pytest.approx(90 / 95)


def test_higher_thresholds_pass_fewer() -> None:
    votes = sample((3, 5, True), (2, 5, True), (1, 5, False), (2, 3, False))
    found = thresholds(votes)
    assert [choice.threshold for choice in found] == sorted(choice.threshold for choice in found)
    assert [choice.passed.hits for choice in found] == [10, 10, 5]
    assert [choice.slipped.hits for choice in found] == [8, 3, 0]


def test_votes_that_cannot_be_are_refused() -> None:
    for yes, asked in ((4, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="votes"):
            Labelled(yes, asked, faithful=True)


def test_a_share_of_nothing_is_no_number() -> None:
    assert math.isnan(rate(0, 0).value)
