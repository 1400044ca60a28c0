"""Which reader a name means, and the reader `auto`."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from numina_lean.errors import InputError
from numina_lean.papers.born_digital import TextReader, is_readable
from numina_lean.papers.document import DPI_OF_SCANS, IMAGE_ENDINGS, open_document, render
from numina_lean.papers.glyph import read_layer
from numina_lean.papers.mathpix import MathpixReader, account
from numina_lean.papers.paper import Page, Paper, Reader, UnreadablePaperError
from numina_lean.papers.rapid import Rapid, is_installed
from numina_lean.papers.scan import Engine, ScanReader
from numina_lean.papers.tesseract import Tesseract, languages

ReaderName = Literal["auto", "text", "tesseract", "rapidocr", "mathpix"]
READERS: tuple[ReaderName, ...] = ("auto", "text", "tesseract", "rapidocr", "mathpix")


def choose_reader(name: ReaderName, images: Path) -> Reader:
    """The reader; figures go to the folder `images`. Raises `InputError` where it cannot work."""
    if name == "mathpix":
        return MathpixReader(account(), images)
    check_installed()
    if name == "text":
        return TextReader(images)
    if name == "auto":
        return AutoReader(images)
    return ScanReader(Rapid() if name == "rapidocr" else Tesseract(), images)


def check_reader(name: ReaderName) -> None:
    """Raises `InputError` where the reader cannot work here, before any file is read."""
    if name == "mathpix":
        account()
        return
    check_installed()
    if name == "tesseract":
        languages()
    if name == "rapidocr" and not is_installed():
        Rapid()


def check_installed() -> None:
    """Raises `InputError` where the libraries that open PDFs and images are missing."""
    for library in ("pypdfium2", "PIL"):
        if find_spec(library) is None:
            raise InputError(f"{library} is not installed. Run: pip install 'numina-lean[papers]'")


class AutoReader:
    """A page with a good text layer is read from it, others by OCR: RapidOCR where it is
    installed, else Tesseract. The engine starts when a page needs it.
    """

    def __init__(self, images: Path) -> None:
        self._images = images
        self._text = TextReader(images)
        self._scans: ScanReader | None = None

    def read(self, path: Path) -> Paper:
        if path.suffix.lower() != ".pdf":
            return self._scan_reader().read(path)
        with open_document(path) as document:
            pages = [self._page(document[index], index + 1) for index in range(len(document))]
        return Paper(str(path), tuple(pages))

    def _page(self, page: Any, number: int) -> Page:
        layer = read_layer(page)
        if is_readable(layer) or not (layer.glyphs or layer.pictures or layer.drawings):
            return self._text.page(page, number)
        return self._scan_reader().page(render(page, DPI_OF_SCANS), number)

    def _scan_reader(self) -> ScanReader:
        if self._scans is None:
            engine: Engine = Rapid() if is_installed() else Tesseract()
            self._scans = ScanReader(engine, self._images)
        return self._scans


def is_paper(path: Path) -> bool:
    """Whether a reader would look at the file, by its name."""
    return path.suffix.lower() == ".pdf" or path.suffix.lower() in IMAGE_ENDINGS


def check_paper(path: Path) -> None:
    """Raises `UnreadablePaperError` where the path is none that a reader looks at."""
    if not path.exists():
        raise UnreadablePaperError("missing", "no such file")
    if path.is_file() and not is_paper(path):
        raise UnreadablePaperError("not_a_paper", f"a {path.suffix or 'nameless'} file is no paper")
