"""The lines of a born-digital page: atoms gathered by baseline, and each line as Markdown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from numina_lean.papers.atom import AXIS, Atom
from numina_lean.papers.row import SMALLER, SPACE, Cell, baseline_of, cells, tex_of_cells
from numina_lean.papers.tex import OPERATORS

_SAME_LINE = 0.3
_REACH = 1.1
"""How far from a line's baseline a script or a limit may be, in sizes of its font."""

_WIDE = 0.6
"""A gap wider than this shows as a space even between Chinese characters."""

_OPENING, _CLOSING = "([{", ")]}"
_TRAILING = ".,;:!?。，；：、？！"


@dataclass(frozen=True, slots=True)
class Line:
    """`size`: of its font; `left` to `right` and `bottom` to `top`: of its ink."""

    atoms: tuple[Atom, ...]
    baseline: float
    size: float
    left: float
    right: float
    bottom: float
    top: float


def body_size(atoms: Sequence[Atom]) -> float:
    """The size most of the atoms have."""
    sizes = Counter(round(atom.size, 1) for atom in atoms if atom.kind != "space")
    return sizes.most_common(1)[0][0] if sizes else 10.0


def lines_of(atoms: Sequence[Atom], body: float) -> list[Line]:
    """The lines, from top to bottom. `body`: the size of the font of the text."""
    rows = _rows([atom for atom in atoms if _is_full(atom, body)], body)
    rest = [atom for atom in atoms if not _is_full(atom, body)]
    left_over: list[Atom] = []
    for atom in rest:
        row = _row_of(atom, rows, body)
        if row is None:
            left_over.append(atom)
        else:
            row.append(atom)
    made = [_line(row) for row in rows]
    if left_over:
        size = body_size(left_over)
        smaller = size if size < SMALLER * body else SMALLER * body * 0.99
        if any(_is_full(atom, smaller) for atom in left_over):
            made += lines_of(left_over, smaller)
        else:
            made += [_line(row) for row in _by_middle(left_over, body)]
    return sorted(made, key=lambda line: -line.baseline)


def _is_full(atom: Atom, body: float) -> bool:
    return atom.size >= SMALLER * body and not atom.centred


def _rows(atoms: Sequence[Atom], body: float) -> list[list[Atom]]:
    rows: list[list[Atom]] = []
    for atom in sorted(atoms, key=lambda atom: -atom.baseline):
        if rows and rows[-1][0].baseline - atom.baseline <= _SAME_LINE * body:
            rows[-1].append(atom)
        else:
            rows.append([atom])
    return [row for row in rows if any(atom.kind != "space" for atom in row)]


def _row_of(atom: Atom, rows: Sequence[list[Atom]], body: float) -> list[Atom] | None:
    def distance(row: list[Atom]) -> float:
        where = atom.box.middle[1] - AXIS * row[0].size if atom.centred else atom.baseline
        return abs(where - row[0].baseline)

    near = [row for row in rows if distance(row) <= _REACH * max(body, row[0].size)]
    beside = [row for row in near if _touches(atom, row)]
    return min(beside, key=distance, default=None)


def _touches(atom: Atom, row: Sequence[Atom]) -> bool:
    """Whether the row has something close to the atom's left or right, or over or under it."""
    reach = 2.0 * max(atom.size, row[0].size)
    return any(
        other.left - reach <= atom.box.middle[0] <= other.right + reach
        for other in row
        if other.kind != "space"
    )


def _by_middle(atoms: Sequence[Atom], body: float) -> list[list[Atom]]:
    rows: list[list[Atom]] = []
    for atom in sorted(atoms, key=lambda atom: -atom.box.middle[1]):
        if rows and rows[-1][0].box.middle[1] - atom.box.middle[1] <= 0.5 * body:
            rows[-1].append(atom)
        else:
            rows.append([atom])
    return rows


def _line(row: Sequence[Atom]) -> Line:
    ink = [atom for atom in row if atom.kind != "space"]
    size = max(body_size(ink), min(atom.size for atom in ink))
    full = [atom for atom in ink if atom.size >= SMALLER * size]
    return Line(
        tuple(row),
        baseline_of(full, size),
        size,
        min(atom.box.left for atom in ink),
        max(atom.box.right for atom in ink),
        min(atom.box.bottom for atom in ink),
        max(atom.box.top for atom in ink),
    )


def markdown(line: Line) -> str:
    """The line as Markdown, its formulas in `$`."""
    row = cells(line.atoms, line.baseline, line.size)
    parts: list[str] = []
    start = 0
    for first, last in _runs(row):
        parts.append(_text(row[start:first], spaced=start > 0))
        space = " " if first > 0 and _spaced(row[first - 1], row[first]) else ""
        parts.append(f"{space}${tex_of_cells(row[first:last])}$")
        start = last
    parts.append(_text(row[start:], spaced=start > 0))
    return "".join(parts).strip()


def _spaced(before: Cell, cell: Cell) -> bool:
    cjk = _is_cjk(before.text[-1:]) or _is_cjk(cell.text[:1])
    return cell.gap > (_WIDE if cjk else SPACE)


def _is_cjk(character: str) -> bool:
    return bool(character) and (
        "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
    )  # fmt: skip


def _text(row: Sequence[Cell], *, spaced: bool) -> str:
    text = ""
    for index, cell in enumerate(row):
        previous = row[index - 1] if index else None
        if previous is not None and _spaced(previous, cell):
            text += " "
        if previous is None and spaced and cell.gap > (_WIDE if _is_cjk(cell.text[:1]) else SPACE):
            text += " "
        text += cell.text
    return text


def _runs(row: Sequence[Cell]) -> list[tuple[int, int]]:
    """First and one past the last cell of each formula."""
    is_math = _math_cells(row)
    runs: list[tuple[int, int]] = []
    start = 0
    for first, last in _pieces(row, is_math):
        first, last = _trimmed(row, is_math, max(first, start), last)
        if first < last and any(is_math[first:last]):
            runs.append((first, last))
            start = last
    return runs


def _math_cells(row: Sequence[Cell]) -> list[bool]:
    """Which cells are of a formula for certain: symbols, lone italics, operators before these."""
    found = [cell.kind == "math" for cell in row]
    for first, last in _words(row):
        word = "".join(cell.text for cell in row[first:last])
        lone = last - first == 1 and row[first].kind == "italic"
        beside = (last < len(row) and found[last]) or (first > 0 and found[first - 1])
        after = last < len(row) and (found[last] or row[last].text[:1] in "(0123456789")
        if lone or (word in OPERATORS and (beside or after)):
            found[first:last] = [True] * (last - first)
        elif last - first == 1 and word.isascii() and beside and row[first].gap < SPACE:
            found[first] = True
    return found


def _words(row: Sequence[Cell]) -> list[tuple[int, int]]:
    words: list[tuple[int, int]] = []
    for index, cell in enumerate(row):
        if cell.kind not in ("letter", "italic"):
            continue
        joins = words and words[-1][1] == index and cell.gap <= SPACE
        if joins and row[index - 1].kind == cell.kind:
            words[-1] = (words[-1][0], index + 1)
        else:
            words.append((index, index + 1))
    return words


def _pieces(row: Sequence[Cell], is_math: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches without words, cut after punctuation that no bracket holds."""
    pieces: list[tuple[int, int]] = []
    start, depth = 0, 0
    for index, cell in enumerate(row):
        if (cell.kind in ("letter", "italic") and not is_math[index]) or _is_cjk(cell.text[:1]):
            pieces.append((start, index))
            start, depth = index + 1, 0
            continue
        mark = _mark(cell)
        depth += (mark in _OPENING) - (mark in _CLOSING)
        after = row[index + 1].gap if index + 1 < len(row) else float("inf")
        ends = mark in _TRAILING and after > SPACE
        if ends and (depth <= 0 or mark in ".?!"):
            pieces.append((start, index))
            start, depth = index + 1, 0
    return [*pieces, (start, len(row))]


def _mark(cell: Cell) -> str:
    """The bracket or punctuation that the cell is, with or without scripts; else a letter."""
    tex = cell.tex[1:] if cell.tex[:2] in (r"\{", r"\}") else cell.tex
    return tex[0] if tex[:1] and tex[0] in f"{_OPENING}{_CLOSING}{_TRAILING}" else "x"


def _trimmed(
    row: Sequence[Cell], is_math: Sequence[bool], first: int, last: int
) -> tuple[int, int]:
    """Without punctuation at its ends, and without brackets that are not opened or closed in it."""
    while first < last:
        marks = [_mark(cell) for cell in row[first:last]]
        opened = sum(mark in _OPENING for mark in marks)
        closed = sum(mark in _CLOSING for mark in marks)
        if (
            marks[-1] in _TRAILING
            or (marks[-1] in _CLOSING and closed > opened)
            or (not is_math[last - 1] and marks[-1] in _OPENING)
        ):
            last -= 1
        elif (
            marks[0] in _TRAILING
            or (marks[0] in _OPENING and opened > closed)
            or (not is_math[first] and marks[0] in _CLOSING)
            or (not is_math[first] and _far_from_math(row, is_math, first, last))
        ):
            first += 1
        else:
            break
    return first, last


def _far_from_math(row: Sequence[Cell], is_math: Sequence[bool], first: int, last: int) -> bool:
    """Whether a number or mark at the start is a word of its own, as `3.` of `3. x + y`."""
    for index in range(first, last):
        if is_math[index]:
            return (
                row[index].gap > 2 * SPACE
                and row[index].kind == "math"
                and row[index].text.isalpha()
            )
    return True
