"""Reads PDF pages from their text layer, formulas from where glyphs stand."""

from pathlib import Path
from typing import Any

from numina_lean.papers.document import open_document, render
from numina_lean.papers.glyph import Box, Layer, read_layer
from numina_lean.papers.layout import page_markdown
from numina_lean.papers.paper import Page, Paper
from numina_lean.papers.tex import extension_character

_FIGURE_DPI = 150
_FEWEST = 20
"""Glyphs of a page worth its name; pages with fewer are taken for scans or for blank."""

_MOST_UNMAPPED = 0.03


class TextReader:
    """The reader `text`. Figures are kept as PNG files in `images`."""

    def __init__(self, images: Path) -> None:
        self._images = images

    def read(self, path: Path) -> Paper:
        with open_document(path) as document:
            pages = [self.page(document[index], index + 1) for index in range(len(document))]
        return Paper(str(path), tuple(pages))

    def page(self, page: Any, number: int) -> Page:
        """One page of a `pypdfium2.PdfDocument`."""
        layer = read_layer(page)
        if not layer.glyphs:
            return Page(number, "", 1.0 if not layer.pictures else 0.0, (), "nothing")
        count = 0

        def save(box: Box) -> str:
            nonlocal count
            count += 1
            name = f"page-{number:04d}-{count}.png"
            self._images.mkdir(parents=True, exist_ok=True)
            render(page, _FIGURE_DPI, box).save(self._images / name)
            return name

        markdown, names = page_markdown(layer, save)
        return Page(number, markdown, confidence(layer), names, "text")


def confidence(layer: Layer) -> float:
    """The share of glyphs that have a known character."""
    unknown = sum(
        (glyph.unmapped and not ("CMEX" in glyph.font and extension_character(glyph.text)))
        or "\ue000" <= glyph.text <= "\uf8ff"
        for glyph in layer.glyphs
    )  # fmt: skip
    return 1.0 - unknown / max(1, len(layer.glyphs))


def is_readable(layer: Layer) -> bool:
    """Whether the text layer is the page: there is text, its characters are known, and no picture
    lies under all of it, as in a scan that someone ran an OCR over."""
    area = layer.width * layer.height
    scanned = any(box.width * box.height > 0.7 * area for box in layer.pictures)
    visible = sum(not glyph.text.isspace() for glyph in layer.glyphs)
    return visible >= _FEWEST and not scanned and confidence(layer) >= 1 - _MOST_UNMAPPED
