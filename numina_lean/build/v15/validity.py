"""Whether a problem can be worked on as it stands, and whether its solution is one.

Rules look at the text alone: what breaks off, speaks of a figure that is not there, or asks to
choose among options that are not there, is `Incomplete`; what is no text of that kind is `No`.
They do not see that a solution is wrong, nor that a problem leaves something out silently.
"""

import re

from numina_lean.build.v15.guess import Guess, QuestionType, Validity
from numina_lean.problems.figure import needs_figure
from numina_lean.problems.multiple_choice import read_options
from numina_lean.problems.validity import NOT_FOUND

_DRAWN = re.compile(
    r"\[asy\]|\\begin\s*\{(?:tikzpicture|asy|picture)\}|!\[[^\]]*\]\s*\(|\\includegraphics|<img\b"
)
_BEGIN, _END = re.compile(r"\\begin\s*\{([A-Za-z*]+)\}"), re.compile(r"\\end\s*\{([A-Za-z*]+)\}")
_HANGING = re.compile(
    r"(?:[,(\[{+=<-]|\\(?:le|leq|ge|geq|cdot|times|frac|sqrt|left)|\b(?:and|or|the|of|that|if|then|"
    r"is|are|with|by|for|to|let|where|such)|以下|如果|且)\s*\$*\s*$"
)
_FOLLOWING = re.compile(
    r"\bwhich\s+(?:one\s+)?of\s+the\s+following\b|\bof\s+the\s+following\s+(?:choices|options)\b"
    r"|下列.{0,30}(?:正确|错误)的是",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:previous|preceding|last|above)\s+(?:problem|question|exercise|part)\b"
    r"|\bas\s+in\s+(?:problem|exercise|question)\s+\d|\b(?:see|by|in)\s+(?:problem|exercise)\s+\d",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\b(?:left\s+to\s+the\s+reader|proof\s+(?:is\s+)?omitted|solution\s+(?:is\s+)?(?:omitted|not\s+"
    r"available)|no\s+solution\s+(?:yet|available|provided)|to\s+be\s+(?:added|completed))\b"
    r"|\bTODO\b|\[?solution\s+needed\]?",
    re.IGNORECASE,
)
_GARBAGE = re.compile("[\ufffd\u0000-\u0008\u000e-\u001f\ue000-\uf8ff]")
_REPEATED = re.compile(r"(.{4,60}?)\1{12,}", re.DOTALL)
_GARBAGE_SHARE = 0.01
_LETTERS = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS = 3
_SHORT_PROOF = 60
_LONGEST = 100_000


def problem_validity(problem: str, question: QuestionType) -> Guess[Validity]:
    """Of a problem's text. Never raises."""
    text = problem[:_LONGEST].strip()
    if broken := _no_text(text):
        return Guess("No", True, broken)
    if cut := _breaks_off(text):
        return Guess("Incomplete", True, cut)
    figure = needs_figure(text)
    if figure is not None and _DRAWN.search(text) is None:
        return Guess("Incomplete", True, f"needs a figure that is not there: {figure}")
    asked = _FOLLOWING.search(text)
    if asked is not None and read_options(text) is None and len(text) - asked.end() < 120:
        return Guess("Incomplete", question != "MCQ", "options are asked for and not there")
    if elsewhere := _ELSEWHERE.search(text):
        return Guess("Incomplete", False, f"speaks of what is not there: {elsewhere[0]}")
    return Guess("Yes", True, "nothing is missing")


def solution_validity(solution: str, question: QuestionType, answer: str) -> Guess[Validity]:
    """Of a solution to a problem of that type, from which `answer` was read. Never raises."""
    text = solution[:_LONGEST].strip()
    if not text:
        return Guess("Incomplete", True, "there is none")
    if broken := _no_text(text, fewest=0):
        return Guess("No", True, broken)
    if cut := _breaks_off(text):
        return Guess("Incomplete", True, cut)
    if left := _LEFT_OUT.search(text):
        return Guess("Incomplete", True, f"says {left[0]!r}")
    if question == "proof" and len(text) < _SHORT_PROOF:
        return Guess("Incomplete", False, f"a proof of {len(text)} characters")
    if question != "proof" and answer == NOT_FOUND:
        return Guess("Incomplete", False, "no answer was found in it")
    return Guess("Yes", True, "it is whole")


def _no_text(text: str, fewest: int = _FEWEST_LETTERS) -> str | None:
    if not text:
        return "no text"
    if len(_LETTERS.findall(text[:1000])) < fewest:
        return "no words"
    if len(_GARBAGE.findall(text)) > _GARBAGE_SHARE * len(text):
        return "signs that no text has"
    repeated = _REPEATED.search(text)
    if repeated is not None and _LETTERS.search(repeated[1]) and "&" not in repeated[1]:
        return f"repeats {repeated[1][:30]!r}"
    return None


def _breaks_off(text: str) -> str | None:
    if (text.count("$") - text.count("\\$")) % 2:
        return "a formula is not closed"
    if sorted(_BEGIN.findall(text)) != sorted(_END.findall(text)):
        return "an environment is not closed"
    if found := _HANGING.search(text[-40:]):
        return f"ends in {found[0].strip()!r}"
    return None
