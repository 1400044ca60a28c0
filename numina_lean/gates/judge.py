"""The gate `judge`: a model that sees the problem and the Lean says that they say the same."""

from numina_lean.gates.gate import Ruling, Subject
from numina_lean.gates.panel import Panel, Talk, Vote, answer_of, poll
from numina_lean.gates.replies import Judgement, read_form
from numina_lean.prompts.judge import JudgeRequest
from numina_lean.prompts.registry import family

UNFAITHFUL = "unfaithful"
"""The gate's reason besides those of `PanelReason`."""


async def judge(subject: Subject, panel: Panel) -> Ruling:
    """Pass a statement that enough votes find faithful, without a defect."""

    async def vote(talk: Talk) -> Vote:
        asked = family("judge", panel.judges[talk.sample % len(panel.judges)])
        request = JudgeRequest(
            subject.problem.problem, answer_of(subject.problem), subject.statement.source()
        )
        found = await talk.ask(
            asked.render(request), asked.sampling, lambda text: read_form(text, Judgement)
        )
        reason = None if found.verdict == "faithful" else UNFAITHFUL
        return talk.vote(found, reason, found.objections)

    return await poll(panel, subject, "judge", vote)
