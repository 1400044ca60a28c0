"""Every item has its one right outcome while processes are killed and pipes closed at random."""

import pytest
from chaos import LIMITS, Chaos, items

from numina_lean.check.pool import Pool
from numina_lean.lean.engine import Engine


@pytest.mark.lean
def test_every_item_has_its_one_right_outcome_whatever_befalls_the_processes(
    engine: Engine,
) -> None:
    wanted = items(80, misdeed_every=20)
    outcomes = []
    with Pool(engine, jobs=2, limits=LIMITS) as pool:
        chaos = Chaos(pool)
        for outcome in pool.check_all(item for item, _ in wanted):
            outcomes.append(outcome)
            if len(outcomes) % 16 == 0:
                chaos.blow()
    assert [(outcome.id, outcome.verdict) for outcome in outcomes] == [
        (item.id, verdict) for item, verdict in wanted
    ]
    assert chaos.blows["killed"] > 0
