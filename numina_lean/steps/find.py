"""The steps of a solution: its chains of relations, link by link, in the order of the text."""

from dataclasses import replace

from numina_lean.steps.latex import latex_chains
from numina_lean.steps.passage import MATH, Passage, passages
from numina_lean.steps.prose import prose_chains
from numina_lean.steps.side import SCALES, operates
from numina_lean.steps.step import Chain, Step, Unread

LONGEST = 50_000
"""Characters of a solution that are read; what comes after is not."""


def steps_of(solution: str) -> tuple[Step, ...]:
    """All steps of `solution`, by where they begin. Raises on no text.

    A step that an annotation and the text around it both have is one, that of the annotation.
    """
    text = solution[:LONGEST]
    found = passages(text)
    chains: list[Chain] = []
    for passage in found.annotations:
        chains += prose_chains(text, passage.start, passage.end, "annotation")
    for passage in found.math:
        chains += (
            _in_sentence(text, found.plain, passage, chain) for chain in latex_chains(text, passage)
        )
    steps = _links(chains)
    said = {_formulas(step) for step in steps if step.place == "annotation"}
    for step in _links(list(prose_chains(found.plain, 0, len(found.plain)))):
        noted = any(step.start <= each.start and each.end <= step.end for each in found.annotations)
        if not (noted and (_formulas(step) in said or _is_cut(step))):
            steps.append(step)
    return tuple(sorted(steps, key=lambda step: (step.start, step.end)))


def _links(chains: list[Chain]) -> list[Step]:
    return [Step(chain, link) for chain in chains for link in range(len(chain.signs))]


def _formulas(step: Step) -> tuple[str | None, str, str | None]:
    return step.left.formula, step.sign, step.right.formula


def _is_cut(step: Step) -> bool:
    """Whether a side is not whole: the annotation inside has what could be read of the step."""
    return any(side.doubt not in (None, "words") for side in (step.left, step.right))


def _in_sentence(text: str, plain: str, passage: Passage, chain: Chain) -> Chain:
    """`chain`, with doubts where the words around its passage take part in it."""
    sides = list(chain.sides)
    if not _inline(plain, passage):
        return chain
    before = plain[: passage.start].rstrip(MATH).rstrip(" ")
    if not text[passage.start : sides[0].start].strip() and (doubt := _word_before(before)):
        sides[0] = replace(sides[0], doubt=sides[0].doubt or doubt)
    after = plain[passage.end :].lstrip(MATH).lstrip(" ")
    if not text[sides[-1].end : passage.end].strip() and (doubt := _word_after(after)):
        sides[-1] = replace(sides[-1], doubt=sides[-1].doubt or doubt)
    return replace(chain, sides=tuple(sides))


def _inline(plain: str, passage: Passage) -> bool:
    return plain[passage.start - 2 : passage.start - 1] != MATH


def _word_before(text: str) -> Unread | None:
    return "words" if operates(text) else None


def _word_after(text: str) -> Unread | None:
    if text.startswith(("!", "%", "°", "^", "..", "…")):
        return "words"
    words = text[:40].replace("-", " ").split()
    if not words:
        return None
    return (
        "words" if words[0].lower().strip(".,;:)") in SCALES | {"times", "plus", "minus"} else None
    )
