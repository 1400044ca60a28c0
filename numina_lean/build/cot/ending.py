r"""How a solution ends: with its answer in `\boxed{}`, or with ■ where it is a proof.

Rules only; where they find nothing to box, a model is asked (`model_stages`).
"""

import re
from collections.abc import Iterator

from numina_lean.answers.equality import equal
from numina_lean.answers.extract import boxed, final_answer
from numina_lean.build.cot.last_value import last_value

QED = "■"

_FBOX = re.compile(r"\\fbox(?=\s*\{)")
_BARE_BOX = re.compile(r"\\boxed\s+(-?\d+(?:[.,]\d+)*|[A-Za-z])(?![A-Za-z0-9])")
_QED_SIGNS = re.compile(
    r"(?:\$\s*)?(?:\\blacksquare|\\Box|\\square|\\qed|∎|■|□)(?:\s*\$)?[\s.]*$"
    r"|\b(?:Q\.\s?E\.\s?D|QED)[\s.]*$"
)
_HASHES = "####"
_FORMULAS = re.compile(r"\$\$[^$]+\$\$|\$[^$]+\$")
_PROOF = re.compile(
    r"(?:^|[.,;:!?。，；\n$]\s{0,4}|\b(?:and|then|to|please)\s+)(?:prove|show|verify|demonstrate)\b"
    r"(?!\s+(?:your\s+)?work)"
    r"|求证|證明|证明|試證|试证",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\b(?:find|determine|compute|calculate|evaluate|how\s+(?:many|much)|what\s+(?:is|are|was))\b"
    r"|求(?!证)|多少|是否|为\s{0,4}[_（(]",
    re.IGNORECASE,
)


def asks_for_proof(problem: str, solution: str) -> bool:
    """Whether the problem asks for a proof, and neither it nor its solution has a value to box."""
    if boxed_answer(solution) is not None or not _PROOF.search(problem):
        return False
    return not _VALUE.search(problem) or final_answer(solution) is None


def ends_as_proof(solution: str) -> bool:
    """Whether the last sign of the solution is ■, or another that ends a proof."""
    return _QED_SIGNS.search(solution) is not None


def with_qed(solution: str) -> str:
    """The solution with ■ as its last sign, in the place of another that ends a proof."""
    return f"{_QED_SIGNS.sub('', solution).rstrip()} {QED}"


def with_box(solution: str, answer: str | None) -> str | None:
    r"""The solution with its final answer in `\boxed{}`, or None where no rule finds it.

    A box that is there stays (`\fbox{5}` and `\boxed 5` become `\boxed{5}`). A last line `#### 5`
    becomes a sentence. What the prose calls the answer, or the last sentence or formula comes to,
    is boxed only if it equals `answer`, the reference.
    """
    solution = _BARE_BOX.sub(r"\\boxed{\1}", _FBOX.sub(r"\\boxed", solution))
    if boxed_answer(solution) is not None:
        return solution
    worked, stated = last_line(solution)
    if stated is not None:
        return with_answer(worked, stated)
    if answer is None or not _fits(answer):
        return None
    known = any(equal(stated, answer) for stated in _stated(solution))
    return with_answer(solution, answer) if known else None


def last_line(solution: str) -> tuple[str, str | None]:
    """The solution without its last line `#### 5`, and what that says; else all of it, and None."""
    before, _, last = solution.rstrip().rpartition("\n")
    stated = last.strip().removeprefix(_HASHES).strip()
    if not last.strip().startswith(_HASHES) or not stated:
        return solution, None
    return before.rstrip(), stated


def with_answer(solution: str, answer: str) -> str:
    """The solution and one more sentence, which has the answer in a box."""
    return f"{solution.rstrip()}\nThe answer is $\\boxed{{{_in_formula(answer)}}}$."


def boxed_answer(solution: str) -> str | None:
    """What the solution's last box has; None without a box, and for one with nothing in it."""
    filled = any(content.strip() for content in boxed(solution))
    return final_answer(solution) if filled else None


def _stated(solution: str) -> Iterator[str]:
    """What the end of a solution may mean to be its answer, the likeliest first."""
    stated = final_answer(solution)
    if stated is not None:
        yield stated
    value = last_value(solution)
    if value is not None:
        yield value
    formulas = _FORMULAS.findall(solution)
    if formulas:
        last = formulas[-1].strip("$ \n")
        yield last
        yield last.rpartition("=")[2].strip(" .")


def _fits(answer: str) -> bool:
    """Whether the answer's braces are matched, so that a box around it closes where it should."""
    return boxed(f"\\boxed{{{answer}}}") == (answer,)


def _in_formula(answer: str) -> str:
    r"""The answer as it stands in a formula: without dollar signs, or with `\$` for money."""
    if re.fullmatch(r"\\?\$\s*[\d.,]+", answer):
        return "\\$" + answer.lstrip("\\$ ")
    return re.sub(r"(?<!\\)\$", "", answer).replace("%", "\\%").replace("\\\\%", "\\%")
