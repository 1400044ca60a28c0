"""What a model is told about a statement that was not accepted, so that it can repair it."""

from collections.abc import Sequence

from numina_lean.formalize.source import Proposal
from numina_lean.gates.gate import Ruling
from numina_lean.prompts.feedback import lean_messages


def feedback(failed: Proposal, rulings: Sequence[Ruling]) -> str:
    """Lean's messages with the lines that they are about, or what another gate found."""
    if failed.statement is None:
        return f"No statement can be read from the answer: {failed.detail or failed.reason}."
    last = rulings[-1]
    if last.outcome is not None and last.outcome.errors:
        return lean_messages(failed.statement.source(), last.outcome.messages)
    return f"The check `{last.gate}` does not accept it ({last.reason}): {last.detail}"
