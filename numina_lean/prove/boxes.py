"""Proofs by going through the finitely many cases that the hypotheses leave.

A variable is bounded by what linear arithmetic, powers and products make of the hypotheses; the
bound is the first of some candidates that Lean can prove. Then the kernel goes through the box,
or, where some variable has no bound, the cases of the others are split.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence

from numina_lean.prove.binders import Variable
from numina_lean.prove.context import bare, introduced, mentions, split_outside
from numina_lean.prove.finite import Cases, numeral_range, open_cases
from numina_lean.translate.statement import Statement

MOST_DIVIDED = 3_000
"""The largest number whose divisors are gone through."""
MOST_SPLIT = 128
"""Cases that are split, at most."""

_NUMERAL = re.compile(r"(?<![\w.])\d{1,5}(?![\w.])")
_STEPS = (2, 3, 5, 7, 11, 16, 21, 31, 41, 61, 101)
_LARGEST = {1: 2_000, 2: 128, 3: 25, 4: 11}
"""The largest bound for each variable, by the number of variables."""
_INSTANCES = 3
_FLOORS = (1, 0, -10, -100)
"""Bounds from below that are tried for an integer."""
_CLOSING = "first | omega | (simp at *; done) | (simp at *; omega) | grind"


def box(statement: Statement) -> Iterator[str]:
    """The kernel goes through all values of the variables, each of which has a bound."""
    found = open_cases(introduced(statement))
    if found is None or not 1 <= len(found.variables) <= 4:
        return
    for levels in ((_linear, _powers), (_products,)):
        lines = [*found.lines]
        for variable in found.variables:
            lines += _floor(variable, found)
        for variable in found.variables:
            lines += _bounded(variable, found, levels)
        yield _proof(*lines, *_decided(found))


def _proof(*lines: str) -> str:
    return "\n".join(("by", *(f"  {line}" for line in lines)))


def _all_or_nothing(lines: Sequence[str]) -> list[str]:
    """The tactics so that the first case that fails ends them: elsewhere Lean goes on to the next
    case, to report more errors.
    """
    return ["first", "| skip", *(f"  {line}" for line in lines)]


def cases(statement: Statement) -> Iterator[str]:
    """The values of a variable that has a numeral on both sides, one after the other."""
    found = open_cases(introduced(statement))
    if found is None:
        return
    lines = list(found.lines)
    for general in found.general:
        for instance in range(_INSTANCES):
            lines.append(f"try have {general.name}_{instance} := {general.name} {instance}")
    for variable in found.variables:
        ends = numeral_range(variable, found.hypotheses)
        if ends is None or not 0 <= ends[1] - ends[0] < MOST_SPLIT:
            continue
        name, (low, high) = variable.name, ends
        split = [f"have low : {low} ≤ {name} := by omega"]
        for value in range(low, high + 1):
            split += [
                f"rcases (by omega : {name} = {value} ∨ {value + 1} ≤ {name}) with rfl | low",
                f"· {_CLOSING}",
            ]
        yield _proof(*lines, *_all_or_nothing([*split, "omega"]))
    if len(lines) > len(found.lines) or found.facts:
        yield _proof(*lines, _CLOSING)


def divisors(statement: Statement) -> Iterator[str]:
    """A product of variables is a number: they are among its divisors."""
    found = open_cases(introduced(statement))
    if found is None:
        return
    for hypothesis in found.hypotheses:
        sides = [bare(side) for side in split_outside(hypothesis.text, "=")]
        if len(sides) != 2:
            continue
        number, whole = sorted(sides, key=len)
        if not number.isdigit() or not 1 < int(number) <= MOST_DIVIDED:
            continue
        factors = [bare(factor) for factor in split_outside(whole, "*")]
        names = [each for each in found.variables if each.name in factors]
        lines, splits = list(found.lines), []
        for variable in names[:2]:
            others = list(factors)
            others.remove(variable.name)
            if others:
                cofactor = " * ".join(f"({each})" for each in others)
                lines += _among_divisors(variable, cofactor, int(number))
                splits.append(_split(variable, int(number)))
        if names:
            yield _proof(*lines, *_all_or_nothing([*splits, f"all_goals {_CLOSING}"]))


def _among_divisors(variable: Variable, cofactor: str, number: int) -> Iterator[str]:
    found = [each for each in range(1, number + 1) if number % each == 0]
    name = variable.name
    own = name if variable.type == "Nat" else f"{name}.natAbs"
    divides = f"(⟨{cofactor}, by grind⟩ : {name} ∣ {number})"
    if variable.type == "Int":
        divides = f"Int.natAbs_dvd_natAbs.mpr {divides}"
    yield f"have div_{name} : {own} ∣ {number} := {divides}"
    yield f"have mem_{name} : {own} ∈ ({found} : List Nat) :="
    yield (
        f"  (by decide +kernel : ∀ d ∈ List.range {number + 1}, d ∣ {number} → d ∈ ({found} : "
        f"List Nat)) {own} (List.mem_range.mpr (Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) "
        f"div_{name}))) div_{name}"
    )
    yield f"simp only [List.mem_cons, List.not_mem_nil, or_false] at mem_{name}"
    if variable.type == "Int":
        options = " ∨ ".join(f"{name} = {each} ∨ {name} = -{each}" for each in found)
        yield f"replace mem_{name} : {options} := by omega"
    yield f"clear div_{name}"


def _split(variable: Variable, number: int) -> str:
    divisors = sum(number % each == 0 for each in range(1, number + 1))
    cases = " | ".join(["rfl"] * divisors * (1 if variable.type == "Nat" else 2))
    return f"all_goals rcases mem_{variable.name} with {cases}"


def _candidates(found: Cases) -> list[int]:
    """Bounds to try, the smallest first."""
    most = _LARGEST[len(found.variables)]
    numerals = {int(each) for each in _NUMERAL.findall(found.text)}
    own = {numeral + 1 for numeral in numerals}
    for numeral in numerals:
        own |= {math.isqrt(numeral) + 1, round(numeral ** (1 / 3)) + 1, numeral.bit_length()}
    return sorted(each for each in {*_STEPS, *own} if 1 < each <= most)


def _floor(variable: Variable, found: Cases) -> Iterator[str]:
    """For an integer: a natural number in its place, so much above a bound from below."""
    if variable.type == "Nat":
        return
    name = variable.name
    yield "first"
    for low in _FLOORS:
        yield f"| have floor_{name} : {low} ≤ {name} := by omega"
        yield from _place(name, low)
    for low in _FLOORS if len(found.variables) == 1 else ():
        yield f"| have floor_{name} : {low} ≤ {name} := by"
        yield "    refine Int.not_lt.mp fun under => ?_"
        yield f"    obtain ⟨lack, below⟩ : ∃ k : Int, {name} = {low} - 1 - k :="
        yield f"      ⟨{low} - 1 - {name}, by omega⟩"
        yield "    have once : 0 ≤ lack := by omega"
        yield "    subst below"
        yield "    have twice := Int.mul_nonneg once once"
        yield "    have thrice := Int.mul_nonneg twice once"
        yield "    grind"
        yield from _place(name, low)


def _place(name: str, low: int) -> Iterator[str]:
    yield f"  obtain ⟨nat_{name}, eq_{name}⟩ : ∃ k : Nat, {name} = (k : Int) + ({low}) :="
    yield f"    ⟨({name} - ({low})).toNat, by omega⟩"
    yield f"  clear floor_{name}"
    yield f"  subst eq_{name}"


def _bounded(
    variable: Variable,
    found: Cases,
    levels: Sequence[Callable[[Variable, Cases, int], Iterator[str]]],
) -> Iterator[str]:
    """The least bound from above that Lean can prove by the first of `levels` that proves one."""
    name = variable.name if variable.type == "Nat" else f"nat_{variable.name}"
    yield "first"
    for level in levels:
        if level is _powers and variable.type == "Int":
            continue  # it would say what `_linear` says
        for bound in _candidates(found):
            yield f"| have below_{variable.name} : {name} < {bound} := by"
            yield "    refine Nat.lt_of_not_le fun above => ?_"
            yield from (f"    {line}" for line in level(variable, found, bound))


def _linear(variable: Variable, found: Cases, bound: int) -> Iterator[str]:
    yield "omega"


def _powers(variable: Variable, found: Cases, bound: int) -> Iterator[str]:
    """A power of what is larger is larger, and a product with what is not 0."""
    name = variable.name
    if variable.type == "Nat":
        exponents = re.findall(rf"(?<![\w']){re.escape(name)} ?\^ ?(\d+)", found.text)
        for exponent in sorted({int(each) for each in exponents}):
            yield f"have := Nat.pow_le_pow_left above {exponent}"
        bases = set(re.findall(rf"(?<![\w'])(\d+) ?\^ ?{re.escape(name)}(?![\w'])", found.text))
        for base in sorted(bases):
            power = f"Nat.pow_le_pow_right (by decide : {base} > 0) above"
            yield f"have := {power}"
            for other, exponent in re.findall(r"(?<![\w'])(\d+) ?\^ ?([\w']+)", found.text):
                if exponent != name:
                    least = f"(Nat.pow_pos (by decide) : 1 ≤ {other} ^ {exponent})"
                    yield f"have := Nat.mul_le_mul ({power}) {least}"
                    yield f"have := Nat.mul_le_mul {least} ({power})"
        for other in found.variables:
            if other.type == "Nat" and other != variable:
                yield f"have := Nat.mul_le_mul_right {other.name} above"
                yield f"have := Nat.mul_le_mul_left {other.name} above"
    yield "omega"


def _products(variable: Variable, found: Cases, bound: int) -> Iterator[str]:
    """Products of what is not negative are not negative."""
    if bound not in (11, 101) and str(bound - 1) not in found.text:
        yield "omega"
        return
    name = variable.name if variable.type == "Nat" else f"nat_{variable.name}"
    yield (
        f"obtain ⟨excess, beyond⟩ : ∃ k : Nat, {name} = {bound} + k := ⟨{name} - {bound}, by omega⟩"
    )
    yield "subst beyond"
    yield "have once : (0 : Int) ≤ (excess : Int) := by omega"
    yield "have twice := Int.mul_nonneg once once"
    yield "have thrice := Int.mul_nonneg twice once"
    for other in found.variables:
        if other != variable:
            second = other.name if other.type == "Nat" else f"nat_{other.name}"
            yield f"have := Int.mul_nonneg once (by omega : (0 : Int) ≤ ({second} : Int))"
    yield "grind"


def _decided(found: Cases) -> Iterator[str]:
    """Leave the box to the kernel, each hypothesis as early as its variables are there."""
    yield from (f"try clear {fact}" for fact in found.facts)
    waiting = list(found.hypotheses)
    for variable in reversed(found.variables):
        own = [each.name for each in waiting if mentions(each.text, variable.name)]
        waiting = [each for each in waiting if each.name not in own]
        name = variable.name if variable.type == "Nat" else f"nat_{variable.name}"
        yield f"replace below_{variable.name} := List.mem_range.mpr below_{variable.name}"
        for each in own:
            yield f"try revert {each}"
        yield f"revert below_{variable.name}"
        yield f"revert {name}"
    yield "set_option synthInstance.maxHeartbeats 200000 in"
    yield "set_option synthInstance.maxSize 2000 in"
    yield "decide +kernel"
