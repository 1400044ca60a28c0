"""How labelled statements are read and counted, and what the command makes of them."""

import io
import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from numina_lean.calibrate.intervals import Share
from numina_lean.calibrate.labelled import Labelled, from_pairs, mutated, read_labelled, sampled
from numina_lean.calibrate.measure import Examined, by_fault, figures, first_gates, left_out
from numina_lean.calibrate.pairs import core_pairs, retyped
from numina_lean.calibrate.report import report_fields, show_report
from numina_lean.calibrate.wording import answer_of
from numina_lean.cli import app
from numina_lean.errors import InputError
from numina_lean.gates.gate import GateName, Ruling
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement

RUNNER = CliRunner()


# --- Intervals -----------------------------------------------------------------------------------


def test_wilson_intervals() -> None:
    # Values of Brown, Cai and DasGupta's formula, worked out by hand.
    half = Share(5, 10)
    assert half.value == 0.5
    assert half.low == pytest.approx(0.2366, abs=1e-4)
    assert half.high == pytest.approx(0.7634, abs=1e-4)
    none, every = Share(0, 20), Share(20, 20)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(0.1611, abs=1e-4)
    assert every.low == pytest.approx(1 - 0.1611, abs=1e-4)
    assert (Share(0, 0).value, Share(0, 0).low, str(Share(0, 0))) == (None, None, "–")


# --- Pairs ---------------------------------------------------------------------------------------


def test_the_answer_is_taken_from_the_end_of_the_text() -> None:
    assert answer_of("How old is he? Show that it is 060.") == ("How old is he?", "060")
    assert answer_of("What is $x$?\n Prove that the answer is: (4, 2)") == (
        "What is $x$?",
        "(4, 2)",
    )
    assert answer_of("Show that it is even.") == ("", "even")
    assert answer_of("Prove that $n$ is even.") == ("Prove that $n$ is even.", "proof")


def _pair_row(formal: str, **fields: object) -> dict[str, object]:
    row = {"id": "a/b", "informal": "Find x. Show that it is 3.", "formal": formal}
    return row | {"core_only": False, "core_statement": None} | fields


def test_a_pair_is_retyped_for_core_lean() -> None:
    row = _pair_row(
        "import Mathlib\nopen Real\n\nvariable (x : ℝ) (y : ℕ)\n\n"
        "theorem t (h : x + 1 = 4) : x = 3 := by sorry"
    )
    (pair,) = core_pairs([row])
    assert pair.retyped
    assert (pair.problem.problem, pair.problem.answer) == ("Find x.", "3")
    assert pair.statement.binders == ("(x : Rat)", "(h : x + 1 = 4)")
    assert pair.statement.definitions == ()
    assert "import" not in pair.statement.source()


def test_a_pair_with_a_hole_or_without_a_theorem_is_left_out() -> None:
    hole = _pair_row("abbrev answer : ℕ := sorry\ntheorem t : answer = 3 := by sorry")
    assert list(core_pairs([hole, _pair_row("def x := 3")])) == []


# --- Labelled files ------------------------------------------------------------------------------


def _rows(*rows: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((f"x.jsonl line {number}", row) for number, row in zip(count(1), rows))


def test_layouts_are_told_by_their_fields() -> None:
    hazard = {"id": "h", "class": "nat_vs_rat", "detail": {}, "statement": "9 - 12 + 3 = 0"}
    (wrong,) = read_labelled(_rows(hazard), "core")
    assert (wrong.right, wrong.fault, wrong.statement.conclusion) == (
        False,
        "nat_vs_rat",
        "9 - 12 + 3 = 0",
    )
    false = {
        "id": "f",
        "false_statement": "x * y ≥ 0",
        "corrected_theorem": "theorem c : ∀ x y : ℝ, 0 < x → 0 < y → x * y ≥ 0 := by sorry",
    }
    stated, corrected = read_labelled(_rows(false), "core")
    assert (stated.right, stated.statement.conclusion) == (False, "∀ x y : Rat, x * y ≥ 0")
    assert corrected.right
    plain = {"problem": "Find x.", "answer": "3", "statement": "theorem t : 3 = 3 := by sorry"}
    right, other = read_labelled(
        _rows(plain | {"label": True}, plain | {"label": "false", "class": "odd"}), "core"
    )
    assert (right.right, other.right, other.fault) == (True, False, "odd")
    assert right.problem.answer == "3"


def test_an_unknown_layout_is_refused_with_what_was_found() -> None:
    with pytest.raises(InputError, match=r"line 1: no layout .*found: question"):
        list(read_labelled(_rows({"question": "?"}), "core"))
    with pytest.raises(InputError, match="label is 'maybe'"):
        list(read_labelled(_rows({"label": "maybe", "statement": "x"}), "core"))
    (unreadable,) = read_labelled(_rows({"label": True, "statement": "nothing"}), "core")
    assert not unreadable.readable
    assert list(read_labelled(_rows(), "core")) == []


def _labelled(name: str, right: bool, fault: str = "") -> Labelled:
    statement = Statement("t", "", ("(x : Nat)", f"(h : x < {len(name) + 3})"), "x = 2")
    return Labelled(Problem(name, "", "2"), statement, right, fault)


def test_mutants_follow_their_pair_into_its_half_and_are_sampled_by_class() -> None:
    rows = [_labelled(f"problem-{number}", True) for number in range(40)]
    made = list(mutated(rows))
    halves = {row.problem.id: row.half for row in rows}
    assert set(halves.values()) == {"dev", "held_out"}
    assert all(each.half == halves[each.problem.id] for each in made)
    few = sampled([*rows, *made], 3)
    assert [each for each in few if each.right] == rows
    counts: dict[tuple[str, str], int] = {}
    for each in few:
        if not each.right:
            counts[each.fault, each.half] = counts.get((each.fault, each.half), 0) + 1
    assert set(counts.values()) == {3}
    assert few == sampled([*rows, *made], 3)


# --- Counting ------------------------------------------------------------------------------------


def _examined(row: Labelled, gate: GateName | None = None, reason: str = "x") -> Examined:
    rulings = [Ruling("parse", True)]
    if gate is not None:
        rulings.append(Ruling(gate, False, reason, "why"))
    return Examined(row, tuple(rulings))


EXAMINED = [
    _examined(_labelled("a", True)),
    _examined(_labelled("b", True), "answer"),
    _examined(_labelled("c", True), "refutation"),
    _examined(_labelled("d", False, "odd"), "refutation"),
    _examined(_labelled("e", False, "odd")),
    _examined(_labelled("f", False, "even")),
    Examined(_labelled("g", False, "even"), left_out="same_text"),
    Examined(_labelled("h", True), left_out="not_judged"),
]


def test_what_is_caught_and_lost_is_counted_once() -> None:
    found = figures(EXAMINED)
    assert (found.caught, found.lost) == (Share(1, 3), Share(2, 3))
    assert found.lost_unproved == Share(1, 2)
    assert found.precision == Share(1, 3)
    alone = figures(EXAMINED, "answer")
    assert (alone.caught, alone.lost, alone.precision) == (Share(0, 3), Share(1, 3), Share(0, 1))
    assert [(fault, len(rows)) for fault, rows in by_fault(EXAMINED).items()] == [
        ("even", 1),
        ("odd", 2),
    ]
    assert left_out(EXAMINED) == {"same_text": 1, "not_judged": 1}
    assert first_gates(EXAMINED) == {"answer": 1, "refutation": 2}


def test_the_report_names_what_is_not_seen_and_what_is_lost() -> None:
    out = io.StringIO()
    show_report(Console(file=out, width=120), EXAMINED, ("odd", "even"), passed=True)
    text = out.getvalue()
    assert "hardly see (≤ 30%): even" in text
    assert "lost: b answer x: why" in text
    assert "shown wrong: c refutation x: why" in text
    assert "left out of the wrong ones: 1 same_text" in text
    fields = report_fields(EXAMINED)
    assert json.loads(json.dumps(fields)) == fields
    assert fields["left_out"] == {"same_text": 1, "not_judged": 1}


# --- The command ---------------------------------------------------------------------------------


@pytest.mark.lean
def test_the_command_measures_a_labelled_file(tmp_path: Path) -> None:
    def row(label: bool, value: int) -> str:
        source = f"theorem t (x : Nat) (h : x + 4 = 9) : x = {value} := by sorry"
        fields = {"id": f"{label}", "problem": "Solve $x + 4 = 9$.", "answer": "5"}
        return json.dumps(fields | {"statement": source, "label": label, "class": "answer"})

    labelled, figures_file = tmp_path / "labelled.jsonl", tmp_path / "figures.json"
    labelled.write_text(f"{row(True, 5)}\n{row(False, 6)}\n", encoding="utf-8")
    command = ["gates", "evaluate", str(labelled), "--json", str(figures_file), "--jobs", "1"]
    result = RUNNER.invoke(app, [*command, "--engine", "embedded"])
    assert result.exit_code == 0, result.output
    found = json.loads(figures_file.read_text(encoding="utf-8"))
    assert (found["all"]["caught"]["hits"], found["all"]["caught"]["total"]) == (1, 1)
    assert (found["all"]["lost"]["hits"], found["all"]["lost"]["total"]) == (0, 1)
    assert found["gates"]["answer"]["caught"]["hits"] == 1


def test_the_command_names_the_line_that_it_cannot_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"label": true, "statement": "theorem t : 1 = 1 := by sorry"}\n[1]\n')
    result = RUNNER.invoke(app, ["gates", "evaluate", str(broken)])
    assert result.exit_code == 2
    assert "broken.jsonl line 2: no JSON object" in result.output
    missing = RUNNER.invoke(app, ["gates", "evaluate", str(tmp_path / "none.jsonl")])
    assert missing.exit_code == 2


def test_the_command_lists_the_gates() -> None:
    result = RUNNER.invoke(app, ["gates", "list"])
    assert result.exit_code == 0
    for name in ("answer", "refutation", "backtranslation"):
        assert name in result.output


@pytest.mark.shared
def test_the_pairs_of_the_shared_file_are_read(shared_data: Path) -> None:
    with (shared_data / "formal_pairs.jsonl").open(encoding="utf-8") as lines:
        pairs = list(from_pairs(core_pairs(map(json.loads, lines))))
    assert len(pairs) > 2_000
    assert sum(each.problem.answer != "proof" for each in pairs) > 500
    assert "ℝ" not in retyped("(x : ℝ)")
