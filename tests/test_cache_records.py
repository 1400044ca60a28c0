"""What is kept of an outcome, and under which address: nothing may be lost or mixed up."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.check.cache import address as address_module
from numina_lean.check.cache.address import Addresses
from numina_lean.check.cache.record import (
    DamagedRecordError,
    pack,
    pack_item,
    unpack,
    unpack_item,
)
from numina_lean.check.verdict import Item, Outcome, Policy, Verdict
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.embedded.engine import EmbeddedEngine
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.report import Declaration, LeanInfo, Message, Mismatch, Position, Sorry

ADDRESS = bytes(range(32))
ITEM = Item("a", "import Own.Module\ntheorem t : 1 = 1 := rfl")

counts = st.integers(0, 2**31)
texts = st.text(max_size=40)
maybe_texts = st.none() | texts
positions = st.builds(Position, counts, counts)
messages = st.builds(
    Message,
    st.sampled_from(("trace", "info", "warning", "error")),
    texts,
    positions,
    st.none() | positions,
    maybe_texts,
)
declarations = st.builds(
    Declaration, texts, st.sampled_from(("theorem", "def", "axiom")), st.lists(texts).map(tuple)
)
mismatches = st.builds(Mismatch, st.sampled_from(("missing", "type", "value")), texts, texts)
outcomes = st.builds(
    Outcome,
    id=texts,
    verdict=st.sampled_from(Verdict),
    lean=st.builds(LeanInfo, st.sampled_from(("embedded", "native")), texts, maybe_texts),
    header_hash=texts,
    seconds=st.floats(allow_nan=False, allow_infinity=False),
    reason=maybe_texts,
    detail=maybe_texts,
    messages=st.lists(messages, max_size=3).map(tuple),
    sorries=st.lists(st.builds(Sorry, texts, positions, st.none() | positions)).map(tuple),
    declarations=st.lists(declarations, max_size=3).map(tuple),
    missing_modules=st.lists(texts, max_size=2).map(tuple),
    truncated=st.booleans(),
    replayed=st.booleans(),
    mismatches=st.lists(mismatches, max_size=2).map(tuple),
    cached=st.booleans(),
)
items = st.builds(
    Item,
    id=texts,
    source=texts,
    timeout=st.floats(0.001, 1e6),
    heartbeats=counts,
    reference=maybe_texts,
    policy=st.builds(Policy, st.frozensets(texts, max_size=3), st.booleans()),
)


def some_outcome() -> Outcome:
    return Outcome(
        "a",
        Verdict.STATEMENT,
        LeanInfo("embedded", "4.28.0-pre", None),
        "0" * 64,
        0.1,
        messages=(Message("warning", "declaration uses `sorry`", Position(1, 8)),),
    )


@given(outcomes, st.binary(min_size=32, max_size=32), texts)
def test_an_outcome_comes_back_as_it_was_for_whoever_asks(
    outcome: Outcome, address: bytes, id: str
) -> None:
    back = unpack(address, pack(address, outcome), id)
    assert back == replace(outcome, id=id, cached=True)


@given(items)
def test_an_item_comes_back_as_it_was(item: Item) -> None:
    assert unpack_item(ADDRESS, pack_item(ADDRESS, item)) == item


def test_no_changed_byte_goes_unnoticed() -> None:
    data = pack(ADDRESS, some_outcome())
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises(DamagedRecordError):
            unpack(ADDRESS, bytes(changed), "a")
    for end in range(len(data)):
        with pytest.raises(DamagedRecordError):
            unpack(ADDRESS, data[:end], "a")


def test_a_record_is_not_taken_for_that_of_another_address() -> None:
    with pytest.raises(DamagedRecordError):
        unpack(bytes(32), pack(ADDRESS, some_outcome()), "a")


@pytest.mark.parametrize(
    "strange",
    [
        replace(some_outcome(), detail="\ud800"),
        replace(some_outcome(), detail=3),  # type: ignore[arg-type]
    ],
)
def test_what_could_not_be_read_back_is_refused(strange: Outcome) -> None:
    with pytest.raises(ValueError, match=r"surrogate|detail"):
        pack(ADDRESS, strange)


@pytest.fixture
def engine(tmp_path: Path) -> NativeEngine:
    """An engine with a module `Own.Module` of ours, built; nothing is started of it."""
    built = tmp_path / ".lake" / "build" / "lib" / "Own"
    built.mkdir(parents=True)
    (built / "Module.olean").write_bytes(b"")
    return NativeEngine(("false",), tmp_path, (built.parent,))


@pytest.mark.parametrize(
    "other",
    [
        replace(ITEM, source=ITEM.source + " "),
        replace(ITEM, reference=""),
        replace(ITEM, reference=ITEM.source),
        replace(ITEM, timeout=61.0),
        replace(ITEM, heartbeats=0),
        replace(ITEM, policy=Policy(strict=True)),
        replace(ITEM, policy=Policy(axioms=frozenset())),
        replace(ITEM, source=ITEM.source + "\ud800"),
        replace(ITEM, source="", reference=ITEM.source),
    ],
)
def test_whatever_a_verdict_depends_on_is_in_its_address(engine: NativeEngine, other: Item) -> None:
    addresses = Addresses(engine)
    assert addresses.of(other) != addresses.of(ITEM)


def test_the_same_check_under_another_id_has_the_same_address(engine: NativeEngine) -> None:
    addresses = Addresses(engine)
    same = Item("b", ITEM.source, timeout=60, policy=Policy(frozenset(ITEM.policy.axioms)))
    assert addresses.of(same) == addresses.of(ITEM) == Addresses(engine).of(ITEM)


def test_another_lean_is_another_address(
    engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {Addresses(engine).of(ITEM)}
    for lean in (
        LeanInfo("embedded", engine.lean.lean_version, engine.lean.mathlib_revision),
        LeanInfo("native", "4.16.0", engine.lean.mathlib_revision),
        LeanInfo("native", engine.lean.lean_version, None),
    ):
        monkeypatch.setattr(NativeEngine, "lean", lean)
        found.add(Addresses(engine).of(ITEM))
    assert len(found) == 4


def test_an_engine_that_can_judge_is_another(
    engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Addresses(engine).of(ITEM)
    monkeypatch.setattr(NativeEngine, "judges", not engine.judges)
    assert Addresses(engine).of(ITEM) != before


def test_other_rules_of_ours_are_another_address(
    engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Addresses(engine).of(ITEM)
    monkeypatch.setattr(address_module, "judging", lambda: "other rules")
    assert Addresses(engine).of(ITEM) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda package: (package / "lean" / "server.cjs").write_text("other"),
        lambda package: (package / "check" / "deep" / "judge.py").write_text("other"),
        lambda package: (package / "check" / "more.json").write_text(""),
        lambda package: (package / "lean" / "engine.py").rename(package / "check" / "engine.py"),
    ],
)
def test_the_rules_are_all_program_text_that_makes_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    for name in ("lean/server.cjs", "lean/engine.py", "check/deep/judge.py", "serve/http.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    monkeypatch.setattr(address_module, "files", lambda package: tmp_path)
    judging = address_module.judging.__wrapped__
    before = judging()
    (tmp_path / "serve" / "http.py").write_text("other")
    (tmp_path / "lean" / "__pycache__").mkdir()
    (tmp_path / "lean" / "__pycache__" / "engine.pyc").write_bytes(b"")
    assert judging() == before
    change(tmp_path)
    assert judging() != before


def test_a_module_of_ours_that_changed_is_another_address_for_those_that_import_it(
    engine: NativeEngine, tmp_path: Path
) -> None:
    addresses = Addresses(engine)
    apart = replace(ITEM, source="import Init")
    imported_by_reference = replace(apart, reference=ITEM.source)
    asked = (ITEM, apart, imported_by_reference)
    before = [addresses.of(item) for item in asked]
    os.utime(tmp_path / ".lake" / "build" / "lib" / "Own" / "Module.olean", ns=(1, 1))
    assert [addresses.still_holds(item) for item in asked] == [False, True, False]
    after = [Addresses(engine).of(item) for item in asked]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, False]


@pytest.mark.lean
def test_a_change_far_down_in_our_modules_is_another_address_on_the_embedded_engine(
    tmp_path: Path,
) -> None:
    found = choose_engine("embedded")
    assert isinstance(found, EmbeddedEngine)
    engine = EmbeddedEngine(found.installation, tmp_path)
    (tmp_path / "Own").mkdir()
    (tmp_path / "Own" / "Module.lean").write_text("import Own.Deep\nimport Std")
    (tmp_path / "Own" / "Deep.lean").write_text("def deep := 1")
    before = Addresses(engine).of(ITEM)
    assert Addresses(engine).of(ITEM) == before
    (tmp_path / "Own" / "Deep.lean").write_text("def deep := 2")
    assert Addresses(engine).of(ITEM) != before
