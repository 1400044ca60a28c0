"""What Lean is asked about a step, so that its answer is the step's verdict.

Exact arithmetic says which way a step without letters goes; Lean is then asked for just that: for
the step, for the falsity of every meaning that the text may have, or for how near the sides are.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from numina_lean.steps import algebra, rational
from numina_lean.steps.given import PROVED as PROVED_AT
from numina_lean.steps.given import Given, holds_at, statement_at
from numina_lean.steps.rational import Pair
from numina_lean.steps.reading import read_side
from numina_lean.steps.step import Side, Step, StepVerdict, Unread
from numina_lean.steps.surroundings import Surroundings
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.evaluation import UnknownValueError
from numina_lean.translate.rules.expression import Expression, Symbol, free_symbols
from numina_lean.translate.statement import Statement

_LITERAL = re.compile(
    r"[{(\s]*-?[{(\s]*(?:\d+(?:\.(?P<places>\d+))?|\.(?P<rest>\d+))[})\s]*(?:\\%)?[})\s]*"
)
_GROUPING = re.compile(r"(?<=\d)(?:\{,\}|,\\!|\{,\\!\}|,|\\,)(?=\d{3})")
_LEADING = re.compile(r"[{(\s]*(\d+(?:\.\d+)?|\.\d+)\s*(?:[-+*/]|\\times|\\cdot|\\div)")
_NUMBERS_IN_A_ROW = re.compile(r"\d+(?:\s*-\s*\d+){2,}")
"""A right triangle of 3-4-5, a date."""
_UNIT_RATIOS = frozenset(
    Fraction(each) for each in (3, 7, 10, 12, 16, 24, 36, 52, 60, 100, 365, 1000, 3600, 5280)
)


@dataclass(frozen=True, slots=True)
class Question:
    """If Lean takes `proof` for `statement`, the step's verdict is `verdict`."""

    statement: Statement
    proof: str
    verdict: StepVerdict


def question(step: Step, around: Surroundings, given: Given | None = None) -> Question | Unread:
    """What to ask about `step`, or why nothing is asked. Raises on no text.

    `given` are the values that the solution gives to letters.
    """
    given = given or {}
    for side in (step.left, step.right):
        # Words make no true equality doubtful.
        if side.doubt is not None and side.doubt != "words":
            return side.doubt
    try:
        pairs = _pairs(step)
        return pairs if isinstance(pairs, str) else _asked(step, around, pairs, given)
    except DeclineError as error:
        return "undefined_value" if error.reason == "not_well_defined" else "not_rational"
    except UnknownValueError:
        return "undefined_value"
    except (RecursionError, OverflowError):
        return "too_large"


def _pairs(step: Step) -> list[Pair] | Unread:
    """The meanings of the two sides, the likeliest first."""
    read: list[tuple[Expression, ...]] = []
    for text in (step.left.formula, step.right.formula):
        meanings = "incomplete" if text is None else read_side(text)
        if isinstance(meanings, str):
            return meanings
        read.append(meanings)
    modulus = None
    if step.sign == "≡":
        found = read_side(step.chain.modulus or "")
        if isinstance(found, str):
            return "incomplete" if step.chain.modulus is None else found
        modulus = found[0]
    return [Pair(left, right, modulus) for left, right in product(*read)]


def _asked(step: Step, around: Surroundings, pairs: list[Pair], given: Given) -> Question | Unread:
    first = pairs[0]
    if any(free_symbols(side) for side in (first.left, first.right, first.modulus) if side):
        answers = [_with_letters(step, pair, given) for pair in pairs]
    elif all(pair.values is not None for pair in pairs):
        return _without_letters(step, around, pairs)
    elif not any(pair.is_real for pair in pairs):
        return "undefined_value"
    else:
        answers = [_irrational(step, around, pair) for pair in pairs]
    for answer in answers:
        if isinstance(answer, Question) and answer.verdict == "holds":
            return answer
    # With several meanings none is denied.
    return answers[0] if isinstance(answers[0], str) or len(pairs) == 1 else "ambiguous"


def _with_letters(step: Step, pair: Pair, given: Given) -> Question | Unread:
    identity = algebra.Identity(pair.left, pair.right)
    if step.sign != "=" or pair.left == pair.right or isinstance(pair.left, Symbol):
        return "free_variable"
    if not identity.seems_true():
        if holds_at(pair, given):
            return Question(statement_at(pair, step.sign, given), PROVED_AT, "holds")
        return "free_variable"
    try:
        return Question(identity.statement(), algebra.PROVED, "holds")
    except algebra.NoAlgebraError:
        return "too_large"


def _irrational(step: Step, around: Surroundings, pair: Pair) -> Question | Unread:
    identity = algebra.Identity(pair.left, pair.right)
    if step.sign not in ("=", "≈"):
        return "not_rational"
    try:
        if step.sign == "=" and identity.seems_true():
            return Question(identity.statement(), algebra.PROVED, "holds")
        difference, bound = identity.difference(), _unit(step)
        if step.sign == "≈" or (difference is not None and bound and difference < bound):
            return "approximate"
        if difference is None or not identity.is_algebraic:
            return "not_rational"
        doubt = _doubt_of_false(step, around, None)
        if doubt is not None:
            return doubt
        return Question(identity.statement(negated=True), algebra.PROVED, "wrong")
    except algebra.NoAlgebraError:
        return "too_large"


def _without_letters(step: Step, around: Surroundings, pairs: list[Pair]) -> Question | Unread:
    for pair in pairs:
        if _is_true(step, pair):
            formula = pair.formula("=" if step.sign == "≈" else step.sign)
            return Question(rational.statement(formula), rational.COMPUTED, "holds")
    unit = _unit(step)
    if step.sign in ("=", "≈") and unit is not None:
        for pair in pairs:
            if pair.values is not None and abs(pair.values[0] - pair.values[1]) < unit:
                return Question(rational.statement(pair.near(unit)), rational.COMPUTED, "rounded")
    if step.sign == "≈":
        return "approximate"
    doubt = _doubt_of_false(step, around, pairs[0])
    if doubt is not None:
        return doubt
    false = rational.none_of([pair.formula(step.sign) for pair in pairs])
    return Question(rational.statement(false), rational.COMPUTED, "wrong")


def _is_true(step: Step, pair: Pair) -> bool:
    assert pair.values is not None
    left, right = pair.values
    match step.sign:
        case "=" | "≈":
            return left == right
        case "≠":
            return left != right
        case "<":
            return left < right
        case "≤":
            return left <= right
        case ">":
            return left > right
        case "≥":
            return left >= right
    modulus = rational.value(pair.modulus)
    return modulus != 0 and ((left - right) / modulus).denominator == 1


def _unit(step: Step) -> Fraction | None:
    """One unit of the last place of the side that is a numeral; of the right one, if both are."""
    for side in (step.right, step.left):
        match = _literal(side)
        if match is not None:
            places = match.group("places") or match.group("rest") or ""
            hundredth = 100 if "%" in (side.formula or "") else 1
            return Fraction(1, 10 ** len(places) * hundredth)
    return None


def _doubt_of_false(step: Step, around: Surroundings, pair: Pair | None) -> Unread | None:
    """Why a step that is false may be no error of the text."""
    for side in (step.left, step.right):
        if side.doubt is not None:
            return side.doubt
    if step.sign == "=" and _is_bare(step.left) and _is_bare(step.right):
        return "bare"
    if _NUMBERS_IN_A_ROW.fullmatch(step.left.formula or ""):
        return "ambiguous"
    if _units_differ(step, pair):
        return "units"
    if _runs_on(step, pair):
        return "run_on"
    if "≡" in step.chain.signs and step.sign != "≡":
        return "other_arithmetic"
    return around.doubt(step, residues=step.sign == "≡")


def _is_bare(side: Side) -> bool:
    return _literal(side) is not None


def _literal(side: Side) -> re.Match[str] | None:
    return _LITERAL.fullmatch(_GROUPING.sub("", side.formula or ""))


def _units_differ(step: Step, pair: Pair | None) -> bool:
    units = {unit.removesuffix("s") for side in (step.left, step.right) for unit in side.units}
    if len(units) > 1:
        return True
    percent = "%" in f"{step.left.formula}{step.right.formula}"
    if pair is None or pair.values is None or not (units or percent) or 0 in pair.values:
        return False
    ratio = abs(pair.values[0] / pair.values[1])
    return ratio in _UNIT_RATIOS or 1 / ratio in _UNIT_RATIOS


def _runs_on(step: Step, pair: Pair | None) -> bool:
    """Whether the right side begins with the value of the left one, and goes on from there."""
    match = _LEADING.match(step.right.formula or "")
    return bool(match and pair and pair.values and Fraction(match.group(1)) == pair.values[0])
