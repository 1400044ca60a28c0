"""Asking for a statement once more, with what was wrong with the last answer.

`chat` goes on with the conversation; `fresh` puts all of it into one question, for models that know
one turn and for conversations that would not fit.
"""

import re
from dataclasses import dataclass

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts import chat
from numina_lean.prompts.family import Family
from numina_lean.prompts.formalize import FormalizeRequest
from numina_lean.prompts.quoting import Quotes, neutral


@dataclass(frozen=True, slots=True)
class RepairRequest:
    """`earlier` is the prompt that `completion` answered, None where it is not known.

    `source` is the Lean source that was taken from the completion, empty for none. `feedback` is
    what is wrong with it: Lean's messages with their lines, or what a gate found.
    """

    formalize: FormalizeRequest
    source: str
    feedback: str
    earlier: Prompt | None
    completion: str


_THOUGHTS = re.compile(r"\A.*</think>|<think>.*\Z", re.DOTALL)
LONGEST_TURN = 20_000
"""Characters of an answer that the model is shown again: its end, where the Lean is."""

_ASK = (
    "Mend it. Say first, in a line or two, what was wrong. Keep every condition of the problem, "
    "add none, and do not make the statement weaker or easier to have it accepted. End with the "
    "whole source in one block, ```lean4 … ```, its theorem ending in `:= by sorry`."
)


def said(completion: str) -> str:
    """A completion as a turn of a conversation: without thoughts, and not longer than allowed."""
    text = _THOUGHTS.sub("", completion).strip() or completion.strip()
    return neutral(text[-LONGEST_TURN:])


def _chat(request: RepairRequest) -> Prompt:
    if request.earlier is None:
        return _fresh(request)
    quotes = Quotes((request.feedback,))
    complaint = (
        f"Your statement is not accepted.\n{quotes.block('messages', request.feedback)}\n\n{_ASK}"
    )
    turns = (Message("assistant", said(request.completion)), Message("user", complaint))
    return Prompt((*request.earlier.messages, *turns), request.earlier.prefill)


def _fresh(request: RepairRequest) -> Prompt:
    asked = request.formalize
    quotes = Quotes((asked.problem, asked.answer or "", request.source, request.feedback))
    parts = ["A problem:", quotes.block("problem", asked.problem)]
    if asked.answer is not None:
        parts += ["Its answer:", quotes.block("answer", asked.answer)]
    if request.source.strip():
        parts += ["A statement of it in Lean 4:", quotes.block("statement", request.source)]
    parts += ["It is not accepted:", quotes.block("messages", request.feedback), "", _ASK]
    parts += [f"The theorem's name: {asked.name}", "The header:"]
    parts += [f"```lean4\n{asked.header.strip()}\n```"]
    return Prompt((Message("system", _MENDER), Message("user", "\n".join(parts))))


_MENDER = (
    "You state competition problems in Lean 4 and mend statements that Lean or a reader does not "
    f"accept. {chat.DATA}"
)

_SAMPLING = Sampling(temperature=0.8, top_p=0.95, max_tokens=8192)

FAMILIES: dict[str, Family[RepairRequest]] = {
    family.name: family
    for family in (
        Family("chat", "repair", _chat, _SAMPLING, "ours"),
        Family("fresh", "repair", _fresh, _SAMPLING, "ours"),
    )
}
