"""maj@k, pass@k, intervals and paired tests: against enumeration and closed forms."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product
from math import sqrt

import numpy as np
import pytest
from evaluations import solution
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numina_lean.errors import InputError
from numina_lean.evaluate import majority as majorities
from numina_lean.evaluate.ballot import Ballot, Reading, ballot, literal, winner
from numina_lean.evaluate.bootstrap import over_problems, over_seeds
from numina_lean.evaluate.majority import is_exact, majority
from numina_lean.evaluate.paired import mcnemar, sign_flip
from numina_lean.evaluate.scores import curve, estimates, passing, scores
from numina_lean.evaluate.seeds import STRIDE, drawn_from, seeds_of
from numina_lean.solve.procedure import Procedure

KEYS = st.lists(st.sampled_from(["right", "b", "c", "d", None]), min_size=1, max_size=9)


def cast(keys: Sequence[str | None], weights: Sequence[float] | None = None) -> Ballot:
    target = "right" if "right" in keys else None
    return Ballot("p", tuple(keys), tuple(weights or [1.0] * len(keys)), target)


def enumerated(one: Ballot, k: int) -> float:
    """maj@k as it is defined: all subsets, each voted on."""
    subsets = list(combinations(range(len(one.keys)), k))
    right = sum(
        one.target is not None
        and winner([one.keys[i] for i in each], [one.weights[i] for i in each]) == one.target
        for each in subsets
    )
    return right / len(subsets)


@given(KEYS)
def test_maj_at_k_is_the_mean_over_all_subsets(keys: list[str | None]) -> None:
    one = cast(keys)
    ks = tuple(range(1, len(keys) + 1))
    assert majority(one, ks) == pytest.approx([enumerated(one, k) for k in ks])


@given(KEYS)
def test_a_vote_of_one_is_a_sample_and_a_vote_of_all_is_the_vote(keys: list[str | None]) -> None:
    one = cast(keys)
    first, last = majority(one, (1, len(keys)))
    assert (
        first
        == pytest.approx(one.correct / len(keys))
        == pytest.approx(passing(len(keys), one.correct, 1))
    )
    assert last == float(one.right)


def test_maj_of_two_answers_is_a_hypergeometric_tail() -> None:
    keys = ["right"] * 28 + ["b"] * 20
    ks = (1, 3, 9, 33)
    tails = [stats.hypergeom(48, 28, k).sf(k // 2) for k in ks]
    assert majority(cast(keys), ks) == pytest.approx(tails)


def test_ties_go_to_the_lowest_sample() -> None:
    assert majority(cast(["right", "b"]), (2,)) == (1.0,)
    assert majority(cast(["b", "right"]), (2,)) == (0.0,)
    assert majority(cast([None, "right", "b", "right", "b"]), (4, 5)) == pytest.approx(
        (enumerated(cast([None, "right", "b", "right", "b"]), 4), 1.0)
    )


def test_many_samples_are_counted_without_loss() -> None:
    keys = ["right", "b"] * 32 + ["c"] * 20 + [None] * 12
    assert is_exact(cast(keys))
    found = majority(cast(keys), curve(len(keys)))
    assert found[-1] == 1.0
    assert all(0 <= each <= 1 for each in found)
    assert found[0] == pytest.approx(32 / 96)


def test_weighted_votes_are_drawn_near_the_true_value_and_the_same_each_time() -> None:
    one = cast(["right", "b", "b", "right", None, "b", "c"], [1.0, 0.5, 0.5, 0.25, 1.0, 1.0, 0.5])
    ks = (1, 2, 3, 5, 7)
    assert not is_exact(one)
    drawn = majority(one, ks)
    assert drawn == majority(one, ks)
    for k, found in zip(ks, drawn, strict=True):
        expected = enumerated(one, k)
        error = sqrt(expected * (1 - expected) / majorities.DRAWS)
        assert abs(found - expected) <= 5 * error
    assert drawn[-1] == float(one.right)


def test_a_vetoed_class_wins_no_subset() -> None:
    one = cast(["right", "right", "b"], [0.0, 0.0, 1.0])
    assert is_exact(one)
    assert majority(one, (1, 2, 3)) == pytest.approx([enumerated(one, k) for k in (1, 2, 3)])
    assert majority(one, (1, 3)) == (0.0, 0.0)


@pytest.mark.parametrize("k", [0, 4])
def test_a_vote_of_more_samples_than_there_are_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="cannot be had"):
        majority(cast(["right"] * 3), (k,))
    with pytest.raises(ValueError, match="cannot be had"):
        passing(3, 1, k)


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_pass_at_k_is_the_share_of_subsets_with_a_right_one(pair: tuple[int, int]) -> None:
    n, correct = pair
    for k in range(1, n + 1):
        subsets = list(combinations(range(n), k))
        share = sum(min(each) < correct for each in subsets) / len(subsets)
        assert passing(n, correct, k) == pytest.approx(share)


@given(KEYS)
def test_a_right_vote_needs_a_right_sample(keys: list[str | None]) -> None:
    one = cast(keys)
    ks = tuple(range(1, len(keys) + 1))
    for k, found in zip(ks, majority(one, ks), strict=True):
        assert found <= passing(len(keys), one.correct, k) + 1e-12


def test_a_curve_has_the_powers_of_two_and_its_end() -> None:
    assert curve(48) == (1, 2, 4, 8, 16, 32, 48)
    assert [curve(n) for n in (1, 2, 3, 8)] == [(1,), (1, 2), (1, 2, 3), (1, 2, 4, 8)]


# Rules


@given(st.lists(st.sampled_from(["7", "8", "9", None, "x"]), min_size=1, max_size=8))
def test_the_strict_vote_is_the_one_that_was_held(answers: list[str | None]) -> None:
    held = solution(answers)
    found = ballot(held, Reading("strict"))
    assert found is not None
    assert found.right == held.correct
    assert found.correct == sum(each.correct is True for each in held.samples)


@given(
    st.lists(
        st.tuples(st.sampled_from(["7", "8", None]), st.integers(0, 3)), min_size=1, max_size=8
    )
)
def test_so_is_a_vote_that_weighs_failed_programs(samples: list[tuple[str | None, int]]) -> None:
    procedure = Procedure(samples=len(samples), modulus=None, weights="clean")
    answers, failures = [each[0] for each in samples], [each[1] for each in samples]
    held = solution(answers, procedure=procedure, failures=failures)
    found = ballot(held, Reading("strict", weights="clean"))
    assert found is not None
    assert found.right == held.correct


def test_the_factors_of_a_referee_are_in_the_weights() -> None:
    held = replace(
        solution(["8", "8", "8", "7", "7"]), votes=(("7", 8.0),), answer="7", correct=True
    )
    found = ballot(held, Reading("strict"))
    assert found is not None
    assert found.weights == (0.0, 0.0, 0.0, 4.0, 4.0)
    assert found.right


def test_the_literal_rule_reads_numerals_of_a_base_as_python_does() -> None:
    held = solution(["2112_6", "21126", "2112", "3.5"], "2112_6")
    assert ballot(held, Reading("strict")) is None
    found = ballot(held, Reading("literal"))
    assert found is not None
    assert found.keys == ("21126", "21126", "2112", None)
    assert found.correct == 2
    assert found.right


@pytest.mark.parametrize(
    ("answer", "modulus", "key"),
    [("116", 1000, "116"), ("1116", 1000, "116"), ("-4", 1000, None), ("-4", None, "-4"),
     ("8178.0", None, "8178"), ("1e3", None, "1000"), ("2112_6", 1000, "126"), ("", None, None),
     ("nan", None, None), ("inf", None, None), ("9" * 5000, None, None)],
)  # fmt: skip
def test_literal_readings(answer: str, modulus: int | None, key: str | None) -> None:
    assert literal(answer, modulus) == key


def test_in_general_mode_equal_answers_are_right() -> None:
    procedure = Procedure(samples=3, answer_mode="general")
    held = solution(["x+1", "x + 1", "2"], "x+1", procedure=procedure)
    found = ballot(held, Reading("equality"))
    assert found is not None
    assert (found.correct, found.right) == (2, True)


def test_samples_that_failed_or_were_stopped_are_absent_not_wrong() -> None:
    held = solution(["7", "8", "7"])
    failed = replace(held.samples[1], ended="failed", answer=None, key=None, correct=False)
    found = ballot(
        replace(held, samples=(held.samples[0], failed, held.samples[2])), Reading("strict")
    )
    assert found is not None
    assert found.keys == ("7", "7")


# Means and intervals


def test_the_means_of_two_seeds() -> None:
    seeds = {
        42: [solution(["7", "7", "8", None], id="a"), solution(["7", "8", "8", "8"], id="b")],
        43: [solution(["7", "7", "7", "7"], id="a"), solution(["7", "7", "8", "8"], id="b")],
    }
    found = scores(seeds, Reading("strict"))
    assert found is not None
    assert found.problems == ("a", "b")
    assert found.vote.by_seed == (0.5, 1.0)
    assert found.vote.mean == 0.75
    assert found.vote.deviation == pytest.approx(sqrt(0.125))
    assert found.sample.by_seed == (0.375, 0.75)
    assert found.ks == (1, 2, 4)
    assert found.majority[0].mean == pytest.approx(found.sample.mean)
    assert found.majority[-1].mean == pytest.approx(found.vote.mean)
    assert found.passing[-1].mean == 1.0


def test_only_problems_that_every_seed_has_are_counted() -> None:
    a, b = solution(["7"], id="a"), solution(["8"], id="b")
    found = scores({1: [a, b], 2: [b, a], 3: [b]}, Reading("strict"))
    assert found is not None
    assert found.problems == ("b",)
    assert scores({1: [a], 2: [b]}, Reading("strict")) is None
    assert scores({}, Reading("strict")) is None


def test_curves_end_where_a_problem_has_no_more_samples() -> None:
    seeds = {1: [solution(["7"] * 6, id="a"), solution(["7", "8", "7"], id="b")]}
    found = scores(seeds, Reading("strict"))
    assert found is not None
    assert found.ks == (1, 2, 3)
    assert found.vote.deviation is None
    assert found.vote.over_seeds is None


def test_an_interval_over_problems_is_that_of_the_binomial_distribution() -> None:
    votes = np.array([[1.0]] * 60 + [[0.0]] * 40)
    (interval,) = over_problems(votes)
    assert interval.low == pytest.approx(stats.binom(100, 0.6).ppf(0.025) / 100, abs=0.011)
    assert interval.high == pytest.approx(stats.binom(100, 0.6).ppf(0.975) / 100, abs=0.011)
    assert [interval] == over_problems(votes)
    assert [interval] != over_problems(votes, seed=1, draws=301)


def test_an_interval_over_seeds_resamples_their_means() -> None:
    means = [0.1, 0.32, 0.4, 0.57, 0.7]
    found = over_seeds(np.array(means)[:, None])
    assert found is not None
    possible = sorted(np.mean(each) for each in product(means, repeat=5))
    low, high = np.quantile(possible, [0.025, 0.975])
    assert found[0].low == pytest.approx(low, abs=0.01)
    assert found[0].high == pytest.approx(high, abs=0.01)
    assert over_seeds(np.array([[0.5]])) is None


def test_chunks_of_draws_do_not_run_over() -> None:
    columns = np.zeros((1500, 1))
    columns[::2] = 1.0
    (interval,) = over_problems(columns, draws=3001)
    assert 0.46 < interval.low < 0.5 < interval.high < 0.54


@given(
    st.lists(
        st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=2), min_size=1, max_size=6
    )
)
@settings(max_examples=20, deadline=None)
def test_intervals_hold_their_mean(rows: list[list[float]]) -> None:
    (found,) = estimates([np.array(rows)])
    assert found.over_problems.low - 1e-9 <= found.mean <= found.over_problems.high + 1e-9
    assert found.over_seeds is not None
    assert found.over_seeds.low - 1e-9 <= found.mean <= found.over_seeds.high + 1e-9


# Two runs


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_mcnemar_is_the_binomial_test_of_what_differs(pairs: list[tuple[bool, bool]]) -> None:
    found = mcnemar([a for a, _ in pairs], [b for _, b in pairs])
    n = found.wins + found.losses
    assert n == sum(a != b for a, b in pairs)
    expected = stats.binomtest(found.wins, n).pvalue if n else 1.0
    assert found.p == pytest.approx(expected)


@given(st.lists(st.sampled_from([-1, 0, 1]), max_size=40))
def test_with_one_seed_the_permutation_test_is_mcnemars(differences: list[int]) -> None:
    found = mcnemar([each < 0 for each in differences], [each > 0 for each in differences])
    assert sign_flip(differences) == pytest.approx(found.p)


@given(st.lists(st.integers(-5, 5), max_size=8))
def test_the_permutation_test_counts_all_signs(differences: list[int]) -> None:
    bar = abs(sum(differences))
    signs = list(product((-1, 1), repeat=len(differences)))
    sums = [sum(s * d for s, d in zip(each, differences, strict=True)) for each in signs]
    assert sign_flip(differences) == pytest.approx(sum(abs(s) >= bar for s in sums) / len(signs))


# Seeds


def test_seeds_are_a_number_or_a_range() -> None:
    assert seeds_of("3") == (42, 43, 44)
    assert seeds_of("5..7") == (5, 6, 7)
    assert seeds_of(" 9 .. 9 ") == (9,)


@pytest.mark.parametrize("text", ["", "0", "7..5", "x", "-1", "1,2", "1..99999", "1...3"])
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--seeds"):
        seeds_of(text)


def test_no_two_seeds_share_a_sample() -> None:
    drawn = [drawn_from(seed, 48) + sample for seed in seeds_of("10") for sample in range(48)]
    assert len(set(drawn)) == 480
    with pytest.raises(InputError, match="room for"):
        drawn_from(1, STRIDE + 1)
