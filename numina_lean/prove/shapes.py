"""Proofs made to measure for a statement's shape, where core Lean has no tactic for it.

Each function reads the shape off the statement's text and gives proofs for `:=`, none where the
shape is another. Nothing rests on the reading: a proof that does not fit is an error in Lean.
"""

import re
from collections.abc import Iterator
from itertools import combinations

from numina_lean.prove.binders import Variable, leading_variables
from numina_lean.translate.statement import Statement

MOST_RESIDUES = 24
FARTHEST_MEMBER = 100
_MOST_SQUARED = 3

_MODULUS = re.compile(r"%\s*\(?(\d+)|\(?(\d+)(?: : \w+\))?\s*∣")
_SOLUTION = re.compile(r"↔ \(?((?:\w+ = [^=∧∨()]*(?:\([^()]*\))?(?: ∨ )?)+)\)?$")
_ROOT = re.compile(r"(\w+) = (.+)")
_GREATEST_DIVISOR = re.compile(r"\(∀ (\w+) : Nat, .*?\(\1 ∣ ([^()]+)\).* → \1 ≤ (\d+)\)$")
_POWER = re.compile(r"\((\d+) : Nat\) \^ (\w+) = .* ↔ \2 = (\d+)$")
_FINITE_SET = re.compile(
    r"∃ l : List (Nat|Int), l\.Nodup ∧ \(∀ (\w+) : \1, \2 ∈ l ↔ (.+)\) ∧ [^∧]+$"
)
_RESIDUE_LEMMAS = {
    "Nat": "Nat.dvd_iff_mod_eq_zero, Nat.pow_succ, Nat.add_mod, Nat.mul_mod",
    "Int": "Int.dvd_iff_emod_eq_zero, Int.pow_succ, Int.add_emod, Int.sub_emod, Int.mul_emod",
}


def roots(statement: Statement) -> Iterator[str]:
    """`equation ↔ x = a ∨ x = b`, over ℤ or ℚ: by the product of the linear factors."""
    solution = _SOLUTION.search(statement.conclusion)
    variables = leading_variables(statement)
    if solution is None or not variables or variables[-1].type not in ("Int", "Rat"):
        return
    unknown = variables[-1].name
    found = [_ROOT.fullmatch(part) for part in solution.group(1).split(" ∨ ")]
    values = [match.group(2) for match in found if match and match.group(1) == unknown]
    if len(values) != len(found) or len(values) < 2:
        return
    product = " * ".join(f"({unknown} - ({value}))" for value in values)
    cases = " | ".join(["h"] * len(values))
    yield "\n".join(
        (
            "by",
            *_introductions(variables),
            "  constructor",
            "  · intro h",
            f"    have hz : {product} = 0 := by grind",
            "    simp only [Int.mul_eq_zero, Rat.mul_eq_zero] at hz",
            "    grind",
            "  · intro h",
            f"    rcases h with {cases} <;> subst h <;> decide +kernel",
        )
    )


def greatest_divisor(statement: Statement) -> Iterator[str]:
    """`P a ∧ ∀ n, n ∣ m ∧ … → n ≤ a`: by looking at the cofactors of the divisors above `a`."""
    match = _GREATEST_DIVISOR.search(statement.conclusion)
    if match is None:
        return
    _, whole, value = match.groups()
    above = int(value) + 1
    yield "\n".join(
        (
            "by",
            "  refine ⟨by decide +kernel, ?_⟩",
            "  intro n hn",
            "  refine Nat.le_of_not_lt fun hb => ?_",
            f"  have hd : n ∣ {whole} := by simp_all",
            "  obtain ⟨k, hk⟩ := hd",
            f"  have hc : {above} * k ≤ n * k := Nat.mul_le_mul_right k hb",
            f"  have hl : k < ({whole}) / {above} + 1 := by omega",
            f"  have he : n = ({whole}) / k := by",
            "    rw [hk, Nat.mul_div_cancel]",
            "    exact Nat.pos_of_ne_zero (by rintro rfl; simp at hk)",
            "  subst he",
            "  clear hk hc",
            "  revert hn; revert hb; revert hl; revert k",
            "  decide +kernel",
        )
    )


def exponent(statement: Statement) -> Iterator[str]:
    """`∀ n, … b ^ n = c ↔ n = v`, over ℕ: powers beyond the `v`-th are too large."""
    match = _POWER.search(statement.conclusion)
    variables = leading_variables(statement)
    if match is None or not variables or variables[-1].name != match.group(2):
        return
    base, unknown, value = match.groups()
    beyond = int(value) + 1
    yield "\n".join(
        (
            "by",
            *_introductions(variables),
            "  constructor",
            "  · intro h",
            f"    rcases Nat.lt_or_ge {unknown} {beyond} with hb | hb",
            f"    · revert h; revert hb; revert {unknown}",
            "      decide +kernel",
            f"    · have hp : {base} ^ {beyond} ≤ {base} ^ {unknown} :=",
            "        Nat.pow_le_pow_right (by decide) hb",
            "      omega",
            "  · intro h; subst h; decide +kernel",
        )
    )


def finite_set(statement: Statement) -> Iterator[str]:
    """`∃ l, l.Nodup ∧ (∀ n, n ∈ l ↔ P n) ∧ …`: the list is of the small numbers with the property.

    Numbers beyond `FARTHEST_MEMBER` are written as it plus an excess, in which the terms of a
    polynomial all have one sign.
    """
    match = _FINITE_SET.match(statement.conclusion)
    if match is None:
        return
    kind, member, condition = match.groups()
    far = FARTHEST_MEMBER
    above, below = f"{member} - {far + 1}", f"-{far + 1} - {member}"
    if kind == "Nat":
        numbers = f"(List.range {far + 1})"
        bounds = _within(f"{member} ≤ {far}", kind, f"{member} = {far + 1} + excess", above)
        place = "by omega"
    else:
        numbers = f"((List.range {2 * far + 1}).map (fun (i : Nat) => (i : Int) - {far}))"
        bounds = [
            *_within(f"{member} ≤ {far}", kind, f"{member} = {far + 1} + excess", above),
            *_within(f"-{far} ≤ {member}", kind, f"{member} = -{far + 1} - excess", below),
        ]
        place = f"⟨({member} + {far}).toNat, by omega, by omega⟩"
    yield "\n".join(
        (
            "by",
            f"  refine ⟨{numbers}.filter (fun ({member} : {kind}) => {condition}),",
            "    by decide +kernel, ?_, by decide +kernel⟩",
            f"  intro {member}",
            "  simp only [List.mem_filter, List.mem_map, List.mem_range, decide_eq_true_eq]",
            "  refine ⟨fun h => h.2, fun h => ?_⟩",
            *bounds,
            f"  exact ⟨{place}, h⟩",
        )
    )


def _within(bound: str, kind: str, beyond: str, excess: str) -> list[str]:
    """The lines for `bound`, where otherwise `beyond` holds for `excess`, which is ≥ 0."""
    return [
        f"  have : {bound} := by",
        f"    refine {kind}.not_lt.mp fun hb => ?_",
        f"    obtain ⟨excess, he⟩ : ∃ excess : {kind}, {beyond} := ⟨{excess}, by omega⟩",
        "    subst he",
        "    have h1 : (0 : Int) ≤ (excess : Int) := by omega",
        "    have h2 := Int.mul_nonneg h1 h1",
        "    have h3 := Int.mul_nonneg h2 h1",
        "    grind",
    ]


def residues(statement: Statement) -> Iterator[str]:
    """Divisibility of a polynomial in one variable: by its residues modulo a number named there."""
    variables = leading_variables(statement)
    whole = [variable for variable in variables if variable.type in _RESIDUE_LEMMAS]
    if not whole or len(whole) != len(variables):
        return
    text = " ".join((*statement.binders, statement.conclusion))
    moduli = {int(first or second) for first, second in _MODULUS.findall(text)}
    for modulus in sorted((m for m in moduli if 1 < m <= MOST_RESIDUES), reverse=True)[:2]:
        name, lemmas = whole[0].name, _RESIDUE_LEMMAS[whole[0].type]
        cases = " ∨ ".join(f"{name} % {modulus} = {residue}" for residue in range(modulus))
        yield "\n".join(
            (
                "by",
                *_introductions(variables),
                f"  have hm : {cases} := by omega",
                f"  rcases hm with {' | '.join(['hm'] * modulus)} <;>",
                f"    simp_all [{lemmas}] <;> omega",
            )
        )


def induction(statement: Statement) -> Iterator[str]:
    """Induction on a natural number from 0, or from 1 where it is said to be positive."""
    variables = leading_variables(statement)
    for variable in [one for one in variables if one.type == "Nat"][:2]:
        yield "\n".join(
            (
                "by",
                *_introductions(variables),
                f"  induction {variable.name} with",
                "  | zero => first | omega | decide | grind",
                "  | succ k ih =>",
                "    rcases Nat.eq_zero_or_pos k with hk | hk",
                "    · subst hk; first | decide | omega | grind",
                "    · first | specialize ih hk | skip",
                *_range_steps(statement),
                "      simp only [Int.pow_succ, Nat.pow_succ] at *",
                "      first | omega | grind",
            )
        )


def squares(statement: Statement) -> Iterator[str]:
    """An inequality: by squares of the variables and of their differences being nonnegative."""
    variables = [one for one in leading_variables(statement) if one.type in ("Int", "Rat")]
    if not variables or not re.search("[≤≥<>]", statement.conclusion):
        return
    names = [variable.name for variable in variables[:_MOST_SQUARED]]
    squared = [*names, *(f"{one} - {other}" for one, other in combinations(names, 2))]
    yield "\n".join(
        (
            "by",
            *_introductions(leading_variables(statement)),
            *(
                f"  have hs{number} := Lean.Grind.OrderedRing.sq_nonneg (a := ({term}))"
                for number, term in enumerate(squared)
            ),
            "  grind",
        )
    )


def _introductions(variables: tuple[Variable, ...]) -> list[str]:
    """The line that introduces the variables that the conclusion binds."""
    names = [variable.name for variable in variables if variable.bound]
    return [f"  intro {' '.join(names)}"] if names else []


def _range_steps(statement: Statement) -> list[str]:
    """Splits off the last term of a sum or product of our prelude, where there is one."""
    return [
        f"      rw [NuminaLean.{name}_succ _ _ _ (by omega)]"
        for name in ("sumRange", "prodRange")
        if f"NuminaLean.{name}" in statement.conclusion
    ]
