"""The stage that asks a model for the fields that no rule was sure of, and for no other.

A reply that cannot be read, or names no value there is, changes nothing: the rules' guess stays.
"""

from dataclasses import dataclass, replace
from typing import Any

from numina_lean.build.stage import Postponed
from numina_lean.build.v15.classify import answer_of
from numina_lean.build.v15.guess import ProblemType, QuestionType, Validity
from numina_lean.build.v15.row import Labelled
from numina_lean.gates.replies import Form, read_form
from numina_lean.models.model import Model, ModelError
from numina_lean.prompts.classify import ClassifyRequest
from numina_lean.prompts.registry import family

FAMILY = "chat"
_KEEPS = ("refused", "too_long")
"""Failures that another run would meet again."""


class Reply(Form):
    """What `prompts.classify` asks for."""

    problem_type: ProblemType
    question_type: QuestionType
    problem_is_valid: Validity
    solution_is_valid: Validity


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks `model`; its replies are what `settled` makes of a row."""

    model: Model

    async def ask(self, row: Labelled) -> Labelled | Postponed:
        """The row, settled where it was unsure. Raises `ModelUnavailableError`."""
        if not row.unsure:
            return row
        asked = family("classify", FAMILY)
        prompt = asked.render(ClassifyRequest(row.problem, row.solution))
        try:
            reply = await self.model.complete(prompt, asked.sampling)
        except ModelError as error:
            return row if error.reason in _KEEPS else Postponed(f"{error.reason}: {error.detail}")
        return settled(row, reply.completions[0].text)


def settled(row: Labelled, text: str) -> Labelled:
    """The row with the unsure fields that the reply tells."""
    try:
        found = read_form(text.rpartition("</think>")[2], Reply)
    except ValueError:
        return row
    told: dict[str, Any] = {name: getattr(found, name) for name in row.unsure}
    new = replace(row, **told, unsure=(), asked=row.unsure)
    return replace(new, answer=answer_of(new.question_type, new.given))
