"""What runs in which process when a source is examined, and who rules on what it declares."""

import pytest
from scripted_engine import ScriptedEngine

from numina_lean.check import spares
from numina_lean.check.memory import Memory
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Policy, Verdict

PLAIN = "theorem t : True := trivial"
CODE = "#eval 1\n" + PLAIN


def examine(engine: ScriptedEngine, *items: Item) -> list[Outcome]:
    with Pool(engine, jobs=1, spares=0) as pool:
        return list(pool.check_all(items))


def steps(engine: ScriptedEngine) -> list[tuple[int, str]]:
    return [(asked.session, asked.what) for asked in engine.asked]


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


def test_a_source_that_runs_no_code_is_ruled_on_where_it_was_elaborated(
    engine: ScriptedEngine,
) -> None:
    (outcome,) = examine(engine, Item("x", PLAIN))
    assert (outcome.verdict, outcome.replayed) == (Verdict.PROVED, True)
    assert steps(engine) == [(1, "check")]


def test_a_reference_on_the_same_imports_is_compared_in_the_same_check(
    engine: ScriptedEngine,
) -> None:
    (outcome,) = examine(engine, Item("x", PLAIN, reference=PLAIN))
    assert outcome.verdict is Verdict.PROVED
    assert steps(engine) == [(1, "check+reference")]


def test_what_code_declares_is_judged_by_a_process_that_never_ran_any(
    engine: ScriptedEngine,
) -> None:
    outcomes = examine(engine, Item("a", CODE), Item("b", PLAIN))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.PROVED] * 2
    # The judge goes on as the worker's process: code costs one start.
    assert steps(engine) == [(1, "evidence"), (2, "judge"), (2, "check")]


def test_an_error_in_code_needs_no_judge_and_spends_the_process(engine: ScriptedEngine) -> None:
    first, _ = examine(engine, Item("a", "#eval error"), Item("b", PLAIN))
    assert (first.verdict, first.replayed) == (Verdict.ERROR, False)
    assert steps(engine) == [(1, "evidence"), (2, "check")]


def test_other_imports_are_elaborated_apart_and_judged_on_all_of_them(
    engine: ScriptedEngine,
) -> None:
    item = Item("x", "import A\nimport B\n" + PLAIN, reference="import B\nimport C\n" + PLAIN)
    (outcome,) = examine(engine, item)
    assert outcome.verdict is Verdict.PROVED
    assert [(asked.imports, asked.what) for asked in engine.asked] == [
        (("B", "C"), "evidence"),
        (("A", "B"), "evidence"),
        (("A", "B", "C"), "judge"),
    ]


def test_processes_for_other_imports_are_kept_for_the_next_source(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "free_memory", lambda: Memory(64 << 30, 64 << 30))
    source, reference = "import A\n" + PLAIN, "import B\n" + PLAIN
    items = [Item(str(i), source, reference=reference) for i in range(9)]
    with Pool(engine, jobs=1, spares=0) as pool:
        assert {outcome.verdict for outcome in pool.check_all(items)} == {Verdict.PROVED}
    assert len(engine.sessions) < len(items)


def test_a_reference_that_runs_code_leaves_nothing_behind_for_the_source(
    engine: ScriptedEngine,
) -> None:
    (outcome,) = examine(engine, Item("x", PLAIN, reference=CODE))
    assert outcome.verdict is Verdict.PROVED
    assert steps(engine) == [(1, "evidence"), (2, "evidence"), (2, "judge")]


@pytest.mark.parametrize(
    "reference",
    [
        "theorem t : error := trivial",
        "#eval 1\ntheorem t : error := trivial",
        "import A\ntheorem t : error := trivial",
        "import Refused\n" + PLAIN,
    ],
)
def test_a_reference_that_does_not_elaborate_is_said_to_be_at_fault(
    engine: ScriptedEngine, reference: str
) -> None:
    (outcome,) = examine(engine, Item("x", PLAIN, reference=reference))
    assert (outcome.verdict, outcome.reason) == (Verdict.ERROR, "reference")
    assert outcome.detail is not None
    assert outcome.detail.startswith("the reference: ")


def test_imports_that_do_not_go_together_are_the_fault_of_the_reference(
    engine: ScriptedEngine,
) -> None:
    item = Item("x", "import Here\n" + PLAIN, reference="import There\n" + PLAIN)
    assert examine(engine, item)[0].reason == "reference"


def test_modules_that_only_the_reference_needs_are_named(engine: ScriptedEngine) -> None:
    (outcome,) = examine(engine, Item("x", PLAIN, reference="import Absent\n" + PLAIN))
    assert (outcome.verdict, outcome.missing_modules) == (Verdict.NEEDS_MATHLIB, ("Absent",))


def test_a_strict_policy_runs_nothing_that_it_forbids(engine: ScriptedEngine) -> None:
    (outcome,) = examine(engine, Item("x", CODE, policy=Policy(strict=True)))
    assert (outcome.verdict, outcome.reason) == (Verdict.REJECTED, "unsafe_metaprogram")
    assert engine.asked == []


def test_an_engine_that_does_not_judge_accepts_nothing_that_ran_code() -> None:
    engine = ScriptedEngine(judges=False, compares=True)
    plain, code = examine(engine, Item("a", PLAIN), Item("b", CODE))
    assert (plain.verdict, plain.replayed) == (Verdict.PROVED, False)
    assert (code.verdict, code.reason) == (Verdict.REJECTED, "unsafe_metaprogram")


@pytest.mark.parametrize(
    ("compares", "source", "reference", "verdict"),
    [
        (True, PLAIN, PLAIN, Verdict.PROVED),
        (False, PLAIN, PLAIN, Verdict.REJECTED),
        (True, CODE, PLAIN, Verdict.REJECTED),
        (True, PLAIN, CODE, Verdict.REJECTED),
        (True, PLAIN, "import A\n" + PLAIN, Verdict.REJECTED),
    ],
)
def test_an_engine_that_does_not_judge_compares_only_what_it_can_be_sure_of(
    compares: bool, source: str, reference: str, verdict: Verdict
) -> None:
    engine = ScriptedEngine(judges=False, compares=compares)
    (outcome,) = examine(engine, Item("x", source, reference=reference))
    assert outcome.verdict is verdict
    assert outcome.reason == (None if verdict is Verdict.PROVED else "unsafe_metaprogram")
