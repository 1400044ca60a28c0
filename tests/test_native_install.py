"""Installing the native engine, with stand-ins for the programs that would use the network."""

import os
import stat

import pytest
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.native import pins
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.native.install import install, plan, setup_log
from numina_lean.lean.native.layout import Layout
from numina_lean.lean.project import LAKE_FILES, PROJECT_VARIABLE, LeanProject
from numina_lean.lean.source import Header

# Each stand-in notes that it ran, and leaves behind what the real program would.
ELAN = """
mkdir -p "$ELAN_HOME/toolchains/leanprover--lean4---v4.15.0/bin" \
  "$ELAN_HOME/toolchains/leanprover--lean4---v4.15.0/lib/lean"
cp "$ELAN_HOME/lake-stand-in" "$ELAN_HOME/toolchains/leanprover--lean4---v4.15.0/bin/lake"
touch "$ELAN_HOME/toolchains/leanprover--lean4---v4.15.0/lib/lean/Init.olean"
"""
LAKE = """
case "$*" in
  "exe cache get")
    mkdir -p .lake/packages/mathlib/.git .lake/packages/mathlib/.lake/build/lib
    echo MATHLIB > .lake/packages/mathlib/.git/HEAD
    touch .lake/packages/mathlib/.lake/build/lib/Mathlib.olean ;;
  "build")
    test -f lean_project/NuminaLean.lean
    mkdir -p .lake/build/lib/NuminaLean
    touch .lake/build/lib/NuminaLean/Prelude.olean ;;
  "build repl") mkdir -p .lake/build/bin; touch .lake/build/bin/repl ;;
esac
"""
GIT = """
case "$1" in
  init) mkdir -p "$3/.git" ;;
  checkout) echo "$4" > .git/HEAD ;;
esac
"""
LAKE_ALONE = "lake-stand-in build\nlake-stand-in build repl\n"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """An empty machine with stand-in programs; `log` has what they were asked."""
    programs = tmp_path / "programs"
    elan = tmp_path / "elan"
    programs.mkdir()
    elan.mkdir()
    log = tmp_path / "log"

    def stand_in(path, body):
        path.write_text(f'#!/bin/sh -e\necho "{path.name} $*" >> {log}\n{body}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    stand_in(programs / "elan", ELAN)
    stand_in(programs / "git", GIT)
    stand_in(elan / "lake-stand-in", LAKE.replace("MATHLIB", pins.MATHLIB_REVISION))
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    original = tmp_path / "package"
    (original / "NuminaLean").mkdir(parents=True)
    for name in (*LAKE_FILES, "NuminaLean.lean", "NuminaLean/Prelude.lean"):
        (original / name).write_text(name)
    project = LeanProject(tmp_path / "root", original, original)
    return Layout(project, elan), log, programs, stand_in


def silent(_):
    pass


def test_every_command_is_known_before_the_first_runs(machine):
    layout, log, _, _ = machine
    steps = plan(layout)
    assert [step.command[1:] for step in steps] == [
        ("toolchain", "install", "leanprover/lean4:v4.15.0"),
        ("exe", "cache", "get"),
        ("build",),
        ("init", "--quiet", str(layout.repl_folder)),
        ("fetch", "--quiet", "--depth", "1", pins.REPL_URL, pins.REPL_REVISION),
        ("checkout", "--quiet", "--detach", pins.REPL_REVISION),
        ("build", "repl"),
    ]
    assert not any(step.done() for step in steps)
    assert steps[1].line == f"cd {layout.root} && {layout.lake} exe cache get"
    assert not log.exists()


def test_an_installation_brings_everything_the_engine_wants(machine):
    layout, _, _, _ = machine
    with pytest.raises(
        EngineUnavailableError, match=r"toolchain.*mathlib.*REPL.*numina-lean setup"
    ):
        NativeEngine.find(layout)
    titles = []
    install(layout, plan(layout), lambda step: titles.append(step.title), silent)
    assert len(titles) == 7
    engine = NativeEngine.find(layout, unsafe_no_sandbox=True)
    assert engine.command[0] == "env"
    assert engine.command[-1] == str(layout.repl)
    assert f"LEAN_SYSROOT={layout.toolchain}" in engine.command
    assert engine.missing_modules(Header(("Mathlib", "NuminaLean.Prelude", "Init", "Foo"))) == (
        "Foo",
    )


def test_a_second_installation_only_lets_lake_look(machine):
    layout, log, _, _ = machine
    install(layout, plan(layout), silent, silent)
    log.unlink()
    install(layout, plan(layout), silent, silent)
    assert log.read_text() == LAKE_ALONE


def test_a_plan_made_before_another_installation_finished_does_nothing_twice(machine):
    layout, log, _, _ = machine
    early = plan(layout)
    install(layout, plan(layout), silent, silent)
    log.unlink()
    install(layout, early, silent, silent)
    assert log.read_text() == LAKE_ALONE


def test_an_unfinished_fetch_of_mathlib_is_taken_up_again(machine):
    layout, _, _, stand_in = machine
    cut = LAKE.replace("MATHLIB", pins.MATHLIB_REVISION).replace(
        "Mathlib.olean ;;", "Mathlib.olean; exit 1 ;;"
    )
    stand_in(layout.elan / "lake-stand-in", cut)
    with pytest.raises(EngineUnavailableError, match="compiled modules"):
        install(layout, plan(layout), silent, silent)
    assert not plan(layout)[1].done()


def test_a_failed_step_is_named_with_its_command_and_a_second_try_goes_on_from_it(machine):
    layout, log, programs, stand_in = machine
    stand_in(programs / "git", 'test "$1" != fetch || { echo "no route to host"; exit 128; }' + GIT)
    with pytest.raises(EngineUnavailableError) as raised:
        install(layout, plan(layout), silent, silent)
    text = str(raised.value)
    assert "Fetch the REPL" in text
    assert "status 128: no route to host" in text
    assert f"git fetch --quiet --depth 1 {pins.REPL_URL}" in text
    assert text.endswith("numina-lean setup --engine native")
    assert "\n" not in text
    assert raised.value.exit_code == 3

    stand_in(programs / "git", GIT)
    log.unlink()
    install(layout, plan(layout), silent, silent)
    assert "elan" not in log.read_text()
    assert "cache get" not in log.read_text()
    assert layout.missing() == ()


def test_a_program_that_is_missing_is_named(machine, monkeypatch):
    layout, _, programs, _ = machine
    (programs / "git").unlink()
    monkeypatch.setenv("PATH", f"{programs}:/nonexistent")
    steps = [step for step in plan(layout) if step.title == "Prepare the REPL"]
    with pytest.raises(EngineUnavailableError, match="not found or was not executable: git"):
        install(layout, tuple(steps), silent, silent)


def test_steps_that_bring_nothing_are_noticed(machine):
    layout, _, _, _ = machine
    with pytest.raises(EngineUnavailableError, match="every step ran, but"):
        install(layout, (), silent, silent)


def test_the_output_of_the_steps_is_handed_on(machine):
    layout, _, programs, stand_in = machine
    stand_in(programs / "elan", "printf 'downloading\\n'; " + ELAN)
    lines = []
    install(layout, plan(layout), silent, lines.append)
    assert "downloading" in lines
    log = setup_log(layout).read_text()
    assert "downloading\n" in log
    assert f"$ {plan(layout)[1].line}\n" in log


def test_elan_is_installed_only_when_that_is_allowed(machine, monkeypatch):
    layout, log, programs, stand_in = machine
    (programs / "elan").unlink()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    with pytest.raises(EngineUnavailableError, match="--install-elan"):
        plan(layout)
    stand_in(programs / "elan-body", ELAN)
    installer = f'mkdir -p "$ELAN_HOME/bin"; cp {programs}/elan-body "$ELAN_HOME/bin/elan"'
    stand_in(programs / "curl", f"printf '%s\\n' '{installer}' > \"$4\"")
    install(layout, plan(layout, install_elan=True), silent, silent)
    assert "elan-init.sh" in log.read_text()
    assert layout.missing() == ()


def test_a_checkout_at_another_commit_is_not_taken_for_the_pinned_one(machine):
    layout, _, _, _ = machine
    install(layout, plan(layout), silent, silent)
    (layout.mathlib / ".git" / "HEAD").write_text("0" * 40)
    assert "at 9837ca9d (it is at 00000000)" in layout.missing()[0]
    assert not plan(layout)[1].done()


def test_setup_installs_names_each_step_and_ends_well(machine, monkeypatch):
    layout, _, _, _ = machine
    monkeypatch.setenv("ELAN_HOME", str(layout.elan))
    monkeypatch.setenv(PROJECT_VARIABLE, str(layout.root))
    result = CliRunner().invoke(app, ["setup", "--engine", "native"])
    assert result.exit_code == 0
    assert f"The native engine is ready: {layout.root}" in result.output
    assert "Fetch mathlib and its compiled modules" in result.output
    assert isinstance(choose_engine("auto", unsafe_no_sandbox=True), NativeEngine)
    dry = CliRunner().invoke(app, ["setup", "--engine", "native", "--dry-run"])
    assert [line for line in dry.output.splitlines() if "exe cache get" in line] == []
