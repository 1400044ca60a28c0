"""A statement after its variables and hypotheses are introduced: what a search looks at.

The reading is of the text, and loose. Nothing rests on it: what is made of it is a proof for
Lean to check, and where the reading is wrong, Lean does not take the proof.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from numina_lean.prove.binders import NUMBER_TYPES, NumberType, Variable
from numina_lean.translate.statement import Statement

_OPENING, _CLOSING = "([{⟨⦃", ")]}⟩⦄"
_BINDING = re.compile(r"∀|∃|(?:fun|λ|if|let|have|match)\b")
_BINDER = re.compile(r"[({⦃]\s*([^:]+?)\s*:\s*(.+?)\s*[)}⦄]", re.DOTALL)
_QUANTIFIER = re.compile(r"([∀∃])\s*(.+)", re.DOTALL)
_BOUNDED = re.compile(r"([\w'₀-₉]+)\s*((?:≥|≤|>|<|≠)\s*.+)", re.DOTALL)
_NAMES = re.compile(r"[\w'₀-₉]+(?:\s+[\w'₀-₉]+)*")


@dataclass(frozen=True, slots=True)
class Function:
    """A variable `name : argument → result` over number types, of one argument."""

    name: str
    argument: NumberType
    result: NumberType


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """`name : text`, with conjunctions and existentials taken apart."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """What there is after the tactics `lines`, and the goal then. `False` for an impossibility."""

    lines: tuple[str, ...]
    variables: tuple[Variable, ...]
    functions: tuple[Function, ...]
    hypotheses: tuple[Hypothesis, ...]
    goal: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the hypotheses, and of the goal at the end."""
        return (*(each.text for each in self.hypotheses), self.goal)

    def proof(self, *lines: str) -> str:
        """The tactics that lead here and then `lines`, as a proof for `:=`."""
        return "\n".join(("by", *(f"  {line}" for line in (*self.lines, *lines))))


def split_outside(text: str, separator: str) -> list[str]:
    """`text` between the `separator`s that are in no bracket and behind no binder."""
    parts, depth, start, at = [], 0, 0, 0
    while at < len(text):
        if text[at] in _OPENING:
            depth += 1
        elif text[at] in _CLOSING:
            depth -= 1
        elif depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at].strip())
            start = at + len(separator)
        elif depth == 0 and _BINDING.match(text, at) and not text[at - 1 : at].isalnum():
            break
        at += 1
    parts.append(text[start:].strip())
    return parts


def bare(text: str) -> str:
    """`text` without brackets around all of it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for at, letter in enumerate(text):
            depth += (letter == "(") - (letter == ")")
            if depth == 0 and at < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


def mentions(text: str, name: str) -> bool:
    """Whether `name` occurs in `text` as a word."""
    return re.search(rf"(?<![\w'.₀-₉]){re.escape(name)}(?![\w'₀-₉])", text) is not None


def replaced(text: str, name: str, by: str) -> str:
    """`text` with `by`, in brackets unless it is a word, for the word `name`."""
    inserted = by if re.fullmatch(r"[\w'₀-₉]+", by) else f"({by})"
    pattern = rf"(?<![\w'.₀-₉]){re.escape(name)}(?![\w'₀-₉])"
    return re.sub(pattern, lambda _: inserted, text)


def quantified(text: str) -> tuple[str, list[tuple[str, str | None, str | None]], str] | None:
    """`∀` or `∃` at the head: the sign, (name, type, bound) for each variable, and the body."""
    match = _QUANTIFIER.fullmatch(text)
    if match is None:
        return None
    sign, rest = match.groups()
    depth = 0
    for at, letter in enumerate(rest):
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth == 0 and letter == ",":
            return sign, list(_bound_variables(rest[:at].strip())), rest[at + 1 :].strip()
    return None


def _bound_variables(text: str) -> Iterator[tuple[str, str | None, str | None]]:
    groups = re.findall(r"\(([^()]*)\)", text) if text.startswith("(") else [text]
    for group in groups:
        names, _, kind = group.partition(":")
        bounded = _BOUNDED.fullmatch(names.strip())
        if bounded is not None:
            yield bounded.group(1), None, f"{bounded.group(1)} {bounded.group(2)}"
        elif _NAMES.fullmatch(names.strip()):
            for name in names.split():
                yield name, kind.strip() or None, None


@dataclass(slots=True)
class _Reader:
    variables: list[Variable] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    hypotheses: list[Hypothesis] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    made: int = 0

    def binder(self, text: str) -> None:
        match = _BINDER.fullmatch(text.strip())
        if match is None:
            return
        names, kind = match.group(1).split(), " ".join(match.group(2).split())
        if not self._declare(names, kind):
            for name in names:
                pattern = self._pattern(kind, name)
                if pattern != name:
                    self.lines.append(f"obtain {pattern} := {name}")

    def conclusion(self, text: str) -> str:
        """Introduces what is in front of the goal, which is returned."""
        while True:
            text = bare(" ".join(text.split()))
            implication = split_outside(text, "→")
            found = quantified(text)
            if len(implication) > 1 and len(split_outside(text, "↔")) == 1:
                self._assume(implication[0])
                text = text[text.index("→", len(implication[0])) + 1 :]
            elif found is not None and found[0] == "∀":
                text = found[2]
                self._introduce(found[1], text)
            elif text.startswith("¬") and all(
                len(split_outside(text, sign)) == 1 for sign in "∧∨→↔"
            ):
                self._assume(text[1:])
                return "False"
            elif len(split_outside(text, "≠")) == 2 and all(
                len(split_outside(text, sign)) == 1 for sign in "∧∨→↔"
            ):
                self._assume(" = ".join(split_outside(text, "≠")))
                return "False"
            else:
                return text

    def _introduce(self, found: list[tuple[str, str | None, str | None]], body: str) -> None:
        for name, kind, bound in found:
            self.lines.append(f"intro {name}")
            self._declare([name], kind or self._guess(name, body))
            if bound is not None:
                self._assume(bound)

    def _assume(self, text: str) -> None:
        self.lines.append(f"rintro {self._pattern(text, self._new())}")

    def _declare(self, names: list[str], kind: str) -> bool:
        """Whether `kind` is a type that we know, and the names are taken in as of that type."""
        parts = [part.strip() for part in kind.split("→")]
        if kind in NUMBER_TYPES:
            self.variables += (Variable(name, NUMBER_TYPES[kind]) for name in names)
        elif len(parts) == 2 and all(part in NUMBER_TYPES for part in parts):
            argument, result = NUMBER_TYPES[parts[0]], NUMBER_TYPES[parts[1]]
            self.functions += (Function(name, argument, result) for name in names)
        else:
            return len(parts) > 1 and all(re.fullmatch(r"[\w' ]+", part) for part in parts)
        return True

    def _pattern(self, text: str, name: str) -> str:
        """The pattern that takes `text` apart, whose parts become hypotheses."""
        text = bare(text)
        parts = split_outside(text, "∧")
        if len(parts) > 1 and all(len(split_outside(text, sign)) == 1 for sign in "∨→↔"):
            whole = [*parts[:-1], parts[-1]]
            return f"⟨{', '.join(self._pattern(part, self._new()) for part in whole)}⟩"
        found = quantified(text)
        if found is not None and found[0] == "∃":
            names = []
            for variable, kind, bound in found[1]:
                self._declare([variable], kind or self._guess(variable, found[2]))
                names.append(variable)
                if bound is not None:
                    names.append(self._pattern(bound, self._new()))
            inner = self._pattern(found[2], self._new())
            return f"⟨{', '.join(names)}, {inner}⟩"
        self.hypotheses.append(Hypothesis(name, text))
        return name

    def _guess(self, name: str, body: str) -> NumberType:
        """The type of a variable that the text does not say."""
        for function in self.functions:
            if re.search(rf"\b{re.escape(function.name)} \(?{re.escape(name)}\b", body):
                return function.argument
        return self.variables[0].type if self.variables else "Nat"

    def _new(self) -> str:
        self.made += 1
        return f"hyp{self.made}"


def introduced(statement: Statement) -> Context:
    """Read `statement`."""
    reader = _Reader()
    for binder in statement.binders:
        reader.binder(binder)
    goal = reader.conclusion(statement.conclusion)
    return Context(
        tuple(reader.lines),
        tuple(reader.variables),
        tuple(reader.functions),
        tuple(reader.hypotheses),
        goal,
    )
