"""Our own requests and answers: items with references and policies, verdicts with their reasons."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from numina_lean.check.output import outcome_fields
from numina_lean.check.verdict import STANDARD_AXIOMS, Item, Outcome, Policy
from numina_lean.lean.engine import DEFAULT_HEARTBEATS
from numina_lean.serve.fields import Seconds, Text


class PolicyRequest(BaseModel):
    """`axioms`: what a proof may rest on; `strict` forbids syntax that runs code."""

    model_config = ConfigDict(extra="forbid")

    axioms: list[Text] = Field(default_factory=lambda: sorted(STANDARD_AXIOMS))
    strict: bool = False


class ItemRequest(BaseModel):
    """A whole Lean source; `reference` is another, of statements that it has to keep to."""

    model_config = ConfigDict(extra="forbid")

    source: Text
    id: Text | None = Field(None, description="by default its number in the list, from 0")
    reference: Text | None = None
    timeout: Seconds = 60.0
    heartbeats: Annotated[int, Field(ge=0, le=2**30, description="maxHeartbeats; 0: none")] = (
        DEFAULT_HEARTBEATS
    )
    policy: PolicyRequest = Field(default_factory=PolicyRequest)

    def item(self, index: int) -> Item:
        return Item(
            str(index) if self.id is None else self.id,
            self.source,
            self.timeout,
            self.heartbeats,
            self.reference,
            Policy(frozenset(self.policy.axioms), self.policy.strict),
        )


class TypedRequest(BaseModel):
    """`fresh`: check anew whatever the cache has."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[ItemRequest], Field(min_length=1)]
    fresh: bool = False

    def to_check(self) -> list[Item]:
        return [each.item(index) for index, each in enumerate(self.items)]


def typed_result(index: int, outcome: Outcome) -> dict[str, object]:
    """One of the `results` of `/v1/check`, and a line of its stream: `index` is the item's."""
    return {"index": index, "id": outcome.id, **outcome_fields(outcome)}
