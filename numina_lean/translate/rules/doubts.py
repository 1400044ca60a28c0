"""What the words leave open: read in one way where that is safe, else declined."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from numina_lean.translate.rules.answer import Answer
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Collection,
    Expression,
    Formula,
    Node,
    Property,
    Relation,
    Symbol,
    free_symbols,
    number,
    substitute,
    walk,
)
from numina_lean.translate.rules.meaning import (
    AskLetters,
    AskTerm,
    Reading,
)
from numina_lean.translate.rules.polynomial import polynomial


def imaginary_unit(reading: Reading, answer: Answer | None) -> tuple[Reading, Answer | None]:
    """The letter `i`, where the problem says nothing else of it, is the imaginary unit.

    Conditions that have it would be about complex numbers: they are declined, and so is a letter
    `e` of which nothing is said.
    """
    givens, ask = reading.givens, reading.ask
    named = {name for name, _ in givens.nouns} | {
        name for definition in givens.definitions for name in definition.parameters
    }
    asked = set(ask.letters) if isinstance(ask, AskLetters) else set()
    bodies: list[Node] = [definition.body for definition in givens.definitions]
    if isinstance(ask, AskTerm):
        bodies.append(ask.term)
    unit = Relation("=", Apply("pow", (Symbol("i"), number(2))), Apply("neg", (number(1),)))
    formulas = tuple(item for item in givens.formulas if item != unit)
    used = {name for node in (*formulas, *bodies) for name in free_symbols(node)}
    if "e" in used - named - asked:
        raise DeclineError("ambiguous", "whether e is Euler's number")
    if "i" in named | asked or "i" not in used:
        return reading, answer
    conditions: list[Node] = [*formulas, *bodies[: len(givens.definitions)]]
    if any("i" in free_symbols(node) for node in conditions) or not isinstance(ask, AskTerm):
        raise DeclineError("unsupported_notion", "conditions on complex numbers")
    imaginary = Apply("i")
    term = cast(Expression, substitute(ask.term, "i", imaginary))
    values = answer and replace(
        answer,
        values=tuple(cast(Expression, substitute(v, "i", imaginary)) for v in answer.values),
    )
    changed = Reading(replace(givens, formulas=formulas), replace(ask, term=term), reading.base)
    return changed, values


def check_determined(
    conditions: Sequence[Formula], asked: frozenset[str], named: frozenset[str]
) -> None:
    """Letters that are neither asked for nor introduced must be eliminated by equations.

    In "the product of x + a and x + 2 is x² + 5x + 6; find a" the equation is meant for all
    x: an identity, which a hypothesis on one x is not.
    """
    letters = {name for item in conditions for name in free_symbols(item)}
    spare = letters - asked - named
    equations = _equations(conditions)
    if spare and len(equations) <= len(spare):
        raise DeclineError("ambiguous", "whether an equation is meant for one value or all")
    exponents = {
        name
        for item in equations
        for part in walk(item)
        if isinstance(part, Apply) and part.function == "pow"
        for name in free_symbols(part.args[1])
    }
    if exponents - named and len(equations) < len(letters):
        raise DeclineError("domain_unclear", "whether exponents are integers")
    if len(conditions) == len(equations) == 1 and len(letters) == 1:
        _check_real_roots(equations[0])


def _check_real_roots(equation: Formula) -> None:
    """A quadratic equation without real roots is about complex numbers."""
    if not isinstance(equation, Relation):
        return
    part = polynomial(Apply("sub", (equation.left, equation.right)))
    if part is None or part.degree != 2:
        return
    (letter,) = free_symbols(equation)
    a, b, c = (part.coefficient(letter, power) for power in (2, 1, 0))
    if b * b < 4 * a * c:
        raise DeclineError("domain_unclear", "an equation without real solutions")


def check_distinct_roots(members: Collection) -> None:
    """Sums and products of roots count double roots twice: only simple real ones are read."""
    condition = members.condition
    if not isinstance(condition, Relation) or condition.name != "=":
        raise DeclineError("unsupported_notion", "a sum over solutions of another kind")
    part = polynomial(Apply("sub", (condition.left, condition.right)))
    if part is None:
        if any(isinstance(inner, Apply) and inner.function == "abs" for inner in walk(condition)):
            return
        raise DeclineError("unsupported_notion", "a sum over solutions of another kind")
    a, b, c = (part.coefficient(members.variable, power) for power in (2, 1, 0))
    if part.degree != 2 or b * b - 4 * a * c <= 0:
        raise DeclineError("ambiguous", "whether a root counts twice, or only real ones")


def _equations(formulas: Sequence[Formula]) -> list[Formula]:
    """The equations and congruences among the conditions, chains taken apart."""
    parts = [
        part for item in formulas for part in (item.items if isinstance(item, And) else (item,))
    ]
    return [
        part
        for part in parts
        if (isinstance(part, Relation) and part.name == "=")
        or (isinstance(part, Property) and part.name == "congruent")
    ]
