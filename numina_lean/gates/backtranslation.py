"""The gate `backtranslation`: read by somebody who does not know it, the statement is the problem.

One model call reads the Lean, without the problem and under a name that says nothing; another
compares what was read with the problem, without the Lean. Each vote has a reading of its own.
"""

from dataclasses import replace
from enum import StrEnum

from numina_lean.gates.gate import Ruling, Subject
from numina_lean.gates.panel import Panel, Talk, Vote, answer_of, poll
from numina_lean.gates.replies import Comparison, read_form
from numina_lean.prompts.backtranslate import BacktranslateRequest
from numina_lean.prompts.judge import JudgeRequest
from numina_lean.prompts.registry import family

_NAMELESS = "statement"


class BacktranslationReason(StrEnum):
    """How the reading and the problem differ, besides `PanelReason`."""

    ADDS = "reading_says_more"
    """The statement assumes or claims what the problem does not say."""
    LOSES = "reading_says_less"
    """The problem says what the statement does not."""
    DIFFERS = "reading_differs"
    """Both, or neither can be said to follow from the other."""


async def backtranslation(subject: Subject, panel: Panel) -> Ruling:
    """Pass a statement whose reading enough votes find to follow from the problem and back."""
    nameless = replace(subject.statement, name=_NAMELESS).source()

    async def vote(talk: Talk) -> Vote:
        reader = family("backtranslate", panel.backtranslate)
        prompt = reader.render(BacktranslateRequest(nameless))
        reading = await talk.ask(prompt, reader.sampling, str.strip)
        comparer = family("judge", panel.entailment)
        request = JudgeRequest(
            subject.problem.problem, answer_of(subject.problem), nameless, reading
        )
        found = await talk.ask(
            comparer.render(request), comparer.sampling, lambda text: read_form(text, Comparison)
        )
        return talk.vote(found, _reason(found), found.objections)

    return await poll(panel, subject, "backtranslation", vote)


def _reason(found: Comparison) -> BacktranslationReason | None:
    if found.verdict == "faithful":
        return None
    if found.problem_implies_statement == found.statement_implies_problem:
        return BacktranslationReason.DIFFERS
    if found.problem_implies_statement:
        return BacktranslationReason.LOSES
    return BacktranslationReason.ADDS
