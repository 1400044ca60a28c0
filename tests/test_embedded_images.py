"""Images of a loaded header: a session from one is as good as one from the files, and one that is
damaged or half made is never more than a slow start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from numina_lean.lean.discover import choose_engine
from numina_lean.lean.embedded.engine import EmbeddedEngine
from numina_lean.lean.embedded.images import Images
from numina_lean.lean.embedded.install import Installation
from numina_lean.lean.embedded.session import EmbeddedSession
from numina_lean.lean.engine import Check, CheckTimeoutError, HeaderError
from numina_lean.lean.source import Header

MODULE = """
theorem from_the_module (n : Nat) : n + 0 = n := rfl
macro "by_module" : tactic => `(tactic| exact from_the_module _)
def twice (n : Nat) : Nat := n + n
"""
HEADER = Header(("Own.Module",), "open Nat")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    """An engine whose images are its own; its library is the installed one."""
    folder = tmp_path_factory.mktemp("engine")
    found = choose_engine("embedded")
    assert isinstance(found, EmbeddedEngine)
    (folder / "lean").symlink_to(found.installation.root)
    source = folder / "project" / "Own" / "Module.lean"
    source.parent.mkdir(parents=True)
    source.write_text(MODULE)
    return EmbeddedEngine(Installation(folder / "lean"), folder / "project")


def images(engine: EmbeddedEngine) -> list[Path]:
    return sorted((engine.installation.root.parent / "images").glob("*.image"))


def verdict(session: EmbeddedSession, body: str) -> tuple[list[str], list[tuple[str, tuple]]]:
    report = session.check(Check(body, timeout=20.0))
    found = [(one.name, one.axioms) for one in report.declarations]
    return [message.text for message in report.messages], found


SOURCES = (
    "theorem a : 1 + 1 = 2 := by decide",
    "theorem b (n : Nat) : n + 0 = n := by by_module",
    "theorem c (x y : Nat) (h : x < y) : x + 1 ≤ y := by omega",
    "#eval twice 21",
    "theorem d : 2 + 2 = 5 := by decide",
    "theorem e (p : Prop) : p ∨ ¬p := Classical.em p",
    "theorem f : 1 = 2 := sorry",
    "set_option debug.skipKernelTC true in\ntheorem g : 1 = 1 := rfl",
    "def loop (n : Nat) : Nat := loop (n + 1)",
    "example : factorial 3 = 6 := rfl",
)


@pytest.mark.lean
def test_a_session_from_an_image_says_what_one_from_the_files_says(own: EmbeddedEngine) -> None:
    first = own.start(HEADER)
    expected = [verdict(first, source) for source in SOURCES]
    first.close()
    assert first.image_taken
    assert len(images(own)) == 1
    second = own.start(HEADER)
    assert not second.image_taken
    assert [verdict(second, source) for source in SOURCES] == expected
    second.close()


@pytest.mark.lean
def test_the_preamble_is_each_sessions_own(own: EmbeddedEngine) -> None:
    own.start(HEADER).close()
    before = images(own)
    session = own.start(Header(HEADER.imports, "namespace Other\ntheorem h : 1 = 1 := rfl"))
    assert verdict(session, "#check (h : 1 = 1)")[0] == ["h : 1 = 1"]
    session.close()
    with pytest.raises(HeaderError):
        own.start(Header(HEADER.imports, "theorem h : 1 = 2 := rfl"))
    assert images(own) == before


@pytest.mark.lean
def test_a_session_from_an_image_stops_at_its_deadline_and_goes_on(own: EmbeddedEngine) -> None:
    own.start(HEADER).close()
    session = own.start(HEADER)
    runaway = "set_option maxRecDepth 10000000 in\n"
    runaway += "theorem t : (List.range 200000).foldl (· + ·) 0 = 1 := by decide"
    with pytest.raises(CheckTimeoutError) as caught:
        session.check(Check(runaway, timeout=1.0, heartbeats=0))
    assert caught.value.alive
    assert verdict(session, "theorem a : 1 = 1 := rfl") == ([], [("a", ())])
    session.close()


@pytest.mark.lean
@pytest.mark.parametrize("damage", ["cut", "other"])
def test_a_damaged_image_is_thrown_away(own: EmbeddedEngine, damage: str) -> None:
    own.start(HEADER).close()
    (image,) = images(own)
    whole = image.read_bytes()
    image.unlink()
    spoilt = {"cut": whole[: len(whole) // 2], "other": os.urandom(1 << 16)}
    image.write_bytes(spoilt[damage])
    session = own.start(HEADER)
    assert verdict(session, SOURCES[1]) == ([], [("b", ())])
    assert session.image_taken
    assert images(own) == [image]
    assert image.stat().st_size > 1 << 24
    session.close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Images]:
    yield Images(tmp_path / "images", "stamp", kept=2)


def make(images: Images, key: str, *, whole: bool = True) -> bool:
    with images.taking(key) as taking:
        if taking is None:
            return False
        os.write(taking.descriptor, key.encode())
        taking.whole = whole
    return True


def content(images: Images, key: str) -> bytes | None:
    with images.opened(key) as descriptor:
        return None if descriptor is None else os.read(descriptor, 100)


def test_an_image_has_its_name_only_when_it_is_whole(kept: Images) -> None:
    assert content(kept, "a") is None
    assert make(kept, "a", whole=False)
    assert content(kept, "a") is None
    assert make(kept, "a")
    assert content(kept, "a") == b"a"
    assert not make(kept, "a")
    kept.drop("a")
    assert content(kept, "a") is None


def test_what_a_killed_process_left_is_removed(kept: Images) -> None:
    kept.folder.mkdir()
    left = kept.folder / "left.partial"
    left.touch()
    assert make(kept, "a")
    assert not left.exists()


def test_one_is_made_at_a_time(kept: Images) -> None:
    with kept.taking("a") as taking:
        assert taking is not None
        assert not make(Images(kept.folder, "stamp"), "b")
    assert make(Images(kept.folder, "stamp"), "b")


def test_those_that_were_used_last_are_kept(kept: Images) -> None:
    for number, key in enumerate("abc"):
        make(kept, key)
        path = kept.folder / f"{key}.image"
        if path.exists():
            os.utime(path, (number, number))
        if key == "b":
            content(kept, "a")  # used now
    assert [content(kept, key) for key in "abc"] == [b"a", None, b"c"]


def test_without_a_folder_to_write_there_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    images = Images(tmp_path / "file" / "images", "stamp")
    assert not make(images, "a")
    assert content(images, "a") is None


def test_the_name_depends_on_all_that_is_in_it(kept: Images) -> None:
    keys = {
        kept.key(["Init"], []),
        kept.key(["Init", "Std"], []),
        kept.key(["Init"], [("Own", "a")]),
        kept.key(["Init"], [("Own", "b")]),
        Images(kept.folder, "other").key(["Init"], []),
    }
    assert len(keys) == 5
