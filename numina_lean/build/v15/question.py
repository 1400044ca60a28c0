"""Whether a problem asks for a value, for a proof, or for one of its options.

In order: options that can be read make a multiple-choice question; a text that asks for a value
is a word problem, whatever it says to prove besides; a text that only says to prove is a proof.
"""

import re

from numina_lean.answers.choice import chosen
from numina_lean.build.v15.guess import Guess, QuestionType
from numina_lean.problems.multiple_choice import read_options
from numina_lean.problems.parts import asks_several

_PROVE = re.compile(
    r"\b(?:prove|show|demonstrate|verify|justify|establish|deduce|disprove)\b(?!\s+(?:your|all|the\s+work))"
    r"|\bproof\b|求证|证明|试证",
    re.IGNORECASE,
)
_BARE_SHOW = re.compile(r"\bshow(?:n|ing)?\s+(?:in|on|below|above|your|here|at)\b", re.IGNORECASE)
_VALUE = re.compile(
    r"\b(?:find|determine|compute|calculate|evaluate|simplify|what|how\s+(?:many|much|long|far|old|"
    r"tall|fast|large|big)|solve|express|which|factor|expand|when|where|who|estimate|convert|"
    r"state|list|describe|characteri[sz]e|give|round)\b"
    r"|[?？]|求(?!证)|计算|多少|几|则|为___",
    re.IGNORECASE,
)
_STATEMENT_OF_VALUE = re.compile(
    r"\b(?:find|determine|compute|calculate|evaluate|what\s+(?:is|are)|how\s+many|how\s+much|"
    r"which|give)\b",
    re.IGNORECASE,
)
_LETTER_LABELS = re.compile(
    r"(?:^|[\s$~{(}])\(?\s*(?:\\(?:text|math)\w*\s*\{\s*)*\(?A\)?\s*[).:．、]?.{1,400}?"
    r"(?:[\s$~{(])\(?B\)?\s*[).:．、].{1,400}?\(?C\)?\s*[).:．、]",
    re.DOTALL,
)
_ASKS_TO_CHOOSE = re.compile(
    r"which\s+(?:one\s+)?of\s+the\s+following|of\s+the\s+(?:following\s+)?(?:choices|options)"
    r"|下列.{0,40}(?:正确|错误|是)|enter\s+the\s+letter|\bletters?\s+of\s+(?:the|all)\b",
    re.IGNORECASE,
)
_CAPITAL_LABEL = re.compile(r"(?<![A-Za-z])A\s*\}?\s*[)）.:：．、]")
"""`read_options` takes small letters, too, which are as often names: "integers a, b, and c."."""
_CAPITALS = frozenset("ABCDEFGH")
_FEWEST_OPTIONS, _MOST_OPTIONS = 3, 8


def question_type(problem: str, solution: str = "", answer: str = "") -> Guess[QuestionType]:
    """The type of the question that `problem` asks. `solution` and `answer` may be empty.

    Never raises.
    """
    chosen_by = _multiple_choice(problem, answer)
    if chosen_by is not None:
        return chosen_by
    if answer.strip().lower() == "proof":
        return Guess("proof", True, "the answer is `proof`")
    proves = _PROVE.search(_BARE_SHOW.sub(" ", problem))
    asks = _VALUE.search(problem)
    if proves is None:
        return Guess("math-word-problem", asks is not None, "nothing is to be proved")
    wanted = _STATEMENT_OF_VALUE.search(problem)
    if wanted is None:
        why = f"says {proves[0]!r}"
        sure = asks is None or proves.start() > problem.find("?")
        return Guess("proof", sure, why)
    valued = bool(answer) or "\\boxed" in solution
    why = f"says {proves[0]!r} and {wanted[0]!r}"
    return Guess("math-word-problem" if valued else "proof", valued, why)


def _multiple_choice(problem: str, answer: str) -> Guess[QuestionType] | None:
    options = read_options(problem)
    letter = _letter(answer)
    if options is not None and _FEWEST_OPTIONS <= len(options.values) <= _MOST_OPTIONS:
        labels = "".join(options.values)
        capital = set(labels) <= _CAPITALS and _CAPITAL_LABEL.search(problem) is not None
        if letter is not None or (capital and not asks_several(problem)):
            return Guess("MCQ", True, f"options {labels}")
    if _LETTER_LABELS.search(problem) and (letter is not None or _ASKS_TO_CHOOSE.search(problem)):
        return Guess("MCQ", letter is not None, "labels A, B, C")
    if letter is not None and _ASKS_TO_CHOOSE.search(problem):
        return Guess("MCQ", True, f"asks to choose, and the answer is {letter}")
    return None


def _letter(answer: str) -> str | None:
    """The letter of an answer that names an option, and nothing else or the option behind it."""
    found = chosen(answer.strip().strip("$").strip()) if 0 < len(answer) <= 200 else None
    return None if found is None or found.letter not in _CAPITALS else found.letter
