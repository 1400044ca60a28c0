r"""A plan decides on every row; it is a function of the rows and settings, not of their order."""

import random
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace

import pytest

from numina_lean.problems.criteria import Limits, examine, question_type
from numina_lean.problems.decide import held_out, make_plan
from numina_lean.problems.plan import TESTS, Decision, Settings
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.problems.skipped import Skipped, Unselected

TEXTS = (
    "Find the sum of all divisors of {n} that are not divisible by 3.",
    "How many subsets of the first {n} positive integers contain no two neighbours?",
    "Let $a_1 = {n}$ and $a_{{k+1}} = a_k^2 - 2$. Find the last digit of $a_9$.",
    "A bag holds {n} red and 5 blue balls; two are taken. How likely are two blue ones?",
)
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")


def row(number: int, **changes: object) -> Problem:
    problem = Problem(
        id=f"p{number:04}",
        problem=TEXTS[number % len(TEXTS)].format(n=number + 20),
        answer=str(number),
        question_type="math-word-problem",
        source="olympiads" if number % 3 else "amc_aime",
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def by_id(decisions: Iterable[Decision]) -> dict[str, Decision]:
    return {each.id: each for each in decisions}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"problem": ""}, Unselected.EMPTY),
        ({"problem_is_valid": "Incomplete"}, Unselected.INVALID_PROBLEM),
        ({"solution_is_valid": "Problem not solved"}, Unselected.INVALID_SOLUTION),
        ({"answer": "notfound"}, Unselected.NO_ANSWER),
        ({"synthetic": True}, Unselected.SYNTHETIC),
        ({"source": "orca_math"}, Unselected.SOURCE),
        ({"question_type": "other"}, Unselected.QUESTION_TYPE),
        ({"problem": "Find $x$."}, Unselected.LENGTH),
        ({"problem": "Find x. " * 900}, Unselected.LENGTH),
        ({"solve_rate": 0.95}, Unselected.SOLVE_RATE),
        ({"source": "cn_contest", "level": "1"}, Unselected.TOO_EASY),
        ({"problem": "In the figure, find the angle at $B$ of the square."}, Unselected.FIGURE),
        ({"problem": "Trouver tous les entiers tels que $n$ est un nombre."}, Unselected.LANGUAGE),
        ({"problem": "(a) Find the sum of 1 to 9. (b) Find 2+2."}, Unselected.SEVERAL_PARTS),
        (
            {
                "problem": "Which of the following is prime?\n(A) 1 (B) 2 (C) 4",
                "question_type": "MCQ",
                "answer": "B",
            },
            Unselected.NEEDS_OPTIONS,
        ),
        ({"question_type": "MCQ", "answer": "B"}, Unselected.UNREADABLE_OPTIONS),
    ],
)
def test_each_test_has_its_reason_and_spares_the_good_row(
    changes: dict[str, object], reason: Unselected
) -> None:
    limits = Limits(greatest_solve_rate=0.8, least_difficulty=0.35)
    test, outcome = examine(row(1, **changes), limits)
    assert isinstance(outcome, Skipped)
    assert outcome.reason is reason
    assert outcome.detail
    assert test in TESTS
    assert isinstance(examine(row(1), limits)[1], Problem)


def test_what_is_allowed_by_the_limits_goes_on() -> None:
    limits = Limits(
        figures=True, other_languages=True, several_parts=True, synthetic=True, options="keep"
    )
    for changes in (
        {"problem": "In the figure, find the angle at $B$ of the square."},
        {"problem": "(a) Find the sum of 1 to 9. (b) Find 2+2.", "synthetic": True},
        {"problem": "Which of the following is prime?\n(A) 1 (B) 2 (C) 4", "question_type": "MCQ"},
    ):
        problem = row(1, **changes)
        assert examine(problem, limits)[1] == problem


def test_a_row_without_a_question_type_is_known_by_its_answer() -> None:
    options = "What is the sum of the digits?\n(A) 1 (B) 2 (C) 4"
    assert question_type(row(1, question_type="", answer="proof")) == "proof"
    assert question_type(row(1, question_type="", answer="B", problem=options)) == "MCQ"
    assert question_type(row(1, question_type="", answer="B")) == "math-word-problem"


def test_every_row_is_decided_and_counted_once() -> None:
    rows = [*(row(n) for n in range(60)), BrokenRow("x line 61", "not JSON"), row(3, id="again")]
    plan = make_plan(rows, Settings(target=20))
    assert [each.position for each in plan.decisions] == list(range(62))
    assert plan.selected == 20
    assert plan.selected + sum(plan.reasons().values()) == 62
    assert plan.reasons() == {"broken_row": 1, "duplicate": 1, "not_drawn": 40}
    assert {name: count.selected for name, count in plan.strata.items()} == {
        "amc_aime": 4,
        "olympiads": 16,
    }


def test_the_hardest_of_a_stratum_are_drawn() -> None:
    rows = [row(n, source="olympiads", solve_rate=n / 40) for n in range(40)]
    decisions = make_plan(rows, Settings(target=10)).decisions
    assert [each.reason is None for each in decisions] == [n < 10 for n in range(40)]
    assert [each.rank for each in decisions] == list(range(1, 41))


def test_a_random_share_draws_from_the_rest_as_the_seed_says() -> None:
    rows = [row(n, source="olympiads", solve_rate=n / 200) for n in range(200)]

    def drawn(seed: int) -> set[str]:
        plan = make_plan(rows, Settings(target=40, random_share=0.5, seed=seed))
        return {each.id for each in plan.decisions if each.reason is None}

    assert drawn(1) == drawn(1) != drawn(2)
    for seed in (1, 2):
        assert len(drawn(seed)) == 40
        assert {f"p{n:04}" for n in range(20)} < drawn(seed)


def test_the_kept_row_of_a_group_does_not_depend_on_the_order() -> None:
    base = row(1, solution="short")
    copies = [
        replace(base, id="curated", source="olympiads_ref"),
        replace(base, id="long", solution="a much longer solution"),
        replace(base, id="near", problem=f"{base.problem} Justify."),
        replace(
            base,
            id="choice",
            source="olympiads_ref",
            problem=f"{base.problem}\n(A) 1 (B) 2 (C) 3",
            answer="A",
            question_type="MCQ",
        ),
        base,
    ]
    rng = random.Random(0)
    for _ in range(6):
        rows = [*copies, *(row(n) for n in range(30, 60))]
        rng.shuffle(rows)
        decisions = by_id(make_plan(rows, Settings()).decisions)
        assert decisions["curated"].reason is None
        assert decisions["near"].reason is Unselected.NEAR_DUPLICATE
        for name in ("long", "choice", base.id):
            assert decisions[name].reason is Unselected.DUPLICATE
            kept = decisions[name].kept
            assert kept is not None
            assert rows[kept].id == "curated"


def test_a_dropped_row_is_always_near_the_very_row_that_is_kept() -> None:
    """One changed word after another leads far away: no chain of likenesses takes it all."""
    words = [f"{one} {other}" for one in WORDS for other in ("red", "blue")]
    texts = [" ".join([*words[:n], *reversed(words[n:])]) + " 7 and 8?" for n in range(len(words))]
    rows = [row(n, problem=text) for n, text in enumerate(texts)]
    plan = make_plan(rows, Settings())
    dropped = [each for each in plan.decisions if each.reason is Unselected.NEAR_DUPLICATE]
    assert dropped
    for each in dropped:
        assert each.kept is not None
        assert plan.decisions[each.kept].reason is None
        assert (each.similarity or 0) >= 0.7
    assert plan.selected > 1


def test_the_same_id_on_another_text_is_dropped_after_the_texts_are_compared() -> None:
    plan = make_plan([row(1), row(2, id="p0001")], Settings())
    assert plan.reasons() == {"duplicate": 1}
    (dropped,) = (each for each in plan.decisions if each.reason)
    assert "same id" in dropped.detail


def test_what_repeats_a_held_out_problem_is_left_out_in_any_form() -> None:
    apart = [
        held_out(Problem(id="val-1", problem=f"{row(1).problem}\n(A) 1 (B) 2 (C) 3", answer="A")),
        held_out(Problem(id="val-2", problem=f"Problem 7. {row(2).problem} Explain.", answer="2")),
    ]
    plan = make_plan([row(1), row(2), row(3), row(6)], Settings(), apart)
    assert plan.reasons() == {"held_out": 2}
    decisions = by_id(plan.decisions)
    assert decisions["p0001"].detail == "repeats the held-out problem val-1"
    assert decisions["p0002"].detail == "repeats the held-out problem val-2"


def test_the_plan_does_not_depend_on_the_hash_seed_of_the_process() -> None:
    script = (
        "from tests.test_problems_plan import row\n"
        "from numina_lean.problems.decide import make_plan\n"
        "from numina_lean.problems.plan import Settings\n"
        "rows = [row(n % 150, id=str(n)) for n in range(300)]\n"
        "plan = make_plan(rows, Settings(target=40, random_share=0.3))\n"
        "print([(each.reason, each.kept, each.rank) for each in plan.decisions])\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
