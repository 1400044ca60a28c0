"""A born-digital page as Markdown: columns, paragraphs, pictures and drawings in reading order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from numina_lean.papers.atom import Atom, atom_of
from numina_lean.papers.fraction import with_rules_read
from numina_lean.papers.glyph import Box, Layer
from numina_lean.papers.line import Line, body_size, lines_of, markdown
from numina_lean.papers.row import formula

_SINGLE = 1.22
"""The distance of lines that typesetters take by default, in sizes of the font."""

_SMALLEST_PICTURE = 24.0
_LARGEST_PICTURE = 0.85
_MOST_LABELS = 80
"""Glyphs on a drawing: with more of them, the lines are a frame around text."""

Saved = Callable[[Box], str]
"""Saves what a box of the page shows, and gives the name of the file."""


@dataclass(frozen=True, slots=True)
class _Block:
    """What stands in one place of the page's order: text, or an image."""

    markdown: str
    left: float
    right: float
    top: float
    bottom: float
    size: float


def page_markdown(layer: Layer, save: Saved) -> tuple[str, tuple[str, ...]]:
    """The page as Markdown, and the names of the images that it refers to."""
    figures = _figures(layer)
    glyphs = [g for g in layer.glyphs if not any(box.holds(*g.box.middle) for box in figures)]
    atoms = [atom for glyph in glyphs if (atom := atom_of(glyph)) is not None]
    body = body_size(atoms)
    outside = [r for r in layer.rules if not any(box.holds(*r.middle) for box in figures)]
    rules = [rule for rule in outside if rule.width < 0.6 * layer.width]
    atoms = with_rules_read(atoms, rules, body, formula)
    blocks = [
        _block(line) for part in _columns(atoms, layer.width) for line in lines_of(part, body)
    ]
    names = []
    for box in figures:
        name = save(box)
        names.append(name)
        _insert(blocks, _Block(f"\n![]({name})\n", box.left, box.right, box.top, box.bottom, body))
    return _paragraphs(blocks), tuple(names)


def _block(line: Line) -> _Block:
    return _Block(
        markdown(line), line.left, line.right, line.baseline + 0.7 * line.size, line.baseline,
        line.size,
    )  # fmt: skip


def _insert(blocks: list[_Block], figure: _Block) -> None:
    """Put the figure before the first line below it in its column."""
    for index, block in enumerate(blocks):
        beside = block.left <= figure.right and figure.left <= block.right
        if beside and block.bottom <= (figure.top + figure.bottom) / 2:
            blocks.insert(index, figure)
            return
    blocks.append(figure)


def _paragraphs(blocks: Sequence[_Block]) -> str:
    """The blocks with a blank line where the page leaves more room than between lines."""
    steps = [a.bottom - b.bottom for a, b in pairwise(blocks)]
    leading = _leading([step for step in steps if step > 0], [block.size for block in blocks])
    text = ""
    for index, block in enumerate(blocks):
        step = steps[index - 1] if index else 0.0
        gap = index and (step > 1.28 * leading or step < 0)
        text += ("\n\n" if gap else "\n" if index else "") + block.markdown
    return text.strip("\n") + "\n" if text.strip() else ""


def _leading(steps: Sequence[float], sizes: Sequence[float]) -> float:
    """The distance of two lines of a paragraph: on a page of short ones, not what is common."""
    size = median(sizes) if sizes else 0.0
    single = [step for step in steps if step <= 1.45 * size]
    if single or not steps:
        return median(single) if single else 0.0
    common = median(steps)
    alike = sum(abs(step - common) < 0.05 * common for step in steps)
    return common if alike > 0.7 * len(steps) > 5 else _SINGLE * size


def _figures(layer: Layer) -> list[Box]:
    """Boxes of pictures and drawings that a reader of the page would call a figure."""
    area = layer.width * layer.height
    boxes = [
        *layer.pictures,
        *(box for box in layer.drawings if box.width * box.height < area * 0.5),
    ]
    merged: list[Box] = []
    for box in boxes:
        grown = Box(box.left - 4, box.bottom - 4, box.right + 4, box.top + 4)
        touching = [m for m in merged if _overlap(m, grown)]
        merged = [m for m in merged if not _overlap(m, grown)]
        for other in touching:
            box = box.union(other)
        merged.append(box)
    return [box for box in merged if _is_figure(box, layer)]


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left <= other.right
        and other.left <= one.right
        and one.bottom <= other.top
        and other.bottom <= one.top
    )


def _is_figure(box: Box, layer: Layer) -> bool:
    large = box.width >= _SMALLEST_PICTURE and box.height >= _SMALLEST_PICTURE
    labels = sum(box.holds(*glyph.box.middle) for glyph in layer.glyphs)
    share = box.width * box.height / (layer.width * layer.height)
    return large and labels <= _MOST_LABELS and share <= _LARGEST_PICTURE


def _columns(atoms: Sequence[Atom], width: float) -> list[list[Atom]]:
    """The atoms in one part, or cut at a gutter that runs down the page near its middle."""
    ink = [atom for atom in atoms if atom.kind != "space"]
    if len(ink) < 200:
        return [list(atoms)]
    gutter = _gutter(ink, width)
    if gutter is None:
        return [list(atoms)]
    crossing_top = [a for a in ink if a.box.left < gutter < a.box.right]
    left = [a for a in atoms if a.box.middle[0] <= gutter]
    right = [a for a in atoms if a.box.middle[0] > gutter]
    if crossing_top or min(len(left), len(right)) < 0.2 * len(atoms):
        return [list(atoms)]
    return [left, right]


def _gutter(ink: Sequence[Atom], width: float) -> float | None:
    """The middle of a strip, a font's size wide, where nothing stands."""
    size = body_size(ink)
    taken = [False] * (int(width) + 2)
    for atom in ink:
        for x in range(max(0, int(atom.left)), min(len(taken), int(atom.right) + 2)):
            taken[x] = True
    best: tuple[int, int] | None = None
    start = None
    for x in range(int(0.35 * width), int(0.65 * width)):
        if not taken[x] and start is None:
            start = x
        if taken[x] and start is not None:
            best = max(best or (0, 0), (x - start, start))
            start = None
    return best[1] + best[0] / 2 if best and best[0] >= size else None
