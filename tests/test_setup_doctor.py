"""`numina-lean setup` and `numina-lean doctor`, as they are typed."""

import json

import pytest
from scripted_repl import message, script
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean import discover
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.embedded.engine import EmbeddedEngine
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.project import PROJECT_VARIABLE


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMINA_LEAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ELAN_HOME", str(tmp_path / "elan"))
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path / "project"))
    monkeypatch.setenv("PATH", "/nonexistent")


def test_without_any_engine_the_command_that_gets_one_is_named(nothing_installed):
    for name, command in (("auto", "embedded"), ("embedded", "embedded"), ("native", "native")):
        with pytest.raises(EngineUnavailableError, match=f"numina-lean setup --engine {command}"):
            choose_engine(name)


def test_doctor_says_what_is_missing_and_ends_with_3(nothing_installed):
    result = run("doctor")
    assert result.exit_code == 3
    for words in ("embedded", "native", "numina-lean setup --engine native", "Python sandbox"):
        assert words in result.output


def test_doctor_speaks_json(nothing_installed):
    result = run("doctor", "--format", "json")
    found = json.loads(result.stdout)
    embedded, native = found["engines"]
    assert (embedded["engine"], native["engine"]) == ("embedded", "native")
    assert not embedded["works"]
    assert embedded["remedy"] == "numina-lean setup --engine embedded"
    assert "toolchain" in native["problem"]
    assert "bubblewrap is not installed" in native["sandbox"]  # there is nothing on the PATH
    layers = {layer["name"]: layer for layer in found["python_sandbox"]["layers"]}
    assert layers["bubblewrap"]["state"] == "absent"
    assert "apt install bubblewrap" in layers["bubblewrap"]["remedy"]
    works = {name for name, layer in layers.items() if layer["state"] == "works"}
    assert found["python_sandbox"]["isolates"] is ({"landlock", "seccomp", "limits"} <= works)


@pytest.mark.lean
def test_doctor_tries_the_embedded_engine_for_real(engine):
    result = run("doctor", "--format", "json")
    assert result.exit_code == 0
    embedded = json.loads(result.stdout)["engines"][0]
    assert embedded["works"]
    assert embedded["lean_version"] == engine.lean.lean_version
    assert embedded["mathlib_revision"] is None
    assert embedded["problem"] is None
    assert "yes, in" in run("doctor").output


@pytest.mark.lean
def test_a_second_setup_finds_the_engine_whole(engine):
    result = run("setup")
    assert result.exit_code == 0
    assert "ready" in result.output
    assert isinstance(choose_engine("embedded"), EmbeddedEngine)


def native_that(monkeypatch, tmp_path, *rules):
    engine = NativeEngine(script(tmp_path, *rules), tmp_path, ())
    monkeypatch.setattr(discover, "choose_engine", lambda _, **__: engine)
    return discover.diagnose()[1]


def test_an_engine_that_proves_the_probe_works(monkeypatch, tmp_path):
    rules = ({"audit": [], "times": 1}, {"audit": [["probe", "theorem", []]]})
    diagnosis = native_that(monkeypatch, tmp_path, *rules)
    assert diagnosis.works
    assert diagnosis.lean.lean_version == "4.15.0"


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([{"match": "set_option", "exit": 1}], "does not start"),
        ([{"match": "probe", "exit": 1}], "it starts, and then"),
        ([{"match": "probe", "answer": {"messages": [message("error", "no", 1, 0)]}}], "prove"),
        ([{"audit": [], "times": 1}, {"audit": [["probe", "theorem", ["sorryAx"]]]}], "prove"),
        ([{"audit": [], "times": 1}], "prove"),
    ],
)
def test_an_engine_that_is_there_but_does_not_prove_the_probe_is_not_well(
    monkeypatch, tmp_path, rules, problem
):
    diagnosis = native_that(monkeypatch, tmp_path, *rules)
    assert problem in diagnosis.problem
    assert diagnosis.remedy == "numina-lean setup --engine native"


def test_a_dry_run_prints_the_commands_and_runs_none(nothing_installed, tmp_path):
    result = run("setup", "--engine", "native", "--dry-run", "--install-elan")
    assert result.exit_code == 0
    assert "lake exe cache get" in result.output
    assert "git fetch" in result.output
    assert not (tmp_path / "project").exists()


def test_without_elan_setup_says_how_to_get_it_and_ends_with_3(nothing_installed):
    result = run("setup", "--engine", "native")
    assert result.exit_code == 3
    assert "--install-elan" in result.output


def test_options_of_native_are_refused_for_embedded():
    result = run("setup", "--dry-run")
    assert result.exit_code == 2
    assert "--engine native" in result.output
