"""The forms that results take: JSON lines, text, counts, and the file they are written to."""

import json
from pathlib import Path

import pytest

from numina_lean.check.batch import UNREADABLE, Result
from numina_lean.check.finding import Finding
from numina_lean.check.header import SharedHeader, read_header
from numina_lean.check.output import ResultFile, Tally, jsonl_line, text_lines
from numina_lean.check.verdict import Outcome, Verdict
from numina_lean.errors import InputError
from numina_lean.lean.report import Declaration, LeanInfo, Message, Mismatch, Position, Sorry

LEAN = LeanInfo("embedded", "4.28.0-pre", None)


def outcome(**changes: object) -> Outcome:
    given: dict[str, object] = {
        "id": "a",
        "verdict": Verdict.PROVED,
        "lean": LEAN,
        "header_hash": "0" * 64,
        "seconds": 0.03125,
    }
    return Outcome(**(given | changes))  # type: ignore[arg-type]


def message(text: str, line: int = 1, severity: str = "error") -> Message:
    return Message(severity, text, Position(line, 2), Position(line, 5))  # type: ignore[arg-type]


def as_text(result: Result) -> str:
    return "\n".join(text_lines(result))


def test_a_json_line_says_everything_about_an_outcome() -> None:
    line = jsonl_line(
        Result(
            "x.jsonl:3",
            outcome(
                verdict=Verdict.STATEMENT,
                messages=(message("declaration uses `sorry`", 2, "warning"),),
                sorries=(Sorry("⊢ 1 = 1", Position(2, 3), Position(2, 8)),),
                declarations=(Declaration("t", "theorem", ("sorryAx",)),),
                replayed=True,
                mismatches=(Mismatch("type", "t", "other"),),
                cached=True,
            ),
            (Finding("unused", "t", "the variable n"),),
        )
    )
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "id": "a",
        "verdict": "statement",
        "reason": None,
        "detail": None,
        "messages": [
            {
                "severity": "warning",
                "text": "declaration uses `sorry`",
                "start": {"line": 2, "column": 2},
                "end": {"line": 2, "column": 5},
                "kind": None,
            }
        ],
        "sorries": [
            {
                "goal": "⊢ 1 = 1",
                "start": {"line": 2, "column": 3},
                "end": {"line": 2, "column": 8},
            }
        ],
        "declarations": [{"name": "t", "kind": "theorem", "axioms": ["sorryAx"]}],
        "missing_modules": [],
        "engine": "embedded",
        "lean_version": "4.28.0-pre",
        "mathlib_revision": None,
        "header_hash": "0" * 64,
        "seconds": 0.0312,
        "truncated": False,
        "replayed": True,
        "mismatches": [{"code": "type", "name": "t", "detail": "other"}],
        "cached": True,
        "lint": [{"code": "unused", "declaration": "t", "detail": "the variable n"}],
        "origin": "x.jsonl:3",
    }


def test_a_json_line_is_valid_whatever_lean_said() -> None:
    said = 'a "quote", a \n line, \x00, \x1b[2J, \u2028, ∀, \ud800'
    line = jsonl_line(Result("a", outcome(messages=(message(said),))))
    assert json.loads(line.decode())["messages"][0]["text"] == said
    assert line.count(b"\n") == 1


def test_text_leads_an_editor_to_the_error() -> None:
    failed = outcome(verdict=Verdict.ERROR, id="row7", messages=(message("wrong\nbecause", 4),))
    assert as_text(Result("x.jsonl:7", failed)).splitlines() == [
        "error         row7 (x.jsonl:7)  0.03 s",
        "  x.jsonl:7:4:2: wrong",
        "    because",
    ]


def test_text_gives_the_reason_and_only_the_first_errors() -> None:
    many = outcome(
        verdict=Verdict.ERROR,
        reason="r",
        detail="because",
        messages=tuple(message(f"error {number}") for number in range(12)),
    )
    lines = as_text(Result("a", many)).splitlines()
    assert lines[1] == "  r: because"
    assert lines[-2:] == ["  a:1:2: error 4", "  … and 7 more errors"]


def test_text_tells_how_a_source_departs_and_what_a_lint_finds() -> None:
    departs = outcome(
        verdict=Verdict.REJECTED,
        reason="reference_mismatch",
        detail="t",
        mismatches=(Mismatch("type", "t", "1 = 1 is not 1 = 2"),),
    )
    findings = (Finding("unused", "t", "n"), Finding("look_alike", "", "x"))
    assert as_text(Result("a", departs, findings)).splitlines()[1:] == [
        "  reference_mismatch: t",
        "  mismatch (type): t: 1 = 1 is not 1 = 2",
        "  warning: unused: t: n",
        "  warning: look_alike: x",
    ]


def test_no_text_can_drive_a_terminal() -> None:
    hostile = outcome(id="\x1b]0;t\x07", verdict=Verdict.ERROR, messages=(message("\x1b[2J\r"),))
    assert not set(as_text(Result("a\x9b", hostile))) & set("\x1b\x07\r\x9b")


def test_the_tally_counts_verdicts_in_their_order_and_the_unreadable_apart() -> None:
    tally = Tally()
    for verdict, reason in (
        (Verdict.ERROR, None),
        (Verdict.ERROR, UNREADABLE),
        (Verdict.PROVED, None),
        (Verdict.ERROR, None),
    ):
        tally.add(Result("a", outcome(verdict=verdict, reason=reason)))
    assert list(tally.counts().items()) == [("proved", 1), ("error", 2), (UNREADABLE, 1)]
    assert tally.total == 4


def test_a_result_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("older")
    with ResultFile(path) as file:
        file.write(b"new\n")
        assert path.read_text() == "older"
        assert file.partial.read_text() == "new\n"
    assert path.read_text() == "new\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_run_cut_short_leaves_its_results_beside_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("older")
    with pytest.raises(KeyboardInterrupt), ResultFile(path) as file:
        file.write(b"new\n")
        raise KeyboardInterrupt
    assert path.read_text() == "older"
    assert (tmp_path / "out.jsonl.partial").read_text() == "new\n"


def test_a_run_cut_short_before_its_first_result_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), ResultFile(tmp_path / "out.jsonl"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_result_file_follows_a_link_and_writes_a_device_directly(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target")
    with ResultFile(link) as file:
        file.write(b"x")
    assert link.is_symlink()
    assert (tmp_path / "target").read_text() == "x"
    with ResultFile(Path("/dev/null")) as file:
        file.write(b"x")
    assert not Path("/dev/null").is_file()


def test_a_result_file_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        ResultFile(tmp_path)
    with pytest.raises(InputError, match="No such file or directory"):
        ResultFile(tmp_path / "missing" / "out.jsonl")


def test_a_shared_header_goes_before_sources_that_bring_none(tmp_path: Path) -> None:
    path = tmp_path / "header.lean"
    path.write_text("import Std\nopen Nat")
    header = read_header(str(path))
    assert header.put_before("theorem t") == "import Std\nopen Nat\ntheorem t"
    assert header.applies_to("theorem t")
    assert header.applies_to("open Nat\ntheorem t")
    assert not header.applies_to("-- mine\nimport Lean\ntheorem t")
    assert not SharedHeader().applies_to("theorem t")


def test_a_header_can_be_given_as_text_but_a_mistyped_file_is_no_text() -> None:
    assert read_header("open Nat") == SharedHeader("open Nat\n")
    with pytest.raises(InputError, match="no such file"):
        read_header("heder.lean")


def test_positions_are_those_of_the_source_without_the_shared_header() -> None:
    header = SharedHeader("import Std\nopen Nat\n")
    checked = outcome(
        messages=(
            message("of the header", 2, "warning"),
            message("of the source", 3),
            message("an error of the header", 1),
        ),
        sorries=(Sorry("⊢ True", Position(4, 1)),),
    )
    moved = header.moved_back(checked)
    assert [(each.text, each.start) for each in moved.messages] == [
        ("of the source", Position(1, 2)),
        ("an error of the header", Position(1, 0)),
    ]
    assert moved.sorries == (Sorry("⊢ True", Position(2, 1)),)
