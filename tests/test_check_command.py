"""`numina-lean check` from outside: what it writes, how it ends, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import psutil
import pytest
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.lean.engine import Engine

COMMAND = str(Path(sys.executable).with_name("numina-lean"))

PROOF = "theorem proof : 1 + 1 = 2 := rfl\n"
STATEMENT = "theorem statement (n : Nat) : n + 0 = n := by sorry\n"
WRONG = "theorem wrong : 1 + 1 = 3 := rfl\n"
CHEAT = "axiom cheat : 1 = 2\ntheorem cheated : 1 = 2 := cheat\n"
ENDLESS = "partial def spin (n : Nat) : Nat := spin (n + 1)\n#eval spin 0\n"
MATHLIB = "import Mathlib.Data.Nat.Prime.Basic\ntheorem m : True := trivial\n"


def run(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)], input=stdin)


def run_lean(*arguments: str | Path, stdin: str = "") -> Result:
    return run("--engine", "embedded", "--jobs", "1", *arguments, stdin=stdin)


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def write_rows(path: Path, *sources: str) -> Path:
    rows = [{"id": f"row{number}", "code": source} for number, source in enumerate(sources)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def wait_until_gone(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that are still alive half a minute later."""
    return psutil.wait_procs(processes, timeout=30)[1]


@pytest.mark.parametrize("command", ["check", "formalize", "setup", "doctor"])
def test_each_command_explains_itself_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"numina-lean {command} " in result.stdout
    assert "Example" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--no-such-option", "a.lean"],
        ["a.lean", "--engine", "coq"],
        ["a.lean", "--jobs", "0"],
        ["a.lean", "--timeout", "0"],
        ["a.lean", "--timeout", "nan"],
        ["a.lean", "--timeout", "inf"],
        ["a.lean", "--format", "xml"],
    ],
)
def test_bad_usage_ends_with_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_a_missing_file_is_one_line_and_ends_with_2() -> None:
    result = run("no/such.lean")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: no/such.lean: no such file or folder\n"


def test_without_an_engine_it_ends_with_3_and_says_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMINA_LEAN_CACHE", str(tmp_path / "empty"))
    (tmp_path / "a.lean").write_text(PROOF)
    output = tmp_path / "out.jsonl"
    result = run(tmp_path / "a.lean", "--engine", "embedded", "--output", output)
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1
    assert "numina-lean setup --engine embedded" in result.stderr
    assert [path.name for path in tmp_path.glob("out*")] == []


@pytest.mark.lean
def test_every_input_gets_one_result_in_order_and_unreadable_ones_end_with_2(
    engine: Engine, tmp_path: Path
) -> None:
    for name, text in {
        "1-proof": PROOF,
        "2-statement": STATEMENT,
        "3-wrong": WRONG,
        "4-cheat": CHEAT,
        "5-mathlib": MATHLIB,
        "6-empty": "",
        "7-nul": f"{PROOF}\x00{PROOF}",
    }.items():
        (tmp_path / f"{name}.lean").write_text(text)
    (tmp_path / "8-rubbish.lean").write_bytes(bytes(range(256)))
    rows = write_rows(tmp_path / "9.jsonl", PROOF, WRONG, PROOF)
    lines = rows.read_text().splitlines()
    rows.write_text("\n".join([lines[0], "{broken", *lines[1:]]))

    result = run_lean(tmp_path)
    found = records(result.stdout)
    expected = [
        ("1-proof.lean", "proved"),
        ("2-statement.lean", "statement"),
        ("3-wrong.lean", "error"),
        ("4-cheat.lean", "rejected"),
        ("5-mathlib.lean", "needs_mathlib"),
        ("6-empty.lean", "error"),
        ("7-nul.lean", "error"),
        ("8-rubbish.lean", "error"),
        ("9.jsonl:1", "proved"),
        ("9.jsonl:2", "error"),
        ("9.jsonl:3", "error"),
        ("9.jsonl:4", "proved"),
    ]
    origins = [Path(str(each["origin"])).name for each in found]
    assert [(o, each["verdict"]) for o, each in zip(origins, found, strict=True)] == expected
    assert [each["id"] for each in found[-4:]] == ["row0", f"{rows}:2", "row1", "row2"]
    assert [
        Path(o).name
        for o, each in zip(origins, found, strict=True)
        if each["reason"] == "unreadable"
    ] == ["8-rubbish.lean", "9.jsonl:2"]
    assert found[4]["missing_modules"] == ["Mathlib.Data.Nat.Prime.Basic"]
    assert {each["lean_version"] for each in found} == {"4.28.0-pre"}
    assert {each["mathlib_revision"] for each in found} == {None}
    assert result.exit_code == 2
    assert f"error: {rows} line 2: not JSON" in result.stderr
    assert "12 checked" in result.stderr


@pytest.mark.lean
def test_a_statement_is_acceptable_only_if_sorry_is_allowed(engine: Engine) -> None:
    assert run_lean("-", stdin=STATEMENT).exit_code == 1
    assert run_lean("-", "--allow-sorry", stdin=STATEMENT + PROOF).exit_code == 0


@pytest.mark.lean
def test_a_shared_header_serves_sources_without_one_and_moves_no_position(
    engine: Engine, tmp_path: Path
) -> None:
    header = tmp_path / "header.txt"
    header.write_text("import Std\n\nopen Nat\ndef seven : Nat := 7\n")
    path = write_rows(
        tmp_path / "rows.jsonl",
        "theorem a : seven = succ 6 := rfl",
        "theorem b : seven = 8 := by\n  rfl",
        f"import Init\n{PROOF}",
    )
    result = run_lean(path, "--allow-sorry", "--header", header)
    assert result.exit_code == 1
    found = records(result.stdout)
    assert [each["verdict"] for each in found] == ["proved", "error", "proved"]
    messages = found[1]["messages"]
    assert isinstance(messages, list)
    assert messages[0]["start"]["line"] == 2
    assert found[0]["header_hash"] != found[2]["header_hash"]


@pytest.mark.lean
def test_a_header_that_does_not_compile_is_bad_input(engine: Engine) -> None:
    result = run_lean("-", "--header", "open Nowhere", stdin=PROOF)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --header, line 1, column 5: ")


@pytest.mark.lean
def test_output_holds_the_results_and_nothing_else_is_left(engine: Engine, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", PROOF, STATEMENT)
    output = tmp_path / "verdicts.txt"
    result = run_lean(rows, "--format", "text", "--output", output)
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split()[0] for line in output.read_text().splitlines()] == ["proved", "statement"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.jsonl", "verdicts.txt"]


@pytest.mark.lean
def test_a_megabyte_of_parentheses_is_one_result_like_any_other(
    engine: Engine, tmp_path: Path
) -> None:
    deep = f"theorem deep : {'(' * 500_000}1{')' * 500_000} = 1 := rfl"
    rows = write_rows(tmp_path / "rows.jsonl", PROOF, deep, PROOF)
    found = records(run_lean(rows).stdout)
    verdicts = [each["verdict"] for each in found]
    assert verdicts[0::2] == ["proved", "proved"]
    assert verdicts[1] in {"error", "crashed", "timeout"}


@pytest.mark.lean
def test_a_reader_that_goes_away_ends_the_run_without_a_traceback(
    engine: Engine, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", *[PROOF] * 300)
    with subprocess.Popen(
        [COMMAND, "check", str(rows), "--jobs", "1", "--engine", "embedded"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 141
    assert said == b""


@pytest.mark.lean
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_one_line(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.lean").write_text(PROOF)
    command = [COMMAND, "check", str(tmp_path / "a.lean"), "--engine", "embedded"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (2, b"error: No space left on device\n")


def test_standard_streams_that_are_closed_are_no_trouble() -> None:
    closed = subprocess.run(
        ["/bin/sh", "-c", f"{COMMAND} check no/such.lean <&- >&-"],
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (closed.returncode, closed.stderr.count(b"\n")) == (2, 1)


@pytest.mark.lean
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_ended_leaves_its_results_and_no_process(
    engine: Engine, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", *[PROOF] * 20, ENDLESS)
    output = tmp_path / "verdicts.jsonl"
    partial = tmp_path / "verdicts.jsonl.partial"
    process = subprocess.Popen(
        [
            COMMAND,
            "check",
            str(rows),
            "--jobs",
            "1",
            "--engine",
            "embedded",
            "--output",
            str(output),
        ],
        stderr=subprocess.PIPE,
    )
    while process.poll() is None and not (partial.exists() and partial.read_bytes()):
        time.sleep(0.02)
    engines = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert f"note: the results so far are in {partial}".encode() in said
    assert b"Traceback" not in said
    assert records(partial.read_text())[0]["verdict"] == "proved"
    assert not output.exists()
    assert engines
    assert wait_until_gone(engines) == []


@pytest.mark.lean
def test_on_a_terminal_there_is_text_a_bar_and_a_table(engine: Engine, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", PROOF, STATEMENT, *[PROOF] * 60)
    terminal = pexpect.spawn(
        COMMAND,
        ["check", str(rows), "--jobs", "1", "--engine", "embedded"],
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(40, 120),
        encoding="utf-8",
        timeout=60,
    )
    shown = terminal.read()
    terminal.close()
    assert terminal.exitstatus == 1
    assert f"row1 ({rows}:2)" in shown
    assert "/62" in shown
    assert "/s" in shown
    assert "98.4%" in shown, shown[-1_000:]
