"""Whom a death is held against."""

from numina_lean.check.quarantine import ALIBI_SECONDS, MOST, UNEXPLAINED, Quarantine, Trial


def test_a_death_that_the_source_did_not_cause_is_not_held_against_it() -> None:
    quarantine, trial = Quarantine(), Trial("x")
    assert quarantine.death(trial, "unknown") is not None
    assert quarantine.death(trial, "start") is not None
    for _ in range(10):
        assert quarantine.death(trial, "killed_start") is not None
    assert quarantine.poison("x") is None


def test_two_deaths_of_its_own_making_make_a_source_poison_whichever_item_brings_it() -> None:
    quarantine = Quarantine()
    assert quarantine.death(Trial("x"), "memory") is not None
    assert quarantine.death(Trial("x"), "fault") is None
    assert quarantine.poison("x") is not None
    assert quarantine.poison("y") is None


def test_asking_the_process_to_end_is_enough() -> None:
    quarantine = Quarantine()
    assert quarantine.death(Trial("x"), "exit") is None
    assert quarantine.poison("x") is not None


def test_deaths_that_nobody_explains_are_counted_unless_others_die_alike() -> None:
    alone, trial = Quarantine(), Trial("x")
    pauses = [alone.death(trial, "unknown", now=100.0 * n) for n in range(UNEXPLAINED)]
    assert [pause is None for pause in pauses] == [False] * (UNEXPLAINED - 1) + [True]

    storm, trial = Quarantine(), Trial("x")
    for n in range(MOST - 1):
        now = 100.0 * n
        storm.death(Trial(f"other {n}"), "unknown", now=now)
        assert storm.death(trial, "unknown", now=now + ALIBI_SECONDS) is not None
    assert storm.death(trial, "unknown", now=1e6) is None, "even then not for ever"


def test_pauses_grow_and_stay_short() -> None:
    quarantine, trial = Quarantine(), Trial("x")
    pauses = []
    for n in range(MOST - 1):
        quarantine.death(Trial(f"other {n}"), "unknown", now=0.0)
        pauses.append(quarantine.death(trial, "unknown", now=0.0))
    assert pauses == sorted(p for p in pauses if p is not None)
    assert 0 < float(pauses[0] or 0) < float(pauses[-1] or 0) <= 1.0
