"""Shares of a target: by weight, in whole numbers, and filled from others where one runs short."""

from hypothesis import given
from hypothesis import strategies as st

from numina_lean.problems.difficulty import difficulty
from numina_lean.problems.problem import Problem
from numina_lean.problems.strata import OTHER, quotas, stratum

NAMES = ("a", "b", "c", "d")
COUNTS = st.fixed_dictionaries({name: st.integers(0, 50) for name in NAMES})
WEIGHTS = st.fixed_dictionaries({name: st.sampled_from([0, 0.1, 1, 2.5, 4]) for name in NAMES})


def test_shares_follow_the_weights_and_remainders_the_largest() -> None:
    assert quotas(10, {"a": 1, "b": 1, "c": 1}, {"a": 99, "b": 99, "c": 99}) == {
        "a": 4,
        "b": 3,
        "c": 3,
    }
    assert quotas(8, {"a": 5, "b": 2}, {"a": 99, "b": 99}) == {"a": 6, "b": 2}


def test_what_a_small_stratum_lacks_goes_to_the_others_by_weight() -> None:
    weights = {"small": 2, "large": 1, "huge": 1}
    assert quotas(100, weights, {"small": 10, "large": 200, "huge": 200}) == {
        "small": 10,
        "large": 45,
        "huge": 45,
    }


def test_a_target_beyond_what_there_is_takes_all() -> None:
    assert quotas(100, {"a": 1, "b": 9}, {"a": 3, "b": 4}) == {"a": 3, "b": 4}


@given(st.integers(0, 150), WEIGHTS, COUNTS)
def test_quotas_add_up_and_never_exceed_what_there_is(
    target: int, weights: dict[str, float], available: dict[str, int]
) -> None:
    quota = quotas(target, weights, available)
    weighted = sum(available[name] for name in NAMES if weights[name] > 0)
    assert sum(quota.values()) == min(target, weighted)
    assert all(0 <= quota[name] <= available[name] for name in NAMES)
    assert all(quota[name] == 0 for name in NAMES if weights[name] == 0)


def test_a_source_without_a_weight_has_a_stratum_only_if_others_have() -> None:
    problem = Problem(id="1", problem="p", answer="1", source="unheard_of")
    assert stratum(problem, {"olympiads": 1}) is None
    assert stratum(problem, {"olympiads": 1, OTHER: 1}) == OTHER
    assert stratum(problem, {"unheard_of": 0, OTHER: 1}) is None


def test_difficulty_rises_with_level_and_falls_with_the_solve_rate() -> None:
    def score(level: str = "", rate: float | None = None, source: str = "math") -> float:
        return difficulty(
            Problem(id="1", problem="p", answer="1", level=level, solve_rate=rate, source=source)
        )

    assert score("Level 5") > score("3") > score("1")
    assert score(rate=0.1) > score(rate=0.9)
    assert score(source="olympiads_ref") > score() > score(source="gsm8k")
    assert score(rate=87.5) == score()
    assert score("Level 99") == score()
    assert score("5", 0.0, "olympiads_ref") == round(0.6 + 0.25 + 0.15 * 0.95, 6)
