"""`numina-lean check` on terms: references, axioms, strictness, lint, and what is cached."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from numina_lean.cli import COMMANDS, app
from numina_lean.lean.engine import Engine

STATEMENT = "theorem t (a b : Nat) : a + b = b + a := by sorry\n"
KEEPS = "theorem t (a b : Nat) : a + b = b + a := Nat.add_comm a b\n"
ALIKE = "theorem t (a b : Nat) : b + a = a + b := Nat.add_comm b a\n"
VACUOUS = "theorem t (n : Nat) (h : n < 0) : n = 1 := absurd h (Nat.not_lt_zero n)\n"
CLASSICAL = "theorem t (p : Prop) : p ∨ ¬p := Classical.em p\n"
OWN_AXIOM = "axiom mine : 1 = 2\ntheorem t : 1 = 2 := mine\n"
NOTATION = 'local notation "one" => 1\ntheorem t : one = 1 := rfl\n'

INTERRUPTED_AT = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv = ["numina-lean", "check", "no/such.lean"]
from numina_lean.__main__ import main
main()
"""


def run(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], input=stdin)


def check(*arguments: str | Path, stdin: str = "") -> Result:
    return run("check", "--engine", "embedded", "--jobs", "1", *arguments, stdin=stdin)


def table(path: Path, *rows: dict[str, str]) -> Path:
    path.write_text(
        "".join(json.dumps({"id": str(at), **row}) + "\n" for at, row in enumerate(rows))
    )
    return path


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def said(result: Result) -> list[tuple[object, object]]:
    return [(each["verdict"], each["reason"]) for each in records(result.stdout)]


@pytest.mark.lean
def test_every_source_has_to_keep_to_the_reference_of_all(engine: Engine, tmp_path: Path) -> None:
    reference = tmp_path / "statement.lean"
    reference.write_text(STATEMENT)
    rows = table(
        tmp_path / "rows.jsonl",
        {"code": KEEPS},
        {"code": ALIKE},
        {"code": KEEPS.replace(" t ", " other ")},
        {"code": STATEMENT},
    )
    result = check(rows, "--against", reference)
    assert said(result) == [
        ("proved", None),
        ("rejected", "reference_mismatch"),
        ("rejected", "reference_mismatch"),
        ("statement", None),
    ]
    found = records(result.stdout)
    assert [[m["code"] for m in each["mismatches"]] for each in found] == [  # type: ignore[attr-defined]
        [], ["type"], ["missing"], [],
    ]  # fmt: skip
    assert found[0]["replayed"] is True
    assert result.exit_code == 1


@pytest.mark.lean
def test_each_row_has_to_keep_to_its_own_reference_under_the_shared_header(
    engine: Engine, tmp_path: Path
) -> None:
    header = "def Goal (n : Nat) : Prop := n + 0 = n"
    rows = table(
        tmp_path / "rows.jsonl",
        {"proof": "theorem g : Goal 3 := rfl", "want": "theorem g : Goal 3 := by sorry"},
        {"proof": "theorem g : Goal 3 := rfl", "want": "theorem g : Goal 4 := by sorry"},
        {"proof": "theorem g : Goal 3 := rfl", "want": "theorem g : Gaol 3 := by sorry"},
        {"proof": "theorem g : Goal 3 := rfl"},
    )
    header_file = tmp_path / "header.txt"
    header_file.write_text(header)
    result = check(rows, "--code-field", "proof", "--against", "want", "--header", header_file)
    assert said(result) == [
        ("proved", None),
        ("rejected", "reference_mismatch"),
        ("error", "reference"),
        ("error", "unreadable"),
    ]
    assert result.exit_code == 2


@pytest.mark.lean
def test_a_reference_that_does_not_compile_ends_the_command(engine: Engine, tmp_path: Path) -> None:
    reference = tmp_path / "statement.lean"
    reference.write_text("\ntheorem t : Gaol := by sorry\n")
    result = check("-", "--against", reference, stdin=KEEPS)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --against, line 2, column 12: ")


@pytest.mark.lean
def test_the_user_says_which_axioms_are_allowed_and_how_strict_a_check_is(
    engine: Engine, tmp_path: Path
) -> None:
    rows = table(
        tmp_path / "rows.jsonl", {"code": CLASSICAL}, {"code": OWN_AXIOM}, {"code": NOTATION}
    )
    proved = ("proved", None)
    axiom, strict = ("rejected", "axiom"), ("rejected", "unsafe_metaprogram")
    assert said(check(rows)) == [proved, axiom, proved]
    assert said(check(rows, "--allow-axiom", "mine", "--strict")) == [proved, proved, strict]


@pytest.mark.parametrize("name", ["sorryAx", "unsafe", "unaudited", "", "two words"])
def test_no_axiom_that_stands_for_all_can_be_allowed(name: str) -> None:
    result = check("-", "--allow-axiom", name, stdin=KEEPS)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: --allow-axiom {name}: ")


@pytest.mark.lean
def test_lint_findings_are_warnings_and_a_second_run_is_answered_from_the_cache(
    engine: Engine, tmp_path: Path
) -> None:
    rows = table(tmp_path / "rows.jsonl", {"code": KEEPS}, {"code": VACUOUS}, {"code": KEEPS})
    first, second = check(rows, "--lint"), check(rows, "--lint")
    assert (first.exit_code, second.exit_code) == (0, 0)
    found = records(first.stdout)
    assert [each["cached"] for each in found] == [False, False, True]
    assert [{**each, "cached": True} for each in found] == records(second.stdout)
    assert "3 of them from the cache" in second.stderr
    findings = found[1]["lint"]
    assert isinstance(findings, list)
    assert "contradictory_hypotheses" in {finding["code"] for finding in findings}
    text = check(rows, "--lint", "--format", "text").stdout
    assert "\n  warning: contradictory_hypotheses: t: " in text

    anew = check(rows, "--no-cache")
    assert [(each["cached"], each["lint"]) for each in records(anew.stdout)] == [(False, [])] * 3
    assert "cache" not in anew.stderr


@pytest.mark.lean
def test_the_cache_can_be_counted_written_out_checked_again_and_emptied(
    engine: Engine, tmp_path: Path
) -> None:
    rows = table(tmp_path / "rows.jsonl", {"code": KEEPS}, {"code": OWN_AXIOM})
    checked = records(check(rows, "--timeout", "30").stdout)
    stats = json.loads(run("cache", "stats", "--format", "json").stdout)
    assert stats["verdicts"] == {"proved": 1, "rejected": 1}
    assert "verdicts  2: " in run("cache", "stats").stdout

    exported = tmp_path / "exported.jsonl"
    assert run("cache", "export", "--output", exported).exit_code == 0
    lines = records(exported.read_text())
    assert {each["code"] for each in lines} == {KEEPS, OWN_AXIOM}
    assert {each["timeout"] for each in lines} == {30.0}
    assert run("cache", "export").stdout == exported.read_text()
    again = records(check(exported, "--no-cache").stdout)
    assert [each["verdict"] for each in again] == [each["verdict"] for each in lines]
    assert {each["id"]: each["verdict"] for each in again} == {
        each["id"]: each["verdict"] for each in checked
    }

    assert run("cache", "clear").stdout.startswith("Dropped 2 verdicts from ")
    assert run("cache", "export").stdout == ""


def test_a_cache_that_is_damaged_is_mended_by_clearing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "verdicts.sqlite"
    monkeypatch.setenv("NUMINA_LEAN_VERDICTS", str(path))
    assert run("cache", "stats").exit_code == 0
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 16384)
    damaged = run("cache", "stats")
    assert damaged.exit_code == 2
    assert damaged.stderr.startswith(f"error: {path}: ")
    assert "numina-lean cache clear" in damaged.stderr
    assert run("cache", "clear").stdout == f"Deleted {path}, which was damaged\n"
    assert json.loads(run("cache", "stats", "--format", "json").stdout)["verdicts"] == {}


def test_a_size_that_is_none_is_bad_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMINA_LEAN_VERDICTS_MIB", "much")
    result = run("cache", "stats")
    assert result.exit_code == 2
    assert result.stderr == "error: NUMINA_LEAN_VERDICTS_MIB=much: not a number of MiB\n"


@pytest.mark.parametrize("name", ["typer", "rich", "numina_lean.check.pool"])
def test_an_interrupt_before_the_command_has_begun_is_one_word(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT.format(name=name)], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"interrupted\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_overview_says_of_each_command_what_its_own_help_says(command: str) -> None:
    overview, own = run("--help").stdout, run(command, "--help").stdout
    summary = COMMANDS[command]
    assert summary in " ".join(overview.split())
    assert summary.rstrip(".") in " ".join(own.split())


def test_the_overview_imports_no_command() -> None:
    code = (
        "import sys\nfrom numina_lean.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not [name for name in sys.modules if name.startswith('numina_lean.check')]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
