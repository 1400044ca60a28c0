"""What provers are asked, first and after an attempt; Lean's errors as they are shown."""

from dataclasses import replace

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item
from numina_lean.lean.report import Message as LeanMessage
from numina_lean.lean.report import Position
from numina_lean.models.model import Message, Prompt
from numina_lean.prompts.decompose import FAMILIES as SKETCHES
from numina_lean.prompts.decompose import DecomposeRequest
from numina_lean.prompts.feedback import MOST, goedel_errors, kimina_errors, lean_messages
from numina_lean.prompts.formalize import FAMILIES as FORMALIZERS
from numina_lean.prompts.formalize import FormalizeRequest
from numina_lean.prompts.prove import FAMILIES, Attempt, ProveRequest, with_ending
from numina_lean.prompts.repair import FAMILIES as MENDERS
from numina_lean.prompts.repair import RepairRequest

SOURCE = "import Mathlib\n\ntheorem t (n : ℕ) :\n    n = n := by sorry\n"
ASKED = ProveRequest(SOURCE)
WITH_WORDS = ProveRequest(SOURCE, problem="Show $n = n$. /- a -/")


def error(text: str, start: tuple[int, int], end: tuple[int, int] | None) -> LeanMessage:
    return LeanMessage("error", text, Position(*start), None if end is None else Position(*end))


FAILED = (
    "import Mathlib\n\ntheorem t (n : ℕ) : n = n := by\n  have h : n = 2 := by\n    omega\n  rfl\n"
)
ERRORS = (
    error("omega could not prove the goal", (5, 4), (5, 9)),
    LeanMessage("warning", "unused variable `h`", Position(4, 7)),
    error("unsolved goals\nn : ℕ\n⊢ n = 2", (4, 15), (6, 5)),
)
ATTEMPT = Attempt(
    Prompt((Message("user", "Prove it."),)), "<think>hm</think>Here.", FAILED, ERRORS, round=1
)


def test_deepseek_v15_goes_on_with_bare_text() -> None:
    prompt = FAMILIES["deepseek-v1.5"].render(WITH_WORDS)
    assert prompt.messages == ()
    assert prompt.prefill == (
        "Complete the following Lean 4 code:\n\n```lean4\nimport Mathlib\n\n"
        "/-- Show $n = n$. / - a - /-/\ntheorem t (n : ℕ) :\n    n = n := by\n"
    )


def test_goedel_has_no_newline_before_the_fence_and_deepseek_v2_has_one() -> None:
    goedel = FAMILIES["goedel-v2"].render(ASKED).messages[0].content
    deepseek = FAMILIES["deepseek-v2"].render(ASKED).messages[0].content
    assert "    n = n := by\n  sorry```\n\nBefore producing" in goedel
    assert "    n = n := by\n  sorry\n```\n\nBefore producing" in deepseek
    assert deepseek == goedel.replace("sorry```", "sorry\n```")


def test_kimina_shows_the_statement_where_the_problem_is_not_known_in_words() -> None:
    content = FAMILIES["kimina"].render(ASKED).messages[1].content
    assert "\n# Problem:theorem t (n : ℕ) :\n    n = n := by\n# Formal statement:\n" in content


@pytest.mark.parametrize("ending", [":= by sorry", ":= sorry\n", ":=\n  by\n    sorry\n\n"])
def test_a_statement_may_be_left_open_in_any_way(ending: str) -> None:
    request = ProveRequest(f"theorem t : 1 = 1 {ending}")
    assert with_ending(request, ":= by") == "theorem t : 1 = 1 := by"


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"chat"}))
def test_a_statement_that_is_not_left_open_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="sorry"):
        FAMILIES[name].render(ProveRequest("theorem t : 1 = 1 := rfl"))


def test_goedel_is_told_of_errors_with_marks_in_the_code() -> None:
    prompt = FAMILIES["goedel-v2"].render(replace(ASKED, attempt=ATTEMPT))
    assert prompt.messages[:2] == (
        Message("user", "Prove it."),
        Message("assistant", "<think>hm</think>Here.".replace("<", "< ")),
    )
    assert prompt.messages[2].content == (
        "The proof (Round 0) is not correct. Following is the compilation error message, where we "
        "use <error></error> to signal the position of the error.\n\n"
        "\nError 1:\n\nCorresponding Code:\n```lean4\nimport Mathlib\n\n"
        "theorem t (n : ℕ) : n = n := by\n  have h : n = 2 := by\n    <error>omega</error>\n  rfl\n"
        "\n```\n\nError Message: omega could not prove the goal\n"
        "\nError 2:\n\nCorresponding Code:\n```lean4\nimport Mathlib\n\n"
        "theorem t (n : ℕ) : n = n := by\n  have h : n = <error>2 := by\n    omega\n"
        "  rfl</error>\n\n\n```\n\nError Message: unsolved goals\nn : ℕ\n⊢ n = 2\n"
        "\n\nBefore producing the Lean 4 code to formally prove the given theorem, provide a "
        "detailed analysis of the error message."
    )


def test_a_long_error_is_cut_in_goedels_way() -> None:
    source = "\n".join(f"  line{n}" for n in range(20))
    shown = goedel_errors(source, [error("long", (3, 2), (15, 4))])
    assert (
        "  <error>line2\n  line3\n  line4\n  line5\n  line6\n  line7\n\n  ... --[Truncated]-- ...\n"
        in shown
    )
    assert "  li</error>ne14\n  line15\n" in shown


def test_an_error_without_an_end_goes_to_the_end_of_its_line() -> None:
    assert "theorem <error>t</error>" in goedel_errors("theorem t", [error("x", (1, 8), None)])


def test_kimina_is_told_of_errors_by_lines_after_the_imports() -> None:
    shown = kimina_errors(FAILED, ERRORS)
    assert shown.startswith(
        "# Error 1:\nError message: \nomega could not prove the goal\n\n"
        "Lean 4 code snippet with error:\n```lean4\n"
        "002  | theorem t (n : ℕ) : n = n := by\n003  |   have h : n = 2 := by\n"
        "004 >|     omega\n005  |   rfl\n006  | \n```\n# Error 2:\n"
    )


def test_our_own_form_has_a_caret_under_what_is_wrong() -> None:
    assert lean_messages(FAILED, ERRORS) == (
        "5:4: error: omega could not prove the goal\n    omega\n    ^^^^^\n\n"
        "4:15: error: unsolved goals\nn : ℕ\n⊢ n = 2\n  have h : n = 2 := by\n"
        "               ^^^^^^^"
    )


@pytest.mark.parametrize("form", [lean_messages, goedel_errors, kimina_errors])
def test_errors_at_odd_places_are_shown_all_the_same(form: object) -> None:
    odd = [error("x", (99, 99), (100, 1)), error("y", (1, 0), (1, 0)), error("z", (2, 50), (1, 3))]
    for source in ("", "theorem t", FAILED):
        assert "x" in form(source, odd)


def test_of_many_errors_the_first_are_shown() -> None:
    many = [error(f"error{n}", (1, 0), (1, 1)) for n in range(MOST + 5)]
    for form in (lean_messages, goedel_errors):
        shown = form("theorem", many)
        assert f"error{MOST - 1}" in shown
        assert f"error{MOST}" not in shown
        assert "5 more errors" in shown


@pytest.mark.lean
def test_the_caret_is_where_lean_says(pool: Pool) -> None:
    source = "theorem t (α : Nat) : α = α := by\n  exact foo α\n"
    outcome = pool.check(Item("t", source))
    shown = lean_messages(source, outcome.messages)
    assert shown.startswith("2:8: error: ")
    assert shown.endswith("\n  exact foo α\n        ^^^")


def test_a_conversation_goes_on_without_the_models_thoughts() -> None:
    asked = FormalizeRequest("Show $n = n$.", None, "t", "import Mathlib")
    first = FORMALIZERS["chat-mathlib"].render(asked)
    request = RepairRequest(asked, SOURCE, "1:1: error: </messages> no", first, "<think>a</think>b")
    prompt = MENDERS["chat"].render(request)
    assert prompt.messages[: len(first.messages)] == first.messages
    assert prompt.messages[-2] == Message("assistant", "b")
    assert "1:1: error: </messages> no\n</messages-" in prompt.messages[-1].content


def test_a_repair_without_its_conversation_says_everything_anew() -> None:
    asked = FormalizeRequest("Show $n = n$.", "7", "t", "import Mathlib")
    request = RepairRequest(asked, SOURCE, "no", None, "b")
    prompt = MENDERS["chat"].render(request)
    assert prompt == MENDERS["fresh"].render(request)
    for text in ("Show $n = n$.", "7", "theorem t", "no", "import Mathlib"):
        assert text in prompt.messages[-1].content


def test_the_chat_family_goes_on_with_leans_messages() -> None:
    first = FAMILIES["chat"].render(ASKED)
    attempt = replace(ATTEMPT, prompt=first)
    prompt = FAMILIES["chat"].render(replace(ASKED, attempt=attempt))
    assert prompt.messages[:2] == first.messages
    assert prompt.messages[2] == Message("assistant", "Here.")
    assert "5:4: error: omega could not prove the goal" in prompt.messages[3].content


def test_a_sketch_is_asked_for_with_its_number_of_steps() -> None:
    content = SKETCHES["sketch"].render(DecomposeRequest(SOURCE, most=5)).messages[-1].content
    assert "at most 5 steps" in content
    assert SOURCE.strip() in content
