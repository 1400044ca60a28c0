"""Fractions, roots and overlines: what a rule on the page makes of the atoms around it.

The distances are in sizes of the font, from the rules of The TeXbook, appendix G, with room for
other typesetters. A rule that makes nothing of its surroundings, as one under a heading, is left.
"""

from collections.abc import Callable, Sequence

from numina_lean.papers.atom import Atom
from numina_lean.papers.glyph import Box

_NEAR = 0.56
"""Farthest the ink of a numerator or denominator begins from the bar."""

_UNDERLINE = 0.3
"""A baseline nearer than this above a rule, in letters of full size, is underlined text."""

Latex = Callable[[Sequence[Atom]], str]


def with_rules_read(
    atoms: Sequence[Atom], rules: Sequence[Box], body: float, latex: Latex
) -> list[Atom]:
    """The atoms, with those of each fraction, root or overline in one atom.

    `body`: the size of the font of the text. `latex`: turns a row of atoms into a formula.
    """
    left = list(atoms)
    for rule in sorted(rules, key=lambda rule: rule.width):
        found = _root(rule, left, latex) or _fraction(rule, left, body, latex)
        if found is not None:
            made, used = found
            gone = {id(atom) for atom in used}
            left = [atom for atom in left if id(atom) not in gone]
            left.append(made)
    return left


def _root(rule: Box, atoms: Sequence[Atom], latex: Latex) -> tuple[Atom, list[Atom]] | None:
    for sign in atoms:
        reach = 0.25 * sign.size
        if sign.text != "√" or sign.tex != r"\surd":
            continue
        if abs(sign.box.right - rule.left) > reach or abs(sign.box.top - rule.top) > reach:
            continue
        room = Box(rule.left - 0.5, sign.box.bottom - reach, rule.right + 0.5, rule.top + 0.5)
        inside = [atom for atom in atoms if atom is not sign and room.holds(*atom.box.middle)]
        if not inside:
            return None
        index = [atom for atom in atoms if _is_index(atom, sign)]
        degree = f"[{latex(index)}]" if index else ""
        tex = rf"\sqrt{degree}{{{latex(inside)}}}"
        main = max(inside, key=lambda atom: atom.size)
        box = sign.box.union(Box(rule.left, rule.bottom, rule.right, rule.top))
        made = Atom(
            tex, tex, "math", main.size, min([sign.left, *(a.left for a in index)]), rule.right,
            main.height_above, box,
        )  # fmt: skip
        return made, [sign, *inside, *index]
    return None


def _is_index(atom: Atom, sign: Atom) -> bool:
    x, y = atom.box.middle
    return (
        atom is not sign
        and atom.size < 0.65 * sign.size
        and sign.box.left - 0.3 * sign.size <= x <= sign.box.right - 0.2 * sign.size
        and sign.box.middle[1] <= atom.box.bottom + 0.3 * sign.size
        and y <= sign.box.top + 0.4 * sign.size
    )


def _fraction(
    rule: Box, atoms: Sequence[Atom], body: float, latex: Latex
) -> tuple[Atom, list[Atom]] | None:
    within = [
        atom
        for atom in atoms
        if rule.left - 1.5 <= atom.box.middle[0] <= rule.right + 1.5 and atom.kind != "space"
    ]
    axis = rule.middle[1]
    above = _grown([a for a in within if -0.5 <= a.box.bottom - axis <= _NEAR * body], [
        a for a in within if a.box.bottom > axis - 0.5])  # fmt: skip
    below = _grown([a for a in within if -0.5 <= axis - a.box.top <= _NEAR * body], [
        a for a in within if a.box.top < axis + 0.5])  # fmt: skip
    if not below or any(_runs_out(part, rule, atoms) for part in (above, below)):
        return None
    if not above:
        return _overline(rule, below, latex)
    main = max(above, key=lambda atom: atom.size)
    if main.size > 0.85 * body and not main.centred and main.baseline - axis < _UNDERLINE * body:
        return None
    tex = rf"\frac{{{latex(above)}}}{{{latex(below)}}}"
    size = max(body, max(atom.size for atom in (*above, *below)))
    box = _box((*above, *below))
    box = Box(
        min(box.left, rule.left), axis - 0.8 * size, max(box.right, rule.right), axis + 0.8 * size
    )
    made = Atom(
        tex, tex, "math", size, rule.left, rule.right, axis - 0.25 * size, box, centred=True
    )
    return made, [*above, *below]


def _overline(rule: Box, below: list[Atom], latex: Latex) -> tuple[Atom, list[Atom]] | None:
    box = _box(below)
    main = max(below, key=lambda atom: atom.size)
    if rule.bottom - box.top > 0.3 * main.size or abs(box.width - rule.width) > 0.6 * main.size:
        return None
    tex = rf"\overline{{{latex(below)}}}"
    made = Atom(tex, tex, "math", main.size, rule.left, rule.right, main.height_above, box)
    return made, below


def _grown(seeds: list[Atom], candidates: list[Atom]) -> list[Atom]:
    """The seeds, and what stands beside one of them or one that came in so."""
    found, rest = list(seeds), [a for a in candidates if not any(a is seed for seed in seeds)]
    grew = True
    while grew:
        near = [a for a in rest if any(_beside(a, other) for other in found)]
        rest = [a for a in rest if not any(a is one for one in near)]
        found += near
        grew = bool(near)
    return found


def _beside(atom: Atom, other: Atom) -> bool:
    gap = max(atom.left - other.right, other.left - atom.right)
    overlap = min(atom.box.top, other.box.top) - max(atom.box.bottom, other.box.bottom)
    low = min(atom.box.height, other.box.height)
    return gap < 0.45 * max(atom.size, other.size) and overlap >= min(0.3 * low, 1.0) > 0


def _runs_out(part: Sequence[Atom], rule: Box, atoms: Sequence[Atom]) -> bool:
    """Whether the row goes on past the ends of the rule, so that the rule is no fraction bar."""
    for atom in atoms:
        if rule.left - 1.5 <= atom.box.middle[0] <= rule.right + 1.5 or atom.kind == "space":
            continue
        for other in part:
            same = abs(atom.baseline - other.baseline) < 0.4 and not atom.centred
            gap = max(atom.left - other.right, other.left - atom.right)
            if same and not other.centred and gap < 0.12 * other.size:
                return True
    return False


def _box(atoms: Sequence[Atom]) -> Box:
    box = atoms[0].box
    for atom in atoms[1:]:
        box = box.union(atom.box)
    return box
