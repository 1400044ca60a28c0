"""Functional equations and recurrences: rewriting, iteration, induction on the closed form."""

import re
from collections.abc import Iterator

from numina_lean.prove.context import (
    Context,
    Function,
    bare,
    introduced,
    quantified,
    replaced,
    split_outside,
)
from numina_lean.translate.statement import Statement

_MOST_STEPS = 100
_NUMERAL = r"\(?(-?\d+)\)?"


def rewriting(statement: Statement) -> Iterator[str]:
    """A value of a function at a numeral: the equations rewrite it until no function is left."""
    context = introduced(statement)
    if any(_applied(each, context.goal) for each in context.functions):
        yield context.proof(
            "set_option maxRecDepth 100000 in",
            "simp (config := {maxSteps := 1000000, decide := true}) [*]",
        )


def chain(statement: Statement) -> Iterator[str]:
    """An equation between a function's neighbouring values, at each number between two numerals."""
    context = introduced(statement)
    for function in context.functions:
        at = sorted({int(each) for text in context.texts for each in _applied(function, text)})
        if len(at) < 2 or at[-1] - at[0] > _MOST_STEPS:
            continue
        lines = []
        for hypothesis in context.hypotheses:
            found = quantified(hypothesis.text)
            if found is None or len(found[1]) != 1 or f"{function.name} " not in found[2]:
                continue
            for value in range(at[0] - 2, at[-1] + 3):
                given = f"({value})" if value < 0 else str(value)
                lines.append(f"have at_{value - at[0] + 2} := {hypothesis.name} {given}")
        if lines:
            yield context.proof(*lines, "simp at *", "omega")


def iteration(statement: Statement) -> Iterator[str]:
    """`u (n + 2)` by `u n` and `u (n + 1)`, with two values: the pairs are worked out in turn."""
    context = introduced(statement)
    for function in context.functions:
        recurrence = _recurrence(function, context)
        if recurrence is None:
            continue
        name, rule, start = recurrence
        first = _value(function, context, start)
        second = _value(function, context, start + 1)
        wanted = {int(each) for each in _applied(function, context.goal)}
        if first is None or second is None or not wanted or min(wanted) < start:
            continue
        kind = function.result
        step = rule
        for old, new in (("#0", "pair.1"), ("#1", "pair.2")):
            step = step.replace(old, new)
        pairs = (
            f"(Nat.rec (({first[1]} : {kind}), ({second[1]} : {kind})) "
            f"(fun _ pair => (pair.2, {step})) nth : {kind} × {kind})"
        )
        offset = f" + {start}" if start else ""
        yield context.proof(
            f"have key : ∀ nth : Nat, {function.name} (nth{offset}) = {pairs}.1 ∧ "
            f"{function.name} (nth{offset} + 1) = {pairs}.2 := by",
            "  intro nth",
            "  induction nth with",
            f"  | zero => exact ⟨by simpa using {first[0]}, by simpa using {second[0]}⟩",
            "  | succ nth ih =>",
            "    obtain ⟨ih1, ih2⟩ := ih",
            f"    have next := {name} (nth{offset})",
            "    first",
            "    | exact ⟨by simpa [Nat.add_right_comm] using ih2, by",
            "        simp only [Nat.add_right_comm, Nat.add_assoc, Nat.reduceAdd] at *; grind⟩",
            "    | grind",
            *(
                f"rw [show ({each} : Nat) = {each - start} + {start} by rfl, (key _).1]"
                if start
                else f"rw [(key {each}).1]"
                for each in sorted(wanted)
            ),
            "decide +kernel",
        )


def closed_form(statement: Statement) -> Iterator[str]:
    """`u n = e`, where `u` has a recurrence: by induction, one step or two at a time.

    A difference of natural numbers and a quotient are moved to the other side first.
    """
    context = introduced(statement)
    sides = split_outside(context.goal, "=")
    names = [each.name for each in context.variables if each.type == "Nat"]
    if len(sides) != 2 or not context.functions or not names:
        return
    name = next((each for each in names if re.search(rf"\b{re.escape(each)}\b", sides[0])), None)
    if name is None:
        return
    if not any(_gives_values(each.text, context) for each in context.hypotheses):
        return
    claim, closing = _without_loss(sides[0], bare(sides[1]), context)
    after = replaced(claim, name, f"{name} + 1")
    depends = [
        each.name
        for each in context.hypotheses
        if not each.text.startswith("∀") and re.search(rf"\b{re.escape(name)}\b", each.text)
    ]
    clear = [f"try clear {each}" for each in depends]
    rules = [each.name for each in context.hypotheses if each.text.startswith("∀")]
    instances = [
        f"    have := {rule} ({argument})"
        for rule in rules
        for argument in (name, f"{name} + 1", f"{name} + 2")
    ]
    tidy = (
        "simp only [Nat.pow_succ, Int.pow_succ, Nat.add_assoc, Nat.reduceAdd, Nat.add_sub_cancel, "
        "ge_iff_le] at *"
    )
    yield context.proof(
        f"have key : ∀ {name} : Nat, ({claim}) ∧ ({after}) := by",
        *(f"  {line}" for line in clear),
        f"  intro {name}",
        f"  induction {name} with",
        "  | zero => constructor <;> first | (simp [*]; done) | grind",
        f"  | succ {name} ih =>",
        "    obtain ⟨ih1, ih2⟩ := ih",
        "    refine ⟨ih2, ?_⟩",
        *instances,
        "    first",
        "    | grind",
        f"    | ({tidy}; grind)",
        f"    | ({tidy}; omega)",
        f"have result := (key {name}).1",
        *closing,
    )


def _gives_values(text: str, context: Context) -> bool:
    """Whether a hypothesis says what a function is at each number, in terms of others."""
    found = quantified(text)
    if found is None or found[0] != "∀":
        return False
    names = "|".join(re.escape(each.name) for each in context.functions)
    return re.match(rf"(?:[^=]*→ )?(?:{names}) (?:\w+|\([\w ₀-₉+]+\)) = ", found[2]) is not None


def _without_loss(left: str, right: str, context: Context) -> tuple[str, tuple[str, ...]]:
    """The claim to be proved by induction, and what leads from it (`result`) to the goal."""
    quotient = split_outside(right, "/")
    if len(quotient) == 2 and quotient[1].isdigit():
        return f"{quotient[1]} * {left} = {quotient[0]}", ("omega",)
    difference = split_outside(right, " - ")
    if len(difference) == 2 and all(each.result == "Nat" for each in context.functions):
        return f"{left} + ({difference[1]}) = {difference[0]}", ("omega",)
    return f"{left} = {right}", ("exact result",)


def _applied(function: Function, text: str) -> list[str]:
    """The numerals that the function is applied to."""
    return re.findall(rf"(?<![\w'.]){re.escape(function.name)} {_NUMERAL}(?![\w'])", text)


def _value(function: Function, context: Context, at: int) -> tuple[str, str] | None:
    """The hypothesis that says the function's value at `at`, and the value."""
    for each in context.hypotheses:
        match = re.fullmatch(rf"{re.escape(function.name)} {at} = ([^=∧∨]+)", each.text)
        if match is not None:
            return each.name, match.group(1)
    return None


def _recurrence(function: Function, context: Context) -> tuple[str, str, int] | None:
    """A hypothesis `∀ n, u (n + 2) = …`: its name, the right side with `#0`, `#1` for the values
    before, and the first `n` that has a value.
    """
    own = re.escape(function.name)
    for each in context.hypotheses:
        found = quantified(each.text)
        if found is None or len(found[1]) != 1 or function.argument != "Nat":
            continue
        name = re.escape(found[1][0][0])
        sides = split_outside(found[2], "=")
        if len(sides) != 2 or re.fullmatch(rf"{own} \({name} \+ 2\)", sides[0]) is None:
            continue
        rule = re.sub(rf"\b{own} \({name} \+ 1\)", "#1", sides[1])
        rule = re.sub(rf"\b{own} {name}\b", "#0", rule)
        start = next((at for at in (0, 1) if _value(function, context, at)), None)
        if start is not None and re.search(rf"\b(?:{own}|{name})\b", rule) is None:
            return each.name, rule, start
    return None


def casts(statement: Statement) -> Iterator[str]:
    """An equation between whole numbers whose hypotheses are about their casts to ℚ."""
    context = introduced(statement)
    sides = split_outside(context.goal, "=")
    if len(sides) != 2 or "Rat" not in " ".join(each.text for each in context.hypotheses):
        return
    kinds = {each.type for each in context.variables}
    for kind, lemma in (("Nat", "Rat.natCast_inj"), ("Int", "Rat.intCast_inj")):
        if kind in kinds:
            yield context.proof(f"refine {lemma}.mp ?_", "push_cast", "grind")
            yield context.proof(f"refine {lemma}.mp ?_", "grind")
