"""Verifiable rewards: what earns one, what does not, and that no text of a model breaks them."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.check.pool import Pool
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.trace import shown_output
from numina_lean.train.reward import AnswerReward, LeanReward, can_be_rewarded


@pytest.fixture(scope="module")
def answer() -> Iterator[AnswerReward]:
    with Sandbox(jobs=1) as sandbox:
        yield AnswerReward(sandbox, jobs=1, seconds=2.0)


def program(code: str, output: str | None = None, rest: str = "") -> str:
    shown = "" if output is None else f"```output\n{output}\n```\n"
    return f"We compute.\n```python\n{code}\n```\n{shown}{rest}"


RIGHT = {
    "a box": r"So it is $\boxed{\frac{1}{2}}$.",
    "another form of the same": "The answer is 0.5.",
    "an honest output": program("print(1/2)", "0.5", r"It is $\boxed{1/2}$."),
    "what the program prints": program("x = sp.Rational(1, 2)\nprint(x)"),
    "two programs": program("print(2)", "2") + program("print(1 / 2)", "0.5", r"\boxed{0.5}"),
}
WRONG = {
    "another value": r"So it is $\boxed{2}$.",
    "no answer": "We add them.",
    "an output that was made up": program("print(7)", "0.5", r"It is $\boxed{1/2}$."),
    "a program that prints another value": program("print(7)"),
    "a program that fails": program("print(1 / 0)"),
    "a program that takes too long": program("while True: pass"),
    "nothing": "",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_right_answer_earns_one(answer: AnswerReward, text: str) -> None:
    assert answer(completions=[text], answer=["1/2"]) == [1.0]


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_or_made_up_earns_nothing(answer: AnswerReward, text: str) -> None:
    assert answer(completions=[text], answer=["1/2"]) == [0.0]


def test_a_failure_that_is_shown_as_it_was_and_mended_is_honest() -> None:
    with Sandbox(jobs=1) as sandbox:
        shown = shown_output(sandbox.run("1 / 0"), Procedure().output_chars)
        assert "ZeroDivisionError" in shown
        text = program("1 / 0", shown) + program("print(0.5)", "0.5", r"\boxed{0.5}")
        assert AnswerReward(sandbox)(completions=[text], answer=["1/2"]) == [1.0]


def test_a_batch_is_answered_in_order_as_trl_asks(answer: AnswerReward) -> None:
    completions = [r"\boxed{3}", [{"role": "assistant", "content": r"\boxed{4}"}], r"\boxed{3}"]
    told = answer(
        prompts=["p"] * 3, completions=completions, completion_ids=[[1]] * 3, answer=["3", "4", "5"]
    )
    assert told == [1.0, 1.0, 0.0]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=60), st.text(max_size=10))
def test_no_text_makes_the_answer_reward_raise(answer: AnswerReward, text: str, ref: str) -> None:
    (told,) = answer(completions=[text.replace("```", "")], answer=[ref])
    assert told in (0.0, 1.0)


def test_hostile_programs_and_rows_earn_nothing(answer: AnswerReward) -> None:
    texts = [
        program("import os; os._exit(0)", None, r"\boxed{"),
        program("print('\ud800')"),
        program("x = 'a' * 10**10"),
        program("print(5)") * 9,
        r"\boxed{" * 5000,
    ]
    assert answer(completions=texts, answer=["5"] * len(texts)) == [0.0] * len(texts)
    assert answer(completions=["5"], answer=[None]) == [0.0]


STATEMENT = "theorem two_add_two : 2 + 2 = 4 := by\n  sorry"
HARD = "theorem addition (a b : Nat) : a + b = b + a := by\n  sorry"


@pytest.mark.lean
def test_lean_rewards_proofs_of_the_statement_asked_and_nothing_else(pool: Pool) -> None:
    reward = LeanReward(pool, seconds=60.0)
    cases = [
        (STATEMENT, "```lean4\ntheorem two_add_two : 2 + 2 = 4 := by\n  rfl\n```", 1.0),
        (HARD, "```lean4\ntheorem addition (a b : Nat) : a + b = b + a := by\n  omega\n```", 1.0),
        (HARD, "  exact Nat.add_comm a b", 1.0),
        (HARD, "```lean4\ntheorem addition (a b : Nat) : a + b = b + a := by\n  sorry\n```", 0.0),
        (HARD, "```lean4\ntheorem addition (a b : Nat) : a + b = b + a := by\n  rfl\n```", 0.0),
        (HARD, "```lean4\ntheorem addition (a : Nat) : a + 0 = a := by\n  simp\n```", 0.0),
        (
            HARD,
            "```lean4\naxiom x : False\n"
            "theorem addition (a b : Nat) : a + b = b + a := x.elim\n```",
            0.0,
        ),
        (HARD, "The proof is left to the reader.", 0.0),
        (HARD, "", 0.0),
        ("no theorem at all", "  rfl", 0.0),
    ]
    statements, completions, expected = zip(*cases, strict=True)
    got = reward(prompts=["p"] * len(cases), completions=completions, formal_statement=statements)
    assert got == list(expected)


def test_a_statement_that_is_none_cannot_be_rewarded() -> None:
    assert can_be_rewarded(HARD)
    assert not can_be_rewarded("no theorem at all")
    assert not can_be_rewarded(None)
