"""Proofs that a model is asked for, sketches that are filled, and proofs made shorter."""

import asyncio
from dataclasses import dataclass, field

import pytest
from scripted_model import ScriptedModel

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.report import Position, Sorry
from numina_lean.models.model import ModelError
from numina_lean.prompts.registry import family
from numina_lean.prove.decompose import decompose, filled, hole_of, statement_of
from numina_lean.prove.measured import SHIPPED
from numina_lean.prove.minimise import minimise
from numina_lean.prove.model import Answers, Prover, sample_proofs
from numina_lean.prove.portfolio import CORE
from numina_lean.prove.sketch import Sketcher, prove_by_sketch
from numina_lean.translate.statement import Statement

STATEMENT = Statement("t", "set_option autoImplicit false", ("(n : Nat)",), "n < n + 2")
RIGHT = "```lean4\ntheorem t (n : Nat) : n < n + 2 := by omega\n```"
WRONG = "```lean4\ntheorem t (n : Nat) : n < n + 2 := by rfl\n```"
CHEAT = "```lean4\ntheorem t (n : Nat) : n < n + 3 := by omega\n```"
TIMEOUT = 60.0


def _sampled(
    model: ScriptedModel,
    pool: Pool,
    samples: int,
    *,
    rounds: int = 0,
    all_samples: bool = False,
    statement: Statement = STATEMENT,
) -> Answers:
    prover = Prover(
        model, family("prove", "chat"), samples, rounds, all_samples, seed=7, timeout=TIMEOUT
    )
    return asyncio.run(sample_proofs(statement, prover, pool))


@pytest.mark.lean
def test_the_first_proof_by_number_is_taken(pool: Pool) -> None:
    found = _sampled(ScriptedModel([WRONG, RIGHT, RIGHT]), pool, 3)
    assert found.proof is not None
    assert found.proof.sample == 1
    assert (found.asked, found.correct) == (2, 1)
    assert pool.check(Item("again", found.proof.source or "")).verdict is Verdict.PROVED


@pytest.mark.lean
def test_all_samples_are_judged_where_the_win_rate_is_wanted(pool: Pool) -> None:
    found = _sampled(ScriptedModel([RIGHT, WRONG, RIGHT, "no Lean"]), pool, 4, all_samples=True)
    assert (found.asked, found.correct) == (4, 2)


@pytest.mark.lean
def test_a_proof_of_another_statement_is_no_proof(pool: Pool) -> None:
    found = _sampled(ScriptedModel([CHEAT]), pool, 1)
    assert found.proof is None
    assert found.answers[0].outcome is not None
    assert found.answers[0].outcome.verdict is Verdict.REJECTED


@pytest.mark.lean
def test_a_repair_is_asked_for_with_what_lean_said(pool: Pool) -> None:
    model = ScriptedModel([WRONG, RIGHT])
    found = _sampled(model, pool, 1, rounds=1)
    assert found.proof is not None
    assert (found.proof.round, found.asked, found.correct) == (1, 1, 1)
    (_, first, _), (second, again, _) = model.asked
    assert "rfl" in second.messages[-1].content
    assert first.seed != again.seed


@pytest.mark.lean
def test_a_model_that_fails_once_costs_that_sample(pool: Pool) -> None:
    found = _sampled(ScriptedModel([ModelError("failed", "gone"), RIGHT]), pool, 2)
    assert found.proof is not None
    assert (found.asked, found.answers[0].detail) == (1, "failed: gone")


@pytest.mark.lean
def test_a_spent_allowance_ends_the_search_instead_of_losing_the_statement(pool: Pool) -> None:
    with pytest.raises(ModelError, match="all of it"):
        _sampled(ScriptedModel([ModelError("budget", "all of it"), RIGHT]), pool, 2)


SKETCH = """\
set_option autoImplicit false

theorem t
    (n : Nat) :
    n < n + 2 := by
  have one : n < n + 1 := by sorry
  have two : n + 1 < n + 2 := sorry
  cases n with
  | zero => sorry
  | succ k =>
    sorry
"""


def _proofs(goal: Statement):  # type: ignore[no-untyped-def]
    return ((tactic, proof) for tactic in CORE for proof in tactic.proofs(goal))


@pytest.mark.lean
def test_every_hole_is_filled_in_its_place_and_the_whole_is_a_proof(pool: Pool) -> None:
    found = decompose(SKETCH, STATEMENT, pool, _proofs, timeout=TIMEOUT)
    assert len(found.steps) == 4
    assert found.succeeded
    assert found.source is not None
    assert "sorry" not in found.source
    again = pool.check(Item("again", found.source, reference=STATEMENT.source()))
    assert again.verdict is Verdict.PROVED


@pytest.mark.lean
def test_a_sketch_of_another_statement_is_not_filled(pool: Pool) -> None:
    other = SKETCH.replace("n < n + 2 := by", "n < n + 3 := by")
    found = decompose(other, STATEMENT, pool, _proofs, timeout=TIMEOUT)
    assert (found.steps, found.succeeded) == ((), False)


@pytest.mark.lean
def test_a_step_that_is_false_leaves_the_sketch_open(pool: Pool) -> None:
    false = SKETCH.replace("have one : n < n + 1", "have one : n < 3")
    found = decompose(false, STATEMENT, pool, _proofs, timeout=TIMEOUT)
    assert (found.succeeded, found.source) == (False, None)
    assert found.steps[-1].proof is None


@pytest.mark.lean
def test_a_planned_proof_is_put_together(pool: Pool) -> None:
    model = ScriptedModel(["no plan", f"```lean4\n{SKETCH}```"])
    sketcher = Sketcher(model, family("decompose", "sketch"), samples=2, timeout=TIMEOUT)
    source = asyncio.run(
        prove_by_sketch(STATEMENT, sketcher, pool, profile="core", statistics=SHIPPED)
    )
    assert source is not None
    assert pool.check(Item("again", source)).verdict is Verdict.PROVED


def test_a_goal_is_read_as_a_theorem() -> None:
    goal = "case zero\nx y : Int\nh : x <\n  y\ni✝ : y = 2\nk : Nat := 3\n⊢ x < y + 1"
    read = statement_of(goal, STATEMENT)
    assert read.binders == ("(x y : Int)", "(h : x <\n  y)", "(k : Nat)")
    assert read.conclusion == "x < y + 1"


def test_a_proof_of_several_lines_keeps_the_column_of_its_hole() -> None:
    source = "theorem t : a := by\n  · sorry\n  exact b"
    hole = hole_of(source, Sorry("⊢ a", Position(2, 4)), STATEMENT)
    assert filled(source, hole, "by\n  intro\n  · one\n  two") == (
        "theorem t : a := by\n  · intro\n    · one\n    two\n  exact b"
    )


@dataclass
class _Counting:
    """A pool that counts what it is asked."""

    pool: Pool
    items: list[Item] = field(default_factory=list)

    def check(self, item: Item):  # type: ignore[no-untyped-def]
        self.items.append(item)
        return self.pool.check(item)


LONG = """\
by
  have unused : 1 = 1 := by
    rfl
  first
  | exact absurd n
  | (have also := Nat.le_refl n
     first | rfl | omega)
  | omega"""


@pytest.mark.lean
def test_a_proof_is_shortened_to_what_it_needs(pool: Pool) -> None:
    checker = _Counting(pool)
    shorter = minimise(
        STATEMENT.source(LONG), STATEMENT, checker, timeout=TIMEOUT, heartbeats=200_000
    )
    assert shorter.source == STATEMENT.source("by\n  omega")
    assert shorter.checks == len(checker.items)
    assert all(item.reference == STATEMENT.source() for item in checker.items)


@pytest.mark.lean
def test_shortening_ends_with_its_checks_and_never_makes_it_longer(pool: Pool) -> None:
    source = STATEMENT.source(LONG)
    for most in (0, 1, 2):
        shorter = minimise(
            source, STATEMENT, pool, timeout=TIMEOUT, heartbeats=200_000, most_checks=most
        )
        assert shorter.checks <= most
        assert len(shorter.source) <= len(source)
        assert pool.check(Item("again", shorter.source)).verdict is Verdict.PROVED


def test_a_source_that_is_not_the_statements_is_left_as_it_is(pool: Pool) -> None:
    source = "theorem other : True := by\n  trivial\n"
    assert minimise(source, STATEMENT, pool, timeout=1.0, heartbeats=1).source == source
