"""What judges answer, as JSON read without trust: exactly the form asked for, or no vote.

The forms are those that the prompts of `conditions` and `judge` describe.
"""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from numina_lean.prompts.conditions import Kind, Standing
from numina_lean.prompts.judge import Defect, Opinion
from numina_lean.translate.completion import blocks


class Form(BaseModel):
    """A closed JSON object. `problem_with` says how it contradicts itself, if it does."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    def problem_with(self) -> str | None:
        return None


class Objection(Form):
    kind: Defect
    where: str
    explanation: str


class Judgement(Form):
    """What the families `direct` and `critic` are asked for."""

    analysis: str
    defects: tuple[Objection, ...]
    verdict: Opinion

    @property
    def objections(self) -> str:
        return "; ".join(f"{each.kind}: {each.explanation}" for each in self.defects)

    def problem_with(self) -> str | None:
        if self.verdict == "faithful" and self.defects:
            return f"the verdict is faithful, with defects: {self.objections}"
        return None


class Comparison(Judgement):
    """What the family `entailment` is asked for."""

    problem_implies_statement: bool
    statement_implies_problem: bool

    def problem_with(self) -> str | None:
        both = self.problem_implies_statement and self.statement_implies_problem
        if self.verdict == "faithful" and not both:
            return "the verdict is faithful, and one side does not imply the other"
        return super().problem_with()


class Entry(Form):
    """A condition, quantity or goal of the problem, and what says it in the statement."""

    text: str
    kind: Kind
    hypothesis: str | None
    verdict: Standing


class Extra(Form):
    hypothesis: str
    reason: str


class Audit(Form):
    """What the task `conditions` is asked for."""

    conditions: tuple[Entry, ...]
    extra: tuple[Extra, ...]

    def problem_with(self) -> str | None:
        for entry in self.conditions:
            if (entry.hypothesis is None) != (entry.verdict == "missing"):
                return f"{entry.text!r} is {entry.verdict}, said by {entry.hypothesis!r}"
        return None


_ESCAPE = re.compile(r"\\(?:(\\|[\"/bfnrt]|u[0-9a-fA-F]{4})|)")

Read = TypeVar("Read", bound=Form)


def read_form(text: str, form: type[Read]) -> Read:
    """The form that an answer is. Raises `ValueError`, in a line, for any other text."""
    candidates = [text.strip()]
    fenced = blocks(text)
    if len(fenced) == 1 and fenced[0].closed and fenced[0].label in ("", "json"):
        candidates.append(fenced[0].text.strip())
    objects = [_escaped(each) for each in candidates if each.startswith("{")]
    if not objects:
        raise ValueError("the answer is no JSON object")
    _refuse_repeats(objects[0])
    try:
        found = form.model_validate_json(objects[0])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(
            f"the answer's JSON{' at ' if place else ''}{place}: {first['msg']}"
        ) from None
    wrong = found.problem_with()
    if wrong is not None:
        raise ValueError(wrong)
    return found


def _escaped(text: str) -> str:
    """JSON text with `\\\\` for a backslash that begins no escape: LaTeX is often just copied."""
    return _ESCAPE.sub(lambda escape: escape[0] if escape[1] else r"\\", text)


def _refuse_repeats(text: str) -> None:
    """Raise `ValueError` for a field that is there twice: readers would differ on its value."""
    try:
        json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("the answer's JSON is nested too deep") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field of the answer's JSON is there twice")
    return found
