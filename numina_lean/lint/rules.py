"""From the facts about a theorem to findings: one function for each code, and the list of them.

`docs/lint.md` says what each code means, with examples.
"""

from collections.abc import Callable, Iterator

from numina_lean.check.finding import Finding
from numina_lean.lint.arithmetic import Reading, numbers
from numina_lean.lint.counterexample import counterexample, point_text
from numina_lean.lint.facts import Facts, Obligation, ObligationKind, Variable
from numina_lean.lint.numerals import misread, rational_truth
from numina_lean.lint.residues import divides_always
from numina_lean.lint.signs import Sign, is_at_least, sign, signs_of_variables
from numina_lean.lint.term import (
    Binder,
    Constant,
    Free,
    Term,
    conjuncts,
    free_keys,
    head,
    is_closed,
    operands,
    subterms,
    uses_bound,
)

SHOWN = 4
"""Terms that a detail lists before it only counts."""

Rule = Callable[[Facts], str | None]
"""A detail where the rule finds something."""


def findings(facts: Facts) -> tuple[Finding, ...]:
    """What the rules find in one theorem, in the order of `RULES`."""
    found = ((code, rule(facts)) for code, rule in RULES.items())
    return tuple(Finding(code, facts.name, detail) for code, detail in found if detail is not None)


def contradictory_hypotheses(facts: Facts) -> str | None:
    return facts.vacuous and f"`{facts.vacuous}` proves False from the hypotheses"


def trivial_conclusion(facts: Facts) -> str | None:
    if facts.vacuous or facts.repeated or _covering(facts) or not facts.trivial:
        return None
    return f"`{facts.trivial}` proves the conclusion"


def unused_variable(facts: Facts) -> str | None:
    used = free_keys(facts.conclusion)
    for variable in facts.variables:
        used |= free_keys(variable.type)
    names = [
        each.name
        for each in facts.variables
        if not each.is_hypothesis and _is_own(each) and each.term.key not in used
    ]
    names += [each.name for each in _idle_existentials(facts.type)]
    return f"nothing is said of {_listed(names)}" if names else None


def _idle_existentials(term: Term) -> Iterator[Binder]:
    for each in subterms(term):
        if head(each) != "Exists" or len(operands(each)) != 2:
            continue
        type_, predicate = operands(each)
        if numbers(type_) and isinstance(predicate, Binder) and not uses_bound(predicate.body):
            yield predicate


def unused_hypothesis(facts: Facts) -> str | None:
    if not facts.stated:
        idle, said = facts.unused, "not used by the proof"
    elif facts.conclusion == Constant("False"):
        return None
    else:
        idle, said = facts.hypotheses - _connected(facts), "no variable leads to the conclusion"
    names = [each.name for each in map(facts.variables.__getitem__, sorted(idle)) if _is_own(each)]
    return f"{said}: {_listed(names)}" if names else None


def _connected(facts: Facts) -> frozenset[int]:
    """The hypotheses that the conclusion's variables lead to, from hypothesis to hypothesis."""
    reached = set(free_keys(facts.conclusion))
    connected: set[int] = set()
    grew = True
    while grew:
        grew = False
        for index, variable in enumerate(facts.variables):
            keys = free_keys(variable.type) | {variable.term.key}
            if index not in connected and keys & reached:
                connected.add(index)
                reached |= keys
                grew = True
    return frozenset(connected & facts.hypotheses)


def _is_own(variable: Variable) -> bool:
    """Whether a binder is the author's, and not marked as idle by a leading underscore."""
    return variable.kind != "instance" and not variable.name.startswith("_")


def goal_in_hypotheses(facts: Facts) -> str | None:
    names = [facts.variables[index].name for index in sorted(facts.repeated or _covering(facts))]
    return f"the conclusion says no more than {_listed(names)}" if names else None


def _covering(facts: Facts) -> frozenset[int]:
    """The hypotheses that say, between them, every part of the conclusion; empty if they do not."""
    saying = {
        part: index for index in facts.hypotheses for part in conjuncts(facts.variables[index].type)
    }
    parts = list(conjuncts(facts.conclusion))
    covered = all(part in saying for part in parts)
    return frozenset(saying[part] for part in parts) if covered else frozenset()


def answer_leaked(facts: Facts) -> str | None:
    """A hypothesis hands over the very value that the conclusion asks for."""
    goal = facts.conclusion
    if not (facts.repeated or facts.substituted) or head(goal) != "Eq" or len(operands(goal)) != 3:
        return None
    _, left, right = operands(goal)
    for asked, answer in ((left, right), (right, left)):
        if not is_closed(answer) or is_closed(asked):
            continue
        for index in sorted(facts.hypotheses):
            hypothesis = facts.variables[index]
            if any(_gives(part, answer) for part in conjuncts(hypothesis.type)):
                return f"{hypothesis.name} gives the answer that is asked for"
    return None


def _gives(part: Term, answer: Term) -> bool:
    if head(part) != "Eq" or len(operands(part)) != 3:
        return False
    _, left, right = operands(part)
    return (isinstance(left, Free) and right == answer) or (
        isinstance(right, Free) and left == answer
    )


def _open_obligations(facts: Facts, kind: ObligationKind) -> list[str]:
    open_ones = (
        each.text
        for each in facts.obligations
        if each.kind == kind and each.tried and not _holds(facts, each)
    )
    return list(dict.fromkeys(open_ones))


def _holds(facts: Facts, obligation: Obligation) -> bool:
    """Whether an operation is harmless: by exact arithmetic if closed, else if it can be shown."""
    reading = Reading({})
    left, right = reading.value(obligation.left), reading.value(obligation.right)
    if obligation.kind == "ne" and right is not None:
        return right != 0
    if left is not None and right is not None:
        return left >= right if obligation.kind == "le" else right != 0 and not left % right
    if obligation.tactic is not None:
        return True
    signs = signs_of_variables(facts, obligation.assumed)
    match obligation.kind:
        case "dvd":
            return right is not None and divides_always(int(right), obligation.left)
        case "ne":
            return Sign.ZERO not in sign(obligation.right, signs)
        case "le":
            return is_at_least(obligation.left, obligation.right, signs)


def truncated_subtraction(facts: Facts) -> str | None:
    texts = _open_obligations(facts, "le")
    return f"stops at zero in ℕ unless shown otherwise: {_listed(texts)}" if texts else None


def truncated_division(facts: Facts) -> str | None:
    texts = _open_obligations(facts, "dvd")
    return f"rounds unless shown otherwise: {_listed(texts)}" if texts else None


def zero_divisor(facts: Facts) -> str | None:
    texts = _open_obligations(facts, "ne")
    return f"not shown to be nonzero below: {_listed(texts)}" if texts else None


def numeral_type(facts: Facts) -> str | None:
    terms = misread(facts.type)
    if not terms:
        return None
    truth = rational_truth(facts.type)
    aside = "" if truth is None else f"; in ℚ the statement would be {str(truth).lower()}"
    return f"{_listed([each.text for each in terms])}{aside}"


def counterexample_found(facts: Facts) -> str | None:
    point = counterexample(facts)
    if point is None:
        return None
    return f"false at {point_text(point)}" if point else "false as it stands"


def too_many_operations(facts: Facts) -> str | None:
    left = sum(not each.tried for each in facts.obligations)
    return f"{left} subtractions and divisions were not looked at" if left else None


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


LINT_FAILED = "lint_failed"

RULES: dict[str, Rule] = {
    "contradictory_hypotheses": contradictory_hypotheses,
    "counterexample": counterexample_found,
    "trivial_conclusion": trivial_conclusion,
    "goal_in_hypotheses": goal_in_hypotheses,
    "answer_leaked": answer_leaked,
    "unused_hypothesis": unused_hypothesis,
    "unused_variable": unused_variable,
    "numeral_type": numeral_type,
    "truncated_subtraction": truncated_subtraction,
    "truncated_division": truncated_division,
    "zero_divisor": zero_divisor,
    LINT_FAILED: too_many_operations,
}
