"""References and code through a pool of real processes: what each comes to."""

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Policy, Verdict

pytestmark = pytest.mark.lean

STATEMENT = "theorem t (a b : Nat) (h : a < b) : a + 1 < b + 1 := sorry"
PROOF = "theorem t (a b : Nat) (h : a < b) : a + 1 < b + 1 := by omega"
WEAKER = "theorem t (a b : Nat) (h : a < b) : a < b + 1 := by omega"
BY_MACRO = 'macro "close" : tactic => `(tactic| omega)\n' + PROOF.replace("omega", "close")
META = 'import Lean\nopen Lean Elab Command in\nelab "nothing" : command => return\nnothing\n'


@pytest.mark.parametrize(
    ("source", "reference", "verdict", "reason"),
    [
        (PROOF, STATEMENT, Verdict.PROVED, None),
        (STATEMENT, STATEMENT, Verdict.STATEMENT, None),
        (WEAKER, STATEMENT, Verdict.REJECTED, "reference_mismatch"),
        (BY_MACRO, STATEMENT, Verdict.PROVED, None),
        (BY_MACRO, WEAKER, Verdict.REJECTED, "reference_mismatch"),
        (PROOF, BY_MACRO, Verdict.PROVED, None),
        ("import Std\n" + PROOF, STATEMENT, Verdict.PROVED, None),
        (PROOF, "import Std\n" + STATEMENT, Verdict.PROVED, None),
        (META + PROOF, STATEMENT, Verdict.PROVED, None),
        (META + PROOF, None, Verdict.REJECTED, "unsafe_metaprogram"),
        (PROOF, "theorem t : 1 = = 2 := sorry", Verdict.ERROR, "reference"),
        (PROOF, "-- nothing", Verdict.ERROR, "reference"),
        (BY_MACRO, "-- nothing", Verdict.ERROR, "reference"),
        (PROOF + "\n#exit\nfalse", None, Verdict.REJECTED, "early_exit"),
    ],
)
def test_a_source_and_its_reference_come_to(
    pool: Pool, source: str, reference: str | None, verdict: Verdict, reason: str | None
) -> None:
    outcome = pool.check(Item("x", source, reference=reference))
    assert (outcome.verdict, outcome.reason) == (verdict, reason)
    assert outcome.replayed == (verdict is not Verdict.ERROR)
    assert bool(outcome.mismatches) == (reason == "reference_mismatch")


def test_a_policy_may_allow_an_axiom_and_forbid_code(pool: Pool) -> None:
    native = "theorem t : 2 + 2 = 4 := by native_decide"
    allowed = Policy(axioms=frozenset({"propext"}))
    assert pool.check(Item("a", PROOF, policy=allowed)).verdict is Verdict.PROVED
    assert pool.check(Item("b", native, policy=allowed)).verdict is Verdict.REJECTED
    strict = pool.check(Item("c", BY_MACRO, policy=Policy(strict=True)))
    assert (strict.verdict, strict.reason) == (Verdict.REJECTED, "unsafe_metaprogram")
