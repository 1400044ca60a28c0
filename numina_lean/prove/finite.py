"""What a proof by cases starts from: a context with its equations used up, and known bounds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from numina_lean.prove.binders import Variable
from numina_lean.prove.context import Context, Hypothesis, bare, mentions, replaced, split_outside

_FRACTIONS = re.compile(r"\b(?:Rat|Real)\b|[ℚℝ]")


@dataclass(frozen=True, slots=True)
class Cases:
    """A context in which equations for a variable are used up, functions unfolded, and what
    cannot be decided cleared. `lines` lead to it, from the statement on."""

    lines: tuple[str, ...]
    variables: tuple[Variable, ...]
    hypotheses: tuple[Hypothesis, ...]
    facts: tuple[str, ...]
    general: tuple[Hypothesis, ...]
    """Those that begin with `∀`."""

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.hypotheses)


def open_cases(context: Context) -> Cases | None:
    """None where there is no variable, or something is about other than whole numbers."""
    whole = all(each.type in ("Nat", "Int") for each in context.variables)
    if not (context.variables and whole) or any(_FRACTIONS.search(one) for one in context.texts):
        return None
    lines = [*context.lines]
    goal = context.goal
    hypotheses = list(context.hypotheses)
    if goal != "False":
        lines.append("refine Classical.byContradiction fun against => ?_")
        hypotheses.append(Hypothesis("against", f"¬ ({goal})"))
    unfolding = [each for each in hypotheses if _defines_function(each, context)]
    if unfolding:
        names = ", ".join(each.name for each in unfolding)
        lines.append(f"simp only [{names}] at *")
    variables = list(context.variables)
    for each in context.hypotheses:
        name = _defined(each, variables)
        if name is None:
            continue
        position = next(at for at, one in enumerate(hypotheses) if one.name == each.name)
        by = next(side for side in _sides(hypotheses[position].text) if side != name)
        lines.append(f"subst {each.name}")
        del hypotheses[position]
        hypotheses = [replace(one, text=replaced(one.text, name, by)) for one in hypotheses]
        variables = [one for one in variables if one.name != name]
    kept = [each for each in hypotheses if not re.search("[∀∃]|fun", each.text)]
    facts = dict(_facts(kept))
    lines += (line for about in facts.values() for line in about)
    general = tuple(each for each in hypotheses if each.text.startswith("∀"))
    return Cases(tuple(lines), tuple(variables), tuple(kept), tuple(facts), general)


def _sides(text: str) -> list[str]:
    return [bare(side) for side in split_outside(text, "=")]


def _defined(hypothesis: Hypothesis, variables: Sequence[Variable]) -> str | None:
    """The variable that the hypothesis gives in terms of others, as `subst` takes it."""
    sides = _sides(hypothesis.text)
    names = {each.name for each in variables}
    if len(sides) != 2 or re.search("[∧∨→↔≤≥<>≠¬]", hypothesis.text):
        return None
    for name, other in ((sides[1], sides[0]), (sides[0], sides[1])):
        if name in names and not mentions(other, name):
            return name
    return None


def _defines_function(hypothesis: Hypothesis, context: Context) -> bool:
    return any(
        re.match(rf"∀ [^,]*, {re.escape(each.name)} [\w'₀-₉]+ = ", hypothesis.text)
        or hypothesis.text.startswith(f"{each.name} = fun")
        for each in context.functions
    ) and not any(
        re.search(rf"= .*\b{re.escape(each.name)}\b", hypothesis.text) for each in context.functions
    )


def _facts(hypotheses: Sequence[Hypothesis]) -> Iterator[tuple[str, list[str]]]:
    """Names, and what proves them, of what is known of greatest divisors and least multiples."""
    atom = r"([\w'₀-₉]+|\([^()]*\))"
    found = dict.fromkeys(
        pair
        for each in hypotheses
        for pair in re.findall(rf"Nat\.(?:gcd|lcm) {atom} {atom}", each.text)
    )
    for number, (one, two) in enumerate(found):
        equations = ", ".join(
            each.name
            for each in hypotheses
            if re.fullmatch(rf"Nat\.(?:gcd|lcm) {re.escape(one)} {re.escape(two)} = .+", each.text)
        )
        both = [f"have both{number} := Nat.gcd_mul_lcm {one} {two}"]
        if equations:
            both.append(f"try simp only [{equations}] at both{number}")
        yield f"both{number}", both
        if not any(f"Nat.lcm {one} {two}" in each.text for each in hypotheses):
            continue
        positive = "(by first | omega | exact Nat.lcm_pos (by omega) (by omega))"
        for side, part in (("left", one), ("right", two)):
            name = f"{side}{number}"
            divides = (
                f"have {name} : {part} ∣ Nat.lcm {one} {two} := Nat.dvd_lcm_{side} {one} {two}"
            )
            yield name, [divides, f"try replace {name} := Nat.le_of_dvd {positive} {name}"]


def numeral_range(variable: Variable, hypotheses: Sequence[Hypothesis]) -> tuple[int, int] | None:
    """The least and the largest value by the hypotheses that compare it with a numeral."""
    name = re.escape(variable.name)
    lows, highs = [0] if variable.type == "Nat" else [], []
    for each in hypotheses:
        text = each.text
        negated = re.fullmatch(r"¬ \((.*)\)", text)
        sign, middle = ("", text) if negated is None else ("¬", bare(negated.group(1)))
        for pattern, flip in (
            (rf"{name} (≤|<|≥|>) (\d+)", False),
            (rf"(\d+) (≤|<|≥|>) {name}", True),
        ):
            match = re.fullmatch(pattern, middle)
            if match is None:
                continue
            relation, numeral = match.groups() if not flip else match.groups()[::-1]
            if flip:
                relation = {"≤": "≥", "<": ">", "≥": "≤", ">": "<"}[relation]
            if sign:
                relation = {"≤": ">", "<": "≥", "≥": "<", ">": "≤"}[relation]
            value = int(numeral)
            if relation in "≤<":
                highs.append(value if relation == "≤" else value - 1)
            else:
                lows.append(value if relation == "≥" else value + 1)
    return (max(lows), min(highs)) if lows and highs else None
