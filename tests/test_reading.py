"""How a theorem's text becomes a statement, and what is refused."""

import json
from pathlib import Path

import pytest

from numina_lean.translate.outline import outline
from numina_lean.translate.reading import UnreadableError, read_statement
from numina_lean.translate.statement import Statement


def test_header_definitions_binders_and_type_are_told_apart() -> None:
    statement = read_statement(
        "import Mathlib\n\nopen Nat Real\n\n/-- Doubles. -/\ndef f (n : ℕ) : ℕ := 2 * n\n\n"
        "theorem t (n : ℕ) {m : ℕ} (h : f n = 4) : n = 2 := by\n  unfold f at h\n  omega\n"
    )
    assert statement == Statement(
        name="t",
        header="import Mathlib\nopen Nat Real",
        binders=("(n : ℕ)", "{m : ℕ}", "(h : f n = 4)"),
        conclusion="n = 2",
        definitions=("def f (n : ℕ) : ℕ := 2 * n",),
    )


def test_a_let_in_the_type_does_not_end_it() -> None:
    statement = read_statement("theorem t : let x := 2; let y := x; x + y = 4 := by decide")
    assert statement.conclusion == "let x := 2; let y := x; x + y = 4"


def test_brackets_of_the_proof_do_not_matter() -> None:
    broken = "theorem t (n : Nat) : n = n := by\n  have h : (n = (n := by\n  exact ⟨h"
    assert read_statement(broken).conclusion == "n = n"


def test_open_in_before_the_theorem_holds_for_it() -> None:
    statement = read_statement("import Mathlib\n\nopen Real in\ntheorem t : π = π := rfl")
    assert statement.header == "import Mathlib\nopen Real"


def test_open_in_after_a_definition_stands_after_it() -> None:
    statement = read_statement("def f := 1\n\nopen Nat in\ntheorem t : f = 1 := rfl")
    assert statement.definitions == ("def f := 1", "open Nat")


def test_documentation_and_comments_are_no_part_of_a_statement() -> None:
    text = "-- theorem no : False\nopen Nat\n/-- Says `theorem`. -/\ntheorem t : 1 = 1 := rfl"
    assert read_statement(text) == Statement("t", "open Nat", (), "1 = 1")


def test_a_definition_left_open_is_a_statement_where_there_is_no_theorem() -> None:
    statement = read_statement("open Nat\n\ndef problem {p : ℕ} (h : p = 5) : p < 6 := by sorry")
    assert (statement.name, statement.conclusion) == ("problem", "p < 6")


def test_a_definition_with_a_value_is_none() -> None:
    with pytest.raises(UnreadableError) as error:
        read_statement("def problem : Prop := 1 = 1")
    assert error.value.reason == "no_theorem"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_theorem"),
        ("theorem", "no_theorem"),
        ("theorem t := rfl", "no_colon"),
        ("theorem t (n : Nat)", "no_colon"),
        ("theorem t : 1 = 1", "no_proof"),
        ("theorem t n : n = n := rfl", "bare_binder"),
        ("@[simp] theorem t : 1 = 1 := rfl", "attributes"),
        ("theorem t.{u} (α : Type u) : α = α := rfl", "universes"),
        ("theorem t (n : Nat : n = n := rfl", "unbalanced"),
        ("theorem t : (1 = 1 := rfl", "unbalanced"),
        ("/- theorem t : 1 = 1 := rfl", "unbalanced"),
    ],
)
def test_what_is_not_of_the_form_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as error:
        read_statement(text)
    assert error.value.reason == reason


def test_a_command_has_its_modifiers_and_attributes() -> None:
    commands = outline(
        "@[simp, norm_num]\nprivate theorem a : 1 = 1 := rfl\n"
        'noncomputable section\nlocal notation "x" => 1\nend'
    )
    assert [(each.keyword, each.attributes) for each in commands] == [
        ("theorem", True),
        ("section", False),
        ("notation", False),
        ("end", False),
    ]
    assert commands[1].text == "noncomputable section"


def test_words_of_commands_inside_a_proof_begin_none() -> None:
    text = "theorem a : 1 = 1 := by\n  open Nat in\n  set_option maxRecDepth 9 in\n  rfl\n"
    assert [each.keyword for each in outline(text)] == ["theorem"]


@pytest.mark.shared
def test_every_real_statement_is_read_and_printed_the_same(shared_data: Path) -> None:
    lines = (shared_data / "formal_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    statements = [read_statement(json.loads(line)["formal"]) for line in lines]
    assert len(statements) == 2391
    assert [read_statement(each.source()) for each in statements] == statements
