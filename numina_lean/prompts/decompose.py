"""Asking for a proof in steps that are left open, each to be proved by itself."""

from dataclasses import dataclass

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts.chat import DATA
from numina_lean.prompts.family import Family
from numina_lean.prompts.prelude import legend
from numina_lean.prompts.quoting import Quotes


@dataclass(frozen=True, slots=True)
class DecomposeRequest:
    """`statement` is a whole Lean source that ends in `:= by sorry`, `most` how many steps at most.

    `problem` and `proof` are in words, where they are known; `feedback` is what Lean said of an
    earlier sketch.
    """

    statement: str
    most: int = 8
    problem: str | None = None
    proof: str | None = None
    feedback: str | None = None


_SKETCHER = f"""\
You plan proofs in Lean 4. You are given a source that ends in `sorry`, and you give it back \
with a sketch of its proof: the same header, definitions and theorem, word for word, and in the \
proof steps of the form

  have step : claim := by sorry

each with a name of its own, then the few tactics that put them together. The sketch compiles; \
nothing is left open but the steps.

{DATA}

Each step
- is true under the hypotheses, and is easier than the theorem;
- can be proved from the hypotheses and the steps before it, without the others' proofs;
- says all that it needs in its claim: types of numerals, bounds, the names that it uses.
The steps together prove the theorem: the last lines close the goal with them, without `sorry`. Do \
not put the whole difficulty into one step, and do not restate the goal as a step.

End with the whole source in one block, ```lean4 … ```.
"""


def _sketch(request: DecomposeRequest) -> Prompt:
    texts = (request.statement, request.problem, request.proof, request.feedback)
    quotes = Quotes(tuple(text or "" for text in texts))
    parts = [
        f"Plan the proof of this theorem, in at most {request.most} steps.",
        quotes.block("statement", request.statement),
        *legend(request.statement),
    ]
    if request.problem is not None:
        parts += ["It states this problem:", quotes.block("problem", request.problem)]
    if request.proof is not None:
        parts += ["A solution in words, which may be wrong:", quotes.block("proof", request.proof)]
    if request.feedback is not None:
        parts += ["Of an earlier sketch, Lean said:", quotes.block("messages", request.feedback)]
    return Prompt((Message("system", _SKETCHER), Message("user", "\n".join(parts))))


FAMILIES: dict[str, Family[DecomposeRequest]] = {
    "sketch": Family(
        "sketch",
        "decompose",
        _sketch,
        Sampling(temperature=0.8, top_p=0.95, max_tokens=16384),
        "ours",
    )
}
