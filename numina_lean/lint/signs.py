"""The signs that terms have for sure, from those of their parts and from what is assumed.

A sum of positive numbers is positive, an even power is not negative, and so on: enough to see that
most denominators of inequalities are not zero. Sound, and far from complete.
"""

from collections.abc import Iterable, Iterator
from enum import Flag, auto

from numina_lean.lint.arithmetic import Numbers, Reading, numbers
from numina_lean.lint.facts import Facts
from numina_lean.lint.term import Free, Term, conjuncts, head, operands


class Sign(Flag):
    """What a number can be; the union of what is possible."""

    NEGATIVE = auto()
    ZERO = auto()
    POSITIVE = auto()


ANY = Sign.NEGATIVE | Sign.ZERO | Sign.POSITIVE
NOT_NEGATIVE = Sign.ZERO | Sign.POSITIVE
NOT_POSITIVE = Sign.NEGATIVE | Sign.ZERO
NOT_ZERO = Sign.NEGATIVE | Sign.POSITIVE
_EACH = (Sign.NEGATIVE, Sign.ZERO, Sign.POSITIVE)

Signs = dict[str, Sign]
"""The signs of variables, by key."""


def signs_of_variables(facts: Facts, assumed: tuple[Term, ...] = ()) -> Signs:
    """What the hypotheses of a theorem, and what else is `assumed`, say of its variables' signs."""
    signs = {
        each.term.key: NOT_NEGATIVE
        for each in facts.variables
        if numbers(each.type) is Numbers.NATURAL
    }
    stated = [each.type for each in facts.variables if each.is_hypothesis]
    relations = [
        relation
        for statement in (*stated, *assumed)
        for part in conjuncts(statement)
        for relation in _relations(part)
    ]
    for _ in range(len(relations) + 1):  # a chain `0 < a < b < c` needs one round a link
        before = dict(signs)
        for name, left, right in relations:
            _learn(signs, name, left, right)
        if signs == before:
            break
    return signs


def _relations(part: Term) -> Iterator[tuple[str, Term, Term]]:
    """`part` as `left < right`, `left ≤ right`, `left = right` or `left ≠ right`, if it is one."""
    name, arguments = head(part), operands(part)
    if name in ("LT.lt", "LE.le", "Eq", "Ne") and len(arguments) >= 3:
        yield name, arguments[-2], arguments[-1]
    elif name in ("GT.gt", "GE.ge") and len(arguments) >= 3:
        yield {"GT.gt": "LT.lt", "GE.ge": "LE.le"}[name], arguments[-1], arguments[-2]


def _learn(signs: Signs, relation: str, left: Term, right: Term) -> None:
    below, above = sign(left, signs), sign(right, signs)
    strict = relation == "LT.lt"
    if relation in ("LT.lt", "LE.le"):
        _narrow(signs, right, _at_least(below, strict))
        _narrow(signs, left, _mirrored(_at_least(_mirrored(above), strict)))
    elif relation == "Eq":
        _narrow(signs, left, above)
        _narrow(signs, right, below)
    else:
        _narrow(signs, left, NOT_ZERO if above == Sign.ZERO else ANY)
        _narrow(signs, right, NOT_ZERO if below == Sign.ZERO else ANY)


def _at_least(below: Sign, strict: bool) -> Sign:
    """What a number above one of sign `below` can be."""
    if Sign.NEGATIVE in below:
        return ANY
    return Sign.POSITIVE if strict or below == Sign.POSITIVE else NOT_NEGATIVE


def _narrow(signs: Signs, term: Term, possible: Sign) -> None:
    if isinstance(term, Free):
        signs[term.key] = signs.get(term.key, ANY) & possible


def sign(term: Term, signs: Signs) -> Sign:
    """The signs that `term` can have."""
    if isinstance(term, Free):
        return signs.get(term.key, ANY)
    value = Reading({}).value(term)
    if value is not None:
        return Sign.ZERO if value == 0 else Sign.POSITIVE if value > 0 else Sign.NEGATIVE
    name, arguments = head(term), operands(term)
    found = ANY
    if arguments:
        found = _sign_of_operation(name, arguments, signs)
        if name.startswith("H") and numbers(arguments[0]) is Numbers.NATURAL:
            found &= NOT_NEGATIVE
    return found


def _sign_of_operation(name: str, arguments: tuple[Term, ...], signs: Signs) -> Sign:
    left = sign(arguments[-2], signs) if len(arguments) > 1 else ANY
    right = sign(arguments[-1], signs)
    exact = numbers(arguments[0]) is Numbers.FIELD
    match name:
        case "HAdd.hAdd":
            return _union(_sum(a, b) for a in _parts(left) for b in _parts(right))
        case "HSub.hSub" if numbers(arguments[0]) is not Numbers.NATURAL:
            return _union(_sum(a, b) for a in _parts(left) for b in _parts(_mirrored(right)))
        case "HMul.hMul":
            return _union(_product(a, b) for a in _parts(left) for b in _parts(right))
        case "HDiv.hDiv" if exact:
            return _union(_product(a, b) for a in _parts(left) for b in _parts(right))
        case "HPow.hPow":
            return _power(left, arguments[1], arguments[-1])
        case "Neg.neg":
            return _mirrored(right)
        case "Inv.inv" if exact:
            return right
        case "Nat.cast" | "NatCast.natCast":
            return right & NOT_NEGATIVE
        case "Int.cast" | "IntCast.intCast" | "Rat.cast":
            return right
        case "abs":
            return NOT_NEGATIVE if Sign.ZERO in right else Sign.POSITIVE
        case "Nat.succ" | "Nat.factorial" | "NuminaLean.factorial":
            return Sign.POSITIVE
    return ANY


def _power(base: Sign, exponents: Term, exponent: Term) -> Sign:
    """Of a power: positive if `base` is; else only whole powers tell anything."""
    if base == Sign.POSITIVE:
        return base
    if numbers(exponents) not in (Numbers.NATURAL, Numbers.INTEGER):
        return ANY
    number = Reading({}).value(exponent)
    if number is None or number <= 0:
        return ANY if Sign.ZERO in base else NOT_ZERO
    if number % 2 == 0:
        return _union(Sign.ZERO if each == Sign.ZERO else Sign.POSITIVE for each in _parts(base))
    return base


def is_at_least(left: Term, right: Term, signs: Signs) -> bool:
    """Whether `right ≤ left` holds of natural numbers, as far as factors show: `4 * a * b ≥ 1`."""
    if left == right:
        return True
    value = Reading({}).value(right)
    if value is not None and value <= 1 and sign(left, signs) == Sign.POSITIVE:
        return True
    name, arguments = head(left), operands(left)
    if name == "HMul.hMul":
        first, second = arguments[-2:]
        return (is_at_least(first, right, signs) and sign(second, signs) == Sign.POSITIVE) or (
            is_at_least(second, right, signs) and sign(first, signs) == Sign.POSITIVE
        )
    if name == "HAdd.hAdd":
        return any(is_at_least(each, right, signs) for each in arguments[-2:])
    if name == "HPow.hPow":
        exponent = Reading({}).value(arguments[-1])
        return exponent is not None and exponent >= 1 and is_at_least(arguments[-2], right, signs)
    return False


def _parts(signs: Sign) -> Iterator[Sign]:
    return (each for each in _EACH if each in signs)


def _union(signs: Iterable[Sign]) -> Sign:
    found = Sign(0)
    for each in signs:
        found |= each
    return found


def _mirrored(signs: Sign) -> Sign:
    swapped = {Sign.NEGATIVE: Sign.POSITIVE, Sign.POSITIVE: Sign.NEGATIVE, Sign.ZERO: Sign.ZERO}
    return _union(swapped[each] for each in _parts(signs))


def _sum(left: Sign, right: Sign) -> Sign:
    if left == Sign.ZERO or left == right:
        return right
    return left if right == Sign.ZERO else ANY


def _product(left: Sign, right: Sign) -> Sign:
    if Sign.ZERO in (left, right):
        return Sign.ZERO
    return Sign.POSITIVE if left == right else Sign.NEGATIVE
