r"""Which traces count as solutions, and why the others do not.

The rule. A trace is kept if all of this holds:
1. It ended with an answer after at least one output that a program printed, and its last program
   ended well.
2. Nothing in it passes for an output that no program printed.
3. Its answer, in a box, is the reference's: the same integer where the reference is one, else
   equal by `answers.equality`.
4. The answer was executed: the last output that a program printed holds it. "Holds" is one of the
   output as a whole, a line of it, what stands on a line behind `=` or `:`, an item of a bracket,
   or a number on a line, compared as in 3. An answer that was worked out in words from what was
   printed, or only written, does not count.
With the rule `ran`, 4 is waived: it is enough that a program ran before the answer was stated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from numina_lean.answers.equality import equal
from numina_lean.answers.integer import integer
from numina_lean.build.tir.blocks import (
    blocks_of,
    current_turns,
    has_special_token,
    invents_output,
    solution_text,
)
from numina_lean.solve.trace import Ended, Trace

Executed = Literal["printed", "ran"]
Fate = (
    Ended
    | Literal[
        "kept",
        "invented_output",  # the model wrote an output itself
        "special_token",  # a mark of turns or thoughts stands in the text
        "program_failed",  # the last program did not end well
        "wrong",  # the answer is not the reference's
        "not_executed",  # the answer is right, and no program printed it
        "no_box",  # the answer is right, and not in a box at the end
    ]
)

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:/\d+)?(?![\w.]*\w)")
_BEHIND = re.compile(r"(?:[=:≈]|\bis\b)\s*")
_FRACTION = re.compile(r"\b(?:Fraction|Rational)\((-?\d+), *(\d+)\)")
_BRACKETED = re.compile(r"^[\[({]+(.*?)[\])}]+$", re.DOTALL)
_MOST_VALUES = 24


@dataclass(frozen=True, slots=True)
class Judgement:
    """`solution` is the published text, for `kept` alone. `detail` is a line for a person."""

    fate: Fate
    solution: str | None = None
    detail: str = ""


def judge(trace: Trace, reference: str, executed: Executed) -> Judgement:
    """What becomes of a trace that has ended. Raises `ValueError` for one that has not.

    Compares answers: it may take a moment.
    """
    if trace.ended is None:
        raise ValueError(f"trace {trace.sample} of {trace.problem_id} has not ended")
    if invents_output(trace):
        return Judgement("invented_output")
    if has_special_token(trace):
        return Judgement("special_token")
    if trace.ended != "answered" or trace.answer is None:
        return Judgement(trace.ended, detail=trace.detail or "")
    if not matches(trace.answer, reference):
        return Judgement("wrong", detail=f"{trace.answer[:80]}, not {reference[:80]}")
    return _right(trace, reference, executed)


def matches(answer: str, reference: str) -> bool:
    """Whether an answer is the reference's: integers exactly, other values by equality."""
    whole = integer(reference)
    if whole is not None:
        return integer(answer) == whole
    return equal(answer, reference)


def printed(output: str) -> Iterator[str]:
    """The values that an output holds, the likeliest first, each once."""
    return islice(dict.fromkeys(filter(None, _values(output))), _MOST_VALUES)


def _right(trace: Trace, reference: str, executed: Executed) -> Judgement:
    last = [turn for turn in current_turns(trace) if turn.output is not None][-1]
    if last.run != "ok":
        return Judgement("program_failed", detail=(last.output or "")[-80:])
    shown = last.output or ""
    if executed == "printed" and not any(matches(each, reference) for each in printed(shown)):
        return Judgement("not_executed", detail=f"printed {shown[:80]!r}")
    text = solution_text(blocks_of(trace))
    return Judgement("no_box") if text is None else Judgement("kept", text)


def _values(output: str) -> Iterator[str]:
    text = _FRACTION.sub(r"\1/\2", output).strip()
    yield text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in reversed(lines):
        yield line
        behind = _BEHIND.split(line)[-1].rstrip(". ")
        yield behind
        if bracketed := _BRACKETED.match(behind):
            yield bracketed[1]
            yield from (item.strip() for item in bracketed[1].split(","))
    if len(lines) > 1:
        yield ", ".join(lines)
    for line in reversed(lines):
        yield from _NUMBER.findall(line)
