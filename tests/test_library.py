"""A folder of Lean modules: what is in it, in which order, and what Lake's files say."""

from pathlib import Path

import pytest

from numina_lean.errors import InputError
from numina_lean.lean.report import Position
from numina_lean.library.modules import closure, find_modules, in_order, place_of_import
from numina_lean.library.settings import read_settings


def write(folder: Path, **sources: str) -> Path:
    """Files by their module names, with `__` for the dot."""
    for name, text in sources.items():
        path = folder.joinpath(*name.split("__")).with_suffix(".lean")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def ordered(folder: Path) -> list[str]:
    order: list[str] = []
    sorter = in_order(find_modules(folder))
    while sorter.is_active():
        ready = sorter.get_ready()
        order += ready
        sorter.done(*ready)
    return order


def test_modules_are_named_by_where_they_lie(tmp_path):
    write(tmp_path, A="", A__B="", lakefile="")
    (tmp_path / ".lake" / "packages").mkdir(parents=True)
    write(tmp_path / ".lake" / "packages", Mathlib="")
    (tmp_path / "two-parts.lean").write_text("")
    assert list(find_modules(tmp_path)) == ["A", "A.B", "«two-parts»"]


def test_a_module_comes_after_those_it_imports(tmp_path):
    write(tmp_path, A="import B\nimport C", B="/- import D -/ import C", C="import Init", D="")
    order = ordered(tmp_path)
    assert sorted(order) == ["A", "B", "C", "D"]
    assert order.index("C") < order.index("B") < order.index("A")


def test_a_circle_is_told_with_the_way_round(tmp_path):
    write(tmp_path, A="import B", B="import C", C="import A", D="import A")
    with pytest.raises(InputError, match=r"each other: (A|B|C) imports \w imports \w imports \1$"):
        ordered(tmp_path)


def test_a_module_that_imports_itself_is_a_circle(tmp_path):
    with pytest.raises(InputError, match="A imports A"):
        ordered(write(tmp_path, A="import A"))


def test_the_closure_of_a_module_is_what_it_needs(tmp_path):
    modules = find_modules(write(tmp_path, A="import B", B="import C\nimport Init", C="", D=""))
    assert list(closure(modules, ["A"])) == ["A", "B", "C"]


def test_an_import_is_found_at_its_own_line():
    source = "import A.B\n  import A\nimport all C"
    assert place_of_import(source, "A") == Position(2, 9)
    assert place_of_import(source, "A.B") == Position(1, 7)
    assert place_of_import(source, "C") == Position(3, 11)
    assert place_of_import(source, "D") == Position(1, 0)


def test_a_folder_without_modules_and_a_file_that_is_no_text_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no \.lean file"):
        find_modules(tmp_path)
    (tmp_path / "A.lean").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"A\.lean: not UTF-8 \(byte 1\)"):
        find_modules(tmp_path)


def test_a_folder_without_a_lake_file_has_the_options_of_lean_itself(tmp_path):
    settings = read_settings(tmp_path)
    assert settings.sources == tmp_path
    assert settings.preamble == "set_option autoImplicit true\n"


def test_source_folder_and_options_are_read_from_a_lakefile_in_lean(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "lakefile.lean").write_text(
        'import Lake\n-- srcDir := "old"\npackage p where\n  leanOptions := #[\n'
        "    ⟨`autoImplicit, false⟩, -- ⟨`no, true⟩\n    ⟨`maxHeartbeats, 400⟩,\n"
        '    ⟨`weak.linter.mathlib, true⟩]\nlean_lib L where\n  srcDir := "src"\n',
        encoding="utf-8",
    )
    settings = read_settings(tmp_path)
    assert settings.sources == tmp_path / "src"
    assert settings.options == (("autoImplicit", "false"), ("maxHeartbeats", "400"))
    assert settings.heartbeats == 400


def test_source_folder_and_options_are_read_from_a_lakefile_in_toml(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "lakefile.toml").write_text(
        'name = "p"\nsrcDir = "a"\n[leanOptions]\nautoImplicit = false\npp.unicode.fun = true\n'
        'weak.linter.all = true\n[[lean_lib]]\nname = "L"\nsrcDir = "b"\n'
    )
    settings = read_settings(tmp_path)
    assert settings.sources == tmp_path / "a" / "b"
    assert settings.options == (("autoImplicit", "false"), ("pp.unicode.fun", "true"))


def test_two_source_folders_are_not_guessed_between(tmp_path):
    (tmp_path / "lakefile.lean").write_text('srcDir := "a"\nsrcDir := "b"')
    with pytest.raises(InputError, match=r"several source folders \(a, b\)"):
        read_settings(tmp_path)


def test_what_is_no_project_is_refused_in_one_line(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read_settings(tmp_path / "gone")
    (tmp_path / "lakefile.toml").write_text("= 1")
    with pytest.raises(InputError, match=r"lakefile\.toml: cannot be read"):
        read_settings(tmp_path)
