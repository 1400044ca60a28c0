"""A row of atoms: scripts and limits put to what they belong to, and the row as one formula."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from numina_lean.papers.atom import AXIS, Atom, Kind
from numina_lean.papers.tex import LARGE, OPERATORS, joined, operator

_RAISED = 0.14
_LOWERED = -0.08
"""How far from the baseline a smaller atom is a script, in sizes of the row's font."""

SMALLER = 0.86
"""An atom below this share of the row's size may be a script."""

SPACE = 0.17
"""A gap wider than this share of the size is a space between words."""

_THIN_SPACES = {"∑", "∏"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What takes one place in a row: an atom with its scripts. `gap`: the space before it, in
    sizes of the font; infinite where the page has a space."""

    text: str
    tex: str
    kind: Kind
    gap: float


def formula(atoms: Sequence[Atom]) -> str:
    """The row as LaTeX, words in it as operators or in roman."""
    row = [atom for atom in atoms if atom.kind != "space"]
    if not row:
        return ""
    size = max(atom.size for atom in row)
    return tex_of_cells(cells(row, baseline_of(row, size), size))


def baseline_of(row: Sequence[Atom], size: float) -> float:
    """Where most of the full-size atoms stand."""
    full = [atom for atom in row if atom.size >= SMALLER * size]
    plain = [atom for atom in full if not atom.centred]
    if not plain:
        return full[0].box.middle[1] - AXIS * size
    counts = Counter(round(atom.baseline * 2) for atom in plain)
    return counts.most_common(1)[0][0] / 2


def cells(row: Sequence[Atom], baseline: float, size: float) -> list[Cell]:
    """The places of a row, from left to right."""
    made: list[Cell] = []
    scripts: list[Atom] = []
    end: float | None = None
    spaced = False
    base: Atom | None = None
    ordered, limits = _limits_apart(sorted(row, key=lambda atom: atom.left), baseline, size)
    for atom in ordered:
        if atom.kind == "space":
            spaced = True
            continue
        if _script(atom, baseline, size) and made:
            scripts.append(atom)
            continue
        _close(made, scripts, base, baseline, size)
        ends = [end, *(one.right for one in scripts)] if end is not None else []
        gap = 0.0 if not ends else (atom.left - max(e for e in ends if e is not None)) / size
        scripts = list(limits.get(id(atom), ()))
        made.append(Cell(atom.text, atom.tex, atom.kind, float("inf") if spaced else gap))
        base, end, spaced = atom, atom.right, False
    _close(made, scripts, base, baseline, size)
    return made


def _close(
    made: list[Cell], scripts: Sequence[Atom], base: Atom | None, baseline: float, size: float
) -> None:
    """Put the scripts to the last cell."""
    if not scripts or base is None:
        return
    raised = [atom for atom in scripts if _script(atom, baseline, size) > 0]
    lowered = [atom for atom in scripts if _script(atom, baseline, size) < 0]
    tex = made[-1].tex
    if lowered:
        tex += f"_{_braced(formula(lowered))}"
    if raised:
        upper = formula(raised)
        tex += upper if set(upper) == {"'"} else f"^{_braced(upper)}"
    kind: Kind = "letter" if _is_ordinal(made[-1], raised, lowered) else "math"
    made[-1] = replace(made[-1], tex=tex, text=tex if kind == "math" else made[-1].text, kind=kind)


def _is_ordinal(cell: Cell, raised: Sequence[Atom], lowered: Sequence[Atom]) -> bool:
    return False if lowered else "".join(a.text for a in raised) in {"st", "nd", "rd"}


def _braced(tex: str) -> str:
    is_command = tex.startswith("\\") and tex[1:].isalpha()
    return tex if len(tex) == 1 or is_command else f"{{{tex}}}"


def _script(atom: Atom, baseline: float, size: float) -> int:
    """1 for a superscript, -1 for a subscript, 0 for neither."""
    if atom.text in ("'", "′", "’", "''") and atom.kind == "math" and atom.size < SMALLER * size:
        return 1
    if atom.centred:
        off = (atom.box.middle[1] - AXIS * size - baseline) / size
        return 0 if abs(off) < 0.3 or atom.size >= SMALLER * size else (1 if off > 0 else -1)
    if atom.size >= SMALLER * size:
        return 0
    off = (atom.baseline - baseline) / size
    return 1 if off > _RAISED else -1 if off < _LOWERED else 0


def _limits_apart(
    ordered: list[Atom], baseline: float, size: float
) -> tuple[list[Atom], dict[int, list[Atom]]]:
    """The atoms but those above and below a large operator or `lim`, and those of each."""
    limits: dict[int, list[Atom]] = {}
    taken: set[int] = set()
    for sign in ordered:
        if sign.text not in LARGE:
            continue
        half = 0.5 * sign.box.width + 0.9 * size
        for atom in ordered:
            x, y = atom.box.middle
            stacked = y > sign.box.top or y < sign.box.bottom
            if (
                atom is not sign
                and stacked
                and atom.size < SMALLER * size
                and id(atom) not in taken
            ) and abs(x - sign.box.middle[0]) <= half:
                limits.setdefault(id(sign), []).append(atom)
                taken.add(id(atom))
    return [atom for atom in ordered if id(atom) not in taken], limits


def tex_of_cells(row: Sequence[Cell]) -> str:
    """Cells as one formula: letters that make a word become an operator or roman text."""
    tokens: list[str] = []
    word: list[Cell] = []
    for cell in (*row, None):
        if cell is not None and cell.kind == "letter" and cell.tex == cell.text:
            if word and cell.gap > SPACE:
                tokens.append(_word(word))
                word = []
            word.append(cell)
            continue
        tokens += [_word(word)] if word else []
        word = []
        if cell is not None:
            tokens.append(cell.tex)
    return joined(tokens)


def _word(letters: Sequence[Cell]) -> str:
    word = "".join(cell.text for cell in letters)
    if word in OPERATORS:
        return operator(word)
    if len(word) == 1 or not word.isascii():
        return word if word.isascii() else rf"\text{{{word}}}"
    return rf"\text{{{word}}}"
