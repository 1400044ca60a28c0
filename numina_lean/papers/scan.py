"""Scanned pages: put straight, read by an OCR engine, laid out as Markdown.

The engines are `tesseract` and `rapid`. Formulas come out as the engine reads their characters:
superscripts and subscripts are on the line, fractions in pieces (docs/recipes/01-papers.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

from numina_lean.papers.document import DPI_OF_SCANS, images_in, open_document, open_image, render
from numina_lean.papers.glyph import Box
from numina_lean.papers.paper import How, Page, Paper

_STEEPEST = 5.0
_STRAIGHT = 0.15
"""Degrees that are not worth a resampling."""

_FIGURE = 0.35
"""Inches of height from which ink outside all text is a figure."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that an engine read in one place. `box`: in pixels, from the page's lower left corner.
    `score`: 0 to 1.
    """

    text: str
    box: Box
    score: float


class Engine(Protocol):
    """What reads the text of an image. `how`: its name."""

    @property
    def how(self) -> How: ...

    def pieces(self, image: Any) -> list[Piece]:
        """What it reads on a `PIL.Image` in RGB, in no order."""
        ...


class ScanReader:
    """A reader that has an OCR engine read each page. Figures are kept in `images`."""

    def __init__(self, engine: Engine, images: Path) -> None:
        self._engine = engine
        self._images = images

    def read(self, path: Path) -> Paper:
        pages = [self.page(image, number) for number, image in enumerate(_page_images(path), 1)]
        return Paper(str(path), tuple(pages))

    def page(self, image: Any, number: int) -> Page:
        """One page that is a `PIL.Image` in RGB."""
        image = straightened(image)
        pieces = [piece for piece in self._engine.pieces(image) if piece.text.strip()]
        if not pieces:
            names = self._save(image, [Box(0, 0, image.width, image.height)], number)
            shown = "".join(f"![]({name})\n" for name in names) if _has_ink(image) else ""
            return Page(number, shown, 0.0 if shown else 1.0, names if shown else (), "nothing")
        boxes = figures(image, pieces)
        names = self._save(image, boxes, number)
        extra = [Piece(f"![]({name})", box, 1.0) for name, box in zip(names, boxes, strict=True)]
        characters = sum(len(piece.text) for piece in pieces)
        score = sum(piece.score * len(piece.text) for piece in pieces) / characters
        return Page(number, markdown([*pieces, *extra]), score, names, self._engine.how)

    def _save(self, image: Any, boxes: Sequence[Box], number: int) -> tuple[str, ...]:
        names = []
        for count, box in enumerate(boxes, 1):
            name = f"page-{number:04d}-{count}.png"
            self._images.mkdir(parents=True, exist_ok=True)
            crop = (box.left, image.height - box.top, box.right, image.height - box.bottom)
            image.crop(tuple(int(edge) for edge in crop)).save(self._images / name)
            names.append(name)
        return tuple(names)


def _page_images(path: Path) -> Iterator[Any]:
    if path.suffix.lower() == ".pdf":
        with open_document(path) as document:
            for index in range(len(document)):
                yield render(document[index], DPI_OF_SCANS)
        return
    for file in images_in(path):
        yield open_image(file)


def straightened(image: Any) -> Any:
    """The image turned so that its lines of text lie level, if they lean by 5 degrees or less.

    Level lines leave the rows between them empty: the angle is taken at which the ink of
    neighbouring rows differs most.
    """
    small = image.convert("L")
    small.thumbnail((700, 1000))
    background = int(np.median(np.asarray(small)))

    def contrast(angle: float) -> float:
        turned = np.asarray(small.rotate(angle, fillcolor=background), dtype=np.float32)
        return float(np.square(np.diff(turned.sum(axis=1))).sum())

    coarse = max(np.arange(-_STEEPEST, _STEEPEST + 0.1, 0.5), key=contrast)
    angle = float(max(coarse + np.arange(-0.4, 0.41, 0.1), key=contrast))
    if abs(angle) < _STRAIGHT:
        return image
    from PIL import Image

    paper = tuple(int(v) for v in np.median(np.asarray(image).reshape(-1, 3), axis=0))
    return image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=paper)


def _has_ink(image: Any) -> bool:
    return bool((_dark(image).mean()) > 0.0005)


def _dark(image: Any) -> Any:
    """Which pixels are ink: darker than half the paper's lightness, rows from the top."""
    grey = np.asarray(image.convert("L"))
    return grey < 0.5 * np.median(grey)


def figures(image: Any, pieces: Sequence[Piece]) -> list[Box]:
    """Boxes of ink that is no text, from top to bottom, at least a third of an inch high.

    Ink beside text on the same rows counts, ink between the words of a line does not. Resolution
    is told from the height of the text, taken to be 12 points a line.
    """
    ink = _dark(image).copy()
    height = ink.shape[0]
    line = median(piece.box.height for piece in pieces)
    for piece in pieces:
        top, bottom = (
            int(height - piece.box.top - 0.3 * line),
            int(height - piece.box.bottom + 0.3 * line),
        )
        ink[
            max(0, top) : bottom, max(0, int(piece.box.left - line)) : int(piece.box.right + line)
        ] = False
    edge = int(line)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = False, False, False, False
    least = _FIGURE * 6 * line
    boxes = []
    for top, bottom in _stretches(ink.sum(axis=1) >= 2, int(line)):
        columns = np.flatnonzero(ink[top:bottom].sum(axis=0) >= 2)
        if bottom - top >= least and len(columns) and columns[-1] - columns[0] >= least:
            margin = 0.3 * line
            boxes.append(
                Box(
                    columns[0] - margin,
                    height - bottom - margin,
                    columns[-1] + margin,
                    height - top + margin,
                )
            )
    return boxes


def _stretches(rows: Any, bridged: int) -> list[tuple[int, int]]:
    """First and one past the last of each stretch of true rows; short breaks do not end one."""
    found: list[tuple[int, int]] = []
    for row in np.flatnonzero(rows):
        if found and row - found[-1][1] <= bridged:
            found[-1] = (found[-1][0], int(row) + 1)
        else:
            found.append((int(row), int(row) + 1))
    return found


def markdown(pieces: Sequence[Piece]) -> str:
    """The pieces as lines from top to bottom, with blank lines where the page leaves room."""
    rows = _rows(pieces)
    heights = median(piece.box.height for piece in pieces)
    steps = [_middle(a) - _middle(b) for a, b in pairwise(rows)]
    single = [step for step in steps if 0.6 * heights < step < 1.6 * heights]
    leading = float(np.percentile(single, 30)) if single else 1.2 * heights
    text = ""
    for index, row in enumerate(rows):
        gap = index and steps[index - 1] > 1.28 * leading
        text += ("\n\n" if gap else "\n" if index else "") + _row_text(row)
    return text + "\n"


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.box.middle[1]):
        box = piece.box
        row = rows[-1] if rows else None
        if row is not None and abs(_middle(row) - box.middle[1]) < 0.4 * min(
            box.height, _height(row)
        ):
            row.append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.box.left) for row in rows]


def _middle(row: Sequence[Piece]) -> float:
    return sum(piece.box.middle[1] for piece in row) / len(row)


def _height(row: Sequence[Piece]) -> float:
    return max(piece.box.height for piece in row)


def _row_text(row: Sequence[Piece]) -> str:
    text = ""
    for piece in row:
        cjk = text and all("\u2e80" <= c <= "\uffef" for c in (text[-1], piece.text[0]))
        text += ("" if not text or cjk else " ") + piece.text.strip()
    return text
