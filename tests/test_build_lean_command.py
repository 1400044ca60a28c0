"""`numina-lean build lean` as typed, with the real Lean: our own library, and broken projects."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.lean.native import layout


def build(*arguments: str | Path):
    return CliRunner().invoke(app, ["build", "lean", *map(str, arguments)])


def records(*arguments: str | Path) -> dict[str, dict]:
    result = build(*arguments, "--engine", "embedded", "--format", "jsonl")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {"exit": result.exit_code, **{line["module"]: line for line in lines}}


@pytest.fixture
def project(tmp_path):
    """Writes modules, by their names with `/` for the dot, into a project folder."""

    def write(sources: dict[str, str]) -> Path:
        for name, text in sources.items():
            path = tmp_path / f"{name}.lean"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.lean
def test_our_own_library_compiles(engine):
    found = records("--jobs", "2")
    assert found.pop("exit") == 0
    assert found["NuminaLean.Prelude"]["status"] == "built"
    assert found["NuminaLean"]["status"] == "built"
    assert found["NuminaLean.Equivalence"]["status"] == "needs_mathlib"
    noisy = [each["module"] for each in found.values() if each["messages"]]
    assert noisy == []


@pytest.mark.lean
def test_each_module_gets_the_status_that_it_and_its_imports_deserve(engine, project):
    folder = project(
        {
            "Base": "namespace Base\nprivate def hidden : Nat := 1\ndef one := hidden\nend Base\n",
            "Good/Top": "import Base\ntheorem top : Base.one = 1 := rfl\n",
            "Good": "import Good.Top -- all of it\n",
            "Wrong": "import Base\n\ntheorem wrong : Base.one = 2 :=\n  rfl\n",
            "After": "import Base\nimport Wrong\n",
            "Private": "import Base\nset_option autoImplicit false\n#check @Base.hidden\n",
            "Twice": "import Base\nnamespace Base\nprivate def hidden : Nat := 2\n",
            "Lost": "import Base\nimport Gone.Away\n",
            "Base'": "import Base\n",
            "Primed": "import Base'\n",
            "two-parts": "theorem t : 1 = 1 := rfl\n",
            "Quoted": "import «two-parts»\n",
            "Real": "import Mathlib.Tactic\n",
            "Reals": "import Real\nimport Base\n",
        }
    )
    found = records(folder)
    assert found.pop("exit") == 1
    assert {name: each["status"] for name, each in found.items()} == {
        "Base": "built",
        "Good.Top": "built",
        "Good": "built",
        "Wrong": "error",
        "After": "blocked",
        "Private": "error",
        "Twice": "error",
        "Lost": "error",
        "Base'": "built",
        "Primed": "built",
        "«two-parts»": "built",
        "Quoted": "error",
        "Real": "needs_mathlib",
        "Reals": "needs_mathlib",
    }
    error = found["Wrong"]["messages"][0]
    assert (error["severity"], error["start"]) == ("error", {"line": 4, "column": 2})
    (unknown,) = found["Lost"]["messages"]
    assert "Gone.Away" in unknown["text"]
    assert unknown["start"] == {"line": 2, "column": 7}
    assert "private declaration of the same name" in found["Twice"]["detail"]
    assert found["After"]["detail"] == "imports Wrong"
    assert found["Reals"]["detail"] == "imports Real"


@pytest.mark.lean
def test_text_names_the_place_and_shows_warnings(engine, project):
    folder = project({"A": "theorem a : 1 = 2 := sorry\n"})
    result = build(folder, "--engine", "embedded")
    assert result.exit_code == 0
    assert f"{folder / 'A.lean'}:1:8: warning: declaration uses" in result.stdout
    assert "1 modules in" in result.stderr


@pytest.mark.lean
def test_a_module_is_compiled_under_the_options_of_its_project(engine, project):
    folder = project({"A": "def same (x : α) : α := x\n"})
    assert records(folder)["A"]["status"] == "built"
    (folder / "lakefile.toml").write_text("[leanOptions]\nautoImplicit = false\n")
    assert records(folder)["A"]["status"] == "error"


@pytest.mark.lean
def test_only_the_modules_asked_for_and_their_imports_are_compiled(engine, project):
    folder = project({"A": "", "B": "import A", "C": "oops"})
    assert set(records(folder, "--module", "B")) == {"exit", "A", "B"}


def test_bad_input_ends_with_2_and_one_line(project, tmp_path):
    cases = {
        (tmp_path / "gone",): "no such folder",
        (project({"A": "import B", "B": "import A"}),): "import each other",
        (tmp_path, "--module", "C"): "no such module",
        (tmp_path, "--engine", "native"): "Lake cannot build it",
        ("--engine", "native", "--format", "jsonl"): "--engine embedded",
    }
    for arguments, words in cases.items():
        result = build(*arguments)
        assert result.exit_code == 2, arguments
        assert result.stderr.startswith("error: ")
        assert words in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_the_native_build_is_lakes_own(project, tmp_path, monkeypatch):
    folder = project({"A": "", "lakefile": ""})
    lake = tmp_path / "bin" / "lake"
    lake.parent.mkdir()
    lake.write_text('#!/bin/sh\necho "$@" > called; test "$2" != Bad\n')
    lake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{lake.parent}:/usr/bin:/bin")
    monkeypatch.setenv("ELAN_HOME", str(tmp_path / "elan"))
    assert layout.find_layout().missing()
    assert build(folder, "--engine", "native", "--module", "A").exit_code == 0
    assert (folder / "called").read_text() == "build A\n"
    assert build(folder, "--engine", "native", "--module", "Bad").exit_code == 1
    monkeypatch.setenv("PATH", "/nonexistent")
    assert build(folder, "--engine", "native").exit_code == 3
