"""The vote: who wins, and when it is settled."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from numina_lean.solve.classes import Classes
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.trace import Trace, Turn
from numina_lean.solve.vote import decided, more_frequent, vote

PROCEDURE = Procedure()


def traces(*answers: str | None) -> list[Trace]:
    return [
        Trace("p", i, (), "no_answer" if answer is None else "answered", answer)
        for i, answer in enumerate(answers)
    ]


def test_the_most_frequent_answer_wins_whatever_the_order() -> None:
    found = traces("7", "5", "7", None, "5", "7")
    random.Random(0).shuffle(found)
    votes = vote(found, PROCEDURE, Classes(PROCEDURE))
    assert votes.winner == "7"
    assert [(each.answer, each.weight) for each in votes.classes] == [("7", 3), ("5", 2)]
    assert (votes.abstained, votes.lead) == (1, 1)


def test_a_tie_goes_to_the_answer_that_the_lowest_sample_has() -> None:
    found = traces("9", "5", "5", "9")
    assert vote(reversed(found), PROCEDURE, Classes(PROCEDURE)).winner == "9"


def test_integers_are_taken_modulo_and_nothing_else_is_an_answer() -> None:
    classes = Classes(PROCEDURE)
    assert [classes(text) for text in ("1007", "7.0", "3.5", "-1", "x")] == [
        "7",
        "7",
        None,
        None,
        None,
    ]
    plain = Classes(Procedure(modulus=None))
    assert [plain(text) for text in ("1007", "-1")] == ["1007", "-1"]


def test_in_general_mode_equal_answers_are_one_class() -> None:
    procedure = Procedure(answer_mode="general")
    found = traces("\\frac{1}{2}", "3", "0.5", "\\dfrac12")
    votes = vote(found, procedure, Classes(procedure))
    assert votes.classes[0].samples == (0, 2, 3)
    assert votes.winner == "\\frac{1}{2}"


def test_failed_programs_weigh_on_a_trace_where_that_is_asked_for() -> None:
    bad = Turn("", "stop", code="x", output="", run="error")
    found = [replace(trace, turns=(bad,) * trace.sample) for trace in traces("1", "2", "2")]
    assert vote(found, PROCEDURE, Classes(PROCEDURE)).winner == "2"
    clean = vote(found, Procedure(weights="clean"), Classes(PROCEDURE))
    assert clean.winner == "1"


def test_a_veto_takes_a_class_out_and_a_proof_lifts_one() -> None:
    found = traces("7", "7", "7", "5")
    classes = Classes(PROCEDURE)
    assert vote(found, PROCEDURE, classes, {"7": 0.0}).winner == "5"
    assert vote(found, PROCEDURE, classes, {"5": 4.0}).winner == "5"


@given(
    st.lists(st.sampled_from(["1", "2", "3", None]), max_size=12),
    st.lists(st.sampled_from(["1", "2", "3", "4", None]), max_size=6),
)
def test_what_is_certain_no_further_trace_can_change(
    first: list[str | None], rest: list[str | None]
) -> None:
    found = traces(*first, *rest)
    before = vote(found[: len(first)], PROCEDURE, Classes(PROCEDURE))
    if decided(before, len(rest), PROCEDURE):
        assert vote(found, PROCEDURE, Classes(PROCEDURE)).winner == before.winner


def test_what_is_not_certain_can_be_changed() -> None:
    before = vote(traces("1", "1"), PROCEDURE, Classes(PROCEDURE))
    assert not decided(before, 2, PROCEDURE)
    assert decided(before, 1, PROCEDURE)
    assert not decided(before, 1, Procedure(early="never"))


def test_a_posterior_may_settle_it_earlier() -> None:
    likely = Procedure(early="likely")
    assert decided(vote(traces(*"1111"), likely, Classes(likely)), 44, likely)
    assert not decided(vote(traces(*"111"), likely, Classes(likely)), 45, likely)
    assert not decided(vote(traces(None, None), likely, Classes(likely)), 46, likely)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (4, 0), (7, 3), (30, 18), (3, 3)])
def test_the_posterior_is_that_of_the_beta_distribution(first: int, second: int) -> None:
    assert more_frequent(first, second) == pytest.approx(beta.sf(0.5, first + 1, second + 1))
