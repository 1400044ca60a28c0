"""Asking what a Lean statement says, of a reader who does not know the problem."""

from dataclasses import dataclass

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts.chat import DATA
from numina_lean.prompts.family import Family
from numina_lean.prompts.prelude import legend
from numina_lean.prompts.quoting import Quotes


@dataclass(frozen=True, slots=True)
class BacktranslateRequest:
    """`statement` is a whole Lean source. Its names should tell nothing about the problem."""

    statement: str


_READER = f"""\
You read Lean 4 and say in plain mathematical English what a theorem states. You say what is \
written, not what its author may have meant.

{DATA}

How you read:
1. Say what each variable is and each hypothesis, then what is claimed. Leave out nothing, add \
nothing, and do not solve or simplify anything.
2. Unfold the definitions that the source makes itself.
3. Say where Lean computes otherwise than is usual: subtraction of natural numbers that stops at \
0, division of integers that drops the remainder, division by 0 that gives 0, roots and logarithms \
of numbers that have none, indices that begin at 0, sums and ranges without their upper end.
4. Say whether an implication, an equivalence or an equality of sets is claimed; whether "exists" \
or "for all", and in which order.
5. Names mean nothing: a hypothesis called `pos` may say anything.

Answer with the text of the statement alone, as one would pose it to a reader who has no Lean: no \
Lean, no comment on its sense, no proof.
"""


def _plain(request: BacktranslateRequest) -> Prompt:
    quotes = Quotes((request.statement,))
    parts = ["What does this theorem state?", quotes.block("statement", request.statement)]
    parts += [*legend(request.statement), "", "Its proof is left open; that is no part of it."]
    return Prompt((Message("system", _READER), Message("user", "\n".join(parts))))


FAMILIES: dict[str, Family[BacktranslateRequest]] = {
    "plain": Family(
        "plain",
        "backtranslate",
        _plain,
        Sampling(temperature=0.6, top_p=0.95, max_tokens=4096),
        "ours",
    )
}
