"""The requests and answers of Kimina Lean Server, which its clients speak, and how ours fit in.

Its clients take a snippet for valid unless a message is an error. So whatever we do not accept gets
an error message, beside those of Lean if need be. Our own typed verdict stands beside the answer,
under `numina_lean`, which those clients pass over.
"""

import re
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from numina_lean.check.output import outcome_fields
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import Message, Position
from numina_lean.serve.fields import Seconds, Text


class Infotree(StrEnum):
    """Taken and not answered: the engine makes no info trees."""

    FULL = "full"
    TACTICS = "tactics"
    ORIGINAL = "original"
    SUBSTANTIVE = "substantive"


class Snippet(BaseModel):
    id: Text
    code: Text


class CheckRequest(BaseModel):
    """`reuse`: whether an earlier verdict on the same may be answered."""

    snippets: Annotated[list[Snippet], Field(min_length=1)]
    timeout: Seconds = 30
    debug: bool = False
    reuse: bool = True
    infotree: Infotree | None = None

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if len({snippet.id for snippet in self.snippets}) < len(self.snippets):
            raise ValueError("two snippets have the same id")
        return self

    def items(self) -> list[Item]:
        return [Item(each.id, each.code, self.timeout) for each in self.snippets]


class Code(BaseModel):
    """`proof` comes before `code`; one of them must be there."""

    custom_id: Text | int
    proof: Text | None = None
    code: Text | None = None

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.proof is None and self.code is None:
            raise ValueError("neither proof nor code")
        return self

    @property
    def content(self) -> str:
        return self.code or "" if self.proof is None else self.proof


class VerifyRequest(BaseModel):
    """`disable_cache`: answer no earlier verdict."""

    codes: Annotated[list[Code], Field(min_length=1)]
    timeout: Seconds = 300
    infotree_type: Infotree | None = None
    disable_cache: bool = False

    def items(self) -> list[Item]:
        return [Item(str(each.custom_id), each.content, self.timeout) for each in self.codes]


_DECLARES = re.compile(r"\b(?:theorem|lemma|example|def|abbrev|instance|axiom)\b")
_NOWHERE = Position(1, 0)


def check_result(item: Item, outcome: Outcome, *, debug: bool = False) -> dict[str, object]:
    """One of the `results` of `/api/check`."""
    result = {"id": item.id, "time": outcome.seconds, **_answer(item, outcome)}
    if debug:
        # Theirs tells of the process: its id and what it used. None of it is measured here.
        result["diagnostics"] = {}
    result["numina_lean"] = _verdict(outcome)
    return result


def verify_result(item: Item, outcome: Outcome) -> dict[str, object]:
    """One of the `results` of `/verify`: the time stands within the response."""
    answer = _answer(item, outcome)
    response = answer.get("response")
    if isinstance(response, dict):
        response["time"] = outcome.seconds
    return {"custom_id": item.id, **answer, "numina_lean": _verdict(outcome)}


def _answer(item: Item, outcome: Outcome) -> dict[str, object]:
    """`response`, or `error` where Lean gave no answer to the source."""
    why = outcome.detail or outcome.reason or ""
    if outcome.verdict is Verdict.TIMEOUT and not outcome.errors:
        # Their clients tell a timeout by the words "timed out", and all else by their absence.
        return {"error": f"timed out in {item.timeout:g} seconds"}
    if outcome.verdict is Verdict.CRASHED:
        return {"error": f"crashed: {why}".replace("timed out", "ran out of time")}
    if outcome.verdict is Verdict.NEEDS_MATHLIB:
        return {"error": f"this server does not have {', '.join(outcome.missing_modules)}"}
    return {"response": _response(item, outcome)}


def _response(item: Item, outcome: Outcome) -> dict[str, object]:
    """The answer of the REPL to a command. `env` is always 0: environments are not kept."""
    response: dict[str, object] = {"env": 0}
    messages = (*_objection(item, outcome), *outcome.messages)
    if messages:
        response["messages"] = [_message(each) for each in messages]
    if outcome.sorries:
        response["sorries"] = [
            {
                "pos": _position(each.start),
                "endPos": _position(each.end or each.start),
                "goal": each.goal,
            }
            for each in outcome.sorries
        ]
    return response


def _objection(item: Item, outcome: Outcome) -> tuple[Message, ...]:
    """An error message for what Lean lets through and we do not."""
    accepted = outcome.verdict is Verdict.PROVED or (
        outcome.verdict is Verdict.STATEMENT and outcome.sorries
    )
    if accepted or outcome.errors or _is_query(item, outcome):
        return ()
    why = ": ".join(part for part in (outcome.reason, outcome.detail) if part)
    return (Message("error", f"numina-lean: {outcome.verdict.value}: {why}", _NOWHERE),)


def _is_query(item: Item, outcome: Outcome) -> bool:
    """Whether a source only asks Lean something (`#check Nat`), and Lean answered.

    One that so much as names a declaration, were it in a comment, is to be judged as a proof.
    """
    return (
        outcome.reason == "nothing_declared"
        and bool(outcome.messages)
        and not _DECLARES.search(item.source)
    )


def _message(message: Message) -> dict[str, object]:
    fields: dict[str, object] = {
        "severity": message.severity,
        "pos": _position(message.start),
        "data": message.text,
    }
    if message.end is not None:
        fields["endPos"] = _position(message.end)
    return fields


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _verdict(outcome: Outcome) -> dict[str, object]:
    """What the answer in their form does not say."""
    fields = outcome_fields(replace(outcome, messages=(), sorries=()))
    return {name: value for name, value in fields.items() if name not in ("messages", "sorries")}
