"""Attacks on the checker, and honest sources that must not be taken for such: see `attacks/`."""

from concurrent.futures import Future

import pytest
from attacks import Attack, attacks

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Outcome, Verdict

pytestmark = pytest.mark.lean

ATTACKS = attacks()


@pytest.fixture(scope="module")
def outcomes(pool: Pool) -> dict[str, Future[Outcome]]:
    """All at once, so that each worker goes from one to the next."""
    return {attack.name: pool.submit(attack.item) for attack in ATTACKS}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_comes_to_what_it_deserves(
    outcomes: dict[str, Future[Outcome]], attack: Attack
) -> None:
    outcome = outcomes[attack.name].result()
    assert attack.allows(outcome), (outcome.verdict, outcome.reason, outcome.detail)


def test_only_what_is_honest_may_be_accepted() -> None:
    accepted = [attack for attack in ATTACKS if ("proved", "-") in attack.expected]
    assert all(attack.family in ("honest", "harmless") for attack in accepted)
    assert sum(attack.family == "honest" for attack in ATTACKS) >= 15
    assert sum(attack.family not in ("honest", "harmless") for attack in ATTACKS) >= 60


def test_a_source_that_was_proved_was_replayed(outcomes: dict[str, Future[Outcome]]) -> None:
    for attack in ATTACKS:
        outcome = outcomes[attack.name].result()
        assert outcome.replayed or outcome.verdict is not Verdict.PROVED, attack.name
