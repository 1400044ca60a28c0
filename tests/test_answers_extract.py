r"""What `boxed` and `final_answer` find in a text."""

import pytest

from numina_lean.answers.extract import boxed, final_answer

BOXES = {
    r"\boxed{5}": ("5",),
    r"so $x = \boxed{\frac{1}{2}}$.": (r"\frac{1}{2}",),
    r"\boxed{1} and \fbox{2}": ("1", "2"),
    r"\boxed {5}": ("5",),
    r"\boxed 5": ("5",),
    r"\boxed 12.": ("12",),
    r"\boxed{\{1, 2\}}": (r"\{1, 2\}",),
    r"\boxed{\left\{ x \right.}": (r"\left\{ x \right.",),
    r"\boxed{\boxed{5}}": (r"\boxed{5}", "5"),
    r"\boxed{5": (),
    r"\boxed{5} then \boxed{6": ("5",),
    r"\boxed{{6}": (),
    r"\boxed{}": ("",),
    r"\boxedx{5}": (),
    r"boxed{5}": (),
    "": (),
}

ANSWERS = {
    "the last box": (r"First \boxed{1}, so in the end \boxed{2}.", "2"),
    "an empty box counts for nothing": (r"\boxed{3} \boxed{}", "3"),
    "a box around a box says it once": (r"\boxed{\boxed{5}}", "5"),
    "boxes that are joined": (r"Thus \boxed{1} and \boxed{2}.", "1, 2"),
    "boxes joined in formulas": (r"$\boxed{1}$, $\boxed{2}$ or $\boxed{3}$", "1, 2, 3"),
    "boxes joined by LaTeX": (r"\[\boxed{x+1} \text{ and } \boxed{x-1}\]", "x+1, x-1"),
    "boxes with words between them are not joined": (r"\boxed{1} gives us \boxed{2}", "2"),
    "the same box twice": (r"\boxed{7}. \boxed{7}", "7"),
    "a box that never closes": (r"\boxed{4} and \boxed{5", "4"),
    "dollars within": (r"\boxed{$5$}", "5"),
    "money stays": (r"\boxed{\$5}", r"\$5"),
    "units stay": (r"\boxed{5\text{ cm}}", r"5\text{ cm}"),
    "a full stop within": (r"\boxed{43_5.}", "43_5"),
    "GSM8K": ("1 + 1 = <<1+1=2>>2\n#### 2", "2"),
    "GSM8K with thousands": ("so\n#### 109,200,000", "109,200,000"),
    "a box after the hashes": ("#### 2\nNo: \\boxed{3}", "3"),
    "hashes after the box": ("\\boxed{3}\n#### 2", "2"),
    "a heading is no answer": ("#### \nThe answer is 7.", "7"),
    "prose": ("Thus the answer is 42.", "42"),
    "prose with a formula": (r"The final answer is $\frac12$. I hope it is right.", r"\frac12"),
    "prose with a display": ("The answer is:\n\\[\n\\frac{1}{2}\n\\]", r"\frac{1}{2}"),
    "prose with a unit": ("The answer is $5$ cm.", "$5$ cm"),
    "prose with a colon": ("**Answer:** 12", "12"),
    "prose in bold": ("Final Answer: **12**", "12"),
    "the last of several": ("The answer is 3. No, the answer is 4.", "4"),
    "prose about a question": ("The answer to the question is 9.", "9"),
    "a decimal point ends no sentence": ("Answer: 3.5 metres.", "3.5 metres"),
    "prose that states nothing": ("The answer is not known yet", None),
    "a program states none": ("```python\nanswer = 3 # \\boxed{3}\n```\nSo it is.", None),
    "what a program printed": ("```python\nshow()\n```\n```output\n\\boxed{3}\n```", "3"),
    "a program after the answer": (r"\boxed{5}" + "\n```python\nprint(r'\\boxed{6}')", "5"),
    "nothing": ("There are 5 of them", None),
    "empty": ("", None),
    "a box wins over prose": (r"The answer is 3, \boxed{4}. The answer is 5.", "4"),
}  # fmt: skip


@pytest.mark.parametrize("text", BOXES, ids=range(len(BOXES)))
def test_boxes_hold_what_their_braces_match(text: str) -> None:
    assert boxed(text) == BOXES[text]


@pytest.mark.parametrize("name", ANSWERS)
def test_the_final_answer_is(name: str) -> None:
    text, answer = ANSWERS[name]
    assert final_answer(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        r"\boxed{" * 50_000,
        r"\boxed{1} and " * 20_000,
        "answer is " * 20_000,
        "#### " * 20_000,
        "answer" + "\n" * 200_000,
        "the answer is " + ".,;:" * 50_000,
        "$" * 200_000,
    ],
    ids=["boxes", "joined", "anchors", "hashes", "lines", "stops", "dollars"],
)
def test_a_long_hostile_text_has_some_answer_or_none(text: str) -> None:
    answer = final_answer(text)
    assert answer is None or len(answer) <= len(text)
