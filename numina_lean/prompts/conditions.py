"""Asking where in a statement each condition and quantity of a problem is, as JSON.

The answer is meant to be checked without a model: it quotes the problem and names hypotheses.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts import schema
from numina_lean.prompts.chat import DATA
from numina_lean.prompts.family import Family
from numina_lean.prompts.prelude import legend
from numina_lean.prompts.quoting import Quotes

Kind = Literal["condition", "quantity", "goal"]
Standing = Literal["present", "missing", "wrong"]

CONCLUSION = "goal"
"""What an entry names where the theorem's conclusion says it, and no hypothesis."""


@dataclass(frozen=True, slots=True)
class ConditionsRequest:
    """`statement` is a whole Lean source; `answer` is None for a problem to prove."""

    problem: str
    answer: str | None
    statement: str


SCHEMA = schema.text(
    schema.record(
        conditions=schema.many(
            schema.record(
                text=schema.TEXT,
                kind=schema.one_of(get_args(Kind)),
                hypothesis=schema.TEXT_OR_NULL,
                verdict=schema.one_of(get_args(Standing)),
            )
        ),
        extra=schema.many(schema.record(hypothesis=schema.TEXT, reason=schema.TEXT)),
    )
)

_AUDITOR = f"""\
You audit formal statements of competition problems, condition by condition. You are given a \
problem, its answer where it has one, and a Lean 4 statement. You list what the problem says and \
find each item in the statement. You do not solve the problem.

{DATA}

In `conditions`, one entry for each condition, each quantity and each thing asked for, in the \
order of the problem:
- `text`: the words of the problem, copied exactly, LaTeX included, as short as they can be. Words \
such as "positive", "distinct", "integer", "at least" are entries of their own.
- `kind`: `condition` for what is required of something, `quantity` for a number or an amount, \
`goal` for what is asked for or is to be proved.
- `hypothesis`: the name of the variable or hypothesis of the theorem that says it; `{CONCLUSION}` \
where the conclusion says it; the name of a definition where that does; null where nothing does.
- `verdict`: `present` where it says the same; `wrong` where something stands for it and says \
something else (another bound, strict for not strict, another type, a quantifier elsewhere); \
`missing` where nothing says it; then `hypothesis` is null.

In `extra`, one entry for each hypothesis that restricts something and that nothing in the problem \
says or implies, with its name and the reason. A hypothesis that gives away the answer is one.

Answer with one JSON object of the form {{"conditions": […], "extra": […]}} and nothing else.
"""


def _audit(request: ConditionsRequest) -> Prompt:
    quotes = Quotes((request.problem, request.answer or "", request.statement))
    parts = ["The problem:", quotes.block("problem", request.problem)]
    if request.answer is not None:
        parts += ["Its answer:", quotes.block("answer", request.answer)]
    parts += ["The statement:", quotes.block("statement", request.statement)]
    parts += [*legend(request.statement), "", "The audit:"]
    return Prompt((Message("system", _AUDITOR), Message("user", "\n".join(parts))), schema=SCHEMA)


FAMILIES: dict[str, Family[ConditionsRequest]] = {
    "audit": Family(
        "audit",
        "conditions",
        _audit,
        Sampling(temperature=0.3, top_p=0.95, max_tokens=8192),
        "ours",
    )
}
