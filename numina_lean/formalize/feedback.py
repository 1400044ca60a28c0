"""What a model is told about a statement that was not accepted, so that it can repair it."""

from collections.abc import Sequence

from numina_lean.check.verdict import Outcome
from numina_lean.formalize.source import Proposal
from numina_lean.gates.gate import Ruling

MOST_ERRORS = 5
LONGEST = 800
"""Characters of one message of Lean: the beginning says what is wrong."""


def feedback(failed: Proposal, rulings: Sequence[Ruling]) -> str:
    """Lean's messages with the lines that they are about, or what another gate found."""
    if failed.statement is None:
        return f"No statement can be read from the answer: {failed.detail or failed.reason}."
    last = rulings[-1]
    if last.outcome is not None and last.outcome.errors:
        return lean_errors(failed.statement.source(), last.outcome)
    return f"The check `{last.gate}` does not accept it ({last.reason}): {last.detail}"


def lean_errors(source: str, outcome: Outcome) -> str:
    """The first errors as `line:column: message`, each under its line with a caret."""
    lines = source.splitlines()
    shown: list[str] = []
    for each in outcome.errors[:MOST_ERRORS]:
        at = each.start
        text = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
        caret = " " * at.column + "^"
        message = each.text if len(each.text) <= LONGEST else f"{each.text[:LONGEST]} …"
        shown.append(f"{at.line}:{at.column}: error: {message}\n{text}\n{caret}")
    left = len(outcome.errors) - MOST_ERRORS
    if left > 0:
        shown.append(f"({left} more errors)")
    return "\n\n".join(shown)
