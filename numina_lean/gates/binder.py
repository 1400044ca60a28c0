"""The binders of a statement taken apart, by their text alone."""

import re
from dataclasses import dataclass

from numina_lean.lean.skeleton import skeleton
from numina_lean.translate.statement import Statement

_OPENING, _CLOSING = "([{⟨⦃", ")]}⟩⦄"
_NAMES = re.compile(r"(?:[^\W\d][\w'.₀-₉]*|_|«[^»]*»)(?:\s+(?:[^\W\d][\w'.₀-₉]*|_|«[^»]*»))*")
_SAYS = re.compile(
    r"[<>≤≥=≠∣∤∈∉¬↔∧∨∀∃≡⊆]|(?<![\w.])(?:Even|Odd|Prime|Squarefree|IsLeast|IsGreatest|IsSquare)(?!\w)"
    r"|\.(?:Prime|Coprime|Odd|Even)(?!\w)|isPrime|Injective|Surjective|Bijective|StrictMono|Monotone"
)


@dataclass(frozen=True, slots=True)
class Binder:
    """`(names : type)`, or `[type]` without names. `says`: its type is a proposition, by its look.

    `bracket` is the opening one.
    """

    bracket: str
    names: tuple[str, ...]
    type: str
    says: bool


def split_binder(text: str) -> Binder | None:
    """The parts of one bracketed binder; None where it is no such thing."""
    bare = (skeleton(text) or text).strip()
    if len(bare) < 2 or bare[0] not in _OPENING or bare[-1] not in _CLOSING:
        return None
    inner = bare[1:-1]
    colon = _colon(inner)
    if colon is None:
        return Binder(bare[0], (), inner.strip(), says=False) if bare[0] == "[" else None
    names, type_ = inner[:colon].strip(), inner[colon + 1 :].strip()
    if not _NAMES.fullmatch(names) or ":=" in type_:
        return None
    return Binder(bare[0], tuple(names.split()), type_, _SAYS.search(type_) is not None)


def _colon(text: str) -> int | None:
    depth = 0
    for at, char in enumerate(text):
        depth += (char in _OPENING) - (char in _CLOSING)
        if char == ":" and depth == 0:
            return at
    return None


def conjuncts(text: str) -> tuple[str, ...]:
    """The parts of `p ∧ q ∧ …`; `text` alone where another connective is there at depth 0."""
    depth, start = 0, 0
    parts: list[str] = []
    for at, char in enumerate(text):
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth == 0 and char in "∀∃→↔∨,λ":
            return (text.strip(),)
        if depth == 0 and char == "∧":
            parts.append(text[start:at].strip())
            start = at + 1
    return (*parts, text[start:].strip())


def hypotheses(statement: Statement) -> tuple[Binder, ...]:
    """The binders that say something, in order."""
    split = (split_binder(binder) for binder in statement.binders)
    return tuple(each for each in split if each is not None and each.says)
