"""Opens PDF files and images, and renders pages, within bounds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numina_lean.papers.glyph import Box
from numina_lean.papers.paper import UnreadablePaperError

IMAGE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})
DPI_OF_SCANS = 200
MOST_PAGES = 1000
MOST_BYTES = 500 * 2**20
MOST_PIXELS = 40_000_000
"""Of a page as it is rendered; a larger page is rendered coarser."""


@contextmanager
def open_document(path: Path) -> Iterator[Any]:
    """The PDF as a `pypdfium2.PdfDocument`. Raises `UnreadablePaperError`."""
    import pypdfium2

    check_size(path)
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        encrypted = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        if encrypted:
            raise UnreadablePaperError("encrypted", "needs a password. Remove it first") from error
        raise UnreadablePaperError("broken", f"no PDF that can be opened ({error})") from error
    try:
        if len(document) > MOST_PAGES:
            raise UnreadablePaperError(
                "too_large", f"{len(document)} pages; at most {MOST_PAGES} are read. Split it"
            )
        if len(document) == 0:
            raise UnreadablePaperError("broken", "no pages")
        yield document
    except pypdfium2.PdfiumError as error:
        raise UnreadablePaperError("broken", f"a page cannot be read ({error})") from error
    finally:
        document.close()


def check_size(path: Path) -> None:
    """Raises `UnreadablePaperError` where there is no file, or one too large."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadablePaperError("missing", error.strerror or str(error)) from error
    if size > MOST_BYTES:
        raise UnreadablePaperError("too_large", f"{size} bytes; at most {MOST_BYTES} are read")


def render(page: Any, dpi: float, box: Box | None = None) -> Any:
    """The page, or what a box of it shows, as a `PIL.Image` in RGB."""
    width, height = page.get_size()
    crop = (0.0, 0.0, 0.0, 0.0)
    if box is not None:
        box = Box(max(box.left - 3, 0), max(box.bottom - 3, 0), box.right + 3, box.top + 3)
        crop = (box.left, box.bottom, max(width - box.right, 0), max(height - box.top, 0))
    scale = min(dpi / 72, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    return page.render(scale=scale, crop=crop).to_pil().convert("RGB")


def images_in(path: Path) -> list[Path]:
    """The image itself, or those in the folder, by name. Raises `UnreadablePaperError`."""
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGE_ENDINGS)
    if not found:
        raise UnreadablePaperError("not_a_paper", "a folder without images")
    if len(found) > MOST_PAGES:
        raise UnreadablePaperError("too_large", f"{len(found)} images; at most {MOST_PAGES}")
    return found


def open_image(path: Path) -> Any:
    """The image as a `PIL.Image` in RGB, at most `MOST_PIXELS`. Raises `UnreadablePaperError`."""
    from PIL import Image, ImageOps

    check_size(path)
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UnreadablePaperError("too_large", f"{image.width} x {image.height} pixels")
            return ImageOps.exif_transpose(image).convert("RGB")
    except Image.DecompressionBombError as error:
        raise UnreadablePaperError("too_large", str(error)) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadablePaperError("broken", f"no image that can be read ({error})") from error
