"""Where the Lake project is, and how it gets its files where it is not the checkout."""

import json

import pytest

from numina_lean.lean.native import pins
from numina_lean.lean.native.layout import Layout, head
from numina_lean.lean.project import (
    LAKE_FILES,
    PROJECT_VARIABLE,
    LeanProject,
    copy_project,
    find_project,
)


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_in_a_checkout_the_project_is_the_checkout_and_is_not_copied(monkeypatch):
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    project = find_project()
    assert project.root == project.lake_files
    assert project.sources == project.root / "lean_project"
    assert (project.sources / "NuminaLean.lean").is_file()
    copy_project(project)


def test_another_root_can_be_named_and_is_filled_from_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    copy_project(find_project())
    assert {*LAKE_FILES, "lean_project/NuminaLean.lean"} <= files(tmp_path)
    assert "lean_project/NuminaLean/Prelude.lean" in files(tmp_path)


@pytest.fixture
def packaged(tmp_path):
    """What a wheel carries: Lake's files beside the sources."""
    original = tmp_path / "package"
    (original / "NuminaLean").mkdir(parents=True)
    for name in (*LAKE_FILES, "NuminaLean.lean", "NuminaLean/Prelude.lean"):
        (original / name).write_text(name)
    return LeanProject(tmp_path / "root", original, original)


def test_a_packaged_project_gets_the_layout_of_the_checkout(packaged):
    copy_project(packaged)
    assert files(packaged.root) == {
        *LAKE_FILES,
        "lean_project/NuminaLean.lean",
        "lean_project/NuminaLean/Prelude.lean",
    }


def test_a_file_that_is_the_same_is_left_alone_and_another_replaced(packaged):
    copy_project(packaged)
    same, changed = packaged.root / "lakefile.lean", packaged.root / "lean-toolchain"
    before = same.stat()
    changed.write_text("another")
    copy_project(packaged)
    assert same.stat().st_mtime_ns == before.st_mtime_ns
    assert changed.read_text() == "lean-toolchain"


def test_the_pins_are_those_that_lakes_own_files_say():
    root = find_project().lake_files
    manifest = json.loads((root / "lake-manifest.json").read_text())
    revisions = {package["name"]: package["rev"] for package in manifest["packages"]}
    assert revisions["mathlib"] == pins.MATHLIB_REVISION
    assert all(len(revision) == 40 for revision in revisions.values())
    assert set(revisions) == {
        *("mathlib", "batteries", "aesop", "Qq", "proofwidgets", "importGraph"),
        *("LeanSearchClient", "plausible", "Cli"),
    }
    assert (root / "lean-toolchain").read_text().strip() == pins.LEAN_TOOLCHAIN
    assert pins.LEAN_TOOLCHAIN.endswith(f":v{pins.LEAN_VERSION}")
    assert f'@ "{pins.MATHLIB_REVISION}"' in (root / "lakefile.lean").read_text()


def test_the_toolchain_is_looked_for_where_elan_puts_it(packaged, tmp_path):
    layout = Layout(packaged, tmp_path / "elan")
    assert layout.toolchain == tmp_path / "elan/toolchains/leanprover--lean4---v4.15.0"
    assert layout.library_folders()[0] == layout.toolchain / "lib" / "lean"


def test_the_commit_of_a_checkout_is_read_detached_or_on_a_branch(tmp_path):
    assert head(tmp_path) is None
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("1" * 40 + "\n")
    assert head(tmp_path) == "1" * 40
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert head(tmp_path) is None
    (git / "refs" / "heads" / "main").write_text("2" * 40 + "\n")
    assert head(tmp_path) == "2" * 40
