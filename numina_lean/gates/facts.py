"""What Lean tells of a candidate's theorem, for the gates that look into its elaborated type."""

from numina_lean.gates.compile import statement_item
from numina_lean.gates.gate import Bench, Subject
from numina_lean.lint.facts import Facts, LintFailedError
from numina_lean.lint.linter import LINTED, facts_of


def facts_about(subject: Subject, bench: Bench) -> Facts | None:
    """The facts of the statement's theorem; None where Lean does not tell them.

    The same check as the gate `lint` makes: a cache of verdicts answers it.
    """
    item = statement_item(subject, bench)
    outcome = bench.checker.check(item)
    if outcome.verdict not in LINTED:
        return None
    try:
        found = facts_of(item, outcome, bench.checker)
    except LintFailedError:
        return None
    return found[-1] if found else None
