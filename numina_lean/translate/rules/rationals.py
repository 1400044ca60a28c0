"""When a statement over ℚ says the same as the statement over ℝ that a problem means.

Core Lean has no real numbers. A problem about unstated (so, real) numbers is put over ℚ only
where the two provably agree:
- linear conditions with rational data: rational points are dense in the solutions, and the
  asked term, made of the four operations and absolute values, is continuous where it is defined;
- one unknown under piecewise linear conditions (absolute value, floor, ceiling): the solution
  set is a union of intervals with rational ends;
- one unknown under one polynomial equation of degree d, asked for all solutions, of which the
  answer lists at least d - 1 rational ones: the last root is then rational too. The same for
  quadratic inequalities whose extreme solution is asked for.
"""

from collections.abc import Sequence

from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Expression,
    Formula,
    Number,
    Relation,
    Symbol,
    conjunction,
    free_symbols,
)
from numina_lean.translate.rules.polynomial import polynomial, quotient


def _relations(formulas: Sequence[Formula]) -> list[Relation] | None:
    """All conditions as relations, or None where some is of another kind."""
    if not formulas:
        return []
    whole = conjunction(tuple(formulas))
    items = whole.items if isinstance(whole, And) else (whole,)
    relations = [item for item in items if isinstance(item, Relation)]
    return relations if len(relations) == len(items) else None


def is_linear(relation: Relation) -> bool:
    """Whether both sides differ by a polynomial of degree at most one."""
    part = polynomial(Apply("sub", (relation.left, relation.right)))
    return part is not None and part.degree <= 1


def is_piecewise_linear(expression: Expression) -> bool:
    """Built from letters and rational numbers by sums, rational factors, |·|, ⌊·⌋, ⌈·⌉."""
    match expression:
        case Number() | Symbol():
            return True
        case Apply("add" | "sub" | "neg" | "abs" | "floor" | "ceil" | "max" | "min", args):
            return all(is_piecewise_linear(arg) for arg in args)
        case Apply("mul", (left, right)):
            constant = not free_symbols(left) or not free_symbols(right)
            return constant and is_piecewise_linear(left) and is_piecewise_linear(right)
        case Apply("div", (left, right)):
            return not free_symbols(right) and is_piecewise_linear(left) and _rational(right)
    return False


def _rational(expression: Expression) -> bool:
    part = polynomial(expression)
    return part is not None and part.degree == 0


def is_continuous(expression: Expression) -> bool:
    """Made of rational numbers and letters by the four operations, powers and |·|."""
    match expression:
        case Number() | Symbol():
            return True
        case Apply("add" | "sub" | "neg" | "abs" | "mul" | "div" | "max" | "min", args):
            return all(is_continuous(arg) for arg in args)
        case Apply("pow", (base, Number(exponent))):
            return exponent.denominator == 1 and is_continuous(base)
        case Apply("pow", (base, Apply("neg", (Number(exponent),)))):
            return exponent.denominator == 1 and is_continuous(base)
    return False


def term_agrees(conditions: Sequence[Formula], *terms: Expression) -> bool:
    """Whether "the conditions force these terms to be equal" says the same over ℚ and ℝ."""
    relations = _relations(conditions)
    return (
        relations is not None
        and all(is_linear(relation) for relation in relations)
        and all(is_continuous(term) for term in terms)
    )


def solutions_agree(conditions: Sequence[Formula], answers: int) -> bool:
    """Whether "these `answers` values are all the solutions" says the same over ℚ and ℝ."""
    relations = _relations(conditions)
    if relations is None:
        return False
    if all(is_linear(relation) for relation in relations):
        return True
    letters = frozenset(name for item in relations for name in free_symbols(item))
    if len(letters) != 1:
        return False
    if all(
        is_piecewise_linear(item.left) and is_piecewise_linear(item.right) for item in relations
    ):
        return True
    curved = [item for item in relations if not is_linear(item)]
    if len(curved) != 1:
        return False
    return _roots_are_rational(curved[0], answers)


def _roots_are_rational(relation: Relation, answers: int) -> bool:
    part = quotient(Apply("sub", (relation.left, relation.right)))
    if part is None or part.top.is_zero or answers < 1:
        return False
    if relation.name == "=":
        return answers >= part.top.degree - 1
    return relation.name != "≠" and part.bottom.degree == 0 and part.top.degree <= 2
