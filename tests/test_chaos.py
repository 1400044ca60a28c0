"""Every item has its one right outcome while processes are killed and pipes closed at random."""

import pytest
from chaos import Chaos

from numina_lean.check.pool import MEBIBYTE, Limits, Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.engine import Engine

KINDS = [
    ("theorem t{i} : {i} + 1 = 1 + {i} := by omega", Verdict.PROVED),
    ("theorem t{i} : {i} = {i} + 1 := sorry", Verdict.STATEMENT),
    ("theorem t{i} : {i} = {i} + 1 := rfl", Verdict.ERROR),
    ("axiom a{i} : {i} = 0\ntheorem t{i} : {i} = 0 := a{i}", Verdict.REJECTED),
]
CODE = 'macro "close" : tactic => `(tactic| omega)\ntheorem t : 1 + 1 = 2 := by close'
HUNGRY = "#eval (Array.replicate 300000000 1).size\n#eval (Array.replicate 300000000 2).size"
ENDLESS = "partial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0"
MISDEEDS = {
    10: (CODE, Verdict.PROVED),
    30: (ENDLESS, Verdict.TIMEOUT),
    50: ("#eval (IO.Process.exit 0 : IO Unit)", Verdict.CRASHED),
    70: (HUNGRY, Verdict.CRASHED),
}


@pytest.mark.lean
def test_every_item_has_its_one_right_outcome_whatever_befalls_the_processes(
    engine: Engine,
) -> None:
    expected: dict[str, Verdict] = {}
    items = []
    for i in range(96):
        kind, verdict = KINDS[i % len(KINDS)]
        source, verdict = MISDEEDS.get(i, (kind.format(i=i), verdict))
        items.append(Item(str(i), source, timeout=2.0 if source == ENDLESS else 60.0))
        expected[str(i)] = verdict
    limits = Limits(ceiling=1200 * MEBIBYTE, growth=240 * MEBIBYTE)
    with Pool(engine, jobs=2, limits=limits) as pool:
        chaos = Chaos(pool)
        outcomes = []
        for outcome in pool.check_all(items):
            outcomes.append(outcome)
            if len(outcomes) % 16 == 0:
                chaos.blow()
    assert [outcome.id for outcome in outcomes] == [item.id for item in items]
    assert {outcome.id: outcome.verdict for outcome in outcomes} == expected
    assert chaos.blows["killed"] > 0
