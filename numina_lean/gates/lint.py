"""The gate `lint`: findings of the statement lint, of which some stop a statement and some warn.

Which are fatal was decided by reading what they find in real statements (`docs/gates.md`).
"""

from numina_lean.check.finding import Finding
from numina_lean.gates.compile import statement_item
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.lint.linter import Linter

FATAL = frozenset(
    {
        "contradictory_hypotheses",
        "counterexample",
        "numeral_type",
        "answer_leaked",
        "auto_implicit",
    }
)
"""Codes of `docs/lint.md` that stop a statement; any other is a warning."""


def lint(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement without a fatal finding; what else was found is the ruling's detail."""
    item = statement_item(subject, bench)
    found = Linter(bench.checker).lint(item, bench.checker.check(item))
    fatal = [each for each in found if each.code in FATAL]
    evidence = {"findings": [{"code": each.code, "detail": each.detail} for each in found]}
    if fatal:
        return Ruling("lint", False, fatal[0].code, _told(fatal), evidence=evidence)
    return Ruling("lint", True, detail=_told(found), evidence=evidence if found else {})


def _told(found: tuple[Finding, ...] | list[Finding]) -> str:
    return "; ".join(f"{each.code}: {each.detail}" for each in found)
