"""What is made of a row by rule and by a model that says what the test says, and what is let by."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from replays import Scripted
from scripted_model import ScriptedModel

from numina_lean.build.cot.acceptance import answers
from numina_lean.build.cot.asking import NO_MODEL, Asker
from numina_lean.build.cot.ending import asks_for_proof, boxed_answer, with_box, with_qed
from numina_lean.build.cot.model_stages import ModelStages, Realign, Result, check
from numina_lean.build.cot.row import CotRow
from numina_lean.build.stage import Postponed, Rejected
from numina_lean.models.model import Completion, Model, ModelError, Prompt, Usage
from numina_lean.prompts.cot import replied

ROW = CotRow("math/1", "olympiads", "What is $6 \\cdot 7$?", "It is 42.", "42", given=True)
PROOF = CotRow("o/2", "olympiads", "Prove that $n^2+n$ is even.", "It is $n(n+1)$.", proof=True)
CHINESE = replace(ROW, problem="求 $6 \\cdot 7$ 的值是多少?", solution="答案是 $\\boxed{42}$。")


def solution(text: str) -> str:
    return f"<think>hm, \\boxed{{0}}</think>\n<solution>\n{text}\n</solution>"


def both(problem: str, text: str) -> str:
    return f"<problem>{problem}</problem>\n<solution>{text}</solution>"


def stages(model: Model | None, realign: Realign = "recipe", tries: int = 3) -> ModelStages:
    asker = None if model is None else Asker(model, tries, 42, 1000)
    return ModelStages(asker, realign)


def says(*replies: str | Completion | ModelError) -> ScriptedModel:
    return ScriptedModel(replies)


def done(work: Callable[[CotRow], object], row: CotRow) -> Result:
    return asyncio.run(work(row))  # type: ignore[arg-type]


def row_of(result: Result) -> CotRow:
    assert isinstance(result, CotRow), result
    return result


def reason_of(result: Result) -> str:
    assert isinstance(result, Rejected), result
    return result.reason


@pytest.mark.parametrize(
    ("text", "answer", "ended"),
    [
        ("So $\\boxed{42}$.", "42", "So $\\boxed{42}$."),
        ("So $\\fbox{42}$, \\boxed 42.", None, "So $\\boxed{42}$, \\boxed{42}."),
        ("6*7=42\n#### 42", None, "6*7=42\nThe answer is $\\boxed{42}$."),
        ("The answer is forty-two: 42.", "43", None),
        ("The answer is 42.", "42", "The answer is 42.\nThe answer is $\\boxed{42}$."),
        ("Hence $x=6+36=42$.", "42", "Hence $x=6+36=42$.\nThe answer is $\\boxed{42}$."),
        ("In all 42 fit.", "42", "In all 42 fit.\nThe answer is $\\boxed{42}$."),
        ("In all 42 fit.", "24", None),
        ("Hence $x = 42$ or so.", "41", None),
        ("The answer is 42.", None, None),
        ("The answer is }.", "}", None),
        ("An empty \\boxed{} box: the answer is 42.", "42",
         "An empty \\boxed{} box: the answer is 42.\nThe answer is $\\boxed{42}$."),
        ("The answer is 25%.", "25%", "The answer is 25%.\nThe answer is $\\boxed{25\\%}$."),
        ("#### $5", None, "\nThe answer is $\\boxed{\\$5}$."),
    ],
)  # fmt: skip
def test_a_rule_boxes_what_is_known_to_be_the_answer(
    text: str, answer: str | None, ended: str | None
) -> None:
    assert with_box(text, answer) == ended


@pytest.mark.parametrize(
    "text",
    ["So it is.", "So it is. ■", "So it is. $\\blacksquare$", "So it is. Q.E.D.", "So it is. ∎ "],
)
def test_a_proof_ends_in_one_sign(text: str) -> None:
    assert with_qed(text) == "So it is. ■"


@pytest.mark.parametrize(
    ("problem", "text", "proof"),
    [
        ("Prove that $2 \\mid n$.", "Yes.", True),
        ("Let $a>0$. Show that $a+1>1$.", "Yes.", True),
        ("已知 $a>0$, 求证: $a+1>1$.", "略", True),
        ("Find $x$ and show that it is unique.", "The answer is 3.", False),
        ("Find all $x$ and prove it.", "We see that none does.", True),
        ("Prove it.", "$\\boxed{3}$", False),
        ("The figure does not show its side. Find it.", "It is long.", False),
        ("How long is the proof?", "Long.", False),
    ],
)
def test_what_asks_for_a_proof_is_told_from_what_asks_for_a_value(
    problem: str, text: str, proof: bool
) -> None:
    assert asks_for_proof(problem, text) is proof


def test_a_choice_is_its_letter_or_what_stands_beside_it() -> None:
    problem = "What is it?\n(A) 41 (B) 42 (C) 43"
    assert answers(problem, "\\boxed{42}", "B")
    assert answers(problem, "\\boxed{(B)}", "42")
    assert not answers(problem, "\\boxed{43}", "B")
    assert not answers(problem, "no box: 42", "B")


def test_the_last_stage_marks_what_it_could_compare_and_drops_what_is_wrong() -> None:
    boxed = replace(ROW, solution="$\\boxed{\\frac{84}{2}}$")
    matched, unchecked = check(boxed), check(replace(boxed, answer=None))
    assert isinstance(matched, CotRow) and matched.checked == "matched"
    assert isinstance(unchecked, CotRow) and unchecked.checked == "unchecked"
    wrong = check(replace(boxed, solution="$\\boxed{43}$"))
    assert isinstance(wrong, Rejected)
    assert (wrong.reason, wrong.review) == ("wrong_answer", True)
    assert reason_of(check(ROW)) == "no_box"
    assert reason_of(check(CHINESE)) == "not_english"
    assert reason_of(check(PROOF)) == "no_end"
    proof = check(replace(PROOF, solution=with_qed(PROOF.solution)))
    assert isinstance(proof, CotRow) and proof.checked == "proof"


def test_a_wrong_answer_is_asked_for_again_and_then_dropped() -> None:
    model = says(*[solution(f"Then $\\boxed{{{n}}}$.") for n in (41, 43, 44)])
    result = done(stages(model).realign, ROW)
    assert isinstance(result, Rejected)
    assert result.reason == "wrong_answer"
    assert "44, where 42 is known (after 3 tries)" in result.detail
    assert [(sampling.temperature, first) for _, sampling, first in model.asked] == [
        (0.0, 0), (0.8, 1), (0.8, 2),
    ]  # fmt: skip
    assert len({sampling.seed for _, sampling, _ in model.asked}) == 1


def test_a_later_reply_with_the_reference_is_taken_and_its_tries_are_told() -> None:
    model = says("no tags", solution("$6 \\cdot 7 = 42$, so $\\boxed{42}$."))
    row = row_of(done(stages(model).realign, ROW))
    assert row.solution == "$6 \\cdot 7 = 42$, so $\\boxed{42}$."
    assert row.stages == ("realign:2",)
    assert "It is 42." in model.asked[0][0].messages[-1].content


def test_the_reference_answer_is_never_shown_to_the_model() -> None:
    asked: list[Prompt] = []

    def say(prompt: Prompt, sample: int) -> str:
        asked.append(prompt)
        return solution("$\\boxed{31337}$")

    row = replace(ROW, solution="", answer="31337")
    assert row_of(done(stages(Scripted(say)).solve, row)).solution == "$\\boxed{31337}$"
    assert not any("31337" in message.content for prompt in asked for message in prompt.messages)


def test_a_reply_that_was_cut_off_is_not_taken() -> None:
    cut = Completion(0, solution("$\\boxed{42}$"), "length", Usage())
    assert reason_of(done(stages(says(cut), tries=1).realign, ROW)) == "cut_off"


def test_without_a_reference_a_rewritten_solution_is_kept_and_only_marked() -> None:
    row = replace(ROW, answer=None)
    kept = row_of(done(stages(says(solution("$\\boxed{7}$"))).realign, row))
    marked = check(kept)
    assert isinstance(marked, CotRow) and marked.checked == "unchecked"
    assert reason_of(done(stages(says(solution("7")), tries=1).realign, row)) == "no_box"


def test_a_proof_is_kept_where_it_ends() -> None:
    kept = row_of(done(stages(says(solution("One is even. $\\blacksquare$"))).realign, PROOF))
    assert kept.solution == "One is even. ■"
    assert reason_of(done(stages(says(solution("One is")), tries=1).realign, PROOF)) == "no_end"


def test_sources_are_realigned_as_the_recipe_says_or_as_one_wishes() -> None:
    math = replace(ROW, source="math")
    for row, which, asks in (
        (ROW, "recipe", True), (math, "recipe", False), (math, "all", True), (ROW, "none", False),
    ):  # fmt: skip
        model = says(solution("$\\boxed{42}$"))
        done(stages(model, which).realign, row)  # type: ignore[arg-type]
        assert bool(model.asked) is asks
    assert done(stages(None).realign, ROW) is ROW
    written = replace(ROW, stages=("solve:1",))
    assert done(stages(says(), "all").realign, written) is written


def test_a_missing_solution_is_written_only_where_there_is_a_reference() -> None:
    missing = replace(ROW, solution="")
    kept = row_of(done(stages(says(solution("$\\boxed{42}$"))).solve, missing))
    assert (kept.solution, kept.stages) == ("$\\boxed{42}$", ("solve:1",))
    assert reason_of(done(stages(says()).solve, replace(missing, answer=None))) == "no_solution"
    assert done(stages(None).solve, missing) == NO_MODEL
    assert done(stages(says()).solve, ROW) is ROW


def test_a_row_in_another_language_is_translated_and_its_numbers_are_kept() -> None:
    good = both("What is $6 \\cdot 7$?", "The answer is $\\boxed{42}$.")
    model = says(
        both("What is the product?", "The answer is $\\boxed{42}$."),
        both("What is $6 \\cdot 7$?", "The answer is $\\boxed{41}$."),
        both("$6 \\cdot 7$ 是多少?", "The answer is $\\boxed{42}$."),
        "<problem>What is $6 \\cdot 7$?</problem>",
        good,
    )
    row = row_of(done(stages(model, tries=5).translate, CHINESE))
    assert (row.problem, row.stages) == ("What is $6 \\cdot 7$?", ("translate:5",))
    found = [
        reason_of(done(stages(says(reply), tries=1).translate, CHINESE))
        for reply in model.answers[:4] if isinstance(reply, str)
    ]  # fmt: skip
    assert found == ["lost_numbers", "wrong_answer", "still_foreign", "malformed"]
    assert done(stages(says()).translate, ROW) is ROW
    assert done(stages(None).translate, CHINESE) == NO_MODEL


def test_a_reference_in_another_language_is_given_up_for_the_translated_box() -> None:
    row = replace(CHINESE, answer="四十二")
    good = both("What is $6 \\cdot 7$?", "The answer is $\\boxed{42}$.")
    translated = row_of(done(stages(says(good)).translate, row))
    assert (translated.answer, translated.given) == ("42", False)


def test_a_model_marks_the_answer_of_a_solution_that_it_does_not_change() -> None:
    row = replace(ROW, solution="Six times seven makes two more than forty, as all know.")
    kept = row_of(done(stages(says(solution(f"{row.solution} $\\boxed{{42}}$"))).box, row))
    assert kept.solution.startswith("Six times seven")
    changed = says(solution("Something else. $\\boxed{42}$"))
    assert reason_of(done(stages(changed, tries=1).box, row)) == "rewritten"
    unanswered = done(stages(None).box, row)
    assert isinstance(unanswered, Rejected)
    assert (unanswered.reason, unanswered.review) == ("no_box", True)


def test_a_seed_is_varied_into_a_new_problem_with_a_box() -> None:
    seed = replace(ROW, answer=None, seed="math/1", variant=2, id="math/1#2")
    same = both("What  is $6\\cdot 7$?", "$\\boxed{42}$")
    figure = both("What is the area shown in the figure below? [asy]x[/asy]", "$\\boxed{1}$")
    model = says(same, figure, both("What is $8 \\cdot 9$?", "It is $\\boxed{72}$."))
    row = row_of(done(stages(model).vary, seed))
    assert (row.problem, row.seed, row.stages) == ("What is $8 \\cdot 9$?", "math/1", ("vary:3",))
    assert [(sampling.temperature, first) for _, sampling, first in model.asked] == [
        (0.8, 6), (0.8, 7), (0.8, 8),
    ]  # fmt: skip
    assert done(stages(says()).vary, ROW) is ROW


def test_what_a_model_does_not_answer_is_left_or_dropped_by_why() -> None:
    def reply(error: ModelError) -> Result:
        return done(stages(says(error)).realign, ROW)

    assert isinstance(reply(ModelError("not_recorded", "x")), Postponed)
    assert isinstance(reply(ModelError("budget", "x")), Postponed)
    assert isinstance(reply(ModelError("failed", "x")), Postponed)
    assert reason_of(reply(ModelError("refused", "x"))) == "refused"
    assert reason_of(reply(ModelError("too_long", "x"))) == "too_long"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<solution>a</solution>", "a"),
        ("<solution>draft</solution> no: <solution>\nb\n</solution> end", "b"),
        ("<think><solution>a</solution></think>", None),
        ("<solution>a", None),
        ("a</solution>", None),
        ("", None),
    ],
)
def test_a_reply_is_what_stands_between_its_last_tags(text: str, found: str | None) -> None:
    assert replied(text, "solution") == found


def test_a_box_of_a_full_stop_is_no_answer() -> None:
    assert boxed_answer("So it is $\\boxed.$") is None
    assert boxed_answer("So it is $\\boxed{}$. The answer is 5.") is None
