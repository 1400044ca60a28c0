"""One trace: what a model wrote and what its programs printed, round by round, and how it ended.

`after_text` and `after_run` are all of the procedure's rules: from a trace and what happened to
the next trace. They have no clock, no model and no sandbox. A trace is in exactly one of three
states (`wanted`): it wants a text, it wants a program run, or it has ended.

Against the published rules: a model that ends its turn after a program, without asking for the
output, gets it all the same; an answer counts wherever it stands after the last output, not only in
the last hundred characters; output blocks that the model made up are no outputs.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from numina_lean.answers.extract import final_answer
from numina_lean.models.model import Finish
from numina_lean.prompts.quoting import neutral
from numina_lean.sandbox.execution import Execution
from numina_lean.solve.procedure import OUTPUT_MARK, Procedure

Ended = Literal[
    "answered",  # an answer, after an output
    "hallucinated",  # an answer, but no program ever ran
    "no_answer",  # the model ended, with nothing to run and no answer
    "no_code",  # the model never wrote a program
    "length",  # a text was cut off at its most tokens
    "rounds",  # all rounds used, no answer
    "refused",  # the model does not accept the prompt
    "failed",  # the model could not serve it now; another run may
    "stopped",  # not needed any more: the vote was decided
]

_ANSWER = re.compile(r"\\boxed|\\fbox|answer is", re.IGNORECASE)
_BLOCK = re.compile(r"```[ \t]*(?:python|py)[ \t]*\r?\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_CLOSED = re.compile(r"```[ \t]*(?:python|py)[ \t]*\r?\n.*?```", re.DOTALL | re.IGNORECASE)
_FENCE = "```\n"
CUT = " …"
"""Stands where an output was cut."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One round. `text` ends in the stop string where the model asked for an output.

    `output` is what the model was shown of what `code` printed; None where nothing ran. `run` says
    how the program ended. `bridge` is what was put between text and output to make the block whole.
    Seconds are wall time. `restarted`: the text was thrown away, the trace began anew after it.
    """

    text: str
    finish: Finish
    tokens: int = 0
    written_seconds: float = 0.0
    code: str | None = None
    bridge: str = ""
    output: str | None = None
    run: str | None = None
    run_seconds: float = 0.0
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """`answer` is the text of the final answer, for `answered`; for `hallucinated`, the claim.

    `detail` says what went wrong, for `failed` and `refused`.
    """

    problem_id: str
    sample: int
    turns: tuple[Turn, ...] = ()
    ended: Ended | None = None
    answer: str | None = None
    detail: str | None = None

    @property
    def restarts(self) -> int:
        return sum(turn.restarted for turn in self.turns)

    @property
    def text(self) -> str:
        """What the model has before it: its texts since the last restart, with the outputs."""
        text = ""
        for turn in self.turns:
            text += turn.text + turn.bridge
            if turn.output is not None:
                text += f"{turn.output}\n{_FENCE}"
            if turn.restarted:
                text = ""
        return text

    @property
    def failures(self) -> int:
        """Programs of the trace that did not end well."""
        return sum(turn.run not in (None, "ok") for turn in self.turns)

    @property
    def tokens(self) -> int:
        return sum(turn.tokens for turn in self.turns)


Wanted = Literal["text", "run", "nothing"]


def wanted(trace: Trace) -> Wanted:
    """What the trace needs next."""
    if trace.ended is not None:
        return "nothing"
    if trace.turns and trace.turns[-1].code is not None and trace.turns[-1].output is None:
        return "run"
    return "text"


def after_text(trace: Trace, turn: Turn, procedure: Procedure) -> Trace:
    """The trace after the model wrote `turn`, which has neither code nor output yet.

    Raises `ValueError` where the trace wants no text.
    """
    if wanted(trace) != "text":
        raise ValueError(f"trace {trace.sample} of {trace.problem_id} wants {wanted(trace)}")
    shown = trace.text + turn.text
    new = replace(trace, turns=(*trace.turns, turn))
    asks = turn.text.endswith(OUTPUT_MARK)
    code = last_program(shown)
    if code is None:
        return _without_program(trace, new, turn, procedure)
    if asks:
        return _with_program(new, code, "", procedure)
    since = _since_output(new)
    programs = list(_CLOSED.finditer(since))
    conclusion = since[programs[-1].end() :] if programs else since
    if _ANSWER.search(conclusion):
        return _answering(new, conclusion)
    if turn.finish == "length":
        return replace(new, ended="length")
    if programs:
        bridge = OUTPUT_MARK if shown.endswith("\n") else f"\n{OUTPUT_MARK}"
        return _with_program(new, code, bridge, procedure)
    return replace(new, ended="no_answer")


def after_run(trace: Trace, execution: Execution, procedure: Procedure) -> Trace:
    """The trace after its program ran. Raises `ValueError` where it wants no run."""
    if wanted(trace) != "run":
        raise ValueError(f"trace {trace.sample} of {trace.problem_id} wants {wanted(trace)}")
    turn = replace(
        trace.turns[-1],
        output=shown_output(execution, procedure.output_chars),
        run=execution.outcome,
        run_seconds=execution.seconds,
    )
    return replace(trace, turns=(*trace.turns[:-1], turn))


def ended(trace: Trace, how: Ended, detail: str | None = None) -> Trace:
    """The trace, ended from outside. One that has ended already stays as it is."""
    return trace if trace.ended is not None else replace(trace, ended=how, detail=detail)


def last_program(text: str) -> str | None:
    """The last Python block of `text`, closed or not; None if there is none, or nothing in it."""
    blocks = _BLOCK.findall(text)
    return blocks[-1] if blocks and blocks[-1].strip() else None


def shown_output(execution: Execution, limit: int) -> str:
    """At most `limit` characters: the end of an error, for there its message is; else the start.

    A fence in the output would end the block, a special token the turn: they are taken apart.
    """
    output = neutral(execution.output.strip("\n").replace("```", "'''"))
    if len(output) <= limit:
        return output
    if execution.outcome == "ok":
        return output[: max(0, limit - len(CUT))] + CUT
    return output[-limit:]


def _without_program(trace: Trace, new: Trace, turn: Turn, procedure: Procedure) -> Trace:
    if procedure.restart and len(new.turns) < procedure.rounds:
        again = replace(turn, restarted=True)
        return replace(new, turns=(*trace.turns, again))
    if _ANSWER.search(turn.text):
        return replace(new, ended="hallucinated", answer=final_answer(turn.text))
    return replace(new, ended="length" if turn.finish == "length" else "no_code")


def _with_program(trace: Trace, code: str, bridge: str, procedure: Procedure) -> Trace:
    """The last round's program is not run: nobody would read what it prints."""
    if len(trace.turns) >= procedure.rounds:
        return replace(trace, ended="rounds")
    turn = replace(trace.turns[-1], code=code, bridge=bridge)
    return replace(trace, turns=(*trace.turns[:-1], turn))


def _answering(trace: Trace, since: str) -> Trace:
    answer = final_answer(since)
    ran = any(turn.output is not None for turn in _current(trace))
    if not ran:
        return replace(trace, ended="hallucinated", answer=answer)
    return replace(trace, ended="answered" if answer is not None else "no_answer", answer=answer)


def _current(trace: Trace) -> tuple[Turn, ...]:
    """The turns since the last restart."""
    begin = max((i + 1 for i, turn in enumerate(trace.turns) if turn.restarted), default=0)
    return trace.turns[begin:]


def _since_output(trace: Trace) -> str:
    """What the model wrote since it was last shown an output."""
    text = ""
    for turn in reversed(_current(trace)):
        if turn.output is not None:
            break
        text = turn.text + turn.bridge + text
    return text
