"""Asking whether a statement says what its problem says, as JSON.

`direct` shows the Lean. `entailment` shows what a reader without the problem made of it, and asks
in both directions, as natural-language inference does. `critic` asks for the strongest objection
first.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts import schema
from numina_lean.prompts.chat import DATA
from numina_lean.prompts.family import Family
from numina_lean.prompts.prelude import legend
from numina_lean.prompts.quoting import Quotes

Opinion = Literal["faithful", "unfaithful"]
Defect = Literal[
    "missing_condition",
    "added_condition",
    "wrong_condition",
    "wrong_type",
    "wrong_quantifier",
    "wrong_goal",
    "wrong_answer",
    "contradictory",
    "other",
]


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """`statement` is a whole Lean source, `backtranslation` what a reader says it states.

    `entailment` needs the latter; the others do not look at it. `answer` is None for a problem to
    prove.
    """

    problem: str
    answer: str | None
    statement: str
    backtranslation: str | None = None


_DEFECTS = schema.many(
    schema.record(kind=schema.one_of(get_args(Defect)), where=schema.TEXT, explanation=schema.TEXT)
)
SCHEMA = schema.text(
    schema.record(analysis=schema.TEXT, defects=_DEFECTS, verdict=schema.one_of(get_args(Opinion)))
)
ENTAILMENT_SCHEMA = schema.text(
    schema.record(
        analysis=schema.TEXT,
        problem_implies_statement=schema.TRUTH,
        statement_implies_problem=schema.TRUTH,
        defects=_DEFECTS,
        verdict=schema.one_of(get_args(Opinion)),
    )
)

_STANDARD = f"""\
{DATA}

Faithful means that a mathematician who reads Lean would call the statement a statement of this \
problem:
1. Every condition is there, with its bounds, types and quantifiers; nothing is added that the \
problem does not say or imply.
2. The claim is the problem's: that the value has the property asked for, "all" solutions and not \
some, "greatest" as attained and as a bound, a count of the right things.
3. The answer is the given one, and no hypothesis gives it away.
4. The arithmetic means what the problem means: no subtraction of natural numbers that stops at 0, \
no integer division, no division by 0 that changes it.
Another form of the same content is faithful: other names, hypotheses in another order or joined, \
a definition unfolded, a harmless wider type. Whether the statement is easy or hard to prove does \
not matter, and neither does its style.

`defects` lists each defect: its `kind`, `where` in the statement or the problem, and an \
`explanation` of one sentence. `verdict` is `faithful` if there is none, else `unfaithful`. If you \
cannot decide, it is `unfaithful`, with a defect of kind `other` that says why.
"""

_DIRECT = f"""\
You judge whether a Lean 4 statement says what a competition problem says. You do not solve the \
problem.

{_STANDARD}
Answer with one JSON object {{"analysis": "…", "defects": […], "verdict": "…"}} and nothing else; \
`analysis` compares condition by condition, in a few sentences.
"""

_CRITIC = f"""\
You are the last reader of a formal statement of a competition problem before it is published. \
Others passed it; you look for what they missed. You do not solve the problem.

{_STANDARD}
Look in this order: a case that the problem allows and the hypotheses exclude; a case that the \
hypotheses allow and the problem excludes; values at the ends of ranges, zero, and equal values; \
the order of quantifiers; whether the conclusion could be true for a wrong answer as well. Name a \
defect only if you can say the case or the words in which it shows.

Answer with one JSON object {{"analysis": "…", "defects": […], "verdict": "…"}} and nothing else.
"""

_ENTAILMENT = f"""\
You compare two texts: a competition problem, and what a formal statement of it was read as by \
somebody who did not know the problem. You judge whether they say the same. You do not solve \
anything.

{_STANDARD}
`problem_implies_statement`: everything that the reading assumes and claims is in the problem, its \
answer included. `statement_implies_problem`: everything that the problem assumes and asks is in \
the reading. Remarks of the reader on how Lean computes matter only where they change the content.

Answer with one JSON object {{"analysis": "…", "problem_implies_statement": true or false, \
"statement_implies_problem": true or false, "defects": […], "verdict": "…"}} and nothing else; the \
verdict is `faithful` only if both are true.
"""


def _asked(instructions: str, request: JudgeRequest, label: str, text: str, form: str) -> Prompt:
    quotes = Quotes((request.problem, request.answer or "", text))
    parts = ["The problem:", quotes.block("problem", request.problem)]
    if request.answer is not None:
        parts += ["Its answer:", quotes.block("answer", request.answer)]
    parts += [f"The {label}:", quotes.block(label, text), *legend(text), "", "Your judgement:"]
    return Prompt((Message("system", instructions), Message("user", "\n".join(parts))), schema=form)


def _direct(request: JudgeRequest) -> Prompt:
    return _asked(_DIRECT, request, "statement", request.statement, SCHEMA)


def _critic(request: JudgeRequest) -> Prompt:
    return _asked(_CRITIC, request, "statement", request.statement, SCHEMA)


def _entailment(request: JudgeRequest) -> Prompt:
    if request.backtranslation is None:
        raise ValueError("the family `entailment` judges a back-translation, and there is none")
    return _asked(_ENTAILMENT, request, "reading", request.backtranslation, ENTAILMENT_SCHEMA)


_SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=8192)

FAMILIES: dict[str, Family[JudgeRequest]] = {
    family.name: family
    for family in (
        Family("direct", "judge", _direct, _SAMPLING, "ours"),
        Family("critic", "judge", _critic, _SAMPLING, "ours"),
        Family("entailment", "judge", _entailment, _SAMPLING, "ours"),
    )
}
