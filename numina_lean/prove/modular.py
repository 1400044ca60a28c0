"""Proofs by remainders: equations that have no solution modulo some number, and powers' periods."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from math import lcm

from numina_lean.prove.binders import NumberType
from numina_lean.prove.context import Context, Hypothesis, introduced, split_outside
from numina_lean.prove.polynomial import Monomial, Polynomial, number, read_polynomial
from numina_lean.translate.statement import Statement

MODULI = (3, 4, 5, 7, 8, 9, 11, 13, 16)
MOST_CASES = 4_000
MOST_PROVED = 200
"""Combinations of remainders that Lean is to work out one by one."""
LONGEST_PERIOD = 24

_MODULUS = re.compile(r"%\s*\(?(\d+)|\(?(\d+)(?: : \w+\)?)?\s*∣")
_FACTOR = r"\s*\d+(?:\s*\^\s*\d+)?\s*"
_CLOSED = re.compile(rf"{_FACTOR}(?:[+*]{_FACTOR})*")
_POWER = re.compile(r"(?<![\w'^])\(?(\d+)(?: : \w+\))?\s*\^\s*([^\W\d][\w'₀-₉]*)")


def impossible(statement: Statement) -> Iterator[str]:
    """Polynomial equations over ℤ or ℕ that no remainders satisfy, by the first modulus that says
    so.
    """
    context = introduced(statement)
    kinds = {each.name: each.type for each in context.variables}
    equations: list[tuple[str, Polynomial]] = []
    for hypothesis in context.hypotheses:
        sides = split_outside(hypothesis.text, "=")
        if len(sides) != 2 or re.search("[≠≤≥<>∣%]", hypothesis.text):
            continue
        read = [read_polynomial(side) for side in sides]
        if read[0] is None or read[1] is None:
            continue
        difference = read[0] - read[1]
        if difference.degree > 1 and all(
            kinds.get(name) in ("Int", "Nat") for name in difference.variables
        ):
            equations.append((hypothesis.name, difference))
    if not equations:
        return
    whole = {name for _, equation in equations for name in equation.variables}
    for modulus in MODULI:
        if modulus ** len(whole) <= MOST_CASES and _unsolvable(equations, modulus):
            yield context.proof(*_residue_lines(context, equations, modulus, kinds), "omega")
            return


def _unsolvable(equations: list[tuple[str, Polynomial]], modulus: int) -> bool:
    names = sorted({name for _, equation in equations for name in equation.variables})
    if any(
        value.denominator != 1 for _, equation in equations for value in equation.terms.values()
    ):
        return False
    for values in product(range(modulus), repeat=len(names)):
        at = dict(zip(names, values, strict=True))
        if all(equation.value(at) % modulus == 0 for _, equation in equations):
            return False
    return True


def _residue_lines(
    context: Context,
    equations: list[tuple[str, Polynomial]],
    modulus: int,
    kinds: Mapping[str, NumberType],
) -> Iterator[str]:
    """What the remainders of the monomials can be together, group by group of shared variables."""
    monomials = sorted(
        {
            monomial
            for _, equation in equations
            for monomial in equation.terms
            if sum(power for _, power in monomial) > 1
        }
    )
    for count, (names, members) in enumerate(_groups(monomials)):
        written = [str(Polynomial({each: number(1).constant})) for each in members]
        seen = dict.fromkeys(
            tuple(
                int(Polynomial({each: number(1).constant}).value(at)) % modulus for each in members
            )
            for values in product(range(modulus), repeat=len(names))
            for at in [dict(zip(names, values, strict=True))]
        )
        options = " ∨ ".join(
            "(" + " ∧ ".join(
                f"({term}) % {modulus} = {value}" for term, value in zip(written, rest, strict=True)
            ) + ")"
            for rest in seen
        )  # fmt: skip
        yield f"have residue{count} : {options} := by"
        for name in names:
            options = " ∨ ".join(f"{name} % {modulus} = {each}" for each in range(modulus))
            cases = " | ".join([f"of_{name}"] * modulus)
            yield f"  all_goals rcases (by omega : {options}) with {cases}"
        kind = kinds[names[0]]
        lemmas = "Int.pow_succ, Int.mul_emod" if kind == "Int" else "Nat.pow_succ, Nat.mul_mod"
        hints = ", ".join(f"of_{name}" for name in names)
        yield f"  all_goals simp [{lemmas}, {hints}]"
    for name, equation in equations:
        yield f"have ring_{name} : {equation} = 0 := by grind"


def _groups(monomials: list[Monomial]) -> list[tuple[list[str], list[Monomial]]]:
    """The monomials with the variables that they share, directly or through others."""
    groups: list[tuple[set[str], list[Monomial]]] = []
    for monomial in monomials:
        names = {name for name, _ in monomial}
        members = [monomial]
        for group in [each for each in groups if each[0] & names]:
            groups.remove(group)
            names |= group[0]
            members = [*group[1], *members]
        groups.append((names, members))
    return [(sorted(names), members) for names, members in groups]


def periods(statement: Statement) -> Iterator[str]:
    """`b ^ n` with numeral `b`, modulo a numeral: the powers repeat with a period."""
    context = introduced(statement)
    text = " ".join(context.texts)
    moduli = {int(one or two) for one, two in _MODULUS.findall(text)}
    found = [
        (int(base), exponent)
        for base, exponent in dict.fromkeys(_POWER.findall(text))
        if any(each.name == exponent and each.type == "Nat" for each in context.variables)
    ]
    for modulus in sorted(each for each in moduli if 1 < each <= 1_000):
        chosen = [(base, exponent, *_period(base, modulus)) for base, exponent in found]
        chosen = [each for each in chosen if each[3] <= LONGEST_PERIOD and each[2] <= 4]
        if chosen and len({exponent for _, exponent, *_ in chosen}) == 1:
            lines = list(_period_lines(context, chosen, modulus))
            yield context.proof(*lines)


def _period(base: int, modulus: int) -> tuple[int, int]:
    """From which exponent on the powers repeat, and after how many."""
    seen: dict[int, int] = {}
    power, exponent = 1 % modulus, 0
    while power not in seen:
        seen[power] = exponent
        power, exponent = power * base % modulus, exponent + 1
    return seen[power], exponent - seen[power]


def _period_lines(
    context: Context, chosen: list[tuple[int, str, int, int]], modulus: int
) -> Iterator[str]:
    """The exponent is taken apart by the period; then each remainder is a case."""
    exponent = chosen[0][1]
    start = max(each[2] for each in chosen)
    period = lcm(*(each[3] for each in chosen))
    for each in context.hypotheses:
        sides = split_outside(each.text, "=")
        if len(sides) == 2 and sides[0] == exponent and _CLOSED.fullmatch(sides[1]):
            yield from _known_exponent(context, each, sides[1], (period, modulus, start))
    whole = f"{period} * t + {start}"
    for count, (base, *_) in enumerate(chosen):
        yield f"have cycle{count} : ∀ t, {base} ^ ({whole}) % {modulus} ="
        yield f"    {base} ^ {start} % {modulus} := by"
        yield "  intro t"
        yield "  induction t with"
        yield "  | zero => rfl"
        yield "  | succ t ih =>"
        yield f"    rw [show {period} * (t + 1) + {start} = ({whole}) + {period} by omega,"
        yield "      Nat.pow_add, Nat.mul_mod, ih]"
    for value in range(start):
        split = f"{exponent} = {value} ∨ {value + 1} ≤ {exponent}"
        yield f"rcases (by omega : {split}) with early | early"
        yield "· first | omega | (subst early; first | omega | (simp at *; done) | decide)"
    yield (
        f"obtain ⟨turns, left, few, split⟩ : ∃ t r, r < {period} ∧ {exponent} = ({whole}) + r := "
        f"⟨({exponent} - {start}) / {period}, ({exponent} - {start}) % {period}, by omega, "
        "by omega⟩"
    )
    for count, (base, *_) in enumerate(chosen):
        yield f"have power{count} : {base} ^ {exponent} % {modulus} ="
        yield f"    ({base} ^ {start} % {modulus}) * ({base} ^ left % {modulus}) % {modulus} := by"
        yield f"  rw [split, Nat.pow_add, Nat.mul_mod, cycle{count}]"
    options = " ∨ ".join(f"left = {each}" for each in range(period))
    yield f"rcases (by omega : {options}) with {' | '.join(['rfl'] * period)}"
    powers = " ".join(f"power{count}" for count in range(len(chosen)))
    yield f"all_goals simp at {powers}"
    yield "all_goals first | omega | grind"


def _known_exponent(
    context: Context, given: Hypothesis, value: str, numbers: tuple[int, int, int]
) -> Iterator[str]:
    """Remainders of an exponent that is given as a number too large to be written out."""
    period, modulus, start = numbers
    exponent = split_outside(given.text, "=")[0]
    for divisor in dict.fromkeys((period, modulus)):
        rest = f"{exponent} % {divisor} = {_remainder(value, divisor)}"
        yield f"have rest{divisor} : {rest} := by rw [{given.name}]; decide +kernel"
    yield f"have large : {start} ≤ {exponent} := by rw [{given.name}]; decide +kernel"
    yield f"clear {given.name}"
    text = " ".join(context.texts)
    for power in sorted({int(one) for one in re.findall(rf"\b{exponent} ?\^ ?(\d+)", text)}):
        rest = f"({_remainder(value, modulus)} ^ {power}) % {modulus}"
        yield f"have own{power} : {exponent} ^ {power} % {modulus} = {rest} := by"
        yield f"  rw [Nat.pow_mod, rest{modulus}]"


def _remainder(text: str, modulus: int) -> int:
    """Of a closed sum of products of powers of numerals, as `_CLOSED` has it."""
    total = 0
    for term in text.split("+"):
        value = 1
        for factor in term.split("*"):
            base, _, exponent = factor.partition("^")
            value = value * pow(int(base), int(exponent or 1), modulus) % modulus
        total += value
    return total % modulus
