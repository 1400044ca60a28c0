"""The pool over the native engine: verdicts, and what becomes of a REPL that fails."""

import pytest
from scripted_repl import message, script

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.native.engine import NativeEngine

SORRY = {"goal": "⊢ 1 = 2", "proofState": 0, "pos": {"line": 1, "column": 20}}


@pytest.fixture
def outcomes(tmp_path):
    def check(*rules, sources, timeout=30.0):
        (tmp_path / "Mathlib.olean").touch()
        engine = NativeEngine(script(tmp_path, *rules), tmp_path, (tmp_path,))
        with Pool(engine, jobs=1) as pool:
            items = [Item(str(i), source, timeout) for i, source in enumerate(sources)]
            return list(pool.check_all(items))

    return check


def test_each_source_gets_its_verdict(outcomes):
    verdicts = outcomes(
        {"match": "wrong", "answer": {"messages": [message("error", "no", 1, 0)]}},
        {"match": "theorem open", "answer": {"sorries": [SORRY]}},
        {"audit": [], "times": 1},
        {"audit": [["t", "theorem", ["propext"]]], "times": 2},
        {"audit": [["open", "theorem", ["sorryAx"]]], "times": 2},
        {"audit": [["cheat", "theorem", ["Lean.ofReduceBool"]]], "times": 2},
        sources=["theorem t", "wrong", "theorem open", "theorem cheat", "import Foo\ntheorem t"],
    )
    assert [outcome.verdict for outcome in verdicts] == [
        Verdict.PROVED,
        Verdict.ERROR,
        Verdict.STATEMENT,
        Verdict.REJECTED,
        Verdict.NEEDS_MATHLIB,
    ]
    assert verdicts[-1].missing_modules == ("Foo",)
    assert verdicts[0].lean.engine == "native"


def test_a_header_that_lean_refuses_is_an_error_of_the_source(outcomes):
    refused = {"match": "import Mathlib", "answer": {"messages": [message("error", "no", 1, 0)]}}
    (outcome,) = outcomes(refused, sources=["import Mathlib\ntheorem t"])
    assert outcome.verdict is Verdict.ERROR
    assert outcome.messages[0].text == "no"


def test_a_source_that_hangs_times_out_and_the_next_is_checked(outcomes):
    hung, fine = outcomes(
        {"match": "loop", "hang": True},
        {"audit": [], "times": 1},
        {"audit": [["t", "theorem", []]]},
        sources=["loop", "theorem t"],
        timeout=1.0,
    )
    assert hung.verdict is Verdict.TIMEOUT
    assert fine.verdict is Verdict.PROVED


def test_a_source_that_kills_its_process_twice_is_crashed_and_the_next_is_checked(outcomes):
    crashed, fine = outcomes(
        {"match": "boom", "exit": 7},
        {"audit": [], "times": 1},
        {"audit": [["t", "theorem", []]]},
        sources=["boom", "theorem t"],
    )
    assert crashed.verdict is Verdict.CRASHED
    assert fine.verdict is Verdict.PROVED


def test_a_source_that_cannot_be_audited_is_not_proved(outcomes):
    (outcome,) = outcomes({"audit": [], "times": 1}, {"to_audit": True}, sources=["theorem t"])
    assert outcome.verdict is Verdict.REJECTED
    assert outcome.reason == "unaudited"
